import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What solvers and certificates rely on in a loss, against definitions and optimality conditions.
@Suite struct LossTests {
  private static let size = 40

  private struct Sample {
    var y: [Double]
    var f: [Double]
    var g: [Double]

    init(_ term: Scenario.Term, spread: Double, seed: UInt64 = 3) {
      var random = Xoshiro256(seed: seed)
      y = (0..<size).map { term == .logistic ? ($0 % 3 == 0 ? -1 : 1) : 2 * random.nextNormal() }
      f = (0..<size).map { _ in spread * random.nextNormal() }
      g = (0..<size).map { _ in spread * random.nextNormal() }
    }
  }

  private static func loss(_ term: Scenario.Term, _ scale: Double) -> any SmoothLoss & ProximableLoss {
    term == .squared ? SquaredLoss(scale: scale) : LogisticLoss(scale: scale)
  }

  private func withValues<R>(_ values: [Double], _ body: (Values) -> R) -> R {
    values.withUnsafeBufferPointer(body)
  }

  private func gradient(_ loss: any SmoothLoss, _ f: [Double], _ y: [Double]) -> [Double] {
    var z = [Double](repeating: 0, count: f.count)
    z.withUnsafeMutableBufferPointer { z in
      withValues(f) { f in withValues(y) { y in loss.gradient(f, y, into: z) } }
    }
    return z
  }

  @Test(arguments: Scenario.Term.allCases, [0.01, 1, 50])
  func valueAndConjugateMatchTheirDefinitions(term: Scenario.Term, scale: Double) {
    let sample = Sample(term, spread: 3), loss = Self.loss(term, scale)
    let value = withValues(sample.f) { f in withValues(sample.y) { y in loss.value(f, y) } }
    let expected = Naive.loss(term, sample.f, sample.y, scale: scale)
    #expect(abs(value - expected) <= 1e-13 * expected)
    let z = gradient(loss, sample.g, sample.y)
    let dual = withValues(z) { z in withValues(sample.y) { y in loss.dualValue(z, y) } }
    let expectedDual = Naive.dual(term, z, sample.y, scale: scale)
    #expect(abs(dual - expectedDual) <= 1e-12 * max(scale, abs(expectedDual)))
  }

  /// loss(f) + loss*(z) >= <f, z>, with equality where z is the gradient at f.
  @Test(arguments: Scenario.Term.allCases, [0.01, 1, 50])
  func fenchelAndYoung(term: Scenario.Term, scale: Double) {
    let sample = Sample(term, spread: 3), loss = Self.loss(term, scale)
    let value = withValues(sample.f) { f in withValues(sample.y) { y in loss.value(f, y) } }
    for (point, isTight) in [(sample.f, true), (sample.g, false)] {
      let z = gradient(loss, point, sample.y)
      let dual = withValues(z) { z in withValues(sample.y) { y in loss.dualValue(z, y) } }
      let slack = value - dual - Naive.dot(sample.f, z)
      #expect(slack >= -1e-12 * value)
      if isTight { #expect(slack <= 1e-12 * value) } else { #expect(slack > 1e-3 * value) }
    }
  }

  @Test func outsideItsDomainTheLogisticConjugateIsInfinite() {
    let loss = LogisticLoss(scale: 2)
    for z in [[0.1, -0.5], [-2.1, 0.5], [-1, -0.1]] {
      let dual = withValues(z) { z in withValues([1, -1]) { y in loss.dualValue(z, y) } }
      #expect(dual == -.infinity)
    }
  }

  /// (t - f) / step is the gradient at f.
  @Test(arguments: Scenario.Term.allCases, [1e-6, 0.1, 1, 30, 1e6])
  func theProxSatisfiesItsOptimalityCondition(term: Scenario.Term, step: Double) {
    for spread in [0.1, 3, 300] {
      let sample = Sample(term, spread: spread), loss = Self.loss(term, 0.7)
      var f = [Double](repeating: 0, count: Self.size)
      f.withUnsafeMutableBufferPointer { f in
        withValues(sample.f) { t in
          withValues(sample.y) { y in loss.prox(t, y, step: step, into: f) }
        }
      }
      let z = gradient(loss, f, sample.y)
      for k in f.indices {
        let residual = f[k] + step * z[k] - sample.f[k]
        // The gradient moves by the curvature times the rounding of f.
        let size = abs(sample.f[k]) + (1 + step * loss.curvatureBound) * (abs(f[k]) + abs(sample.y[k]))
        #expect(abs(residual) <= 1e-14 * size, "\(f[k]) from \(sample.f[k]), target \(sample.y[k])")
      }
    }
  }

  /// Against the integral of (1 - s) h^2 loss''(g + s h), which has no cancellation.
  @Test(arguments: [1e-12, 1e-6, 1e-3, 9e-3, 1.1e-2, 0.1, 1, 5])
  func theLogisticDivergenceIsAccurateForAnyStep(step: Double) {
    var sample = Sample(.logistic, spread: 2)
    for k in sample.f.indices { sample.f[k] = sample.g[k] + step * (k % 2 == 0 ? 1 : -1) }
    var expected = 0.0
    for k in sample.f.indices {
      // Twenty pieces of a rule of five points.
      let points = [
        (0.0, 128 / 225.0), (0.538469310105683, 0.478628670499366), (-0.538469310105683, 0.478628670499366),
        (0.906179845938664, 0.236926885056189), (-0.906179845938664, 0.236926885056189),
      ]
      let h = sample.f[k] - sample.g[k]
      for piece in 0..<20 {
        for (place, weight) in points {
          let s = (Double(piece) + 0.5 + 0.5 * place) / 20
          let e = exp(-abs(sample.g[k] + s * h))
          expected += weight / 40 * (1 - s) * h * h * e / ((1 + e) * (1 + e))
        }
      }
    }
    let got = withValues(sample.f) { f in
      withValues(sample.g) { g in
        withValues(sample.y) { y in LogisticLoss().divergence(f, from: g, y) }
      }
    }
    #expect(abs(got - expected) <= 1e-8 * expected, "\((got - expected) / expected)")
  }

  @Test(arguments: [1e-12, 1e-3, 1, 1e3])
  func theSquaredDivergenceIsHalfTheSquareOfTheStep(step: Double) {
    var sample = Sample(.squared, spread: 2)
    for k in sample.f.indices { sample.f[k] = sample.g[k] + step }
    let expected = zip(sample.f, sample.g).reduce(0) { $0 + 0.35 * ($1.0 - $1.1) * ($1.0 - $1.1) }
    let got = withValues(sample.f) { f in
      withValues(sample.g) { g in
        withValues(sample.y) { y in SquaredLoss(scale: 0.7).divergence(f, from: g, y) }
      }
    }
    #expect(abs(got - expected) <= 1e-13 * expected)
  }

  /// The gradient at the best constant sums to zero.
  @Test(arguments: Scenario.Term.allCases, [0.1, 3, 100])
  func theBestBiasIsStationary(term: Scenario.Term, spread: Double) {
    let sample = Sample(term, spread: spread), loss = Self.loss(term, 0.7)
    let bias = withValues(sample.f) { f in withValues(sample.y) { y in loss.optimalBias(f, y) } }
    let z = gradient(loss, sample.f.map { $0 + bias }, sample.y)
    let size = z.reduce(0) { $0 + abs($1) }
    #expect(abs(z.reduce(0, +)) <= 1e-10 * max(size, 1e-3))
  }

  /// Points whose entries sum to zero, inside the domain, and only moved where they have to be.
  @Test(arguments: Scenario.Term.allCases)
  func balancingKeepsTheDomain(term: Scenario.Term) {
    let sample = Sample(term, spread: 2), loss = Self.loss(term, 0.7)
    var z = gradient(loss, sample.f, sample.y)
    func balance() {
      z.withUnsafeMutableBufferPointer { z in withValues(sample.y) { y in loss.balance(z, y) } }
    }
    balance()
    let size = z.reduce(0) { $0 + abs($1) }
    #expect(abs(z.reduce(0, +)) <= 1e-14 * size)
    let value = withValues(z) { z in withValues(sample.y) { y in loss.dualValue(z, y) } }
    #expect(value.isFinite)
    let before = z
    balance()
    #expect(zip(z, before).allSatisfy { abs($0 - $1) <= 1e-14 * abs($1) + 1e-16 })
  }
}
