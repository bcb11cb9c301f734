import Testing

@testable import Zonotope

/// Numbers that would break a naive program.
@Suite struct OneDimensionalNumbersTests {
  private func train(
    _ network: OneDimensionalNetwork, _ x: [Double], _ y: [Double], _ beta: Beta
  ) throws -> TrainingOutcome<ParallelNetwork> {
    var settings = SolverSettings()
    settings.tolerance = 1e-9
    return try network.train(
      on: Dataset(x: MatrixView(x, rows: x.count, columns: 1), y: y), loss: SquaredLoss(), beta: beta,
      settings: settings)
  }

  private func expectOptimal(_ result: TrainingOutcome<ParallelNetwork>, _ what: String) {
    #expect(result.solution.status == .optimal, "\(what)")
    let scale = max(result.solution.objective, 1e-12)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-6 * scale, "\(what)")
    #expect(result.solution.gap >= 0, "\(what)")
  }

  @Test(arguments: OneDimensionalNetwork.kinds)
  func extremePositionsAndTargets(_ network: OneDimensionalNetwork) throws {
    let problem = LineCase(20, seed: 5)
    let spaced = (0..<20).map { $0 == 0 ? 0.0 : raised(10, -12 + 24 * Double($0 - 1) / 18) }
    for ratio in [0.01, 0.3] {
      let beta = Beta.ratio(ratio)
      try expectOptimal(train(network, problem.x.map { 1e-12 * $0 }, problem.y, beta), "tiny")
      try expectOptimal(train(network, problem.x.map { 1e12 * $0 }, problem.y, beta), "huge")
      try expectOptimal(train(network, spaced, problem.y, beta), "spaced")
      try expectOptimal(train(network, problem.x, problem.y.map { 1e30 * $0 }, beta), "large targets")
      try expectOptimal(train(network, problem.x.map { 1e8 + $0 }, problem.y, beta), "offset")
      if network.outputBias {
        try expectOptimal(train(network, problem.x, problem.y.map { 1e8 + $0 }, beta), "offset targets")
      }
    }
  }

  @Test(arguments: OneDimensionalNetwork.kinds)
  func fewSamplesAndNothingToLearn(_ network: OneDimensionalNetwork) throws {
    for beta in [Beta.absolute(0), .ratio(0.1), .ratio(1), .absolute(1e40)] {
      try expectOptimal(train(network, [0.3], [2], beta), "one")
      try expectOptimal(train(network, [0.3, -1], [2, 3], beta), "two")
      try expectOptimal(train(network, [0.3, 0.3, 0.3], [2, 3, -4], beta), "one position")
      try expectOptimal(train(network, [0, 1, 2, 3], [2.5, 2.5, 2.5, 2.5], beta), "constant")
      try expectOptimal(train(network, [0, 1, 2, 3], [0, 0, 0, 0], beta), "zero")
    }
  }

  @Test(arguments: OneDimensionalNetwork.kinds)
  func betaZeroLeavesTheLossWithinPositionsOnly(_ network: OneDimensionalNetwork) throws {
    let problem = LineCase(8, seed: 2)
    let exact = try train(network, problem.x, problem.y, .absolute(0))
    #expect(exact.networkObjective <= 1e-20)
    // Two samples at every position, 1 apart.
    let twice = try train(network, problem.x + problem.x, problem.y + problem.y.map { $0 + 1 }, .absolute(0))
    #expect(abs(twice.networkObjective - 8 * 0.25) <= 1e-9)
    #expect(twice.solution.status == .optimal)
  }

  @Test func samplesInAnyOrderGiveTheSame() throws {
    let problem = LineCase(30, seed: 8), order = (0..<30).map { $0 * 7 % 30 }
    for network in OneDimensionalNetwork.kinds {
      let one = try train(network, problem.x, problem.y, .ratio(0.05))
      let other = try train(network, order.map { problem.x[$0] }, order.map { problem.y[$0] }, .ratio(0.05))
      #expect(abs(one.solution.objective - other.solution.objective) <= 1e-9 * one.solution.objective)
      let mirrored = try train(network, problem.x.map { -$0 }, problem.y, .absolute(one.beta))
      #expect(abs(one.solution.objective - mirrored.solution.objective) <= 1e-8 * one.solution.objective)
    }
  }

  /// Slopes scale with positions, and the penalty with slopes.
  @Test func positionsScaleWithBeta() throws {
    let problem = LineCase(25, seed: 9)
    for network in OneDimensionalNetwork.kinds where !network.networkActivation.isStep {
      let one = try train(network, problem.x, problem.y, .absolute(0.7))
      let other = try train(network, problem.x.map { 3 * $0 + 5 }, problem.y, .absolute(2.1))
      #expect(abs(one.solution.objective - other.solution.objective) <= 1e-8 * one.solution.objective)
    }
  }

  @Test func interpolationIsTheLimitOfSmallBeta() throws {
    let problem = LineCase(9, seed: 4)
    for network in OneDimensionalNetwork.kinds {
      let small = try train(network, problem.x, problem.y, .absolute(1e-7))
      let limit = try network.train(on: problem.data(), loss: InterpolationLoss(), beta: .absolute(1))
      #expect(limit.solution.status == .optimal)
      #expect(abs(limit.solution.objective - small.network.penalty) <= 1e-5 * limit.solution.objective)
      #expect(abs(limit.networkObjective - limit.solution.objective) <= 1e-9 * limit.solution.objective)
    }
    let twice = try Dataset(x: MatrixView([1, 1], rows: 2, columns: 1), y: [0, 1])
    let none = try OneDimensionalNetwork(activation: .relu).train(
      on: twice, loss: InterpolationLoss(), beta: .absolute(1))
    #expect(none.solution.status == .infeasible)
    #expect(none.json(pretty: false).contains("\"objective\":null"))
  }

  @Test func whatHasNoProgramIsRefused() throws {
    let refused: [OneDimensionalNetwork] = [
      OneDimensionalNetwork(activation: .relu, outputBias: false),
      OneDimensionalNetwork(activation: .relu, depth: 1),
      OneDimensionalNetwork(activation: .absolute, depth: 4),
      OneDimensionalNetwork(activation: .leaky(slope: 1)),
      OneDimensionalNetwork(activation: .leaky(slope: 0.1), depth: 3),
      OneDimensionalNetwork(activation: .relu, depth: 3, shape: .rectangular, widths: [2]),
      OneDimensionalNetwork(activation: .sign, depth: 3, shape: .tree, widths: []),
      OneDimensionalNetwork(activation: .sign, depth: 3, shape: .tree, widths: [0]),
    ]
    for network in refused {
      #expect(throws: ZonotopeError.self) { try train(network, [0, 1], [0, 1], .absolute(1)) }
    }
  }
}
