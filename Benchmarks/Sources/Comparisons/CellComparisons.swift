import CZonotope
import Zonotope

/// Cells of arrangements in general position, their number, and projections onto one, beside ten million multiply-adds
/// on registers: these have no dense counterpart.
public enum CellComparisons {
  public static let sizes = [(30, 5), (50, 6), (100, 3)]
  private static let flops = 2e7

  public static let all: [NamedComparison] =
    sizes.map { n, d in
      NamedComparison("cells-\(n)x\(d)", against: "multiply-adds") {
        let arrangement = try Arrangement(of: rows(n, d))
        return Comparison(
          work: Double(arrangement.coverBound),
          kernel: { _ = try? arrangement.forEachBatch { _ in true } },
          yardstick: Yardsticks.multiplyAdds(flops))
      }
    } + [walk(100_000)]
    + [(30, 5), (50, 6)].map { n, d in
      NamedComparison("count-\(n)x\(d)", against: "multiply-adds") {
        let x = try rows(n, d)
        var settings = EnumerationSettings()
        settings.threads = 1
        let one = settings
        return Comparison(
          work: Double(try CellCount(of: x, settings: one).cells),
          kernel: { _ = try? CellCount(of: x, settings: one) }, yardstick: Yardsticks.multiplyAdds(flops))
      }
    } + [cone(1000, 20), cone(200, 10)]

  /// Standard normal rows, in general position.
  public static func rows(_ n: Int, _ d: Int) throws -> MatrixView {
    var random = Xoshiro256(seed: 11)
    return try MatrixView((0..<n * d).map { _ in random.nextNormal() }, rows: n, columns: d)
  }

  /// Rank 2 as flips.
  private static func walk(_ n: Int) -> NamedComparison {
    NamedComparison("cells-\(n)x2", against: "multiply-adds") {
      let normals: Room<Double> = normals(2 * n, seed: 12)
      let order = Room<UInt32>(n, of: 0), line = Room<UInt64>(zt_words(n), of: 0)
      let room = Room<UInt64>(zt_walk_cells_f64_workspace(n) / 8 + 1, of: 0)
      return Comparison(
        work: 2 * Double(n),
        kernel: { zt_walk_cells_f64(n, normals.start, order.start, line.start, room.start) },
        yardstick: Yardsticks.multiplyAdds(flops))
    }
  }

  /// From no active row, onto the cone of a pattern that some direction has.
  private static func cone(_ n: Int, _ d: Int) -> NamedComparison {
    NamedComparison("cone-\(n)x\(d)", against: "multiply-adds") {
      let x: Room<Double> = normals(n * d, seed: 13), q: Room<Double> = normals(d, seed: 14)
      let direction: Room<Double> = normals(d, seed: 15)
      let columns = Room<Double>(n * d, of: 0), pattern = Room<UInt64>(zt_words(n), of: 0)
      for k in 0..<n {
        let row = UnsafeBufferPointer(start: x.start + k * d, count: d)
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let product = (0..<d).reduce(0) { $0 + row[$1] * direction.start[$1] }
        if product >= 0 { pattern.start[k / 64] |= 1 << UInt64(k % 64) }
        for j in 0..<d { columns.start[j * n + k] = row[j] / length }
      }
      let v = Room<Double>(d, of: 0), active = Room<Int>(d, of: 0)
      let room = Room<Double>(zt_cone_project_f64_workspace(n, d), of: 0)
      return Comparison(
        work: 1,
        kernel: {
          var count = 0
          _ = zt_cone_project_f64(
            n, d, columns.start, n, pattern.start, q.start, -1, v.start, active.start, &count, room.start)
        }, yardstick: Yardsticks.multiplyAdds(flops))
    }
  }
}
