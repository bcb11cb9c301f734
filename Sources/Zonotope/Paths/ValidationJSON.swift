extension ValidationCurve {
  var json: JSONValue {
    .object([
      JSONMember("folds", .number(Double(folds))), JSONMember("seed", .number(Double(seed))),
      JSONMember("best", best.map { .number(Double($0)) } ?? .null),
      JSONMember("oneStandardError", oneStandardError.map { .number(Double($0)) } ?? .null),
      JSONMember("points", .array(points.map(\.json))),
    ])
  }

  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    let folds = try reader.requireCount("folds"), seed = UInt64(try reader.requireCount("seed"))
    // They follow from the points.
    let choices = [try reader.optionalCount("best"), try reader.optionalCount("oneStandardError")]
    var points: [Point] = []
    switch try reader.require("points") {
    case .array(let values):
      for (k, value) in values.enumerated() {
        points.append(
          try Point(JSONObjectReader(value, place: "\(reader.path("points"))[\(k)]"), folds: folds))
      }
    case .numbers(let numbers) where numbers.isEmpty: break
    default: throw .invalid(place: reader.path("points"), reason: "not a list of points")
    }
    try reader.finish()
    guard folds >= 2 else { throw .invalid(place: reader.path("folds"), reason: "\(folds), two at least") }
    self.init(folds: folds, seed: seed, points: points)
    guard choices == [best, oneStandardError] else {
      throw .invalid(place: reader.path("best"), reason: "does not follow from the points")
    }
  }
}

extension ValidationCurve.Point {
  var json: JSONValue {
    .object([
      JSONMember("betaRatio", .number(ratio)), JSONMember("folds", .number(Double(folds))),
      JSONMember("loss", loss?.json ?? .null), JSONMember("accuracy", accuracy?.json ?? .null),
    ])
  }

  fileprivate init(_ given: JSONObjectReader, folds: Int) throws(ZonotopeError) {
    var reader = given
    self.init(
      ratio: try reader.requireNumber("betaRatio"), folds: try reader.requireCount("folds"),
      loss: try Self.estimate("loss", &reader), accuracy: try Self.estimate("accuracy", &reader))
    guard self.folds <= folds, (loss == nil) == (self.folds == 0) else {
      throw .invalid(place: reader.path("folds"), reason: "\(self.folds) of \(folds)")
    }
    try reader.finish()
  }

  private static func estimate(
    _ key: String, _ reader: inout JSONObjectReader
  ) throws(ZonotopeError) -> ValidationCurve.Estimate? {
    try reader.optional(key) { (value, place) throws(ZonotopeError) in
      try ValidationCurve.Estimate(JSONObjectReader(value, place: place))
    }
  }
}

extension ValidationCurve.Estimate {
  /// Null for numbers that are infinite.
  var json: JSONValue {
    .object([JSONMember("mean", Self.json(mean)), JSONMember("standardError", Self.json(standardError))])
  }

  private static func json(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

  fileprivate init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    self.init(
      mean: try reader.requireBound("mean"), standardError: try reader.requireBound("standardError"))
    try reader.finish()
  }
}
