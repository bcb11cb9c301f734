/// Decimal numbers as text: reading, correctly rounded, and writing, shortest that reads back.
///
/// Neither direction asks the locale. Reading takes three roads: one multiplication or division where both
/// operands are exact, 128-bit integers for up to 19 digits and a power of ten up to 19, and the standard
/// library for what is left.
enum DecimalText {
  enum Grammar {
    /// RFC 8259: no plus sign, no leading zeros, digits on both sides of the point.
    case json
    /// What programs write into tables: `+1`, `007`, `.5` and `5.` as well.
    case table
  }

  /// What stands at a position. `value` is NaN where no number does, with `end` at the byte that is wrong, and
  /// infinite where a number is too large; `end` is after it then, as after any other number.
  struct Reading {
    var value: Double
    var end: UnsafePointer<UInt8>
  }

  /// Reads the longest number that starts at `start`. What follows it is up to the caller.
  static func read(
    _ start: UnsafePointer<UInt8>, limit: UnsafePointer<UInt8>, grammar: Grammar
  ) -> Reading {
    var p = start
    var negative = false
    if p < limit {
      if p.pointee == UInt8(ascii: "-") {
        negative = true
        p += 1
      } else if grammar == .table, p.pointee == UInt8(ascii: "+") {
        p += 1
      }
    }
    // The mantissa may wrap; the number of digits tells whether it did.
    var mantissa: UInt64 = 0
    let first = p
    skipDigits(&p, limit, into: &mantissa)
    let integerDigits = p - first
    if grammar == .json {
      guard integerDigits > 0 else { return Reading(value: .nan, end: p) }
      if integerDigits > 1, first.pointee == UInt8(ascii: "0") {
        return Reading(value: .nan, end: first + 1)
      }
    }
    var fractionDigits = 0
    if p < limit, p.pointee == UInt8(ascii: ".") {
      p += 1
      let fraction = p
      skipDigits(&p, limit, into: &mantissa)
      fractionDigits = p - fraction
      if fractionDigits == 0, grammar == .json { return Reading(value: .nan, end: p) }
    }
    guard integerDigits + fractionDigits > 0 else { return Reading(value: .nan, end: p) }

    var exponent = 0
    let afterDigits = p
    if p < limit, p.pointee | 0x20 == UInt8(ascii: "e") {
      p += 1
      var down = false
      if p < limit, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
        down = p.pointee == UInt8(ascii: "-")
        p += 1
      }
      let digits = p
      while p < limit, p.pointee &- 48 < 10 {
        // Saturates: far beyond any double, far below any overflow.
        if exponent < 1 << 40 { exponent = exponent * 10 + Int(p.pointee &- 48) }
        p += 1
      }
      guard p > digits else { return Reading(value: .nan, end: p) }
      if down { exponent = -exponent }
    }
    exponent -= fractionDigits

    var significant = integerDigits + fractionDigits
    if significant > 19 { significant -= leadingZeros(first, afterDigits) }
    if significant <= 19, let magnitude = exact(mantissa, exponent) {
      return Reading(value: negative ? -magnitude : magnitude, end: p)
    }
    let text = String(decoding: UnsafeBufferPointer(start: start, count: p - start), as: UTF8.self)
    return Reading(value: Double(text) ?? .nan, end: p)
  }

  /// Reads a text that must be one number from end to end; NaN when it is not, infinite when it is too large.
  static func read(_ text: UnsafeBufferPointer<UInt8>, grammar: Grammar) -> Double {
    guard let start = text.baseAddress else { return .nan }
    let reading = read(start, limit: start + text.count, grammar: grammar)
    return reading.end == start + text.count ? reading.value : .nan
  }

  /// Appends the shortest decimal that reads back as `value`, whole numbers without a fraction.
  static func append(_ value: Double, to text: inout [UInt8]) {
    let whole = value.rounded(.towardZero)
    if whole == value, abs(whole) < 0x1p53, !(whole == 0 && value.sign == .minus) {
      text.append(contentsOf: Int(whole).description.utf8)
    } else {
      text.append(contentsOf: value.description.utf8)
    }
  }

  @inline(__always)
  private static func skipDigits(
    _ p: inout UnsafePointer<UInt8>, _ limit: UnsafePointer<UInt8>, into mantissa: inout UInt64
  ) {
    while p < limit {
      let digit = p.pointee &- 48
      guard digit < 10 else { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      p += 1
    }
  }

  private static func leadingZeros(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
    var zeros = 0
    var p = start
    while p < end, p.pointee == UInt8(ascii: "0") || p.pointee == UInt8(ascii: ".") {
      if p.pointee == UInt8(ascii: "0") { zeros += 1 }
      p += 1
    }
    return zeros
  }

  /// mantissa * 10^exponent rounded once, or nil where 128 bits do not decide it.
  private static func exact(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa == 0 { return 0 }
    if mantissa <= 1 << 53 {
      // Both operands are exact doubles, so one operation rounds once.
      if exponent >= 0, exponent <= 22 { return Double(mantissa) * tens(exponent) }
      if exponent < 0, exponent >= -22 { return Double(mantissa) / tens(-exponent) }
    }
    // Below, the discarded part only sets the last of at least 63 bits: `Double` then rounds as if it saw
    // all of them.
    if exponent >= 0, exponent <= 19 {
      let (high, low) = mantissa.multipliedFullWidth(by: integerTens(exponent))
      if high == 0 { return Double(low) }
      let shift = high.leadingZeroBitCount
      let top = shift == 0 ? high : high << shift | low >> (64 - shift)
      let sticky: UInt64 = low << shift == 0 ? 0 : 1
      return scaled(top | sticky, 64 - shift)
    }
    if exponent < 0, exponent >= -19 {
      let divisor = integerTens(-exponent)
      let s = mantissa.leadingZeroBitCount
      let t = divisor.leadingZeroBitCount
      let dividend = mantissa << s
      let (quotient, remainder) = (divisor << t).dividingFullWidth((dividend >> 1, dividend << 63))
      return scaled(quotient | (remainder == 0 ? 0 : 1), t - s - 63)
    }
    return nil
  }

  private static func scaled(_ bits: UInt64, _ exponent: Int) -> Double {
    Double(bits) * Double(bitPattern: UInt64(exponent + 1023) << 52)
  }

  private static func tens(_ k: Int) -> Double {
    k < 20 ? Double(integerTens(k)) : k == 20 ? 1e20 : k == 21 ? 1e21 : 1e22
  }

  private static func integerTens(_ k: Int) -> UInt64 { powers[k] }

  private static let powers: [UInt64] = (0..<20).map { k in (0..<k).reduce(1) { power, _ in power * 10 } }
}
