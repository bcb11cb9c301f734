import CKernelTiers
import CZonotope
import Testing

/// Numbers of cells that are known otherwise, with no cell twice.
struct CellCountTests {
  static let generalPosition = [(50, 3), (100, 3), (1000, 3), (30, 5), (20, 10), (14, 6)]

  @Test(arguments: generalPosition)
  func generalPositionReachesTheBound(n: Int, d: Int) {
    var random = SeededGenerator(test: "general position \(n) \(d)")
    let x = (0..<n).map { _ in (0..<d).map { _ in random.unit() } }
    expect(x, count: coverCount(n, d), sampling: 20_000, &random)
  }

  @Test func fiftyRowsOfRankSix() {
    var random = SeededGenerator()
    let x = (0..<50).map { _ in (0..<6).map { _ in Double(random.below(101) - 50) } }
    #expect(coverCount(50, 6) == 4_276_820)
    expect(x, count: 4_276_820, sampling: 20_000, &random)
  }

  /// Counts by deletion and restriction.
  @Test func degenerateArrangements() {
    var random = SeededGenerator()
    let axes: (Int) -> [[Double]] = { d in
      (0..<d).reduce([[]]) { rows, _ in rows.flatMap { row in [-1.0, 0, 1].map { row + [$0] } } }
    }
    let grid: (Int) -> [[Double]] = { k in
      (0..<k).flatMap { i in (0..<k).map { j in [Double(i), Double(j), 1] } }
    }
    let braid: (Int) -> [[Double]] = { k in
      (0..<k).flatMap { i in
        (i + 1..<max(i + 1, k)).map { j in (0..<k).map { $0 == i ? 1.0 : $0 == j ? -1 : 0 } }
      }
    }
    let cases: [([[Double]], Int)] = [
      (grid(5), 402), (grid(8), 2566), (axes(3), 96), (axes(4), 5376), (braid(5), 120), (braid(7), 5040),
      ((0..<30).map { _ in (0..<5).map { _ in Double(random.below(101) - 50) } }, 55_682),
    ]
    for (x, count) in cases { expect(x, count: count, sampling: 2000, &random) }
  }

  /// Draws from {-1, 0, 1}^6, against deletion and restriction here.
  @Test func ternaryRowsOfRankSix() {
    var random = SeededGenerator()
    let rows = (0..<18).map { _ in (0..<6).map { _ in random.below(3) - 1 } }
    expect(
      rows.map { $0.map(Double.init) }, count: DeletionRestriction.cells(of: rows), sampling: 2000, &random)
  }

  /// So many cells, none twice, and the patterns of random directions are all among them.
  private func expect(_ x: [[Double]], count: Int, sampling samples: Int, _ random: inout SeededGenerator) {
    var seen = LineSet(capacity: count)
    let result = CellRun(x).cells { batch in seen.insert(batch) }
    #expect(result.status == ZT_CELLS_COMPLETE && result.found == count)
    #expect(seen.repeated == 0)
    var missing = 0
    for _ in 0..<samples {
      let w = (0..<x[0].count).map { _ in random.unit() }
      var line = [UInt64](repeating: 0, count: (x.count + 63) / 64)
      var nearest = Double.infinity
      for (k, row) in x.enumerated() where row.contains(where: { $0 != 0 }) {
        let product = zip(row, w).reduce(0) { $0 + $1.0 * $1.1 }
        nearest = min(nearest, abs(product))
        if product > 0 { line[k / 64] |= 1 << UInt64(k % 64) }
      }
      for (k, row) in x.enumerated() where row.allSatisfy({ $0 == 0 }) { line[k / 64] |= 1 << UInt64(k % 64) }
      // Rounding could change the sign of a product that small.
      if nearest > 1e-9 && !seen.contains(line) { missing += 1 }
    }
    #expect(missing == 0)
  }
}
