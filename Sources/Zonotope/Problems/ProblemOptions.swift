extension Activation {
  /// Reads `"relu"`, `"abs"`, `"linear"` or `{"slopes": [on, off]}`.
  init(_ value: JSONValue, _ place: String) throws(ZonotopeError) {
    if let text = value.text {
      switch text {
      case "relu": self = .relu
      case "abs": self = .abs
      case "linear": self = Activation(on: 1, off: 1)
      default:
        throw .unsupported(
          key: place, reason: "\"\(text)\" is not supported by this version (relu, abs, linear)")
      }
      return
    }
    var reader = try JSONObjectReader(value, place: place)
    guard case .numbers(let slopes)? = reader.take("slopes"), slopes.count == 2 else {
      throw .invalid(place: reader.path("slopes"), reason: "are not two numbers")
    }
    try reader.finish()
    self.init(on: slopes[0], off: slopes[1])
    try check(place: place)
  }
}

extension JSONObjectReader {
  /// `"per-class"`, `"nuclear"` or `"frobenius"`, the first without the key.
  mutating func outputNorm(_ key: String) throws(ZonotopeError) -> OutputNorm {
    guard let text = try text(key) else { return .perClass }
    guard let norm = OutputNorm(rawValue: text) else {
      let names = OutputNorm.allCases.map(\.rawValue).joined(separator: ", ")
      throw .unsupported(key: path(key), reason: "\"\(text)\" is not supported by this version (\(names))")
    }
    return norm
  }
}
