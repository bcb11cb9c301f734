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
  /// Patterns that are at hand.
  case set(PatternSet)

  /// The patterns of the rows of `x`, duplicates merged; a few of them, or of samples in place of all, where the workers
  /// are stopped.
  ///
  /// - Throws: ``ZonotopeError`` that names the place under `patterns`; `memoryBudget` before any enumeration that would
  ///   exceed it.
  public func patterns(
    of x: some SampleRows, memory: Int, _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> PatternSet {
    if workers.isStopped { return try few(of: x) }
    let patterns: PatternSet
    switch self {
    case .all:
      patterns = try x.cells(memory: memory, workers)
    case .masks(let masks): patterns = try PatternSet.masks(masks, samples: x.rows)
    case .gates(let gates): patterns = try x.patterns(of: gates, workers)
    case .sampled(let count, let seed):
      patterns = try x.sampledPatterns(count: count, seed: seed, memory: memory, workers)
    case .set(let set):
      guard set.samples == x.rows else {
        throw .invalid(place: "patterns", reason: "\(set.samples) bits each for \(x.rows) samples")
      }
      patterns = set
    }
    if workers.isStopped { return try few(of: x) }
    guard patterns.count > 0 else { throw .invalid(place: "patterns", reason: "there are none") }
    return patterns
  }

  /// Some of the patterns, which a program can be built over in no time.
  private func few(of x: some SampleRows) throws(ZonotopeError) -> PatternSet {
    let one = Workers(threads: 1)
    let limit = max(1, min(64, 200_000 / max(1, max(x.storedCount, x.columns))))
    switch self {
    case .all: return try x.sampledPatterns(count: limit, seed: 0, memory: .max, one)
    case .masks(let masks): return try PatternSet.masks(Array(masks.prefix(limit)), samples: x.rows)
    case .gates(let gates):
      return try x.patterns(of: gates.gathering(rows: Array(0..<min(limit, gates.rows))), one)
    case .sampled(let count, let seed):
      return try x.sampledPatterns(count: min(limit, count), seed: seed, memory: .max, one)
    case .set(let set): return try set.gathering(Array(0..<min(limit, set.count)))
    }
  }

  /// Whether they are bits of given rows, and say nothing about others.
  var belongsToRows: Bool {
    switch self {
    case .masks, .set: true
    case .all, .gates, .sampled: false
    }
  }

  /// What column generation begins with: a few patterns where all are meant.
  var beginning: PatternSelection {
    if case .all = self { return .sampled(count: 32, seed: 0) }
    return self
  }
}
