import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The divergence, sample by sample, where the difference of two values would have no digit right.
@Suite struct DivergenceTests {
  /// The integral of (1 - s) times the variance of the step under the softmax at g + s step: all terms are positive.
  private func expected(_ g: [Double], _ step: [Double]) -> Double {
    let points = [
      (0.0, 128 / 225.0), (0.538469310105683, 0.478628670499366), (-0.538469310105683, 0.478628670499366),
      (0.906179845938664, 0.236926885056189), (-0.906179845938664, 0.236926885056189),
    ]
    let pieces = max(1, Int((step.map(abs).max()! * 12).rounded(.up)))
    var total = 0.0
    for piece in 0..<pieces {
      for (place, weight) in points {
        let s = (Double(piece) + 0.5 + 0.5 * place) / Double(pieces)
        let f = zip(g, step).map { $0 + s * $1 }, top = f.max()!
        let p = f.map { exp($0 - top) }, mass = p.reduce(0, +)
        let mean = Naive.dot(p, step) / mass
        let variance = zip(p, step).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / mass
        total += weight / Double(2 * pieces) * (1 - s) * variance
      }
    }
    return total
  }

  @Test(arguments: [1e-12, 1e-9, 1e-6, 1e-3, 9e-3, 1.1e-2, 0.1, 1, 5, 60], [0.5, 6, 25])
  func ofTheLogisticLossIsAccurateForAnyStep(step: Double, spread: Double) {
    var random = Xoshiro256(seed: 4)
    for k in 0..<30 {
      let g = spread * random.nextNormal(), f = g + (k % 2 == 0 ? step : -step)
      // A loss of margins is the softmax of the margin and zero.
      let expected = 0.7 * expected([g, 0], [f - g, 0])
      let got = LogisticLoss(scale: 0.7).divergence([f], from: [g], [k % 3 == 0 ? 1 : -1])
      #expect(abs(got - expected) <= 1e-10 * expected, "\(g), \(f): \(got), not \(expected)")
    }
  }

  @Test(arguments: [2, 3, 10], [1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1, 5, 60])
  func ofSoftmaxIsAccurateForAnyStep(classes: Int, step: Double) {
    var random = Xoshiro256(seed: 4)
    let y = (0..<classes).map { $0 == 0 ? 1.0 : 0 }
    for spread in [0.5, 6, 12] {
      for _ in 0..<6 {
        let g = y.map { _ in spread * random.nextNormal() }
        let f = g.map { $0 + step * random.nextNormal() }
        let expected = 0.7 * expected(g, zip(f, g).map(-))
        let got = SoftmaxLoss(classes: classes, scale: 0.7).divergence(f, from: g, y)
        #expect(abs(got - expected) <= 1e-10 * expected, "\(g), \(f): \(got), not \(expected)")
      }
    }
  }

  /// Where steps are this long nothing cancels in the definition.
  @Test(arguments: [LossCase.logistic, .softmax2, .softmax3, .softmax10], [1e3, 1e6, 1e12])
  func ofHugeStepsIsTheDefinition(term: LossCase, step: Double) {
    var random = Xoshiro256(seed: 4)
    let y = term.targets(30, &random), g = y.map { _ in random.nextNormal() }
    let f = g.map { $0 + step * random.nextNormal() }, loss = term.smooth(0.7)
    let slope = Naive.dot(loss.gradient(g, y), zip(f, g).map(-))
    let expected = term.value(f, y, scale: 0.7) - term.value(g, y, scale: 0.7) - slope
    #expect(abs(loss.divergence(f, from: g, y) - expected) <= 1e-12 * expected)
  }

  @Test(arguments: [1e-12, 1e-3, 1, 1e3])
  func ofTheSquaredLossIsHalfTheSquareOfTheStep(step: Double) {
    var random = Xoshiro256(seed: 4)
    let y = LossCase.squared.targets(40, &random), g = y.map { _ in 2 * random.nextNormal() }
    let f = g.map { $0 + step }
    let expected = zip(f, g).reduce(0) { $0 + 0.35 * ($1.0 - $1.1) * ($1.0 - $1.1) }
    let got = SquaredLoss(scale: 0.7).divergence(f, from: g, y)
    #expect(abs(got - expected) <= 1e-13 * expected)
  }

  /// On numbers so short that the definition is exact in doubles: inside, outside, and across one bend or both.
  @Test(arguments: [0x1p-20, 0x1p-10, 0.5, 1, 16])
  func ofTheHuberLossIsExactAcrossItsBends(step: Double) {
    let delta = 0.75, loss = HuberLoss(delta: delta, scale: 0.5), y = [0.25]
    func value(_ e: Double) -> Double { abs(e) <= delta ? e * e / 2 : delta * (abs(e) - delta / 2) }
    for place in -20...20 {
      // Around both bends and between them.
      let b = (place % 2 == 0 ? delta : -delta) + Double(place / 2) * step / 4
      for a in [b + step, b - step] {
        let slope = min(delta, max(-delta, b))
        let expected = 0.5 * (value(a) - value(b) - slope * (a - b))
        let got = loss.divergence([a + y[0]], from: [b + y[0]], y)
        #expect(abs(got - expected) <= 1e-14 * expected, "\(b) to \(a): \(got), not \(expected)")
      }
    }
  }
}
