import Testing

@testable import Zonotope

private func scan(_ text: String) throws(JSONFault) -> JSONValue { try scan(Array(text.utf8)) }

private func scan(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
  try bytes.withUnsafeBufferPointer { (bytes) throws(JSONFault) in try JSONScanner.scan(bytes) }
}

private func fault(_ bytes: [UInt8]) -> JSONFault? {
  do throws(JSONFault) {
    _ = try scan(bytes)
    return nil
  } catch {
    return error
  }
}

@Suite struct JSONConformance {
  @Test func values() throws {
    #expect(try scan(" null\n") == .null)
    #expect(try scan("true") == .bool(true))
    #expect(try scan("false") == .bool(false))
    #expect(try scan("-12.5e1") == .number(-125))
    #expect(try scan("[]") == .numbers([]))
    #expect(try scan("[ 1 ,2e0,\t-3 ]") == .numbers([1, 2, -3]))
    #expect(try scan("[1,\"a\",2]") == .array([.number(1), .string("a"), .number(2)]))
    #expect(try scan("[[1,2],[]]") == .array([.numbers([1, 2]), .numbers([])]))
    #expect(try scan("{}") == .object([]))
    let object = try scan("{\"b\": 1, \"a\": {\"c\": null}}")
    #expect(object["b"] == .number(1))
    #expect(object["a"]?["c"] == .null)
    #expect(object["z"] == nil)
    guard case .object(let members) = object else { return }
    #expect(members.map(\.byte) == [1, 9])
  }

  @Test func escapes() throws {
    #expect(try scan(#""\"\\\/\b\f\n\r\tA\u00e9\u20AC\ud83d\ude00""#).text == "\"\\/\u{8}\u{c}\n\r\tAé€😀")
    #expect(try scan("\"é€😀\u{7f}\"").text == "é€😀\u{7f}")
    #expect(try scan(#""\u0000""#).text == "\0")
  }

  /// Each with the byte that is wrong.
  @Test(arguments: [
    ("", 0), (" ", 1), ("nul", 3), ("nulL", 3), ("True", 0), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3),
    ("[1", 2),
    ("[", 1), ("]", 0), ("{\"a\":1,}", 7), ("{\"a\" 1}", 5), ("{\"a\":}", 5), ("{a:1}", 1), ("{\"a\":1", 6),
    ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("01", 1), ("-", 1), ("+1", 0), (".5", 0),
    ("5.", 2),
    ("1e", 2), ("1e+", 3), ("-x", 1), ("1e309", 0), ("[1,-1e999]", 3), ("NaN", 0), ("Infinity", 0),
    ("1 1", 2),
    ("\"a", 2), ("\"a\nb\"", 2), ("\"\\x\"", 2), ("\"\\u12g4\"", 5), ("\"\\u12", 5), ("\"\\ud800\"", 1),
    ("\"\\ud800x\"", 1), ("\"\\udc00\"", 1), ("\"\\ud800\\u0041\"", 1), ("\"\\", 2), ("'a'", 0), ("[1]//", 3),
    ("\u{feff}1", 0), ("[1,\u{a0}2]", 3), ("1\u{0}", 1),
  ])
  func refuses(text: String, byte: Int) { #expect(fault(Array(text.utf8))?.byte == byte) }

  @Test(
    arguments: [
      [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(fault([quote, UInt8(ascii: "a")] + bytes + [quote])?.byte == 2)
  }

  @Test func depthIsLimited() throws {
    let limit = JSONScanner.depthLimit
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try scan(nested(limit))
    #expect(fault(Array(nested(limit + 1).utf8))?.byte == limit)
    #expect(fault(Array(String(repeating: "{\"a\":", count: 100_000).utf8)) != nil)
  }

  @Test func damageIsAFaultOrAnotherDocument() throws {
    let text = #"{"a": [1, -2.5e3], "é\n": {"b": [true, null, "\ud83d\ude00"]}, "c": [[1, 2], [3, 4]]}"#
    _ = try scan(text)
    for bytes in damaged(Array(text.utf8)) {
      if let fault = fault(bytes) { #expect((0...bytes.count).contains(fault.byte)) }
    }
  }

  @Test func writtenTextReadsBack() throws {
    let value = JSONValue.object([
      JSONMember("x", .array([.numbers([1, 0.1, -2.5e-300]), .numbers([])])),
      JSONMember("empty", .object([])),
      JSONMember("text \"\\\n\u{1}é😀", .string("\t\r\u{1f}/")),
      JSONMember("none", .array([.null, .bool(false)])),
    ])
    #expect(try scan(JSONWriter.encode(value)) == value)
    #expect(try scan(JSONWriter.encode(value, pretty: true)) == value)
  }

  @Test func looks() {
    let value = JSONValue.object([
      JSONMember("a", .numbers([1, .nan, 0.5])), JSONMember("b", .array([.string("x"), .object([])])),
    ])
    #expect(String(decoding: JSONWriter.encode(value), as: UTF8.self) == #"{"a":[1,null,0.5],"b":["x",{}]}"#)
    #expect(
      String(decoding: JSONWriter.encode(value, pretty: true), as: UTF8.self)
        == "{\n  \"a\": [1, null, 0.5],\n  \"b\": [\n    \"x\",\n    {}\n  ]\n}")
  }

  @Test func faultsBecomeErrorsWithPlaces() {
    let error = failure { () throws(ZonotopeError) in
      let bytes = Array("{\n \"a\": tru }".utf8)
      return try bytes.withUnsafeBufferPointer { (text) throws(ZonotopeError) in
        try JSONScanner.document(text, name: "p.json")
      }
    }
    #expect(error == .malformedText(file: "p.json", line: 2, column: 10, reason: "a value is expected here"))
  }
}
