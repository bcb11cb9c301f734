/// The header of a .npy file, versions 1 to 3: magic, version, length and a Python dictionary with exactly the
/// keys `descr`, `fortran_order` and `shape`.
struct NPYHeader {
  enum Kind { case float, signed, unsigned, bool }

  private(set) var kind = Kind.float
  /// Bytes of an element.
  private(set) var width = 8
  private(set) var bigEndian = false
  private(set) var fortranOrder = false
  private(set) var shape: [Int] = []
  /// Where the elements start.
  private(set) var dataStart = 0

  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  private var p = 0
  private var limit = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(ZonotopeError) {
    self.bytes = bytes
    self.file = file
    limit = bytes.count
    try expect([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "this is not a .npy file")
    let version = try byte()
    guard (1...3).contains(version), try byte() == 0 else {
      throw error(at: 6, "only versions 1.0, 2.0 and 3.0 of the format are known")
    }
    var length = 0
    for k in 0..<(version == 1 ? 2 : 4) { length |= Int(try byte()) << (8 * k) }
    guard length <= limit - p else { throw error(at: 8, "the header is said to end after the file") }
    dataStart = p + length
    limit = dataStart
    try dictionary()
  }

  func error(at place: Int, _ reason: String) -> ZonotopeError {
    .malformedBytes(file: file, byte: place, reason: reason)
  }

  private mutating func byte() throws(ZonotopeError) -> UInt8 {
    guard p < limit else { throw error(at: p, "the header ends early") }
    p += 1
    return bytes[p - 1]
  }

  private mutating func expect(_ text: [UInt8], _ reason: String) throws(ZonotopeError) {
    for expected in text {
      let place = p
      guard try byte() == expected else { throw error(at: place, reason) }
    }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ZonotopeError) {
    try expect([UInt8(ascii: character)], "'\(character)' is expected here")
  }

  private var next: UInt8 { p < limit ? bytes[p] : 0 }

  private mutating func skipSpace() {
    while next == UInt8(ascii: " ") { p += 1 }
  }

  private mutating func dictionary() throws(ZonotopeError) {
    var seen: Set<String> = []
    skipSpace()
    try expect("{")
    skipSpace()
    while next != UInt8(ascii: "}") {
      let place = p
      let key = try string()
      guard seen.insert(key).inserted else { throw error(at: place, "the key '\(key)' occurs twice") }
      skipSpace()
      try expect(":")
      skipSpace()
      switch key {
      case "descr": try type()
      case "fortran_order": try order()
      case "shape": try dimensions()
      default: throw error(at: place, "the key '\(key)' is not known")
      }
      skipSpace()
      guard next == UInt8(ascii: ",") else { break }
      p += 1
      skipSpace()
    }
    try expect("}")
    guard seen.count == 3 else {
      throw error(at: p - 1, "'descr', 'fortran_order' and 'shape' must all be given")
    }
    skipSpace()
    if next == UInt8(ascii: "\n") { p += 1 }
    guard p == limit else { throw error(at: p, "only spaces and one line break may follow the dictionary") }
  }

  private mutating func string() throws(ZonotopeError) -> String {
    let quote = next
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw error(at: p, "a text in quotes is expected here")
    }
    p += 1
    let start = p
    while next != quote {
      guard (0x20..<0x7F).contains(next), next != UInt8(ascii: "\\") else {
        throw error(at: p, "this character cannot stand in a text of the header")
      }
      p += 1
    }
    p += 1
    return String(decoding: bytes[start..<(p - 1)], as: UTF8.self)
  }

  private mutating func type() throws(ZonotopeError) {
    let place = p
    if next == UInt8(ascii: "[") { throw error(at: p, "records are not supported, only plain numbers") }
    let text = try string()
    let known: [String: (Kind, Int)] = [
      "f4": (.float, 4), "f8": (.float, 8), "b1": (.bool, 1),
      "i1": (.signed, 1), "i2": (.signed, 2), "i4": (.signed, 4), "i8": (.signed, 8),
      "u1": (.unsigned, 1), "u2": (.unsigned, 2), "u4": (.unsigned, 4), "u8": (.unsigned, 8),
    ]
    guard let order = text.first, let (kind, width) = known[String(text.dropFirst())],
      order == "<" || order == ">" || order == "|" && width == 1
    else { throw error(at: place, "elements of type '\(text)' are not supported") }
    self.kind = kind
    self.width = width
    bigEndian = order == ">"
  }

  private mutating func order() throws(ZonotopeError) {
    fortranOrder = next == UInt8(ascii: "T")
    try expect(Array((fortranOrder ? "True" : "False").utf8), "True or False is expected here")
  }

  private mutating func dimensions() throws(ZonotopeError) {
    let place = p
    try expect("(")
    skipSpace()
    var comma = false
    while next != UInt8(ascii: ")") {
      shape.append(try dimension())
      skipSpace()
      comma = next == UInt8(ascii: ",")
      guard comma else { break }
      p += 1
      skipSpace()
    }
    try expect(")")
    guard (1...3).contains(shape.count) else {
      throw error(at: place, "\(shape.count) dimensions, supported are 1, 2 and 3")
    }
    guard shape.count > 1 || comma else { throw error(at: p - 1, "a comma is expected here") }
  }

  private mutating func dimension() throws(ZonotopeError) -> Int {
    let place = p
    var value = 0
    while next &- 48 < 10 {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(next &- 48))
      guard !tooLarge, !overflow else { throw error(at: place, "the dimension is too large") }
      value = sum
      p += 1
    }
    guard p > place, p == place + 1 || bytes[place] != UInt8(ascii: "0") else {
      throw error(at: place, "a dimension is expected here")
    }
    return value
  }
}
