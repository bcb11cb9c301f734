import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private func read(_ text: String, _ grammar: DecimalText.Grammar = .table) -> Double {
  Array(text.utf8).withUnsafeBufferPointer { DecimalText.read($0, grammar: grammar) }
}

@Suite struct DecimalRounding {
  @Test func agreesWithTheStandardLibraryOnRandomDecimals() throws {
    var generator = SplitMix(state: 1)
    for round in 0..<100_000 {
      let digits = Int.random(in: 1...25, using: &generator)
      var text = Bool.random(using: &generator) ? "-" : ""
      let point = Int.random(in: 0...digits, using: &generator)
      for k in 0..<digits {
        if k == point { text += k == 0 ? "0." : "." }
        text += String(UInt8.random(in: 0...9, using: &generator))
      }
      switch round % 4 {
      case 0: text += "e\(Int.random(in: -25...25, using: &generator))"
      case 1: text += "E\(Int.random(in: -345...310, using: &generator))"
      default: break
      }
      let expected = try #require(Double(text))
      #expect(read(text).bitPattern == expected.bitPattern, "\(text)")
    }
  }

  @Test func writesWhatReadsBack() {
    var generator = SplitMix(state: 2)
    for _ in 0..<100_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      var text: [UInt8] = []
      DecimalText.append(value, to: &text)
      let back = text.withUnsafeBufferPointer { DecimalText.read($0, grammar: .json) }
      #expect(back.bitPattern == value.bitPattern, "\(String(decoding: text, as: UTF8.self))")
    }
  }

  /// Halfway cases, the edges of the fast roads and of the format.
  @Test(arguments: [
    "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000", "18446744073709551615",
    "9999999999999999999", "9999999999999999999e19", "9999999999999999999e-19", "9007199254740992e22",
    "9007199254740993e-22", "1e23", "8.5e22", "0.1", "2.2250738585072011e-308", "2.2250738585072014e-308",
    "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400",
    "1.7976931348623157e308", "1.7976931348623158e308", "0.00000000000000000000000000000123", "0e999999",
    "-0", "-0.0e-5", "1e-99999999999999999999", "179769313486231580793728971405301e276",
  ])
  func edges(text: String) throws {
    let expected = try #require(Double(text))
    #expect(read(text, .json).bitPattern == expected.bitPattern)
  }

  @Test func hundredsOfDigits() throws {
    let long = "0." + String(repeating: "123456789", count: 90) + "e+5"
    #expect(read(long, .json) == Double(long))
    #expect(read(String(repeating: "9", count: 400)) == .infinity)
    #expect(read(String(repeating: "0", count: 400) + "7") == 7)
  }

  @Test(arguments: ["+1", "007", ".5", "5.", "-.5e1", "+0.5E+1"]) func tablesAllowMore(text: String) {
    #expect(read(text) == Double(text.hasPrefix("+") ? String(text.dropFirst()) : text))
    #expect(read(text, .json).isNaN)
  }

  @Test(arguments: [
    "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "nan", "inf", " 1", "1 ", "1_000", "1,5",
  ])
  func refuses(text: String) {
    #expect(read(text).isNaN)
    #expect(read(text, .json).isNaN)
  }

  @Test func tooLargeIsNotAnErrorOfForm() {
    #expect(read("1e309") == .infinity)
    #expect(read("-1e99999999999999999999") == -.infinity)
  }

  /// Where the system has no such locale, nothing is shown.
  @Test func theLocaleHasNoSay() {
    guard let german = newlocale(1 << LC_NUMERIC, "de_DE.UTF-8", nil) else { return }
    let before = uselocale(german)
    defer {
      uselocale(before)
      freelocale(german)
    }
    #expect(read("0.12345678901234567890123") == 0.12345678901234567890123)
    var text: [UInt8] = []
    DecimalText.append(0.5, to: &text)
    #expect(text == Array("0.5".utf8))
  }

  @Test func integersHaveNoFraction() {
    var text: [UInt8] = []
    for value in [0, -0.0, 3, -17, 0x1p53, 1e300, 0.1] {
      DecimalText.append(value, to: &text)
      text.append(UInt8(ascii: " "))
    }
    #expect(String(decoding: text, as: UTF8.self) == "0 -0.0 3 -17 9007199254740992.0 1e+300 0.1 ")
  }
}
