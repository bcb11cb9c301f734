/// Which activation patterns a program is built over.
public enum PatternSelection: Sendable {
  /// Every open cell of the arrangement of the data, enumerated exactly, as far as memory allows.
  case all
  /// Patterns as bits, one list of n bits each.
  case masks([[Bool]])
  /// The patterns of given directions, one a row: d numbers, d + 1 with an input bias.
  case gates(MatrixView)
  /// The distinct patterns of `count` standard normal directions.
  case sampled(count: Int, seed: UInt64)

  /// The patterns of the rows of `x`, duplicates merged.
  ///
  /// - Throws: ``ZonotopeError`` that names the place under `patterns`; `memoryBudget` before any enumeration that would
  ///   exceed it.
  public func patterns(of x: MatrixView, memory: Int) throws(ZonotopeError) -> PatternSet {
    let patterns: PatternSet
    switch self {
    case .all: patterns = try Arrangement(of: x).cells(memory: memory)
    case .masks(let masks): patterns = try PatternSet.masks(masks, samples: x.rows)
    case .gates(let gates): patterns = try PatternSet.gates(gates, on: x)
    case .sampled(let count, let seed):
      patterns =
        try PatternSet.sampled(from: x, count: count, seed: seed, memory: memory)
    }
    guard patterns.count > 0 else { throw .invalid(place: "patterns", reason: "there are none") }
    return patterns
  }
}
