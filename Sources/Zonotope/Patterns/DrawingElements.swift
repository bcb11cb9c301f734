#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Elements of pictures. Those of an arrangement are in a disc of radius 1 around 0, others in pixels.
enum SVG {
  static let radius = 360.0
  static func across(_ x: Double) -> Double { 400 + radius * x }
  static func down(_ y: Double) -> Double { 460 - radius * y }

  /// - Parameter r: in pixels.
  static func circle(_ x: Double, _ y: Double, _ r: Double, _ attributes: String) -> String {
    "<circle cx=\"\(number(across(x)))\" cy=\"\(number(down(y)))\" r=\"\(number(r))\" \(attributes)/>"
  }

  static func point(_ x: Double, _ y: Double) -> String { "\(number(across(x))) \(number(down(y)))" }

  /// A text with its left end at a point, or what the attributes say of its anchor.
  static func text(_ x: Double, _ y: Double, _ text: String, _ attributes: String = "") -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped += "&lt;"
      case "&": escaped += "&amp;"
      case ">": escaped += "&gt;"
      // What XML has no place for.
      case _ where scalar.value < 32 || scalar.value == 127: escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    let space = attributes.isEmpty ? "" : " "
    return "<text x=\"\(number(x))\" y=\"\(number(y))\"\(space)\(attributes)>\(escaped)</text>"
  }

  /// Hundredths of a pixel.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// From orange, no row active, over near white to blue, all active: opposite cells have opposite colours.
  static func colour(_ part: Double) -> String {
    let ends = part < 0.5 ? [0xD9, 0x6B, 0x2B] : [0x2A, 0x62, 0xA8], middle = [0xFA, 0xF7, 0xF2]
    let weight = pow(min(1, abs(2 * part - 1)), 0.8)
    let digits = Array("0123456789abcdef")
    return (0..<3).reduce(into: "#") { text, c in
      let value = Int((weight * Double(ends[c]) + (1 - weight) * Double(middle[c])).rounded())
      text += "\(digits[value / 16])\(digits[value % 16])"
    }
  }

  /// A text at a place in pixels, its anchor `start`, `middle` or `end`.
  static func text(_ x: Double, _ y: Double, anchor: String, _ text: String) -> String {
    self.text(x, y, text, "text-anchor=\"\(anchor)\"")
  }

  /// A line between two places in pixels.
  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" class=\"\(style)\"/>"
  }
}
