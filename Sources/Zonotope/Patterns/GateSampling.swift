import CZonotope

extension PatternSet {
  /// The distinct patterns of `count` random gates with independent standard normal entries.
  ///
  /// Gate i is drawn from stream `first + i` of the seed, so a later call that starts where an earlier one
  /// ended continues it. Equal patterns are merged; the first gate of each is kept.
  ///
  /// - Parameters:
  ///   - x: the rows, (samples, features), finite.
  ///   - memory: the budget in bytes.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)``,
  ///   ``ZonotopeError/memoryBudget(purpose:needed:budget:)``, ``ZonotopeError/outOfMemory(bytes:)``.
  public static func sampled(
    from x: MatrixView, count: Int, seed: UInt64, first: UInt64 = 0, memory: Int = .max,
    _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> PatternSet {
    var settings = EnumerationSettings()
    settings.memory = memory
    settings.workers = workers
    let sample = try PatternSample(
      from: x, until: SamplingRule(draws: count), seed: seed, first: first, settings: settings)
    return sample.patterns
  }

  /// The distinct patterns 1{X g >= 0} of given gates, (patterns, features), on the rows of `x`. The first
  /// gate of equal patterns is kept.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for gates of another length than the rows and for
  ///   entries that are not finite; ``ZonotopeError/outOfMemory(bytes:)``.
  public static func gates(
    _ gates: MatrixView, on x: MatrixView, _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> PatternSet {
    guard gates.columns == x.columns || gates.rows == 0 else {
      throw gateLength(0, gates.columns, of: x)
    }
    if let (row, column) = gates.firstNonFinite() {
      throw .invalid(
        place: "patterns.gates[\(row)][\(column)]", reason: "\(gates[row, column]) is not a finite number")
    }
    return try signs(of: gates, on: x, source: .given, workers)
  }

  /// The same for gates in a list each, which may differ in length by mistake.
  public static func gates(_ gates: [[Double]], on x: MatrixView) throws(ZonotopeError) -> PatternSet {
    for (i, gate) in gates.enumerated() where gate.count != x.columns {
      throw gateLength(i, gate.count, of: x)
    }
    return try self.gates(MatrixView(gates), on: x)
  }

  /// Given patterns, one bit for each of `samples` rows. Equal ones are merged. There are no gates.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for a pattern of another length.
  public static func masks(_ masks: [[Bool]], samples: Int) throws(ZonotopeError) -> PatternSet {
    let words = zt_words(samples)
    let bits = try Buffer<UInt64>(product(masks.count, words, place: "patterns.masks"))
    for (i, mask) in masks.enumerated() {
      guard mask.count == samples else {
        throw .invalid(
          place: "patterns.masks[\(i)]", reason: "\(mask.count) bits, the data have \(samples) rows")
      }
      for (k, bit) in mask.enumerated() where bit { bits[i * words + k / 64] |= 1 << UInt64(k % 64) }
    }
    return try PatternSet(merging: bits, lines: masks.count, samples: samples, gates: nil, source: .given)
  }

  private static func gateLength(_ gate: Int, _ length: Int, of x: MatrixView) -> ZonotopeError {
    .invalid(place: "patterns.gates[\(gate)]", reason: "\(length) numbers, the rows have \(x.columns)")
  }

  private static func signs(
    of gates: MatrixView, on x: MatrixView, source: Source, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet {
    try PatternSet(
      merging: packedSigns(of: gates, on: x, workers), lines: gates.rows, samples: x.rows, gates: gates,
      source: source, workers)
  }

  /// A line of bits 1{X g >= 0} for each gate g, in the order of the gates.
  static func packedSigns(
    of gates: MatrixView, on x: MatrixView, _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> Buffer<UInt64> {
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    let (n, d, p, words) = (x.rows, x.columns, gates.rows, zt_words(x.rows))
    let bits = try Buffer<UInt64>(product(p, words, place: "patterns"))
    // A range is some milliseconds of work.
    let grain = max(8, min(256, 20_000_000 / max(1, saturatingProduct(n, d))))
    let size = zt_pack_signs_f64_workspace(n, d, min(p, grain))
    let workspace = try Vector(product(workers.threads, size, place: "threads"))
    workers.ranges(p, grain: grain) { range, slot in
      zt_pack_signs_f64(
        n, d, range.count, x.base, x.stride, gates.row(range.lowerBound), gates.stride,
        bits.pointer + range.lowerBound * words, words, workspace.pointer + slot * size)
    }
    return bits
  }
}
