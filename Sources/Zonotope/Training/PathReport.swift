/// What a ``PathPlan`` gives.
public struct PathReport: Sendable {
  /// What is known of a model beside its card.
  public struct Stage: Sendable {
    /// beta / betaMax
    public let ratio: Double
    /// Of its solve.
    public let seconds: Double
    /// Nil where it is not defined.
    public let trainScore: Double?
    public let testScore: Double?
    let neuronNorms: [UInt64: Double]
  }

  public let models: PathModels
  /// One a model.
  public let stages: [Stage]
  public let betaMax: Double
  /// Those asked for.
  public let ratios: [Double]
  public let score: Score
  public let loss: String
  public let rows: Int
  public let testRows: Int
  /// `cancelled` or `timeLimit` where not all was done.
  public let stopped: Status?
  /// Of the whole run, without reading the file.
  public let seconds: Double

  public var validation: ValidationCurve? { models.validation }

  /// A picture of the path, and of the validation where there is one.
  public func drawing(title: String) -> PathDrawing {
    PathDrawing(
      ratios: stages.map(\.ratio), neuronNorms: stages.map(\.neuronNorms), units: models.models.map(\.units),
      validation: validation, lossName: loss, title: title)
  }

  /// One JSON document.
  ///
  /// - Parameter path: where the models were saved, if they were.
  public func json(savedTo path: String? = nil, pretty: Bool = true) -> String {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    let listed = models.models.indices.map { k -> JSONValue in
      let proof = models.models[k].card.proof, stage = stages[k]
      return .object([
        JSONMember("betaRatio", .number(stage.ratio)), JSONMember("beta", .number(models.betas[k])),
        JSONMember("objective", .number(proof.certificate.objective)),
        JSONMember("lowerBound", .number(proof.certificate.lowerBound)),
        JSONMember("relativeGap", .number(proof.certificate.relativeGap)),
        JSONMember("scope", .string(proof.certificate.scope.rawValue)),
        JSONMember("status", .string(proof.status.rawValue)),
        JSONMember("neurons", .number(Double(models.models[k].units))),
        JSONMember("trainScore", number(stage.trainScore)), JSONMember("testScore", number(stage.testScore)),
        JSONMember("seconds", .number(stage.seconds)),
      ])
    }
    let document = JSONValue.object([
      JSONMember("loss", .string(loss)), JSONMember("rows", .number(Double(rows))),
      JSONMember("testRows", .number(Double(testRows))), JSONMember("betaMax", .number(betaMax)),
      JSONMember("score", .string(score.rawValue)), JSONMember("betaRatios", .numbers(ratios)),
      JSONMember("stages", .array(listed)), JSONMember("validation", validation?.json ?? .null),
      JSONMember("stopped", stopped.map { .string($0.rawValue) } ?? .null),
      JSONMember("seconds", .number(seconds)), JSONMember("models", path.map { .string($0) } ?? .null),
    ])
    return String(decoding: JSONWriter.encode(document, pretty: pretty), as: UTF8.self)
  }
}
