import Testing

@testable import Zonotope

/// What certificates rely on in a loss: moves of dual points, and the best constant.
@Suite struct LossDualTests {
  private struct Point {
    let y: [Double]
    let f: [Double]
    /// A gradient, shortened, so that there is room to the border of the domain.
    let z: [Double]

    init(_ term: LossCase, scale: Double = 0.7, spread: Double = 2, share: Double = 0.6) {
      var random = Xoshiro256(seed: 8)
      y = term.targets(30, &random)
      f = y.map { _ in spread * random.nextNormal() }
      z = term.loss(scale).gradient(f, y).map { share * $0 }
    }
  }

  @Test(arguments: LossCase.allCases, [0.2, 1, 4, Double.infinity])
  func scalingsStayInTheDomain(term: LossCase, limit: Double) {
    for share in [0.05, 0.6, 1] {
      let point = Point(term, share: share), loss = term.loss(0.7)
      let factor = loss.scaling(point.z, point.y, limit: limit)
      #expect(factor >= 0 && factor <= limit)
      #expect(loss.dual(point.z.map { factor * $0 }, point.y).isFinite)
    }
    #expect(term.loss(0.7).scaling([Double](repeating: 0, count: 30), Point(term).y, limit: 1).isFinite)
  }

  /// No other multiple up to the limit has a larger value, unless the best is nothing at all.
  @Test(arguments: [LossCase.squared, .hinge, .absolute, .huber], [0.2, 1, 4])
  func scalingsAreTheBestMultiples(term: LossCase, limit: Double) {
    for share in [0.05, 0.6, 1] {
      let point = Point(term, share: share), loss = term.loss(0.7)
      func value(_ factor: Double) -> Double { loss.dual(point.z.map { factor * $0 }, point.y) }
      let best = max(0, value(loss.scaling(point.z, point.y, limit: limit)))
      for k in 0...1000 {
        let other = value(limit * Double(k) / 1000)
        #expect(other <= best + 1e-12 * abs(best) + 1e-13)
      }
    }
  }

  @Test(arguments: LossCase.allCases)
  func clippingUndoesRoundingAndNothingElse(term: LossCase) {
    let loss = term.loss(0.7)
    for share in [0.5, 1] {
      let point = Point(term, spread: 30, share: share)
      let clipped = loss.clipped(point.z, point.y)
      for (a, b) in zip(clipped, point.z) { #expect(abs(a - b) <= 1e-15) }
      for sign in [1.0, -1] {
        let outside = point.z.enumerated().map { $1 + sign * 1e-10 * Double($0 % 3) }
        let back = loss.clipped(outside, point.y)
        #expect(loss.dual(back, point.y).isFinite)
        for (a, b) in zip(back, outside) { #expect(abs(a - b) <= 2e-9) }
      }
    }
  }

  /// Just before the step the point is in the domain, just after it is not.
  @Test(arguments: LossCase.allCases)
  func theLargestStepEndsAtTheBorder(term: LossCase) {
    let loss = term.loss(0.7), point = Point(term)
    #expect(loss.step(from: point.z, to: point.z.map { 0.5 * $0 }, point.y) == 1)
    var random = Xoshiro256(seed: 5)
    for length in [1e-3, 0.1, 3, 1e6] {
      var direction = point.z.map { _ in length * random.nextNormal() }
      for row in term.rows(direction.count) where term.isSoftmax {
        // The shares of a sample go on adding up to one.
        let mean = direction[row].reduce(0, +) / Double(row.count)
        for k in row { direction[k] -= mean }
      }
      let start = term.hasLabels ? point.y.map { -0.35 * $0 } : point.z
      func moved(_ t: Double) -> [Double] { zip(start, direction).map { $0 + t * $1 } }
      let step = loss.step(from: start, to: moved(1), point.y)
      #expect(step > 0 && step <= 1)
      #expect(loss.dual(moved(step * (1 - 1e-12)), point.y).isFinite)
      if step < 1 { #expect(loss.dual(moved(step * (1 + 1e-6)), point.y) == -.infinity) }
      if term == .squared { #expect(step == 1) } else if length >= 3 { #expect(step < 1) }
    }
    #expect(term == .squared || loss.step(from: point.z, to: point.z.map { _ in .nan }, point.y) == 0)
  }

  /// Points whose entries sum to zero, inside the domain, and only moved where they have to be.
  @Test(arguments: LossCase.separable)
  func balancingKeepsTheDomain(term: LossCase) {
    let point = Point(term, share: 1), loss = term.loss(0.7)
    let z = loss.balanced(point.z, point.y)
    let size = z.reduce(0) { $0 + abs($1) }
    #expect(abs(z.reduce(0, +)) <= 1e-14 * size && size > 0)
    #expect(loss.dual(z, point.y).isFinite)
    let again = loss.balanced(z, point.y)
    #expect(zip(again, z).allSatisfy { abs($0 - $1) <= 1e-14 * abs($1) + 1e-16 })
  }

  /// No other constant is better, near by or far away.
  @Test(arguments: LossCase.separable, [1e-12, 0.1, 3, 100])
  func theBestBiasIsTheBest(term: LossCase, spread: Double) {
    let point = Point(term, spread: spread), loss = term.loss(0.7)
    func value(_ bias: Double) -> Double { loss.value(point.f.map { $0 + bias }, point.y) }
    let bias = loss.bias(point.f, point.y), best = value(bias)
    for size in [1e-8, 1e-5, 1e-2, 1, 30] {
      for other in [bias + size, bias - size] { #expect(value(other) >= best * (1 - 1e-14)) }
    }
    for k in -400...400 { #expect(value(0.05 * spread * Double(k)) >= best * (1 - 1e-14)) }
  }

  /// One class of several outputs alone: the loss then falls to nothing.
  @Test(arguments: [LossCase.hinge, .logistic], [1.0, -1])
  func theBestBiasOfOneClassLeavesNothing(term: LossCase, label: Double) {
    let f = Point(term, spread: 50).f, y = f.map { _ in label }, loss = term.loss(0.7)
    let bias = loss.bias(f, y)
    #expect(bias.isFinite && loss.value(f.map { $0 + bias }, y) <= 1e-13)
  }

  /// A subgradient at the best constant fit whose entries sum to zero, in any unit of the targets.
  @Test(arguments: LossCase.separable, [1e-30, 1, 1e30])
  func theBalancedGradientIsASubgradient(term: LossCase, unit: Double) {
    guard unit == 1 || !term.hasLabels else { return }
    let y = Point(term).y.map { unit * $0 }
    let loss: any ProximableLoss = term == .huber ? HuberLoss(delta: 0.8 * unit, scale: 0.7) : term.loss(0.7)
    let zero = y.map { _ in 0.0 }, bias = loss.bias(zero, y), f = y.map { _ in bias }
    let z = loss.balancedGradient(f, y)
    let size = z.reduce(0) { $0 + abs($1) }
    #expect(size > 0 && abs(z.reduce(0, +)) <= 1e-11 * size)
    let slack = loss.value(f, y) - loss.dual(z, y) - Naive.dot(f, z)
    #expect(abs(slack) <= 1e-12 * loss.value(f, y))
  }
}
