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
}
