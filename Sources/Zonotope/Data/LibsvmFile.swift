/// A file of sparse rows with targets, as LIBSVM and its data sets have them: lines of a target and of `index:value`, indices
/// from 1, ascending; `#` begins a comment.
public struct LibsvmFile: Sendable {
  /// The features, (samples, largest index).
  public let x: SparseMatrix
  /// One target a sample.
  public let y: [Double]

  /// Whether files of this name are taken for such: they end in `.svm`, `.libsvm` or `.svmlight`.
  public static func isNamed(_ path: String) -> Bool {
    [".svm", ".libsvm", ".svmlight"].contains { path.hasSuffix($0) }
  }

  /// - Parameters:
  ///   - columns: how many there are, for files whose last ones are all zero; nil for the largest index.
  ///   - memory: bytes that may be used.
  /// - Throws: ``ZonotopeError/malformedText(file:line:column:reason:)`` that names the place.
  public init(path: String, columns: Int? = nil, memory: Int = .max) throws(ZonotopeError) {
    let file = try FileBytes(path: path, budget: memory)
    self = try file.withBytes { (text) throws(ZonotopeError) in
      try LibsvmFile(text, name: path, columns: columns, memory: memory)
    }
  }

  init(
    _ text: UnsafeBufferPointer<UInt8>, name: String, columns: Int? = nil, memory: Int = .max
  ) throws(ZonotopeError) {
    // Every entry takes three bytes of text at least, and 48 of memory: as it is read, by rows, and by columns.
    let needed = saturatingProduct(text.count / 3, 48)
    guard needed <= memory else {
      throw .memoryBudget(purpose: "reading \(name)", needed: needed, budget: memory)
    }
    try Allocation.probe(bytes: needed)
    var reader = LineReader(text, name)
    var y: [Double] = [], starts = [0], indices: [Int] = [], values: [Double] = []
    var largest = columns ?? 0
    while reader.nextLine() {
      y.append(try reader.number("target"))
      var last = 0
      while let index = try reader.index() {
        guard index > last else {
          throw reader.fault("index \(index) is not above the one before, or not above 0")
        }
        if let columns, index > columns { throw reader.fault("index \(index) of \(columns) columns") }
        guard index <= 1 << 40 else { throw reader.fault("index \(index) is too large") }
        let value = try reader.number("value")
        (last, largest) = (index, max(largest, index))
        // A zero that is written out is one of the others.
        if value == 0 { continue }
        indices.append(index - 1)
        values.append(value)
      }
      starts.append(indices.count)
    }
    guard !y.isEmpty else { throw .invalid(place: name, reason: "there is no sample") }
    // Columns take memory too, and one index can name any number of them.
    let wide = saturatingProduct(largest, 16)
    guard wide <= memory else {
      throw .memoryBudget(purpose: "\(largest) columns of \(name)", needed: wide, budget: memory)
    }
    try Allocation.probe(bytes: wide)
    self.y = y
    x = try SparseMatrix(rows: largest, columns: y.count, p: starts, i: indices, x: values).transposed()
  }
}

/// The words of one line after the other.
private struct LineReader {
  private let text: UnsafeBufferPointer<UInt8>
  private let name: String
  private var place = 0
  private var end = 0
  private var next = 0
  private var line = 0
  private var start = 0

  init(_ text: UnsafeBufferPointer<UInt8>, _ name: String) { (self.text, self.name) = (text, name) }

  func fault(_ reason: String) -> ZonotopeError {
    .malformedText(file: name, line: line, column: place - start + 1, reason: reason)
  }

  /// Moves to the next line that says something.
  mutating func nextLine() -> Bool {
    while next < text.count {
      (start, place, line) = (next, next, line + 1)
      var stop = start
      while stop < text.count, text[stop] != UInt8(ascii: "\n") { stop += 1 }
      next = stop + 1
      end = text[start..<stop].firstIndex(of: UInt8(ascii: "#")) ?? stop
      skipSpace()
      if place < end { return true }
    }
    return false
  }

  private mutating func skipSpace() {
    while place < end, text[place] == 0x20 || text[place] == 0x09 || text[place] == 0x0D { place += 1 }
  }

  mutating func number(_ what: String) throws(ZonotopeError) -> Double {
    guard place < end, let base = text.baseAddress else { throw fault("a \(what) is missing") }
    let reading = DecimalText.read(base + place, limit: base + end, grammar: .table)
    guard reading.value.isFinite else { throw fault("not a finite number") }
    place = reading.end - base
    guard place == end || [0x20, 0x09, 0x0D].contains(text[place]) else {
      throw fault("a number and more")
    }
    skipSpace()
    return reading.value
  }

  /// The index before a colon; nil at the end of the line.
  mutating func index() throws(ZonotopeError) -> Int? {
    guard place < end else { return nil }
    var index = 0, digits = 0
    while place < end, text[place] >= UInt8(ascii: "0"), text[place] <= UInt8(ascii: "9"), digits < 18 {
      index = 10 * index + Int(text[place] - UInt8(ascii: "0"))
      place += 1
      digits += 1
    }
    guard digits > 0, place < end, text[place] == UInt8(ascii: ":") else {
      throw fault("not an index and a colon")
    }
    place += 1
    return index
  }
}
