import Testing

@testable import Zonotope

/// betaMax is where the network appears.
@Suite struct BetaMaxTests {
  private let data = Example(samples: 14, features: 3, seed: 11)

  private func masks(_ scenario: Scenario) throws -> [[Bool]] {
    try data.masks(10, seed: 2, ones: scenario.inputBias)
  }

  /// The loss of the best constant, by golden section.
  private func constantLoss(_ scenario: Scenario) -> Double {
    let y = scenario.targets(data)
    func value(_ b: Double) -> Double {
      Naive.loss(scenario.term, y.map { _ in b }, y, scale: 1)
    }
    guard scenario.outputBias else { return value(0) }
    var (low, high) = (-20.0, 20.0)
    let ratio = (5.0.squareRoot() - 1) / 2
    while high - low > 1e-9 {
      let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
      if value(left) < value(right) { high = right } else { low = left }
    }
    return value((low + high) / 2)
  }

  @Test(arguments: Scenario.all, [1.0001, 1.5, 100])
  func aboveItTheNetworkIsExactlyZero(scenario: Scenario, ratio: Double) throws {
    let result = try scenario.train(data, .masks(masks(scenario)), beta: .ratio(ratio))
    #expect(result.solution.status == .optimal)
    #expect(result.solution.point.blocks.allSatisfy { $0 == 0 })
    #expect(result.network.neurons.isEmpty)
    #expect(result.activePatterns == 0)
    let expected = constantLoss(scenario)
    #expect(abs(result.solution.objective - expected) <= 1e-9 * expected)
  }

  @Test(arguments: Scenario.all)
  func justBelowItThereIsANeuron(scenario: Scenario) throws {
    let result = try scenario.train(data, .masks(masks(scenario)), beta: .ratio(0.99)) {
      $0.tolerance = 1e-12
    }
    #expect(result.activePatterns > 0)
    #expect(!result.network.neurons.isEmpty)
    #expect(result.solution.objective < constantLoss(scenario))
  }

  /// The largest dual norm of a block at the gradient of the loss without a network.
  @Test(arguments: Scenario.plain)
  func itIsTheLargestBlockNormOfTheGradientAtZero(scenario: Scenario) throws {
    let masks = try masks(scenario), y = scenario.targets(data)
    let result = try scenario.train(data, .masks(masks), beta: .ratio(1))
    let z = y.map { scenario.term == .squared ? -$0 : -$0 / 2 }
    let norms = masks.flatMap { mask -> [Double] in
      let product = Naive.adjoint(data.x, mask, z)
      guard scenario.kind == .exact else { return [Naive.norm(product)] }
      return [product, product.map { -$0 }].map { Naive.coneProjectionNorm(data.x, mask, $0) }
    }
    #expect(abs(result.betaMax - norms.max()!) <= 1e-9 * result.betaMax)
  }
}
