/// Patterns of sparse rows: those of gates that are given or drawn. The signs are exact, so that they are the patterns of the
/// same rows with their zeros.
extension SparseMatrix {
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)``: enumeration works in the row space, whose basis is dense.
  public func cells(memory: Int, _ workers: Workers) throws(ZonotopeError) -> PatternSet {
    throw .unsupported(
      key: "model.patterns", reason: "\"all\" patterns of sparse rows are not enumerated: draw or give gates")
  }

  /// None is looked for: a mask is known on the rows it was given for.
  public func witness(of index: Int, in patterns: PatternSet) throws(ZonotopeError) -> [Double]? { nil }

  /// The distinct patterns of gates (count, columns): bit (i, k) is 1 where row k times gate i is at least 0. The first gate
  /// of equal patterns is kept.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for gates of another length than the rows and for entries that are
  ///   not finite.
  public func patterns(
    of gates: MatrixView, _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> PatternSet {
    guard gates.columns == columns, gates.rows > 0 else {
      throw .invalid(
        place: "patterns.gates", reason: "\(gates.rows) of \(gates.columns) numbers for \(columns) columns")
    }
    if let (row, column) = gates.firstNonFinite() {
      throw .invalid(
        place: "patterns.gates[\(row)][\(column)]", reason: "\(gates[row, column]) is not a finite number")
    }
    return try patterns(of: gates, source: .given, workers)
  }

  public func sampledPatterns(
    count: Int, seed: UInt64, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet {
    try SamplingRule(draws: count).check()
    let needed = PatternCollector.memory(count, samples: rows, width: columns)
    guard needed <= memory else {
      throw .memoryBudget(purpose: "sampling \(count) patterns", needed: needed, budget: memory)
    }
    let gates = try Vector(product(count, columns, place: "patterns.gates"))
    workers.ranges(count, grain: max(1, 100_000 / max(1, columns))) { range, _ in
      for index in range {
        GateSource.drawNormal(
          UInt64(index), seed: seed, into: gates.pointer + index * columns, count: columns)
      }
    }
    return try patterns(
      of: MatrixView(gates, rows: count, columns: columns), source: .sampled, workers)
  }

  private func patterns(
    of gates: MatrixView, source: PatternSet.Source, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet {
    let words = (rows + 63) / 64, bits = try Buffer<UInt64>(product(gates.rows, words, place: "patterns"))
    let turned = try transposed()
    // A range is some milliseconds of work.
    let grain = max(1, 2_000_000 / max(1, storedCount + rows))
    workers.ranges(gates.rows, grain: grain) { range, _ in
      for index in range {
        let gate = gates.row(index), line = bits.pointer + index * words
        for k in 0..<rows where turned.isNonNegative(column: k, times: gate) {
          line[k / 64] |= 1 << UInt64(k % 64)
        }
      }
    }
    return try PatternSet(
      merging: bits, lines: gates.rows, samples: rows, gates: gates, source: source, workers)
  }

  /// Whether the product of a column with a vector is at least 0 for the real numbers that the doubles hold.
  func isNonNegative(column: Int, times direction: UnsafePointer<Double>) -> Bool {
    let range = range(column)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, range.count)) { gathered in
      guard let base = gathered.baseAddress else { return true }
      for (place, t) in range.enumerated() { (base + place).initialize(to: direction[places[t]]) }
      return exactProductIsNonNegative(values + range.lowerBound, base, count: range.count)
    }
  }
}
