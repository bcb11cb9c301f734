import CZonotope

extension PatternSet {
  /// Every pattern 1{X w >= 0} over all directions w, those on faces of cells and w = 0 among them: what thresholds can
  /// do, where cells alone are what matters to piecewise linear activations.
  ///
  /// The faces lie in flats, intersections of the hyperplanes of rows, where the rows that vanish have bit 1 and the others
  /// are an arrangement of lower rank; so all of them are cells of restricted arrangements. Cells are exact; restrictions
  /// are computed with one rounding each, and what is zero but for that is zero.
  ///
  /// - Parameters:
  ///   - limit: patterns at which to stop; `Int.max` for all.
  static func closed(
    of x: MatrixView, memory: Int, limit: Int = .max, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet {
    var search = ClosedSearch(samples: x.rows, limit: limit, memory: memory, workers)
    try search.visit(x)
    let words = zt_words(x.rows)
    let bits = try Buffer<UInt64>(product(search.lines.count, words, place: "patterns"))
    for (i, line) in search.lines.enumerated() {
      for word in 0..<words { bits[i * words + word] = line[word] }
    }
    return try PatternSet(
      distinct: bits, count: search.lines.count, samples: x.rows, gates: nil,
      source: workers.isStopped ? .grown : .enumerated, workers)
  }
}

private struct ClosedSearch {
  let samples: Int
  let limit: Int
  let memory: Int
  let workers: Workers
  private(set) var lines: [[UInt64]] = []
  private var known: Set<[UInt64]> = []
  /// Flats that were visited, as the rows that vanish on them.
  private var flats: Set<[UInt64]> = []

  init(samples: Int, limit: Int, memory: Int, _ workers: Workers) {
    (self.samples, self.limit, self.memory, self.workers) = (samples, limit, memory, workers)
  }

  private mutating func add(_ line: [UInt64]) throws(ZonotopeError) {
    guard known.insert(line).inserted else { return }
    lines.append(line)
    let needed = saturatingProduct(lines.count, 24 * (zt_words(samples) + 4))
    guard needed <= memory else {
      throw .memoryBudget(purpose: "at least \(lines.count) patterns", needed: needed, budget: memory)
    }
  }

  private var isFull: Bool { lines.count >= limit || workers.isStopped }

  /// Adds the patterns of a flat whose rows, in its coordinates, are those of `x`.
  mutating func visit(_ x: MatrixView) throws(ZonotopeError) {
    let words = zt_words(samples)
    var zeros = [UInt64](repeating: 0, count: words)
    for k in 0..<samples where (0..<x.columns).allSatisfy({ x[k, $0] == 0 }) {
      zeros[k / 64] |= 1 << UInt64(k % 64)
    }
    guard flats.insert(zeros).inserted else { return }
    var all = [UInt64](repeating: ~0, count: words)
    if samples % 64 != 0 { all[words - 1] = (1 << UInt64(samples % 64)) - 1 }
    try add(all)
    guard zeros != all, !isFull else { return }
    let arrangement = try Arrangement(of: x)
    let cells = try arrangement.cells(memory: memory, workers)
    for i in 0..<cells.count {
      let line = cells.patternBits.pointer + i * words
      try add((0..<words).map { line[$0] })
      if isFull { return }
    }
    guard arrangement.rank > 1 else { return }
    for h in 0..<arrangement.hyperplanes {
      try visit(restricted(x, to: arrangement.rows[arrangement.starts[h]]))
      if isFull { return }
    }
  }

  /// The rows on the hyperplane of one of them, in one coordinate less.
  private func restricted(_ x: MatrixView, to row: Int) throws(ZonotopeError) -> MatrixView {
    let d = x.columns
    var pivot = 0
    for j in 1..<max(1, d) where abs(x[row, j]) > abs(x[row, pivot]) { pivot = j }
    let a = x[row, pivot], sign = a < 0 ? -1.0 : 1.0
    let result = try Vector(product(samples, d - 1, place: "x"))
    for k in 0..<samples {
      var place = k * (d - 1)
      for j in 0..<d where j != pivot {
        // b_j a - a_j b with one rounding in all (Kahan).
        let product = x[row, j] * x[k, pivot]
        let error = product.addingProduct(-x[row, j], x[k, pivot])
        let difference = (-product).addingProduct(x[k, j], a) + error
        let size = abs(x[k, j] * a) + abs(product)
        result[place] = abs(difference) <= 1e-13 * size ? 0 : sign * difference
        place += 1
      }
    }
    return MatrixView(result, rows: samples, columns: d - 1)
  }
}
