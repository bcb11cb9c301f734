import Testing

@testable import Zonotope

@Suite struct OneDimensionalOptimumTests {
  private var settings: SolverSettings {
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    return settings
  }

  /// The objective of the weights is that of the program, and no combination of the columns of the dictionary is better.
  @Test(arguments: OneDimensionalNetwork.kinds)
  func weightsReachTheOptimumOfTheDictionary(_ network: OneDimensionalNetwork) throws {
    for seed in 0..<200 as Range<UInt64> {
      let n = 3 + Int(seed % 7), problem = LineCase(n, seed: seed, ties: seed % 5 == 0)
      let ratio = [0.003, 0.03, 0.2, 0.7][Int(seed % 4)]
      let result = try network.train(
        on: problem.data(), loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
      let fit = try result.network.predict(MatrixView(problem.x, rows: n, columns: 1))
      let bound = LineColumns(network: network, x: problem.x).bound(fit, problem.y, beta: result.beta)
      #expect(result.solution.status == .optimal, "\(seed)")
      #expect(
        abs(result.networkObjective - result.solution.objective) <= 1e-9 * result.networkObjective, "\(seed)")
      #expect(result.networkObjective - bound <= 1e-9 * result.networkObjective, "\(seed)")
      #expect(result.certificate.lowerBound <= result.networkObjective * (1 + 1e-12), "\(seed)")
    }
  }

  @Test(arguments: OneDimensionalNetwork.kinds)
  func betaMaxIsTheDualNormAtTheBestConstant(_ network: OneDimensionalNetwork) throws {
    let problem = LineCase(9, seed: 3), columns = LineColumns(network: network, x: problem.x)
    let mean = network.outputBias ? problem.y.reduce(0, +) / 9 : 0
    let result = try network.train(on: problem.data(), loss: SquaredLoss(), beta: .ratio(1))
    #expect(abs(result.betaMax - columns.dualNorm(problem.y.map { $0 - mean })) <= 1e-12 * result.betaMax)
    #expect(result.network.units == 0)
    let below = try network.train(
      on: problem.data(), loss: SquaredLoss(), beta: .ratio(0.999), settings: settings)
    #expect(below.network.units > 0)
  }

  @Test func narrowReLUOfAnyDepthIsThatOfThreeLayers() throws {
    for seed in 0..<20 as Range<UInt64> {
      let problem = LineCase(12, seed: seed)
      let objectives = try [3, 4, 7].map { depth in
        try OneDimensionalNetwork(activation: .relu, depth: depth)
          .train(on: problem.data(), loss: SquaredLoss(), beta: .absolute(0.5), settings: settings)
          .networkObjective
      }
      #expect(abs(objectives[1] - objectives[0]) <= 1e-9 * objectives[0])
      #expect(abs(objectives[2] - objectives[0]) <= 1e-9 * objectives[0])
    }
  }

  /// Certificates are checked with the columns: the dual point is feasible, and its value what it is said to be.
  @Test(arguments: OneDimensionalNetwork.kinds, [0, 1, 2, 3])
  func otherLossesAreCertified(_ network: OneDimensionalNetwork, _ kind: Int) throws {
    let problem = LineCase(14, seed: UInt64(7 + kind))
    switch kind {
    case 0: try certify(network, problem.x, problem.y.map { $0 > 1 ? 1 : -1 }, LogisticLoss(scale: 0.5))
    case 1: try certify(network, problem.x, problem.y, HuberLoss(delta: 0.4))
    case 2: try certify(network, problem.x, problem.y, AbsoluteLoss(scale: 2))
    default: try certify(network, problem.x, problem.y.map { $0 > 1 ? 1 : -1 }, HingeLoss())
    }
  }

  private func certify(
    _ network: OneDimensionalNetwork, _ x: [Double], _ y: [Double], _ loss: some Loss
  ) throws {
    // Dictionaries of patterns are long to list.
    let few = network.depth > 2 && network.networkActivation.isStep ? 9 : x.count
    let (x, y) = (Array(x[..<few]), Array(y[..<few]))
    let data = try Dataset(x: MatrixView(x, rows: few, columns: 1), y: y)
    let result = try network.train(on: data, loss: loss, beta: .ratio(0.1))
    let z = result.solution.dualPoint
    #expect(result.solution.status == .optimal)
    #expect(result.certificate.relativeGap <= 1e-6)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-8 * result.networkObjective)
    #expect(LineColumns(network: network, x: x).dualNorm(z) <= result.beta * (1 + 1e-12))
    if network.outputBias { #expect(abs(z.reduce(0, +)) <= 1e-12 * z.reduce(0) { $0 + abs($1) }) }
    let shift = network.outputBias && loss.isTranslationInvariant ? y.reduce(0, +) / Double(few) : 0
    let value = z.withUnsafeBufferPointer { z in
      y.map { $0 - shift }.withUnsafeBufferPointer { loss.dualValue(z, $0) }
    }
    #expect(abs(value - result.solution.dual) <= 1e-6 * result.solution.objective)
  }
}
