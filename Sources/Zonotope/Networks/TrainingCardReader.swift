extension TrainingCard {
  /// Reads a card. Every key must be there, and no other; `training` may be missing, as it once did for networks of parallel
  /// units, `preprocessing.lag` is there for series, and `trainingRows` is there for networks that need it.
  ///
  /// - Parameter architecture: reads that of the network, whose keys are finished after it.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` or ``ZonotopeError/unsupported(key:reason:)`` with the path of
  ///   the key.
  static func read<Architecture>(
    _ document: JSONValue,
    architecture: (inout JSONObjectReader) throws(ZonotopeError) -> Architecture
  ) throws(ZonotopeError) -> (card: TrainingCard, architecture: Architecture, trainingRows: UInt64?) {
    var reader = try JSONObjectReader(document, place: "")
    let library = try ModelDocument.readHeader(&reader)
    var members = try reader.requireObject("architecture")
    let shape = try architecture(&members)
    try members.finish()
    let term = try LossTerm(reader.requireObject("loss"))
    let beta = try reader.requireNumber("beta"), betaMax = try reader.requireBound("betaMax")
    guard beta >= 0 else { throw .invalid(place: "beta", reason: "\(beta) is negative") }
    guard betaMax >= 0 else { throw .invalid(place: "betaMax", reason: "\(betaMax) is negative") }
    let preprocessing = try Preprocessing(reader.requireObject("preprocessing"))
    let proof = try Proof(reader.requireObject("certificate"))
    let patterns = try Patterns(reader.requireObject("patterns"))
    let solver = try Solver(reader.requireObject("solver"))
    let training = reader.take("training") ?? .null
    let run = training == .null ? nil : try Run(JSONObjectReader(training, place: "training"))
    var rows: UInt64?
    if let text = try reader.text("trainingRows") {
      rows = readHexadecimal(text)
      guard rows != nil else {
        throw .invalid(place: "trainingRows", reason: "is not a number of 16 hexadecimal digits")
      }
    }
    try reader.finish()
    return (
      TrainingCard(
        loss: term, beta: beta, betaMax: betaMax, preprocessing: preprocessing, proof: proof,
        patterns: patterns,
        solver: solver, run: run, library: library), shape, rows
    )
  }
}

extension TrainingCard.LossTerm {
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

extension TrainingCard.Preprocessing {
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
    if let rows = try reader.count("lag") {
      guard rows > 0 else { throw .invalid(place: reader.path("lag"), reason: "\(rows) is not above 0") }
      lag = rows
    }
    if let features, let standardization, features.count != standardization.means.count {
      throw .invalid(
        place: reader.path("features"),
        reason: "\(features.count) names, the standardization has \(standardization.means.count) columns")
    }
    try reader.finish()
  }
}

extension TrainingCard.Proof {
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

extension TrainingCard.Patterns {
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

extension TrainingCard.Solver {
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

extension TrainingCard.Run {
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
