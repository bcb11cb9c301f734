/// The optimal networks of many values of beta on the same data, each with its certificate.
public struct RegularizationPath<Network: NeuralNetwork>: Sendable {
  /// One value of beta.
  public struct Stage: Sendable {
    /// beta / betaMax
    public let ratio: Double
    /// Its blocks and dual point are empty unless ``PathSettings/keepsPoints`` asks for them.
    public let result: TrainingOutcome<Network>
    /// The norms of the neurons, by what a neuron has in common with those of other stages.
    public let neuronNorms: [UInt64: Double]
  }

  public let betaMax: Double
  /// The ratios asked for, from large to small.
  public let ratios: [Double]
  /// As many, or the first of them where the run was stopped: the last may then be one that is not optimal, as its status
  /// says.
  public internal(set) var stages: [Stage]
  /// Of all rows, where it was asked for; the networks take rows that it was applied to.
  public let standardization: Standardization?
  /// Of the betas of the stages, of which one that was cut short has no parts; nil without cross-validation, and where
  /// nothing was left to validate, or no time.
  public internal(set) var validation: ValidationCurve?
  /// `cancelled` or `timeLimit` where not all was done.
  public internal(set) var stopped: Status?
  /// Of the whole run.
  public internal(set) var seconds: Double
}

extension PathTrainable {
  /// Trains for every ratio of a grid from large to small, each solve started at the answer before, and validates them.
  ///
  /// The patterns are the same for all, but where column generation finds its own. Where the run is cancelled, or its time is over, the result is what there is: the
  /// stages so far, the last of them cut short. Results do not depend on the number of threads.
  ///
  /// Cross-validation holds out every part of the rows once and follows the path on the others at the same betas per row:
  /// beta times the share of the rows that are left, since losses are sums. A part's own betaMax, a maximum over its
  /// noise, plays no role, so that a point of the curve speaks of one penalty, the one that the path on all rows has
  /// there (Friedman, Hastie and Tibshirani 2010, section 2.5, for the grid; Hastie, Tibshirani and Friedman 2009,
  /// section 7.10, for the curve). Up to as many parts as there are threads run at a time, and share them.
  ///
  /// - Throws: misuse only, before any work.
  public func path(
    on data: LabelledRows<Rows>, loss: some Loss, settings: PathSettings = PathSettings()
  ) throws(ZonotopeError) -> RegularizationPath<Network> {
    try settings.check()
    try Beta.ratio(1).check(with: loss)
    let started = monotonicSeconds()
    let stop = StopCondition(settings.solver, started: started)
    let validation =
      settings.folds == 0
      ? nil : try CrossValidation(self, data: data, loss: loss, settings: settings, until: stop)
    let standardization = try settings.standardization(of: data.x)
    let rows = try standardization.map { (s) throws(ZonotopeError) in
      try LabelledRows(x: data.x.standardized(by: s), y: data.y, featureNames: data.featureNames)
    }
    var solver = settings.solver
    // The parts may need as long as the path: it has half of the time.
    let share = StopCondition(
      cancellation: solver.cancellation,
      deadline: solver.seconds.map { started + (settings.folds == 0 ? 1 : 0.5) * $0 })
    solver.seconds = share.secondsLeft
    solver.progress = settings.reporter(fold: nil, index: 0)
    let session = try session(on: rows ?? data, loss: loss, settings: solver)
    var path = RegularizationPath<Network>(
      betaMax: session.betaMax, ratios: settings.grid.ratios, stages: [], standardization: standardization,
      validation: nil, stopped: nil, seconds: 0)
    path.stopped = try follow(
      session, betas: settings.grid.ratios.map { .ratio($0) }, until: share
    ) { (index, result) throws(ZonotopeError) in
      let norms = session.neuronNorms(of: result)
      var result = result
      if !settings.keepsPoints {
        result.solution.point = BlockPoint(blocks: [])
        result.solution.dualPoint = []
      }
      path.stages.append(.init(ratio: settings.grid.ratios[index], result: result, neuronNorms: norms))
    } before: { index in
      session.settings.progress = settings.reporter(fold: nil, index: index)
    }
    // A network that was cut short is not the one of its beta.
    let betas = path.stages.filter { !$0.result.solution.status.isCut }.map(\.result.beta)
    if let validation, stop.status == nil, !betas.isEmpty {
      path.validation = try validation.run(ratios: path.stages.map(\.ratio), betas: betas)
    }
    path.stopped = path.stopped ?? stop.status
    path.seconds = monotonicSeconds() - started
    return path
  }
}

/// Solves for one beta after the other until the condition is met.
///
/// - Parameter took: is given every answer but one that is nothing but the answer before.
/// - Returns: how it was stopped; nil where all were solved.
func follow<Network>(
  _ session: any PathSession<Network>, betas: [Beta], until stop: StopCondition,
  _ took: (Int, TrainingOutcome<Network>) throws(ZonotopeError) -> Void, before: (Int) -> Void = { _ in }
) throws(ZonotopeError) -> Status? {
  for (index, beta) in betas.enumerated() {
    if index > 0, let status = stop.status { return status }
    session.settings.seconds = stop.secondsLeft
    before(index)
    let result = try session.train(beta: beta)
    let status = result.solution.status
    if !status.isCut || index == 0 || result.solution.iterations > 0 { try took(index, result) }
    if status.isCut { return status }
  }
  return nil
}

extension Status {
  /// Whether somebody ended the run, or its time did.
  fileprivate var isCut: Bool { self == .cancelled || self == .timeLimit }
}

extension PathSettings {
  func reporter(fold: Int?, index: Int) -> (@Sendable (Progress) -> Void)? {
    guard let progress else { return solver.progress }
    let (folds, ratios) = (folds, grid.ratios)
    return { report in
      progress(
        PathProgress(
          fold: fold, folds: folds, index: index, count: ratios.count, betaRatio: ratios[index],
          solver: report))
    }
  }
}
