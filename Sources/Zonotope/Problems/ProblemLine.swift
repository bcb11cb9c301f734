extension OneDimensionalNetwork {
  /// Reads the keys of a `one-dimensional` model.
  init(_ model: inout JSONObjectReader) throws(ZonotopeError) {
    let name = try model.text("activation") ?? "relu"
    let activation: Activation
    switch name {
    case "relu": activation = .relu
    case "leaky":
      guard let slope = try model.number("slope") else {
        throw .invalid(place: model.path("slope"), reason: "is missing")
      }
      activation = .leaky(slope: slope)
    case "abs": activation = .absolute
    case "threshold": activation = .threshold
    case "sign": activation = .sign
    default:
      throw .unsupported(
        key: model.path("activation"),
        reason: "\"\(name)\" is not supported by this version (relu, leaky, abs, threshold, sign)")
    }
    let depth = try model.count("depth") ?? 2
    var shape = Shape.narrow
    if let text = try model.text("architecture") {
      guard let known = Shape(rawValue: text) else {
        let names = Shape.allCases.map(\.rawValue).joined(separator: ", ")
        throw .unsupported(
          key: model.path("architecture"), reason: "\"\(text)\" is not supported by this version (\(names))")
      }
      shape = known
    }
    self.init(
      activation: activation, depth: depth, shape: shape, widths: try model.counts("widths") ?? [],
      outputBias: try model.flag("outputBias") ?? true)
    // What is wrong with them should not wait for the data.
    _ = try self.model(positions: 1)
  }
}

extension ThresholdNetwork {
  /// Reads the keys of a `threshold` model.
  init(_ model: inout JSONObjectReader) throws(ZonotopeError) {
    let depth = try model.count("depth") ?? 2, widths = try model.counts("widths") ?? []
    let inputBias = try model.flag("inputBias") ?? false, hiddenBias = try model.flag("hiddenBias") ?? false
    let given = model.take("patterns"), place = model.path("patterns")
    let patterns: Patterns
    if let given, case .string("shattered") = given {
      patterns = .shattered
    } else {
      switch try ProblemPatterns.read(given, place) {
      case .all: patterns = .all
      case .masks(let masks): patterns = .masks(masks)
      case .sampled(let count, let seed): patterns = .sampled(count: count, seed: seed)
      case .gates, .set:
        throw .unsupported(key: place + ".gates", reason: "threshold networks take masks or a sample")
      }
    }
    self.init(
      patterns: patterns, depth: depth, widths: widths, inputBias: inputBias, hiddenBias: hiddenBias)
    try check()
  }
}

extension JSONObjectReader {
  /// A list of whole numbers.
  mutating func counts(_ key: String) throws(ZonotopeError) -> [Int]? {
    guard let value = take(key) else { return nil }
    guard case .numbers(let numbers) = value else {
      throw .invalid(place: path(key), reason: "\(value.kind), not a list of numbers")
    }
    var counts: [Int] = []
    for (k, number) in numbers.enumerated() {
      guard let count = Int(exactly: number), count >= 0 else {
        throw .invalid(place: "\(path(key))[\(k)]", reason: "\(number) is not a whole number of at least 0")
      }
      counts.append(count)
    }
    return counts
  }
}
