/// Cuts a CSV text (RFC 4180) into cells and refuses what the format does not allow, with line and column.
struct CSVScanner {
  struct Cell {
    /// Without the enclosing quotes; quotes inside are still doubled if `escaped`.
    let content: UnsafeBufferPointer<UInt8>
    let escaped: Bool
    let endsRow: Bool
  }

  let bytes: UnsafeBufferPointer<UInt8>
  let limit: UnsafePointer<UInt8>
  let file: String
  /// Where the next cell starts.
  var p: UnsafePointer<UInt8>

  /// Checks the encoding and stops before the first cell, after a byte order mark.
  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(ZonotopeError) {
    let start = TextChecks.hasByteOrderMark(bytes) ? 3 : 0
    guard let base = bytes.baseAddress, bytes.count > start else {
      throw .malformedText(file: file, line: 1, column: 1, reason: "the file is empty")
    }
    self.bytes = bytes
    self.file = file
    limit = base + bytes.count
    p = base + start
    if let wrong = TextChecks.firstInvalid(bytes, refusingNul: true) {
      throw error(at: base + wrong, base[wrong] == 0 ? "a zero byte, this is not text" : "not UTF-8")
    }
  }

  /// Starts in the middle of a text that has been checked and is not empty.
  init(checked bytes: UnsafeBufferPointer<UInt8>, file: String, at offset: Int) {
    self.bytes = bytes
    self.file = file
    // The slice of a buffer that has been read from has a base.
    limit = bytes.baseAddress! + bytes.count
    p = bytes.baseAddress! + offset
  }

  /// The error for a place in the text.
  func error(at place: UnsafePointer<UInt8>, _ reason: String) -> ZonotopeError {
    let byte = bytes.baseAddress.map { place - $0 } ?? 0
    let (line, column) = TextChecks.position(of: byte, in: bytes)
    return .malformedText(file: file, line: line, column: column, reason: reason)
  }

  /// Whether a cell ends at `place`: 0 no, 1 at a comma or at the end of the text, otherwise the length of the
  /// line break plus 1.
  @inline(__always)
  private func terminator(at place: UnsafePointer<UInt8>) -> Int {
    if place == limit { return 1 }
    switch place.pointee {
    case UInt8(ascii: ","): return 1
    case UInt8(ascii: "\n"): return 2
    case UInt8(ascii: "\r"): return place + 1 < limit && place[1] == UInt8(ascii: "\n") ? 3 : 0
    default: return 0
    }
  }

  /// Steps over the separator at `place` and says whether the row ends there.
  @inline(__always)
  private mutating func step(over place: UnsafePointer<UInt8>, _ kind: Int) -> Bool {
    if place == limit {
      p = limit
      return true
    }
    p = place + max(1, kind - 1)
    return kind > 1
  }

  /// The next cell when it is a plain number, which leaves the scanner after it; nil, and nothing moves,
  /// otherwise.
  @inline(__always)
  mutating func number() -> (value: Double, endsRow: Bool)? {
    let reading = DecimalText.read(p, limit: limit, grammar: .table)
    guard reading.value.isFinite else { return nil }
    let kind = terminator(at: reading.end)
    guard kind > 0 else { return nil }
    return (reading.value, step(over: reading.end, kind))
  }

  mutating func cell() throws(ZonotopeError) -> Cell {
    if p < limit, p.pointee == UInt8(ascii: "\"") { return try quotedCell() }
    let start = p
    var end = start
    while end < limit {
      switch end.pointee {
      case UInt8(ascii: ","), UInt8(ascii: "\n"): break
      case UInt8(ascii: "\r"):
        guard terminator(at: end) > 0 else { throw error(at: end, "a carriage return without a line feed") }
      case UInt8(ascii: "\""): throw error(at: end, "a quote inside a cell that does not start with one")
      default:
        end += 1
        continue
      }
      break
    }
    let content = UnsafeBufferPointer(start: start, count: end - start)
    return Cell(content: content, escaped: false, endsRow: step(over: end, terminator(at: end)))
  }

  private mutating func quotedCell() throws(ZonotopeError) -> Cell {
    let start = p + 1
    var end = start
    var escaped = false
    while true {
      while end < limit, end.pointee != UInt8(ascii: "\"") { end += 1 }
      guard end < limit else { throw error(at: p, "the quote is never closed") }
      guard end + 1 < limit, end[1] == UInt8(ascii: "\"") else { break }
      escaped = true
      end += 2
    }
    let kind = terminator(at: end + 1)
    guard kind > 0 else { throw error(at: end + 1, "text after a closing quote") }
    let content = UnsafeBufferPointer(start: start, count: end - start)
    return Cell(content: content, escaped: escaped, endsRow: step(over: end + 1, kind))
  }
}

extension CSVScanner.Cell {
  /// The text of the cell, quotes undone.
  var text: [UInt8] {
    guard escaped else { return Array(content) }
    var text: [UInt8] = []
    var k = 0
    while k < content.count {
      text.append(content[k])
      k += content[k] == UInt8(ascii: "\"") ? 2 : 1
    }
    return text
  }
}
