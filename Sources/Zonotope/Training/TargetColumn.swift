/// What a target column says: numbers to fit, or classes.
struct TargetColumn {
  /// Numbers; -1 and +1 for the logistic loss, the places of the classes for softmax.
  let values: [Double]
  /// The classes, those of the logistic loss for -1 and +1.
  let classes: [String]?
  let loss: TrainingPlan.LossKind
  /// What messages call it.
  private let place: String
  /// Outputs that a network has for it.
  var outputs: Int { loss == .softmax ? classes?.count ?? 1 : 1 }

  /// For each row its class; nil where there are none.
  var strata: [Double]? { loss.isRegression ? nil : values }
  /// How well outputs answer.
  var score: Score { loss.isRegression ? .rSquared : .accuracy }

  /// - Parameter loss: the loss asked for; nil lets the column decide.
  init(_ table: CSVTable, column: String, loss: TrainingPlan.LossKind?) throws(ZonotopeError) {
    place = "column '\(column)'"
    let isText = try table.isText(column: column)
    if loss?.isRegression ?? !isText {
      // A text column fails here, at its first cell that is no number.
      self.loss = loss ?? .squared
      values = try table.numbers(column: column)
      classes = nil
      return
    }
    let (names, indices) =
      try isText
      ? table.labels(column: column) : Self.numberedClasses(table.numbers(column: column))
    // Mostly numbers: the cell that is none is the fault, not the number of classes.
    if isText, names.count > 2, 2 * names.filter({ Double($0) != nil }).count > names.count {
      _ = try table.numbers(column: column)
    }
    self.loss = loss ?? (names.count > 2 ? .softmax : .logistic)
    (classes, values) = try Self.values(names, indices, self.loss, place)
  }

  /// Numbers that are targets, or classes where the loss asked for separates some.
  init(numbers: [Double], loss: TrainingPlan.LossKind?) throws(ZonotopeError) {
    place = "targets"
    self.loss = loss ?? .squared
    if self.loss.isRegression {
      (values, classes) = (numbers, nil)
      return
    }
    let (names, indices) = Self.numberedClasses(numbers)
    (classes, values) = try Self.values(names, indices, self.loss, place)
  }

  private init(values: [Double], of other: TargetColumn) {
    (self.values, classes, loss, place) = (values, other.classes, other.loss, other.place)
  }

  /// Checks classes, and makes them what the loss takes.
  private static func values(
    _ names: [String], _ indices: [Int], _ loss: TrainingPlan.LossKind, _ place: String
  ) throws(ZonotopeError) -> (classes: [String], values: [Double]) {
    if let fault = fault(names.count, rows: indices.count, loss) {
      let shown = names.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
      throw .invalid(place: place, reason: "\(fault), \(shown)")
    }
    return (names, loss == .logistic ? indices.map { $0 == 0 ? -1 : 1 } : indices.map(Double.init))
  }

  /// Without so many rows at the beginning.
  func dropping(first count: Int) -> TargetColumn {
    TargetColumn(values: Array(values.dropFirst(count)), of: self)
  }

  /// Refuses rows whose targets are all the same number.
  func checkVariation(of rows: [Double]) throws(ZonotopeError) {
    if loss.isRegression, rows.allSatisfy({ $0 == rows[0] }) {
      throw .invalid(place: place, reason: "the training rows all have the same target")
    }
  }

  /// The loss as a program has it.
  ///
  /// - Parameter delta: of the Huber loss.
  func term(scale: Double, delta: Double) -> any Loss {
    switch loss {
    case .squared: SquaredLoss(scale: scale)
    case .huber: HuberLoss(delta: delta, scale: scale)
    case .logistic: LogisticLoss(scale: scale)
    case .softmax: SoftmaxLoss(classes: outputs, scale: scale)
    }
  }

  private static func fault(_ classes: Int, rows: Int, _ loss: TrainingPlan.LossKind) -> String? {
    if classes < 2 { return "one class only" }
    if loss == .logistic, classes > 2 {
      return "\(classes) classes for the logistic loss, which separates two"
    }
    // A column of names, not of classes.
    return classes > 2 && 2 * classes > rows ? "\(classes) classes in \(rows) rows" : nil
  }

  /// Numbers as classes, sorted as numbers; both zeros are one.
  private static func numberedClasses(_ numbers: [Double]) -> (names: [String], indices: [Int]) {
    let numbers = numbers.map { $0 == 0 ? 0 : $0 }
    let distinct = Set(numbers).sorted()
    let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    return (
      distinct.map { $0.rounded() == $0 && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" },
      numbers.map { places[$0] ?? 0 }
    )
  }
}
