import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Changes of the problem that leave its optimum, or move it in a known way.
@Suite struct InvarianceTests {
  private let data = Example(samples: 16, features: 3, seed: 21)
  private let beta = 0.6

  private func objective(
    _ scenario: Scenario, _ data: Example, _ patterns: PatternSelection, beta: Double, scale: Double = 1
  ) throws -> Double {
    let result = try scenario.train(data, patterns, beta: .absolute(beta), scale: scale)
    #expect(result.solution.status == .optimal, "\(result.solution.relativeGap)")
    return result.solution.objective
  }

  private func expectEqual(_ a: Double, _ b: Double, _ location: SourceLocation = #_sourceLocation) {
    #expect(abs(a - b) <= 1e-9 * abs(b), sourceLocation: location)
  }

  @Test(arguments: Scenario.all, [1.0 / 16, 40])
  func scalingLossAndBetaScalesTheObjective(scenario: Scenario, factor: Double) throws {
    let masks = try data.masks(12, seed: 3, ones: scenario.inputBias)
    let plain = try objective(scenario, data, .masks(masks), beta: beta)
    let scaled = try objective(scenario, data, .masks(masks), beta: factor * beta, scale: factor)
    expectEqual(scaled, factor * plain)
  }

  @Test(arguments: Scenario.all)
  func theOrderOfRowsDoesNotMatter(scenario: Scenario) throws {
    let masks = try data.masks(12, seed: 3, ones: scenario.inputBias)
    let order = data.x.indices.map { ($0 * 7 + 3) % data.x.count }
    let permuted = Example(x: order.map { data.x[$0] }, y: order.map { data.y[$0] })
    let moved = masks.map { mask in order.map { mask[$0] } }
    expectEqual(
      try objective(scenario, permuted, .masks(moved), beta: beta),
      try objective(scenario, data, .masks(masks), beta: beta))
  }

  @Test(arguments: Scenario.plain)
  func theOrderOfPatternsDoesNotMatterAndCopiesAreMerged(scenario: Scenario) throws {
    let masks = try data.masks(12, seed: 3)
    let plain = try scenario.train(data, .masks(masks), beta: .absolute(beta))
    let mixed = try scenario.train(
      data, .masks(masks.reversed() + [masks[0], masks[4], masks[0]]), beta: .absolute(beta))
    expectEqual(mixed.solution.objective, plain.solution.objective)
    #expect(mixed.patternCount == plain.patternCount)
  }

  @Test(arguments: Scenario.plain)
  func rotatingRowsAndGatesDoesNotMatter(scenario: Scenario) throws {
    var random = Xoshiro256(seed: 6)
    let gates = (0..<12).map { _ in (0..<3).map { _ in random.nextNormal() } }
    // A rotation about (1, 1, 1) composed with a reflection.
    let angle = 0.7
    let (a, b, c) = Self.circulant(angle)
    func turn(_ v: [Double]) -> [Double] {
      [
        -(a * v[0] + b * v[1] + c * v[2]), c * v[0] + a * v[1] + b * v[2], b * v[0] + c * v[1] + a * v[2],
      ]
    }
    let turned = Example(x: data.x.map(turn), y: data.y)
    expectEqual(
      try objective(scenario, turned, .gates(MatrixView(gates.map(turn))), beta: beta),
      try objective(scenario, data, .gates(MatrixView(gates)), beta: beta))
  }

  /// The rows of a rotation about (1, 1, 1) are the cyclic shifts of three numbers.
  private static func circulant(_ angle: Double) -> (Double, Double, Double) {
    let pi = Double.pi
    func entry(_ shift: Double) -> Double { (1 + 2 * cos(angle + shift)) / 3 }
    return (entry(0), entry(2 * pi / 3), entry(-2 * pi / 3))
  }

  @Test(arguments: Scenario.plain, [0.01, 30])
  func scalingRowsAndBetaTogetherDoesNotMatter(scenario: Scenario, factor: Double) throws {
    let masks = try data.masks(12, seed: 3)
    let scaled = Example(x: data.x.map { $0.map { factor * $0 } }, y: data.y)
    expectEqual(
      try objective(scenario, scaled, .masks(masks), beta: factor * beta),
      try objective(scenario, data, .masks(masks), beta: beta))
  }

  @Test(arguments: Scenario.all)
  func repeatingEveryRowWithHalfTheLossDoesNotMatter(scenario: Scenario) throws {
    let masks = try data.masks(12, seed: 3, ones: scenario.inputBias)
    let twice = Example(x: data.x + data.x, y: data.y + data.y)
    expectEqual(
      try objective(scenario, twice, .masks(masks.map { $0 + $0 }), beta: beta, scale: 0.5),
      try objective(scenario, data, .masks(masks), beta: beta))
  }

  @Test(arguments: Scenario.all, [SolverKind.admm, .fista])
  func solversAgree(scenario: Scenario, kind: SolverKind) throws {
    let masks = try data.masks(12, seed: 3, ones: scenario.inputBias)
    let result = try scenario.train(data, .masks(masks), beta: .absolute(beta)) { $0.kind = kind }
    #expect(result.solution.solver == kind)
    expectEqual(result.solution.objective, try objective(scenario, data, .masks(masks), beta: beta))
  }
}
