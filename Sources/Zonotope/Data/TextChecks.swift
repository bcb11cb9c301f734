/// Places in text files: what is not UTF-8, and which line a byte is on.
enum TextChecks {
  /// The offset of the first byte that does not continue valid UTF-8 (RFC 3629: no surrogates, no overlong
  /// forms, nothing above U+10FFFF), or nil. With `refusingNul`, a zero byte counts as invalid too.
  static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>, refusingNul: Bool = false) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let count = bytes.count
    var k = 0
    while k < count {
      // Eight bytes at once while they are ASCII and none is zero.
      while count - k >= 8 {
        let word = UnsafeRawPointer(base + k).loadUnaligned(as: UInt64.self)
        guard (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 == 0 else { break }
        k += 8
      }
      guard k < count else { return nil }
      let lead = base[k]
      if lead < 0x80 {
        if lead == 0, refusingNul { return k }
        k += 1
        continue
      }
      let length = sequenceLength(base + k, count - k)
      guard length > 0 else { return k }
      k += length
    }
    return nil
  }

  /// The length of the multi-byte sequence at `p`, 0 when it is not a valid one.
  private static func sequenceLength(_ p: UnsafePointer<UInt8>, _ available: Int) -> Int {
    let lead = p[0]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { second = 0xA0...0xBF }
      if lead == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { second = 0x90...0xBF }
      if lead == 0xF4 { second = 0x80...0x8F }
    default: return 0
    }
    guard available >= length, second.contains(p[1]) else { return 0 }
    for k in 2..<max(2, length) where p[k] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// Line and column of a byte, both from 1; columns count bytes, after a byte order mark.
  static func position(of byte: Int, in bytes: UnsafeBufferPointer<UInt8>) -> (line: Int, column: Int) {
    var line = 1
    var start = hasByteOrderMark(bytes) ? min(3, byte) : 0
    for k in start..<max(start, min(byte, bytes.count)) where bytes[k] == UInt8(ascii: "\n") {
      line += 1
      start = k + 1
    }
    return (line, byte - start + 1)
  }

  static func hasByteOrderMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
  }

  /// Text from a file as it may stand in a message: on one line and not too long.
  static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let shown = String(decoding: bytes.prefix(40), as: UTF8.self)
    let oneLine = String(String.UnicodeScalarView(shown.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
    return "'\(oneLine)\(bytes.count > 40 ? "..." : "")'"
  }
}

extension String {
  /// Order of the bytes of UTF-8, which no version of Unicode can change.
  func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

  /// Equality of bytes; `==` of the standard library equates canonically equivalent texts.
  func equalsInBytes(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
