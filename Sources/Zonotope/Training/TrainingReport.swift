/// What a run of a ``TrainingPlan`` gives.
public struct TrainingReport: Sendable {
  /// The linear model on the same rows.
  public struct Baseline: Sendable {
    public let model: LinearBaseline
    public let trainScore: Double?
    public let testScore: Double?
    public let seconds: Double
  }

  public let model: Model
  public let result: TrainingResult
  /// Nil with more than 3000 features, too few rows to choose its penalty, or the softmax loss.
  public let baseline: Baseline?
  /// Search and fit together, without reading the file.
  public let seconds: Double

  /// One JSON document: the result of the problem format, the card, the baseline.
  ///
  /// - Parameter path: where the model was saved, if it was.
  public func json(savedTo path: String? = nil, pretty: Bool = true) -> String {
    guard case .object(let card) = model.card.json(trainingRows: 0) else { return "" }
    let document = JSONValue.object([
      JSONMember("result", result.erased.jsonValue),
      JSONMember("card", .object(card.filter { $0.name != "trainingRows" })),
      JSONMember("baseline", baseline?.json ?? .null),
      JSONMember("seconds", .number(seconds)),
      JSONMember("model", path.map { .string($0) } ?? .null),
    ])
    return String(decoding: JSONWriter.encode(document, pretty: pretty), as: UTF8.self)
  }
}

extension TrainingReport.Baseline {
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
