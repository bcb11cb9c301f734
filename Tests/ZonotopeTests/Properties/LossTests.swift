import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What solvers rely on in a loss, against definitions and optimality conditions.
@Suite struct LossTests {
  private static let size = 40

  private struct Sample {
    var y: [Double]
    var f: [Double]
    var g: [Double]

    init(_ term: LossCase, spread: Double, seed: UInt64 = 3) {
      var random = Xoshiro256(seed: seed)
      y = term.targets(size, &random)
      f = y.map { _ in spread * random.nextNormal() }
      g = y.map { _ in spread * random.nextNormal() }
    }
  }

  @Test(arguments: LossCase.allCases, [0.01, 1, 50])
  func valueAndConjugateMatchTheirDefinitions(term: LossCase, scale: Double) {
    let sample = Sample(term, spread: 3), loss = term.loss(scale)
    let expected = term.value(sample.f, sample.y, scale: scale)
    #expect(abs(loss.value(sample.f, sample.y) - expected) <= 1e-13 * expected)
    for share in [1, 0.3] {
      let z = loss.gradient(sample.g, sample.y).map { share * $0 }
      let dual = loss.dual(z, sample.y), expected = term.dual(z, sample.y, scale: scale)
      #expect(abs(dual - expected) <= 1e-12 * max(scale, abs(expected)), "\(dual), not \(expected)")
      #expect(dual <= expected)
    }
  }

  /// loss(f) + loss*(z) >= <f, z>, with equality where z is a gradient at f.
  @Test(arguments: LossCase.allCases, [0.01, 1, 50])
  func fenchelAndYoung(term: LossCase, scale: Double) {
    let sample = Sample(term, spread: 3), loss = term.loss(scale)
    let value = loss.value(sample.f, sample.y)
    for (point, isTight) in [(sample.f, true), (sample.g, false)] {
      let z = loss.gradient(point, sample.y)
      let slack = value - loss.dual(z, sample.y) - Naive.dot(sample.f, z)
      #expect(slack >= -1e-12 * value)
      if isTight { #expect(slack <= 1e-12 * value) } else { #expect(slack > 1e-3 * value) }
    }
  }

  /// At a kink every number of the interval is a subgradient.
  @Test(arguments: [LossCase.hinge, .absolute], [0.0, 0.25, 1])
  func everySubgradientAtAKinkIsTight(term: LossCase, share: Double) {
    let sample = Sample(term, spread: 3), loss = term.loss(2)
    // Both losses have their kinks where the fit is the target.
    let z = term.subgradients(sample.y, sample.y, scale: 2).map { $0.low + share * ($0.high - $0.low) }
    #expect(loss.value(sample.y, sample.y) == 0)
    let slack = -loss.dual(z, sample.y) - Naive.dot(sample.y, z)
    #expect(abs(slack) <= 1e-12 * 2 * Double(Self.size))
  }

  @Test(arguments: LossCase.allCases)
  func outsideItsDomainTheConjugateIsInfinite(term: LossCase) {
    let sample = Sample(term, spread: 2), loss = term.loss(2)
    let inside = loss.gradient(sample.f, sample.y).map { 0.9 * $0 }
    #expect(loss.dual(inside, sample.y).isFinite)
    guard term != .squared else { return }
    for change in [5.0, -5] {
      var z = inside
      z[4] += change
      #expect(loss.dual(z, sample.y) == -.infinity)
      z[4] = .nan
      #expect(loss.dual(z, sample.y) == -.infinity)
    }
  }

  /// (t - f) / step is a subgradient at f.
  @Test(arguments: LossCase.allCases, [1e-6, 1e-3, 0.1, 1, 30, 1e3, 1e6])
  func theProxSatisfiesItsOptimalityCondition(term: LossCase, step: Double) {
    for spread in [0.1, 3, 300] {
      let sample = Sample(term, spread: spread), scale = 0.7, loss = term.loss(scale)
      let f = loss.prox(sample.f, sample.y, step: step)
      let slopes = term.subgradients(f, sample.y, scale: scale)
      for row in term.rows(f.count) {
        let size = row.reduce(term.isSoftmax ? 1 : 0) {
          max($0, abs(sample.f[$1]), abs(f[$1]), abs(sample.y[$1]))
        }
        // The gradient moves by the curvature times the rounding of f.
        let tolerance = 1e-14 * size * (2 + (term.isSmooth ? step * scale : 0))
        for k in row {
          let low = f[k] + step * slopes[k].low, high = f[k] + step * slopes[k].high
          let distance = max(low - sample.f[k], sample.f[k] - high, 0)
          #expect(distance <= tolerance, "\(f[k]) from \(sample.f[k]), target \(sample.y[k]), \(spread)")
        }
      }
    }
  }

  @Test(arguments: LossCase.allCases, [0.02, 4])
  func proxAndGradientMayOverwriteTheirArgument(term: LossCase, step: Double) {
    let sample = Sample(term, spread: 3), loss = term.loss(0.7)
    for operation in [
      { (f: Values, y: Values, result: MutableValues) in loss.gradient(f, y, into: result) },
      { f, y, result in loss.prox(f, y, step: step, into: result) },
    ] {
      var apart = sample.f, inPlace = sample.f
      sample.y.withUnsafeBufferPointer { y in
        sample.f.withUnsafeBufferPointer { f in
          apart.withUnsafeMutableBufferPointer { operation(f, y, $0) }
        }
        inPlace.withUnsafeMutableBufferPointer { operation(Values($0), y, $0) }
      }
      #expect(apart == inPlace)
    }
  }

  /// Against differences of the gradient, number by number and along a direction.
  @Test(arguments: LossCase.smooth)
  func curvatureIsTheDerivativeOfTheGradient(term: LossCase) {
    let sample = Sample(term, spread: 1.5), scale = 0.7, loss = term.smooth(scale), step = 1e-5
    func slope(along d: [Double]) -> [Double] {
      let up = loss.gradient(zip(sample.f, d).map { $0 + step * $1 }, sample.y)
      let down = loss.gradient(zip(sample.f, d).map { $0 - step * $1 }, sample.y)
      return zip(up, down).map { ($0 - $1) / (2 * step) }
    }
    let along = loss.curvatures(sample.f, sample.y, along: sample.g)
    for (got, expected) in zip(along, slope(along: sample.g)) { #expect(abs(got - expected) < 1e-9) }
    let diagonal = loss.curvatures(sample.f, sample.y)
    for k in sample.f.indices {
      let unit = sample.f.indices.map { $0 == k ? 1.0 : 0 }
      #expect(abs(diagonal[k] - slope(along: unit)[k]) < 1e-9)
    }
    let mean = diagonal.reduce(0, +) / Double(diagonal.count)
    #expect(abs(loss.meanCurvature(sample.f, sample.y) - mean) <= 1e-14)
    // The square of B'd is the second derivative along d.
    var root = sample.g
    sample.f.withUnsafeBufferPointer { f in
      sample.y.withUnsafeBufferPointer { y in
        root.withUnsafeMutableBufferPointer { loss.applyCurvatureRoot(f, y, to: $0) }
      }
    }
    #expect(abs(Naive.dot(root, root) - Naive.dot(along, sample.g)) <= 1e-13 * Naive.dot(root, root))
    let bound = loss.curvatureBound * Naive.dot(sample.g, sample.g)
    #expect(Naive.dot(along, sample.g) <= bound * (1 + 1e-14))
  }
}
