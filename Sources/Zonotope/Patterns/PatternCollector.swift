import CZonotope

/// Distinct patterns as they come up: their bits, their first gates, and how often each came.
final class PatternCollector {
  let samples: Int
  let width: Int
  private(set) var count = 0
  private(set) var draws = 0
  private var bits: Buffer<UInt64>
  private var gates: Vector
  private var hashes: Buffer<UInt64>
  private var times: Buffer<Int>
  private var firstDraw: Buffer<Int>
  /// Places plus one, at the hash and after it.
  private var table: Buffer<Int>
  private var capacity: Int

  init(samples: Int, width: Int) throws(ZonotopeError) {
    (self.samples, self.width, capacity) = (samples, width, 64)
    bits = try Buffer(capacity * zt_words(samples))
    gates = try Vector(product(capacity, width, place: "patterns.gates"))
    (hashes, times, firstDraw) = try (Buffer(capacity), Buffer(capacity), Buffer(capacity))
    table = try Buffer(2 * capacity)
  }

  /// Bytes for `count` distinct patterns: what is kept, once more while it grows, and the set made of it in the end.
  static func memory(_ count: Int, samples: Int, width: Int) -> Int {
    saturatingProduct(count, 8 * (3 * width + 4 * zt_words(samples) + 12))
  }

  /// Adds the next draw.
  func add(
    _ line: UnsafePointer<UInt64>, hash: UInt64, gate: UnsafePointer<Double>
  ) throws(ZonotopeError) {
    if count == capacity { try grow() }
    let words = zt_words(samples), mask = table.count - 1
    draws += 1
    var slot = Int(truncatingIfNeeded: hash &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while table[slot] != 0 {
      let other = table[slot] - 1
      if hashes[other] == hash, Self.equal(bits.pointer + other * words, line, words) {
        times[other] += 1
        return
      }
      slot = (slot + 1) & mask
    }
    (bits.pointer + count * words).update(from: line, count: words)
    (gates.pointer + count * width).update(from: gate, count: width)
    (hashes[count], times[count], firstDraw[count]) = (hash, 1, draws - 1)
    count += 1
    table[slot] = count
  }

  /// Draws from `start` on that gave a pattern which had not come up before `start`.
  func drawsOfNewPatterns(since start: Int) -> Int {
    var total = 0
    for i in 0..<count where firstDraw[i] >= start { total += times[i] }
    return total
  }

  var multiplicities: [Int] { (0..<count).map { times[$0] } }

  func patterns(source: PatternSet.Source) throws(ZonotopeError) -> PatternSet {
    let words = zt_words(samples)
    let lines = try Buffer<UInt64>(product(count, words, place: "patterns"))
    lines.pointer.update(from: bits.pointer, count: count * words)
    let directions = try Vector(product(count, width, place: "patterns.gates"))
    directions.pointer.update(from: gates.pointer, count: count * width)
    return try PatternSet(
      distinct: lines, count: count, samples: samples,
      gates: MatrixView(directions, rows: count, columns: width), source: source)
  }

  private static func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, _ words: Int) -> Bool {
    for word in 0..<words where a[word] != b[word] { return false }
    return true
  }

  private func grow() throws(ZonotopeError) {
    let larger = try product(capacity, 2, place: "patterns")
    bits = try Self.grown(bits, to: larger * zt_words(samples))
    gates = try Self.grown(gates, to: product(larger, width, place: "patterns.gates"))
    hashes = try Self.grown(hashes, to: larger)
    times = try Self.grown(times, to: larger)
    firstDraw = try Self.grown(firstDraw, to: larger)
    capacity = larger
    table = try Buffer(2 * capacity)
    for i in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[i] &* 0x9E37_79B9_7F4A_7C15 >> 20) & (table.count - 1)
      while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = i + 1
    }
  }

  private static func grown<Element>(
    _ buffer: Buffer<Element>, to count: Int
  ) throws(ZonotopeError) -> Buffer<Element> {
    let larger = try Buffer<Element>(count)
    larger.pointer.update(from: buffer.pointer, count: buffer.count)
    return larger
  }
}
