/// Writes patterns as they come, in one of the formats of the command.
public struct PatternWriter {
  public enum Format: String, CaseIterable, Sendable {
    /// A line of bits each: `1101`.
    case text
    /// A JSON document whose member `patterns` has these lines as texts.
    case json
    /// A .npy array of truth values, (patterns, samples).
    case npy
  }

  public let format: Format
  private let samples: Int
  /// Takes bytes; false when they could not be written.
  private let sink: ([UInt8]) -> Bool
  private var written = 0
  private var hasFailed = false

  public init(_ format: Format, samples: Int, to sink: @escaping ([UInt8]) -> Bool) {
    (self.format, self.samples, self.sink) = (format, samples, sink)
  }

  /// - Parameter count: patterns that will follow; .npy needs to know.
  mutating func begin(count: Int) {
    switch format {
    case .text: break
    case .json: put(Array("{\n  \"patterns\": [".utf8))
    case .npy: put(NPYArray.header([count, samples], descriptor: "|b1"))
    }
  }

  /// Writes a pattern each for `count` lines of bits; false once something could not be written.
  mutating func append(_ bits: UnsafePointer<UInt64>, stride: Int, count: Int) -> Bool {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * (samples + 8))
    let zero: UInt8 = format == .npy ? 0 : UInt8(ascii: "0")
    for i in 0..<count {
      if format == .json { bytes.append(contentsOf: (written + i > 0 ? ",\n    \"" : "\n    \"").utf8) }
      let line = bits + i * stride
      for k in 0..<samples {
        bytes.append(zero + UInt8(truncatingIfNeeded: line[k / 64] >> UInt64(k % 64) & 1))
      }
      if format == .json { bytes.append(UInt8(ascii: "\"")) }
      if format == .text { bytes.append(UInt8(ascii: "\n")) }
    }
    written += count
    put(bytes)
    return !hasFailed
  }

  /// - Parameter members: of the JSON document, after the patterns.
  mutating func end(_ members: [JSONMember]) {
    guard format == .json else { return }
    var bytes = Array((written > 0 ? "\n  ]" : "]").utf8)
    for member in members {
      bytes.append(contentsOf: ",\n  \"\(member.name)\": ".utf8)
      bytes.append(contentsOf: JSONWriter.encode(member.value))
    }
    bytes.append(contentsOf: "\n}\n".utf8)
    put(bytes)
  }

  private mutating func put(_ bytes: [UInt8]) { if !hasFailed { hasFailed = !sink(bytes) } }

  /// Writes a set. False when something could not be written.
  mutating func write(_ patterns: PatternSet, _ members: [JSONMember]) -> Bool {
    begin(count: patterns.count)
    let words = patterns.patternWords
    for start in stride(from: 0, to: patterns.count, by: 4096) {
      let count = min(4096, patterns.count - start)
      guard append(patterns.patternBits.pointer + start * words, stride: words, count: count) else {
        return false
      }
    }
    end(members)
    return !hasFailed
  }
}

extension Arrangement {
  /// Writes every open cell, without memory for more than a batch of them.
  ///
  /// The status says whether all are there: a list is never cut short in silence. A .npy file starts with the number of
  /// patterns, so they are counted first; where that ends early nothing is written.
  public func write(
    _ format: PatternWriter.Format, settings: EnumerationSettings = EnumerationSettings(),
    to sink: @escaping ([UInt8]) -> Bool
  ) throws(ZonotopeError) -> EnumerationResult {
    var count = 0
    if format == .npy {
      var counting = settings
      counting.progress = nil
      let cells = try self.count(settings: counting)
      guard cells.status == .complete else { return EnumerationResult(status: cells.status, cells: 0) }
      count = cells.cells
    }
    var writer = PatternWriter(format, samples: samples, to: sink)
    writer.begin(count: count)
    let result = try forEachBatch(settings: settings) { batch in
      writer.append(batch.bits, stride: batch.stride, count: batch.count)
    }
    writer.end([
      JSONMember("cells", .number(Double(result.cells))),
      JSONMember("status", .string(result.status.rawValue)),
    ])
    return result
  }
}
