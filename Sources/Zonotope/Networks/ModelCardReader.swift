extension ModelCard {
  /// Reads a card. Every key must be there, and no other.
  ///
  /// - Returns: the card and the hash of the training rows.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` or ``ZonotopeError/unsupported(key:reason:)`` with the path of
  ///   the key.
  static func read(_ document: JSONValue) throws(ZonotopeError) -> (card: ModelCard, trainingRows: UInt64) {
    var reader = try JSONObjectReader(document, place: "")
    let library = try ModelDocument.readHeader(&reader)

    var architecture = try reader.requireObject("architecture")
    let kind = try architecture.requireText("kind")
    guard kind == "two-layer" || kind == "convolutional" else {
      throw .unsupported(
        key: architecture.path("kind"), reason: "\"\(kind)\" is not supported by this version")
    }
    let activation = try Activation(architecture.require("activation"), architecture.path("activation"))
    let gated = try architecture.requireFlag("gated")
    let inputBias = try architecture.requireFlag("inputBias")
    let outputBias = try architecture.requireFlag("outputBias")
    // Files of the first version have neither.
    let skip = try architecture.flag("skip") ?? false
    let outputNorm = try architecture.outputNorm("outputs")
    let patches = kind == "convolutional" ? try PatchLayout(&architecture) : .whole
    try architecture.finish()
    if patches.isLinear {
      guard activation == .linear, !gated, !skip, outputNorm != .frobenius else {
        throw .invalid(
          place: architecture.path("pooling"), reason: "does not go with the rest of the architecture")
      }
      guard !inputBias || patches != .circular else {
        throw .invalid(
          place: architecture.path("inputBias"), reason: "does not go with a circular convolution")
      }
    }

    let term = try LossTerm(reader.requireObject("loss"))
    let beta = try reader.requireNumber("beta"), betaMax = try reader.requireBound("betaMax")
    guard beta >= 0 else { throw .invalid(place: "beta", reason: "\(beta) is negative") }
    guard betaMax >= 0 else { throw .invalid(place: "betaMax", reason: "\(betaMax) is negative") }
    let preprocessing = try Preprocessing(reader.requireObject("preprocessing"))
    let proof = try Proof(reader.requireObject("certificate"))
    let patterns = try Patterns(reader.requireObject("patterns"))
    let solver = try Solver(reader.requireObject("solver"))
    let training = try reader.require("training")
    let run = training == .null ? nil : try Run(JSONObjectReader(training, place: "training"))
    guard let trainingRows = readHexadecimal(try reader.requireText("trainingRows")) else {
      throw .invalid(place: "trainingRows", reason: "is not a number of 16 hexadecimal digits")
    }
    try reader.finish()
    return (
      ModelCard(
        activation: activation, gated: gated, inputBias: inputBias, outputBias: outputBias, skip: skip,
        outputNorm: outputNorm, patches: patches, loss: term, beta: beta, betaMax: betaMax,
        preprocessing: preprocessing, proof: proof, patterns: patterns, solver: solver, run: run,
        library: library), trainingRows
    )
  }
}

extension PatchLayout {
  fileprivate init(_ reader: inout JSONObjectReader) throws(ZonotopeError) {
    let pooling = try reader.requireText("pooling")
    if pooling == "circular" {
      self = .circular
      return
    }
    let count = try reader.requireCount("patches")
    guard count > 0 else { throw .invalid(place: reader.path("patches"), reason: "there are none") }
    switch pooling {
    case "sum": self = .summed(count)
    case "none": self = .weighted(count)
    default:
      throw .unsupported(key: reader.path("pooling"), reason: "\"\(pooling)\" is not known to this version")
    }
  }
}

extension ModelCard.LossTerm {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var loss = given
    self.init(
      kind: try loss.requireText("kind"), scale: try loss.requireNumber("scale"),
      delta: try loss.number("delta"))
    guard
      ["squared", "logistic", "hinge", "softmax", "absolute", "huber", "interpolation"].contains(kind)
    else {
      throw .unsupported(key: loss.path("kind"), reason: "\"\(kind)\" is not supported by this version")
    }
    guard scale > 0 else { throw .invalid(place: loss.path("scale"), reason: "\(scale) is not above 0") }
    guard kind == "huber" ? delta.map({ $0 > 0 }) == true : delta == nil else {
      throw .invalid(place: loss.path("delta"), reason: "belongs to the Huber loss, above 0")
    }
    try loss.finish()
  }
}

extension ModelCard.Preprocessing {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    let standard = try reader.require("standardization")
    standardization =
      standard == .null ? nil : try Standardization(standard, place: reader.path("standardization"))
    features = try reader.texts("features")
    target = try reader.optional("target") { (value, place) throws(ZonotopeError) in
      guard let text = value.text else { throw .invalid(place: place, reason: "\(value.kind), not a text") }
      return text
    }
    classes = try reader.texts("classes")
    if let classes, classes.count < 2 {
      throw .invalid(place: reader.path("classes"), reason: "\(classes.count) classes, not 2 or more")
    }
    if let features, let standardization, features.count != standardization.means.count {
      throw .invalid(
        place: reader.path("features"),
        reason: "\(features.count) names, the standardization has \(standardization.means.count) columns")
    }
    try reader.finish()
  }
}

extension ModelCard.Proof {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    certificate = Certificate(
      scope: try reader.choice("scope"), objective: try reader.requireBound("objective"),
      lowerBound: try reader.requireBound("lowerBound"))
    // Follows from the two numbers; null where it is infinite.
    _ = try reader.require("relativeGap")
    status = try reader.choice("status")
    try reader.finish()
  }
}

extension ModelCard.Patterns {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    count = try reader.requireCount("count")
    active = try reader.requireCount("active")
    source = try reader.choice("source")
    draws = try reader.optionalCount("draws")
    seed = try reader.optionalCount("seed").map { UInt64($0) }
    try reader.finish()
  }
}

extension ModelCard.Solver {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    kind = try reader.choice("kind")
    reason = try reader.requireText("reason")
    tolerance = try reader.requireNumber("tolerance")
    iterations = try reader.requireCount("iterations")
    seconds = try reader.requireNumber("seconds")
    try reader.finish()
  }
}

extension ModelCard.Run {
  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    rows = try reader.requireCount("rows")
    testRows = try reader.requireCount("testRows")
    testFraction = try reader.requireNumber("testFraction")
    seed = UInt64(try reader.requireCount("seed"))
    betaRatio = try reader.requireNumber("betaRatio")
    guard case .numbers(let ratios) = try reader.require("candidates") else {
      throw .invalid(place: reader.path("candidates"), reason: "not a list of numbers")
    }
    candidates = ratios
    holdoutFraction = try reader.optionalNumber("holdoutFraction")
    score = try reader.requireText("score")
    trainScore = try reader.optionalNumber("trainScore")
    testScore = try reader.optionalNumber("testScore")
    try reader.finish()
  }
}

// MARK: - Keys that must be there

extension JSONObjectReader {
  mutating func requireObject(_ key: String) throws(ZonotopeError) -> JSONObjectReader {
    try JSONObjectReader(require(key), place: path(key))
  }

  mutating func requireText(_ key: String) throws(ZonotopeError) -> String {
    guard let value = try text(key) else { throw .invalid(place: path(key), reason: "is missing") }
    return value
  }

  /// A number that is infinite where the text has null.
  mutating func requireBound(_ key: String) throws(ZonotopeError) -> Double {
    let value = try require(key)
    if value == .null { return .infinity }
    guard case .number(let number) = value else {
      throw .invalid(place: path(key), reason: "\(value.kind), not a number")
    }
    return number
  }

  mutating func requireNumber(_ key: String) throws(ZonotopeError) -> Double {
    guard let value = try number(key) else { throw .invalid(place: path(key), reason: "is missing") }
    return value
  }

  mutating func requireCount(_ key: String) throws(ZonotopeError) -> Int {
    guard let value = try count(key) else { throw .invalid(place: path(key), reason: "is missing") }
    return value
  }

  mutating func requireFlag(_ key: String) throws(ZonotopeError) -> Bool {
    guard let value = try flag(key) else { throw .invalid(place: path(key), reason: "is missing") }
    return value
  }

  mutating func choice<Choice: RawRepresentable<String>>(
    _ key: String
  ) throws(ZonotopeError) -> Choice {
    let value = try requireText(key)
    guard let choice = Choice(rawValue: value) else {
      throw .unsupported(key: path(key), reason: "\"\(value)\" is not known to this version")
    }
    return choice
  }

  /// A value that may be null but not missing.
  mutating func optional<Result>(
    _ key: String, _ body: (JSONValue, String) throws(ZonotopeError) -> Result
  ) throws(ZonotopeError) -> Result? {
    let value = try require(key)
    return value == .null ? nil : try body(value, path(key))
  }

  mutating func optionalNumber(_ key: String) throws(ZonotopeError) -> Double? {
    try optional(key) { (value, place) throws(ZonotopeError) in
      guard case .number(let number) = value else {
        throw .invalid(place: place, reason: "\(value.kind), not a number")
      }
      return number
    }
  }

  mutating func optionalCount(_ key: String) throws(ZonotopeError) -> Int? {
    try optional(key) { (value, place) throws(ZonotopeError) in
      guard let count = value.integer, count >= 0 else {
        throw .invalid(place: place, reason: "not a whole number of at least 0")
      }
      return count
    }
  }

  mutating func texts(_ key: String) throws(ZonotopeError) -> [String]? {
    try optional(key) { (value, place) throws(ZonotopeError) in
      if case .numbers(let numbers) = value, numbers.isEmpty { return [] }
      guard case .array(let values) = value else {
        throw .invalid(place: place, reason: "\(value.kind), not a list of texts")
      }
      var texts: [String] = []
      for (k, value) in values.enumerated() {
        guard let text = value.text else {
          throw .invalid(place: "\(place)[\(k)]", reason: "\(value.kind), not a text")
        }
        texts.append(text)
      }
      return texts
    }
  }
}
