/// What a target column says: numbers to fit, or two classes.
struct TargetColumn {
  let values: [Double]
  /// The classes that -1 and +1 stand for.
  let classes: [String]?
  let loss: TrainingPlan.LossKind

  /// - Parameter loss: the loss asked for; nil lets the column decide.
  init(_ table: CSVTable, column: String, loss: TrainingPlan.LossKind?) throws(ZonotopeError) {
    let isText = try table.isText(column: column)
    self.loss = loss ?? (isText ? .logistic : .squared)
    guard self.loss == .logistic else {
      // A text column fails here, at its first cell that is no number.
      values = try table.numbers(column: column)
      classes = nil
      return
    }
    let names: [String], indices: [Int]
    if isText {
      (names, indices) = try table.labels(column: column)
      // Mostly numbers: the cell that is none is the fault, not the number of classes.
      if names.count > 2, 2 * names.filter({ Double($0) != nil }).count > names.count {
        _ = try table.numbers(column: column)
      }
    } else {
      let numbers = try table.numbers(column: column)
      // Both zeros are one class. Numbers are sorted as numbers.
      let distinct = Set(numbers.map { $0 == 0 ? 0 : $0 }).sorted()
      names = distinct.map { $0.rounded() == $0 && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" }
      indices = distinct.count > 2 ? [] : numbers.map { $0 == distinct[0] ? 0 : 1 }
    }
    guard names.count == 2 else {
      let shown = names.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
      let reason =
        names.count < 2
        ? "one class only, \(shown)"
        : "\(names.count) classes, \(shown); this version separates two"
      throw .invalid(place: "column '\(column)'", reason: reason)
    }
    classes = names
    values = indices.map { $0 == 0 ? -1 : 1 }
  }
}
