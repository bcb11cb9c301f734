/// Ordinary training of a network on one column of a file: split, choose beta, fit, test.
///
/// As ``TrainingPlan``, but the column is taken as it is: programs on the line are as well conditioned in any unit.
public struct LinePlan: Sendable {
  /// The column to predict, and the one to predict it from; nil where there is one other.
  public var target: String
  public var feature: String?
  /// So many rows back is what the target is predicted from: an autoregression on the target itself where no feature is
  /// named. Rows are in the order of time, and dealt at random all the same: the test is on rows between, not on later ones.
  public var lag = 0
  public var network: OneDimensionalNetwork
  /// Squared, Huber or logistic; nil: by the target.
  public var loss: TrainingPlan.LossKind?
  /// As ``TrainingPlan/huberDelta``.
  public var huberDelta = 1.0
  public var penalty = TrainingPlan.Penalty.search
  /// The share of the rows that is held back for the test; 0 for none.
  public var testFraction = 0.2
  public var seed: UInt64 = 0
  public var settings = SolverSettings()

  public init(target: String, network: OneDimensionalNetwork) {
    (self.target, self.network) = (target, network)
  }

  /// What a run gives.
  public struct Report: Sendable {
    public let model: ParallelModel
    public let result: TrainingOutcome<ParallelNetwork>
    public let rows: Int
    public let testRows: Int
    public let betaRatio: Double
    public let score: Score
    /// Nil where it is not defined.
    public let trainScore: Double?
    public let testScore: Double?
    public let seconds: Double

    /// One JSON document: the result of the problem format, the card, the scores.
    public func json(savedTo path: String? = nil) -> String {
      let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
      let document = JSONValue.object([
        JSONMember("result", result.erased.jsonValue),
        JSONMember("card", model.cardValue),
        JSONMember("betaRatio", .number(betaRatio)),
        JSONMember("score", .string(score.rawValue)),
        JSONMember("trainScore", number(trainScore)),
        JSONMember("testScore", number(testScore)),
        JSONMember("seconds", .number(seconds)),
        JSONMember("model", path.map { .string($0) } ?? .null),
      ])
      return String(decoding: JSONWriter.encode(document, pretty: true), as: UTF8.self)
    }
  }

  /// The column of the table that the network sees, (rows, 1), and the targets.
  public func data(of file: DataFile) throws(ZonotopeError) -> (x: MatrixView, y: [Double]) {
    let columns = try columns(of: file)
    return (columns.x, columns.target.values)
  }

  func columns(of file: DataFile) throws(ZonotopeError) -> DataColumns<MatrixView> {
    guard lag >= 0 else { throw .invalid(place: "lag", reason: "\(lag) is below 0") }
    let columns =
      switch file {
      case .table(let table): try columns(of: table)
      case .sparse(let rows): try columns(of: rows)
      }
    guard columns.target.outputs == 1 else {
      throw .unsupported(key: "target", reason: "a network on one-dimensional data tells two classes apart")
    }
    return columns
  }

  private func columns(of rows: LibsvmFile) throws(ZonotopeError) -> DataColumns<MatrixView> {
    guard lag == 0 else { throw .unsupported(key: "lag", reason: "series are read from tables") }
    var plan = plan
    plan.features = feature.map { [$0] }
    let sparse = try plan.columns(of: rows)
    guard sparse.x.columns == 1 else {
      throw .invalid(
        place: "data", reason: "\(sparse.x.columns) columns, a network on a line takes one")
    }
    return DataColumns(
      target: sparse.target,
      x: try sparse.x.filled(
        copies: TrainingPlan.copies, memory: settings.memoryBudget, place: "data"))
  }

  private func columns(of table: CSVTable) throws(ZonotopeError) -> DataColumns<MatrixView> {
    let column = try TargetColumn(table, column: target, loss: loss)
    if lag > 0 {
      let name = feature ?? self.target
      let all = try table.matrix(columns: [name])
      guard all.rows > lag else {
        throw .invalid(place: "lag", reason: "\(lag) rows back, there are \(all.rows)")
      }
      return DataColumns(
        names: [name], target: column.dropping(first: lag),
        x: try all.gathering(rows: Array(0..<all.rows - lag)))
    }
    let others = table.columns.filter { !$0.equalsInBytes(target) }
    guard let name = feature ?? (others.count == 1 ? others[0] : nil) else {
      throw .invalid(
        place: "columns", reason: "\(others.count) columns beside the target, a network on a line takes one")
    }
    guard !name.equalsInBytes(target) else {
      throw .invalid(place: "columns", reason: "'\(name)' is the target")
    }
    return DataColumns(names: [name], target: column, x: try table.matrix(columns: [name]))
  }

  /// The same for any network: what it asks of a plan, the split, the loss and the settings.
  var plan: TrainingPlan {
    var plan = TrainingPlan(target: target)
    (plan.loss, plan.huberDelta, plan.penalty) = (loss, huberDelta, penalty)
    (plan.testFraction, plan.seed, plan.standardizes) = (testFraction, seed, false)
    plan.settings = settings
    return plan
  }

  /// Carries the plan out on a table.
  public func run(on table: CSVTable) throws(ZonotopeError) -> Report { try run(on: .table(table)) }

  /// Carries the plan out.
  public func run(on file: DataFile) throws(ZonotopeError) -> Report {
    let started = monotonicSeconds()
    let plan = plan
    try plan.check()
    let columns = try columns(of: file), target = columns.target
    let rows = try TrainingRows(columns.x, target, plan: plan)
    func term(_ part: TrainingRows<MatrixView>.Part) -> any Loss {
      target.term(scale: 1 / Double(part.y.count), delta: huberDelta)
    }
    func fit(_ part: TrainingRows<MatrixView>.Part, _ beta: Beta) throws(ZonotopeError) -> TrainingOutcome<
      ParallelNetwork
    > {
      try network.train(
        on: Dataset(x: part.x, y: part.y), loss: term(part), beta: beta, settings: settings)
    }
    var beta = Beta.ratio(TrainingPlan.candidates[0])
    if case .fixed(let given) = penalty { beta = given }
    if penalty == .search, let part = rows.fit, let holdout = rows.holdout {
      var lowest = Double.infinity
      for ratio in TrainingPlan.candidates where settings.cancellation?.isCancelled != true {
        let outputs = try fit(part, .ratio(ratio)).network.predict(holdout.x)
        let value = meanLoss(target.loss, delta: huberDelta, outputs, holdout.y)
        if value < lowest { (lowest, beta) = (value, .ratio(ratio)) }
      }
    }
    let result = try fit(rows.train, beta)
    let score = target.score
    let preprocessing = ModelCard.Preprocessing(
      features: columns.names, target: columns.names == nil ? nil : self.target, classes: target.classes,
      lag: lag)
    let card = TrainingCard(
      result, loss: term(rows.train), tolerance: settings.tolerance,
      preprocessing: preprocessing)
    return Report(
      model: ParallelModel(network: result.network, card: card), result: result, rows: rows.train.y.count,
      testRows: rows.test.y.count, betaRatio: result.betaMax > 0 ? result.beta / result.betaMax : 0,
      score: score, trainScore: score.value(try result.network.predict(rows.train.x), rows.train.y),
      testScore: rows.test.y.isEmpty
        ? nil : score.value(try result.network.predict(rows.test.x), rows.test.y),
      seconds: monotonicSeconds() - started)
  }
}
