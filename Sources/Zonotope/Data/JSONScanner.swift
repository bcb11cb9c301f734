/// A strict reader of JSON (RFC 8259) that says at which byte a document goes wrong.
///
/// Stricter than the grammar in what it takes for data: no name twice in an object, no lone surrogates, valid
/// UTF-8 only, no number beyond the doubles, at most ``depthLimit`` levels.
struct JSONScanner {
  static let depthLimit = 64

  private let start: UnsafePointer<UInt8>
  private let limit: UnsafePointer<UInt8>
  private var p: UnsafePointer<UInt8>

  /// The document that `bytes` are, from end to end.
  static func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) -> JSONValue {
    guard let base = bytes.baseAddress, !bytes.isEmpty else {
      throw JSONFault(byte: 0, reason: "the document is empty")
    }
    var scanner = JSONScanner(start: base, limit: base + bytes.count, p: base)
    scanner.skipSpace()
    let value = try scanner.value(depth: 1)
    scanner.skipSpace()
    guard scanner.p == scanner.limit else { throw scanner.fault("something follows the document") }
    return value
  }

  /// The document that a text is; a fault becomes an error with line and column.
  ///
  /// - Parameter budget: the most bytes that its values may take.
  static func document(
    _ text: UnsafeBufferPointer<UInt8>, name: String, budget: Int = .max
  ) throws(ZonotopeError) -> JSONValue {
    try checkMemory(text, name: name, budget: budget)
    do throws(JSONFault) {
      return try scan(text)
    } catch {
      throw error.text(file: name, in: text)
    }
  }

  /// Makes sure that there is memory for the values of a document before it is scanned: they may take many times the
  /// bytes of the text.
  ///
  /// - Throws: ``ZonotopeError/memoryBudget(purpose:needed:budget:)``, ``ZonotopeError/outOfMemory(bytes:)``.
  static func checkMemory(
    _ bytes: UnsafeBufferPointer<UInt8>, name: String, budget: Int = .max
  ) throws(ZonotopeError) {
    // A number is held up to three times, while a list grows and when its rows are joined; lists and members are
    // objects on the heap.
    var needed = 2 * bytes.count
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ","): needed += 64
      case UInt8(ascii: "["), UInt8(ascii: "{"): needed += 192
      case UInt8(ascii: ":"): needed += 384
      default: break
      }
    }
    guard needed <= budget else {
      throw .memoryBudget(purpose: "the values of \(name)", needed: needed, budget: budget)
    }
    try Allocation.probe(bytes: needed)
  }

  private func fault(_ reason: String, at place: UnsafePointer<UInt8>? = nil) -> JSONFault {
    JSONFault(byte: (place ?? p) - start, reason: (place ?? p) < limit ? reason : "the document ends early")
  }

  /// The next byte, 0 at the end: no token starts with it.
  private var next: UInt8 { p < limit ? p.pointee : 0 }

  @inline(__always)
  private mutating func skipSpace() {
    while p < limit {
      switch p.pointee {
      case 0x20, 0x0A, 0x0D, 0x09: p += 1
      default: return
      }
    }
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw fault("a value is expected here")
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    for k in 0..<text.utf8CodeUnitCount {
      guard next == text.utf8Start[k] else { throw fault("a value is expected here") }
      p += 1
    }
    return value
  }

  @inline(__always)
  private mutating func number() throws(JSONFault) -> Double {
    let reading = DecimalText.read(p, limit: limit, grammar: .json)
    if !reading.value.isFinite {
      if reading.value.isNaN { throw fault("not a number as JSON writes them", at: reading.end) }
      throw fault("the number is too large for a double")
    }
    p = reading.end
    return reading.value
  }

  private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= Self.depthLimit else { throw fault("nested deeper than \(Self.depthLimit) levels") }
    p += 1
    skipSpace()
    if next == UInt8(ascii: "]") {
      p += 1
      return .numbers([])
    }
    var numbers: [Double] = []
    var values: [JSONValue] = []
    while true {
      if values.isEmpty, next == UInt8(ascii: "-") || next &- 48 < 10 {
        numbers.append(try number())
      } else {
        if values.isEmpty { values = numbers.map { .number($0) } }
        values.append(try value(depth: depth + 1))
      }
      skipSpace()
      guard next == UInt8(ascii: ",") else { break }
      p += 1
      skipSpace()
    }
    guard next == UInt8(ascii: "]") else { throw fault("a comma or ']' is expected here") }
    p += 1
    return values.isEmpty ? .numbers(numbers) : .array(values)
  }

  private mutating func object(depth: Int) throws(JSONFault) -> [JSONMember] {
    guard depth <= Self.depthLimit else { throw fault("nested deeper than \(Self.depthLimit) levels") }
    p += 1
    skipSpace()
    var members: [JSONMember] = []
    if next == UInt8(ascii: "}") {
      p += 1
      return members
    }
    var names: Set<[UInt8]> = []
    while true {
      let place = p
      guard next == UInt8(ascii: "\"") else { throw fault("a name in quotes is expected here") }
      let name = try string()
      guard names.insert(Array(name.utf8)).inserted else {
        throw fault("the name '\(name)' occurs twice in the object", at: place)
      }
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw fault("a colon is expected here") }
      p += 1
      skipSpace()
      members.append(JSONMember(name, try value(depth: depth + 1), byte: place - start))
      skipSpace()
      guard next == UInt8(ascii: ",") else { break }
      p += 1
      skipSpace()
    }
    guard next == UInt8(ascii: "}") else { throw fault("a comma or '}' is expected here") }
    p += 1
    return members
  }

  // MARK: - Text

  private mutating func string() throws(JSONFault) -> String {
    p += 1
    var text: [UInt8] = []
    while true {
      let segment = p
      while p < limit, p.pointee != UInt8(ascii: "\""), p.pointee != UInt8(ascii: "\\"), p.pointee >= 0x20 {
        p += 1
      }
      let plain = UnsafeBufferPointer(start: segment, count: p - segment)
      if let wrong = TextChecks.firstInvalid(plain) { throw fault("not UTF-8", at: segment + wrong) }
      text.append(contentsOf: plain)
      switch next {
      case UInt8(ascii: "\""):
        p += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      default: throw fault("a control character must be escaped")
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
    let place = p
    p += 1
    let letter = next
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      p += 1
      var code = try fourDigits()
      if code & 0xFC00 == 0xD800 {
        guard next == UInt8(ascii: "\\"), p + 1 < limit, p[1] == UInt8(ascii: "u") else {
          throw fault("half of a surrogate pair", at: place)
        }
        p += 2
        let low = try fourDigits()
        guard low & 0xFC00 == 0xDC00 else { throw fault("half of a surrogate pair", at: place) }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair", at: place) }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      return
    default: throw fault("no such escape")
    }
    p += 1
  }

  private mutating func fourDigits() throws(JSONFault) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(next)).hexDigitValue, next < 0x80 else {
        throw fault("four hexadecimal digits are expected here")
      }
      code = code << 4 | UInt32(digit)
      p += 1
    }
    return code
  }
}
