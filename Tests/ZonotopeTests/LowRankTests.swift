import Testing

@testable import Zonotope

@Suite("Rows of low rank in place of others")
struct LowRankTests {
  @Test("the logistic reference: 4.10705 on the rows, 4.15279 over their best matrix of rank 2")
  func reference() throws {
    let data = try ReferenceRows.labelled(), loss = LogisticLoss()
    let optimum = try OptimalSetTests.solved(data, loss, beta: .absolute(0.8)).1
    #expect(abs(optimum.networkObjective - 4.107053995815687) <= 1e-8)
    let low = try LowRankApproximation(of: data.x, rank: 2)
    let trained = try OptimalSetTests.solved(Dataset(x: low.matrix, y: data.y), loss, beta: .absolute(0.8)).1
    #expect(abs(trained.networkObjective - 4.152793681373976) <= 1e-7)
    let objective = try trained.network.objective(
      on: data.x, targets: data.y.entries(), loss: loss, beta: 0.8)
    #expect(abs(objective - 4.152793681376922) <= 1e-6)
    let factor = low.factor(beta: 0.8, lipschitz: 6.0.squareRoot())
    #expect(objective <= factor * optimum.networkObjective && factor > 1)
  }

  @Test("the matrix is as near as there is one, and the bounds hold for both losses")
  func bounds() throws {
    for seed in 0..<8 {
      let data = try ColumnGenerationTests.random(12, 3, seed: UInt64(seed))
      let low = try LowRankApproximation(of: data.x, rank: 2)
      // The largest ratio of lengths, by the power method.
      var v = [1.0, 0.7, -0.4], size = 0.0
      for _ in 0..<500 {
        var image = [0.0, 0, 0]
        for k in 0..<12 {
          let product = (0..<3).reduce(0) { $0 + (data.x[k, $1] - low.matrix[k, $1]) * v[$1] }
          for j in 0..<3 { image[j] += product * (data.x[k, j] - low.matrix[k, j]) }
        }
        size = RowSpace.dot(image, image).squareRoot().squareRoot()
        v = RowSpace.normalised(image)
      }
      #expect(abs(size - low.remainder) <= 1e-9 * low.remainder)
      let exact = try OptimalSetTests.solved(data, SquaredLoss(), beta: .ratio(0.2)).1
      let trained = try OptimalSetTests.solved(
        Dataset(x: low.matrix, y: data.y), SquaredLoss(), beta: .absolute(exact.beta)
      ).1
      let objective = try trained.network.objective(
        on: data.x, targets: data.y.entries(), loss: SquaredLoss(), beta: exact.beta)
      #expect(objective >= exact.networkObjective * (1 - 1e-9))
      #expect(objective <= low.squaredLossBound(optimum: exact.networkObjective, beta: exact.beta))
    }
    #expect(throws: ZonotopeError.self) { try LowRankApproximation(of: MatrixView([[1, 2]]), rank: 0) }
  }

  @Test("gains are bounded through a subspace: above what climbs find, and close where the rest is small")
  func projection() throws {
    let workers = Workers(threads: 1)
    for seed in 0..<10 {
      var random = Xoshiro256(seed: UInt64(seed))
      let n = 40, d = 14, small = [1e-1, 1e-3, 1e-6][seed % 3]
      let loadings = (0..<3 * d).map { _ in random.nextNormal() }
      var x: [Double] = []
      for _ in 0..<n {
        let factors = (0..<3).map { _ in random.nextNormal() }
        for j in 0..<d {
          x.append(
            (0..<3).reduce(0) { $0 + factors[$1] * loadings[$1 * d + j] } + small * random.nextNormal())
        }
      }
      let rows = try ResponseRows(MatrixView(x, rows: n, columns: d))
      let z = (0..<n).map { _ in random.nextNormal() }
      let response = try rows.response(to: { z[$0] }, .leaky(seed % 2 == 0 ? 0 : 0.3))
      let starts = (0..<60).map { _ in (0..<rows.rank).map { _ in random.nextNormal() } }
      let reached = try response.climb(from: starts, above: 0, workers).map(\.gain).max() ?? 0
      let bound = try #require(
        try GainBound.projection(response, sufficient: 0, nodes: 1 << 15, memory: .max, workers))
      #expect(bound.value >= reached * (1 - 1e-12) && bound.proof == .projection)
      if small <= 1e-3 { #expect(bound.value <= 1.03 * reached) }
      let relaxed = try #require(try GainBound.relaxation(response, workers))
      #expect(relaxed.value >= reached * (1 - 1e-12))
    }
  }
}
