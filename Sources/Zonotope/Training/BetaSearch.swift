/// Compares candidates for beta / betaMax on held-out rows, from large to small, each solve started at the answer
/// before.
struct BetaSearch<A: Trainable> {
  private(set) var ratio = TrainingPlan.candidates[0]
  /// The network of the best candidate so far.
  private(set) var best: TrainingOutcome<A.Network>?
  private(set) var isCancelled = false
  /// The candidates whose solves were not cut short.
  private(set) var compared: [Double] = []

  init(
    _ plan: TrainingPlan, _ architecture: A, loss: some Loss,
    kind: TrainingPlan.LossKind, fit: TrainingRows<A.Rows>.Part, holdout: TrainingRows<A.Rows>.Part,
    started: Double
  ) throws(ZonotopeError) {
    var settings = plan.settings
    settings.tolerance = max(settings.tolerance, TrainingPlan.searchTolerance)
    settings.seconds = plan.limited(since: started, share: 0.5).seconds
    settings.progress = plan.reporter(
      .search(index: 0, count: TrainingPlan.candidates.count), .ratio(TrainingPlan.candidates[0]))
    let session = try TrainingSession(
      architecture, data: LabelledRows(x: fit.x, y: fit.y), loss: loss, settings: settings)
    var lowest = Double.infinity
    for (index, ratio) in TrainingPlan.candidates.enumerated() {
      // The fit that follows may need as long as the search.
      session.settings.seconds = plan.limited(since: started, share: 0.5).seconds
      session.settings.progress = plan.reporter(
        .search(index: index, count: TrainingPlan.candidates.count), .ratio(ratio))
      let result = try session.train(beta: .ratio(ratio))
      // Masks of a gated network cannot be held against other rows.
      guard !knowsTrainingRowsOnly(result.network) else { continue }
      let value = meanLoss(
        kind, delta: plan.huberDelta, try holdout.x.outputs(of: result.network), holdout.y)
      if value < lowest || best == nil {
        (lowest, best, self.ratio) = (value, result, ratio)
      }
      if result.solution.status != .cancelled, result.solution.status != .timeLimit { compared.append(ratio) }
      if result.solution.status == .cancelled || plan.settings.cancellation?.isCancelled == true {
        isCancelled = true
        return
      }
      if result.solution.status == .timeLimit { return }
    }
  }
}
