/// What a run of a plan gives: that of a ``TrainingPlan`` a ``Model``, that of a ``TokenPlan`` a ``TokenModel``.
public struct PlanReport<Content: StoredModel>: Sendable {
  public typealias Baseline = LinearComparison

  public let model: Content
  public let result: TrainingOutcome<Content.Network>
  /// Nil with more than 3000 features, too few rows to choose its penalty, or the softmax loss.
  public let baseline: Baseline?
  /// Search and fit together, without reading the file.
  public let seconds: Double

  /// One JSON document: the result of the problem format, the card, the baseline.
  ///
  /// - Parameter path: where the model was saved, if it was.
  public func json(savedTo path: String? = nil, pretty: Bool = true) -> String {
    let document = JSONValue.object([
      JSONMember("result", result.erased.jsonValue),
      JSONMember("card", model.cardValue),
      JSONMember("baseline", baseline?.json ?? .null),
      JSONMember("seconds", .number(seconds)),
      JSONMember("model", path.map { .string($0) } ?? .null),
    ])
    return String(decoding: JSONWriter.encode(document, pretty: pretty), as: UTF8.self)
  }
}

public typealias TrainingReport = PlanReport<Model>

/// The linear model on the rows of a run.
public struct LinearComparison: Sendable {
  public let model: LinearBaseline
  public let trainScore: Double?
  public let testScore: Double?
  public let seconds: Double

  var json: JSONValue {
    .object([
      JSONMember("kind", .string(model.name)),
      JSONMember("penalty", .number(model.penalty)),
      JSONMember("trainScore", trainScore.map { .number($0) } ?? .null),
      JSONMember("testScore", testScore.map { .number($0) } ?? .null),
      JSONMember("seconds", .number(seconds)),
    ])
  }
}
