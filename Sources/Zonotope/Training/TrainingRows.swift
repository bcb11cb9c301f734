/// The rows of a run in their parts.
struct TrainingRows<Rows: SampleRows> {
  struct Part {
    let x: Rows
    let y: [Double]
  }

  /// All training rows, and the rows of the test.
  let train: Part
  let test: Part
  /// The training rows once more, divided for the search; nil without a search.
  let fit: Part?
  let holdout: Part?
  let standardization: Standardization?

  /// Deals and standardises. The figures of the standardization come from all training rows.
  ///
  /// - Parameter arranging: brings the columns into the order in which a network takes them.
  init(
    _ x: Rows, _ target: TargetColumn, plan: TrainingPlan,
    arranging: ((Rows) throws(ZonotopeError) -> Rows)? = nil
  ) throws(ZonotopeError) {
    let (training, testing) = try Self.deal(x, target, plan: plan)
    let raw = try x.gathering(rows: training)
    let standardization =
      plan.standardizes ? try raw.standardization(shared: plan.sharesScale) : nil
    func part(_ rows: [Int]) throws(ZonotopeError) -> Part {
      let chosen = try x.gathering(rows: rows)
      let scaled = try standardization.map { (s) throws(ZonotopeError) in try chosen.standardized(by: s) }
      return Part(x: try arranging?(scaled ?? chosen) ?? scaled ?? chosen, y: rows.map { target.values[$0] })
    }
    self.standardization = standardization
    train = try part(training)
    test = try part(testing)
    let (fitting, holding) = RowSplit.deal(
      training, strata: target.strata, fraction: TrainingPlan.holdoutFraction, seed: plan.seed, stream: 2)
    fit = holding.isEmpty ? nil : try part(fitting)
    holdout = holding.isEmpty ? nil : try part(holding)
    if plan.penalty == .search, holding.isEmpty {
      throw .invalid(
        place: "data", reason: "\(training.count) training rows are too few to choose beta on; give one")
    }
  }

  /// The rows to train on and those of the test.
  static func deal(
    _ x: Rows, _ target: TargetColumn, plan: TrainingPlan
  ) throws(ZonotopeError) -> (training: [Int], testing: [Int]) {
    guard x.rows > 0 else { throw .invalid(place: "data", reason: "there is no row") }
    guard x.columns > 0 else { throw .invalid(place: "columns", reason: "there is no feature") }
    let (training, testing) = RowSplit.deal(
      Array(0..<x.rows), strata: target.strata, fraction: plan.testFraction, seed: plan.seed, stream: 1)
    if plan.testFraction > 0, testing.isEmpty {
      throw .invalid(
        place: "test",
        reason: "\(plan.testFraction) of \(x.rows) rows leaves none for the test; 0 does without")
    }
    return (training, testing)
  }
}
