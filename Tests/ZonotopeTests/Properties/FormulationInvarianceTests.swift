import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Changes of a problem of any kind that leave its optimum, or move it in a known way.
@Suite struct FormulationInvarianceTests {
  private static let beta = 0.4

  private func expectEqual(_ a: Double, _ b: Double, _ location: SourceLocation = #_sourceLocation) {
    #expect(abs(a - b) <= 1e-9 * abs(b), "\(a), not \(b)", sourceLocation: location)
  }

  private func data(_ network: NetworkCase) -> Targeted { Targeted(network, samples: 14, features: 3) }

  @Test(arguments: NetworkCase.varied, [1.0 / 16, 40])
  func scalingLossAndBetaScalesTheObjective(network: NetworkCase, factor: Double) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    expectEqual(
      try network.optimum(data, .masks(masks), beta: factor * Self.beta, scale: factor),
      factor * (try network.optimum(data, .masks(masks), beta: Self.beta)))
  }

  @Test(arguments: NetworkCase.varied)
  func theOrderOfRowsAndPatternsDoesNotMatter(network: NetworkCase) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    let order = data.x.indices.map { ($0 * 5 + 3) % data.x.count }
    let moved = masks.reversed().map { mask in order.map { mask[$0] } }
    expectEqual(
      try network.optimum(data.rows(order), .masks(moved + [moved[2], moved[0]]), beta: Self.beta),
      try network.optimum(data, .masks(masks), beta: Self.beta))
  }

  @Test(arguments: NetworkCase.varied)
  func repeatingEveryRowWithHalfTheLossDoesNotMatter(network: NetworkCase) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    let twice = data.rows(Array(data.x.indices) + data.x.indices)
    expectEqual(
      try network.optimum(twice, .masks(masks.map { $0 + $0 }), beta: Self.beta, scale: 0.5),
      try network.optimum(data, .masks(masks), beta: Self.beta))
  }

  /// A reflection and a rotation of the features; an input bias is a feature that stays.
  @Test(arguments: NetworkCase.varied)
  func turningRowsDoesNotMatter(network: NetworkCase) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    let (c, s) = (cos(0.7), sin(0.7))
    func turn(_ v: [Double]) -> [Double] {
      let w = [c * v[0] + s * v[1], s * v[0] - c * v[1], v[2]]
      return [w[0], c * w[1] - s * w[2], s * w[1] + c * w[2]]
    }
    expectEqual(
      try network.optimum(Targeted(x: data.x.map(turn), y: data.y), .masks(masks), beta: Self.beta),
      try network.optimum(data, .masks(masks), beta: Self.beta))
  }

  @Test(arguments: NetworkCase.varied.filter { !$0.inputBias }, [0.01, 30])
  func scalingRowsAndBetaTogetherDoesNotMatter(network: NetworkCase, factor: Double) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    let scaled = Targeted(x: data.x.map { $0.map { factor * $0 } }, y: data.y)
    expectEqual(
      try network.optimum(scaled, .masks(masks), beta: factor * Self.beta),
      try network.optimum(data, .masks(masks), beta: Self.beta))
  }

  /// Targets in another unit; the squared losses then count its square.
  @Test(arguments: NetworkCase.varied.filter { !$0.term.hasLabels && !$0.term.isSoftmax }, [1e-9, 1e6])
  func scalingTargetsScalesTheObjective(network: NetworkCase, factor: Double) throws {
    let data = data(network), masks = try network.masks(data.x, 8)
    let scaled = Targeted(x: data.x, y: data.y.map { factor * $0 })
    let isAbsolute = network.term == .absolute
    let power = isAbsolute ? factor : factor * factor
    expectEqual(
      try network.optimum(
        scaled, .masks(masks), beta: isAbsolute ? Self.beta : factor * Self.beta,
        delta: factor * LossCase.delta),
      power * (try network.optimum(data, .masks(masks), beta: Self.beta)))
  }
}
