/// JSON as text, the same bytes for the same value always.
///
/// Numbers are the shortest decimals that read back, whole ones without a fraction, and null where they are
/// not finite. Members keep their order.
struct JSONWriter {
  private let pretty: Bool
  private var text: [UInt8] = []

  /// - Parameter pretty: a line for each member and for each element of a list, except in lists of numbers.
  static func encode(_ value: JSONValue, pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.append(value, depth: 0)
    return writer.text
  }

  private init(pretty: Bool) { self.pretty = pretty }

  private mutating func append(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: append("null")
    case .bool(let truth): append(truth ? "true" : "false")
    case .number(let number): append(number)
    case .string(let string): append(quoting: string)
    case .numbers(let numbers):
      append("[")
      for (k, number) in numbers.enumerated() {
        if k > 0 { append(pretty ? ", " : ",") }
        append(number)
      }
      append("]")
    case .array(let values):
      list("[", "]", values, depth) { (writer, value) in writer.append(value, depth: depth + 1) }
    case .object(let members):
      list("{", "}", members, depth) { (writer, member) in
        writer.append(quoting: member.name)
        writer.append(writer.pretty ? ": " : ":")
        writer.append(member.value, depth: depth + 1)
      }
    }
  }

  private mutating func list<Item>(
    _ open: StaticString, _ close: StaticString, _ items: [Item], _ depth: Int,
    _ item: (inout JSONWriter, Item) -> Void
  ) {
    append(open)
    for (k, element) in items.enumerated() {
      if k > 0 { append(",") }
      breakLine(depth + 1)
      item(&self, element)
    }
    if !items.isEmpty { breakLine(depth) }
    append(close)
  }

  private mutating func breakLine(_ depth: Int) {
    guard pretty else { return }
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func append(_ characters: StaticString) {
    text.append(
      contentsOf: UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount))
  }

  private mutating func append(_ number: Double) {
    if number.isFinite { DecimalText.append(number, to: &text) } else { append("null") }
  }

  private mutating func append(quoting string: String) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        append(byte < 0x10 ? "\\u000" : "\\u001")
        text.append(contentsOf: String(byte & 15, radix: 16).utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
