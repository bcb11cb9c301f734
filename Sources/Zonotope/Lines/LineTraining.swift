/// What training a network whose program lives on a line takes, whether the data are on one or are laid out along one.
struct LineTraining<Objective: Loss> {
  private let data: Dataset
  private let loss: Objective
  private let beta: Beta
  private let settings: SolverSettings
  private let started = monotonicSeconds()

  /// - Parameter networks: what these are called where another solver is asked for.
  /// - Throws: misuse.
  init(
    on data: Dataset, loss: Objective, beta: Beta, settings: SolverSettings, networks: String
  ) throws(ZonotopeError) {
    (self.data, self.loss, self.beta, self.settings) = (data, loss, beta, settings)
    try settings.check()
    try beta.check(with: loss)
    guard settings.kind == .automatic || settings.kind == .direct else {
      throw .unsupported(
        key: "solver.kind",
        reason: "\(networks) have a method of their own, \"direct\", not \"\(settings.kind.rawValue)\"")
    }
    try checkRange(data, loss)
    guard loss.outputs ?? 1 == 1, loss.isSeparable, data.y.columns == 1 else {
      throw .unsupported(key: "loss", reason: "\(networks) have one output")
    }
    try data.y.withColumn { (y) throws(ZonotopeError) in try loss.check(y) }
  }

  /// - Parameters:
  ///   - architecture: of the units behind the function.
  ///   - size: units of the dictionary that the program stands for.
  ///   - direction: along which the rows lie on the line.
  func run(
    _ architecture: OneDimensionalNetwork, _ model: LineModel, _ samples: LineSamples, size: Int,
    along direction: [Double] = [1]
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    let program = try LineProgram(samples, model, loss, y: data.y)
    let value =
      switch beta {
      case .absolute(let beta): beta
      case .ratio(let ratio): ratio * program.betaMax
      }
    let (solution, answer) = try program.solve(
      beta: value, settings, until: StopCondition(settings, started: started), started: started)
    let network = try LineUnits(
      architecture: architecture, model: model, samples: samples, direction: direction
    ).network(of: answer)
    return TrainingOutcome(
      network: network,
      certificate: Certificate(
        scope: .allNeurons, objective: solution.objective, lowerBound: solution.dual),
      solution: solution,
      networkObjective: try network.objective(
        on: data.x, targets: loss.targets(of: data), loss: forgiving(loss), beta: value),
      beta: value, betaMax: program.betaMax, patternCount: size, activePatterns: network.units,
      patternSource: .enumerated)
  }
}
