import Zonotope

/// What one case cost, as the process that ran it tells the one that prints the table.
struct Row: Codable {
  var name: String
  var threads: Int
  var solver: String
  var status: String
  var iterations: Int
  /// The solver with its set-up, as in `solver.seconds` of results.
  var solveSeconds: Double
  /// From data in memory to the network: patterns, betaMax, solve, weights, their objective.
  var totalSeconds: Double
  var relativeGap: Double
  var activePatterns: Int
  var patterns: Int
  var memory: Int

  init(_ benchmark: BenchmarkCase, threads: Int, folder: String?) throws {
    let inputs = try folder.map { try benchmark.inputs(in: $0) } ?? benchmark.inputs()
    var settings = SolverSettings()
    settings.threads = threads
    settings.tolerance = 1e-6
    let data = try Dataset(x: inputs.x, y: inputs.y)
    let loss = SquaredLoss(scale: 1 / Double(inputs.x.rows))
    let beta = Beta.ratio(benchmark.ratio)
    let start = seconds()
    let result =
      switch benchmark.kind {
      case .gated:
        try GatedReLU(patterns: .gates(inputs.gates)).train(
          on: data, loss: loss, beta: beta, settings: settings)
      case .exact:
        try ReLU(patterns: .gates(inputs.gates)).train(
          on: data, loss: loss, beta: beta, settings: settings)
      }
    totalSeconds = seconds() - start
    name = benchmark.name
    self.threads = threads
    solver = result.solution.solver.rawValue
    status = result.solution.status.rawValue
    iterations = result.solution.iterations
    solveSeconds = result.solution.seconds
    relativeGap = result.solution.relativeGap
    activePatterns = result.activePatterns
    patterns = result.patternCount
    memory = peakMemory()
  }
}
