import Testing

@testable import Zonotope

@Suite struct CholeskyTests {
  @Test(arguments: [1, 2, 7, 24, 65, 200, 256, 257, 600])
  func solvesTheShiftedSystem(order: Int) throws {
    var random = Xoshiro256(seed: 1)
    let root = (0..<order * order).map { _ in random.nextNormal() }
    let matrix = try Vector(order * order)
    for i in 0..<order {
      for j in 0...i {
        for k in 0..<order { matrix[i * order + j] += root[i * order + k] * root[j * order + k] }
      }
    }
    var factor = try CholeskyFactor<Double>(order: order)
    for shift in [0.5, 3.0] {
      let isFactored = factor.factor(matrix.values, shift: shift, Workers(threads: 2))
      #expect(isFactored)
      let x = try Vector(order)
      let right = (0..<order).map { _ in random.nextNormal() }
      for k in 0..<order { x[k] = right[k] }
      factor.solve(x.mutable)
      for i in 0..<order {
        var product = shift * x[i]
        for j in 0..<order { product += matrix[max(i, j) * order + min(i, j)] * x[j] }
        #expect(abs(product - right[i]) < 1e-8, "\(order) \(i) \(product) \(right[i])")
      }
    }
  }

  /// Against the textbook's loops, across the border of a band.
  @Test func pivotsAreSquaresOfTheDiagonal() throws {
    let order = 300
    var random = Xoshiro256(seed: 2)
    let matrix = try Vector(order * order)
    for i in 0..<order {
      for j in 0..<i { matrix[i * order + j] = random.nextNormal() / Double(order) }
      matrix[i * order + i] = 2 + random.nextNormal() / 10
    }
    var lower = [Double](repeating: 0, count: order * order)
    var factor = try CholeskyFactor<Double>(order: order)
    let isFactored = factor.factor(matrix.values, shift: 0.25, Workers(threads: 1))
    #expect(isFactored)
    for i in 0..<order {
      for j in 0...i {
        var value = matrix[i * order + j] + (i == j ? 0.25 : 0)
        for k in 0..<j { value -= lower[i * order + k] * lower[j * order + k] }
        lower[i * order + j] = i == j ? value.squareRoot() : value / lower[j * order + j]
      }
      let square = lower[i * order + i] * lower[i * order + i]
      #expect(abs(factor.pivot(i) - square) <= 1e-12 * square)
    }
  }

  /// A Gram matrix whose rows are computed while they are factored, against one that is kept.
  @Test func aMatrixThatIsNotKeptHasTheSameFactor() throws {
    let data = Example(samples: 300, features: 4, seed: 3), workers = Workers(threads: 2)
    let masks = try data.masks(12, seed: 2)
    let map = try MaskedMap(x: MatrixView(data.x), patterns: PatternSet.masks(masks, samples: 300))
    let kept = try SampleGram(map, nil, workers), made = try SampleGram(map, nil, workers, storedUpTo: 0)
    var one = try CholeskyFactor<Double>(order: 300), other = try CholeskyFactor<Double>(order: 300)
    var single = try CholeskyFactor<Float>(order: 300)
    let areFactored = [
      kept.factor(into: &one, shift: 0.5, workers), made.factor(into: &other, shift: 0.5, workers),
      made.factor(into: &single, shift: 0.5, workers),
    ]
    #expect(areFactored == [true, true, true])
    let x = try Vector(600), y = try Vector(600), f = try Buffer<Float>(600)
    for k in 0..<600 {
      (x[k], y[k]) = (Double(k % 7) - 3, Double(k % 7) - 3)
      f[k] = Float(x[k])
    }
    one.solve(x.mutable, width: 2)
    other.solve(y.mutable, width: 2)
    single.solve(f.pointer, width: 2)
    for k in 0..<600 {
      #expect(abs(x[k] - y[k]) < 1e-11)
      #expect(abs(x[k] - single.scale * Double(f[k])) < 1e-3)
    }
  }
}
