import CZonotope

/// Distinct activation patterns of a data set, one bit a sample and pattern, in both orders that the products
/// need.
///
/// Bit (i, k) is 1 where sample k is active under pattern i, that is where `x_k . w >= 0` for the directions w
/// of its cell (Pilanci and Ergen 2020, section 2).
public struct PatternSet: Sendable {
  /// Where the patterns come from.
  public enum Source: String, Sendable, Codable {
    case enumerated, given, sampled, grown
  }

  public let count: Int
  public let samples: Int
  public let source: Source
  /// A direction in the interior of each cell, `count` rows, where one is known.
  public let gates: MatrixView?

  /// `count` lines of `samples` bits.
  let patternBits: Buffer<UInt64>
  /// `samples` lines of `count` bits.
  let sampleBits: Buffer<UInt64>
  var patternWords: Int { zt_words(samples) }
  var sampleWords: Int { zt_words(count) }

  /// Takes over `count` lines of `samples` bits that are distinct; unused high bits are zero.
  init(
    distinct bits: Buffer<UInt64>, count: Int, samples: Int, gates: MatrixView?, source: Source,
    _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) {
    try requireKernelTier()
    self.count = count
    self.samples = samples
    self.gates = gates
    self.source = source
    patternBits = bits
    sampleBits = try Buffer(product(samples, zt_words(count), place: "patterns"))
    let (from, to) = (zt_words(samples), zt_words(count))
    // Borders at multiples of a word; a range writes words of its own.
    workers.ranges(count, grain: 4096) { range, _ in
      zt_transpose_bits(
        range.count, samples, bits.pointer + range.lowerBound * from, from,
        sampleBits.pointer + range.lowerBound / 64, to)
    }
  }

  /// Merges equal lines, keeping the first of each with its gate; only the first of all where the workers are stopped.
  init(
    merging bits: Buffer<UInt64>, lines: Int, samples: Int, gates: MatrixView?, source: Source,
    _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) {
    let lines = workers.isStopped ? min(lines, 1) : lines
    let words = zt_words(samples)
    let first = try Buffer<Int>(lines)
    let workspace = try Buffer<Int>(zt_distinct_lines_workspace(lines))
    let count = zt_distinct_lines(lines, samples, bits.pointer, words, first.pointer, workspace.pointer)
    var kept: [Int] = []
    kept.reserveCapacity(count)
    for i in 0..<lines where first[i] == i { kept.append(i) }
    if workers.isStopped { kept = Array(kept.prefix(1)) }
    let distinct = try Buffer<UInt64>(product(kept.count, words, place: "patterns"))
    for (target, line) in kept.enumerated() {
      (distinct.pointer + target * words).update(from: bits.pointer + line * words, count: words)
    }
    let gates = try gates.map { (gates) throws(ZonotopeError) in try gates.gathering(rows: kept) }
    try self.init(
      distinct: distinct, count: kept.count, samples: samples, gates: gates, source: source, workers)
  }

  /// Of patterns that are each other's complement, but for rows of zeros, the first.
  func halved(over rows: some SampleRows) throws(ZonotopeError) -> PatternSet {
    let words = patternWords
    let flips = try Buffer<UInt64>(words)
    var reference: Int?
    for (k, isOccupied) in rows.occupiedRows().enumerated() where isOccupied {
      flips[k / 64] |= 1 << UInt64(k % 64)
      reference = reference ?? k
    }
    guard let reference else { return self }
    // Complementary lines become equal when the bit of one row is made 1.
    let lines = try Buffer(copying: UnsafeBufferPointer(start: patternBits.pointer, count: count * words))
    for i in 0..<count where !self[i, reference] {
      for word in 0..<words { lines[i * words + word] ^= flips[word] }
    }
    let first = try Buffer<Int>(count), workspace = try Buffer<Int>(zt_distinct_lines_workspace(count))
    _ = zt_distinct_lines(count, samples, lines.pointer, words, first.pointer, workspace.pointer)
    let kept = (0..<count).filter { first[$0] == $0 }
    return kept.count == count ? self : try gathering(kept)
  }

  /// The patterns with the given indices, in their order, each at most once.
  func gathering(
    _ indices: [Int], _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> PatternSet {
    let words = patternWords
    let distinct = try Buffer<UInt64>(product(indices.count, words, place: "patterns"))
    for (target, line) in indices.enumerated() {
      (distinct.pointer + target * words).update(from: patternBits.pointer + line * words, count: words)
    }
    return try PatternSet(
      distinct: distinct, count: indices.count, samples: samples,
      gates: gates.map { (gates) throws(ZonotopeError) in try gates.gathering(rows: indices) },
      source: source, workers)
  }

  /// The bit of a pattern for a sample.
  public subscript(pattern: Int, sample: Int) -> Bool {
    precondition(pattern >= 0 && pattern < count && sample >= 0 && sample < samples, "index out of range")
    return patternBits[pattern * patternWords + sample / 64] >> UInt64(sample % 64) & 1 == 1
  }

  /// A pattern as text, one character a sample in the order of the data: `1101...`.
  public func text(of pattern: Int) -> String {
    String(
      decoding: (0..<samples).map { self[pattern, $0] ? UInt8(ascii: "1") : UInt8(ascii: "0") },
      as: UTF8.self)
  }
}
