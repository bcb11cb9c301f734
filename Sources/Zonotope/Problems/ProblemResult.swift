extension Problem {
  /// Solves the problem, whatever its network.
  public func answer() throws(ZonotopeError) -> any Answer { try answer(model.architecture) }

  /// Solves the problem of a network of two layers.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for other networks.
  public func solve() throws(ZonotopeError) -> TrainingResult {
    guard model.architecture is any Architecture else {
      throw .unsupported(
        key: "model.kind", reason: "this is no network of two layers, which is asked for here")
    }
    guard let result = try answer() as? TrainingResult else {
      throw .unsupported(key: "model.kind", reason: "this network has no two layers")
    }
    return result
  }

  private func answer(_ architecture: some Trainable) throws(ZonotopeError) -> any Answer {
    try architecture.train(on: data, loss: loss.loss, beta: beta, settings: settings)
  }
}

/// What a problem has for an answer.
public protocol Answer: Sendable {
  associatedtype Network: TrainedNetwork
  var network: Network { get }
  var solution: Solution { get }
  func json(pretty: Bool) -> String
}

extension Answer {
  public func json() -> String { json(pretty: true) }
}

extension Trained: Answer {
  /// The result document of the problem format, on one line or indented.
  public func json(pretty: Bool) -> String {
    String(decoding: JSONWriter.encode(jsonValue, pretty: pretty), as: UTF8.self)
  }

  var jsonValue: JSONValue {
    // The format has differences below this as none at all.
    let negligible = 8 * Double.ulpOfOne * max(1, abs(solution.objective))
    let isExact = abs(solution.gap) < negligible
    let dual = isExact ? solution.objective : solution.dual
    return .object([
      JSONMember("status", .string(solution.status.rawValue)),
      JSONMember("objective", .number(solution.objective)),
      JSONMember("dual", .number(dual)),
      JSONMember("gap", .number(isExact ? 0 : solution.gap)),
      JSONMember("relativeGap", .number(isExact ? 0 : solution.relativeGap)),
      JSONMember("betaMax", .number(betaMax)),
      JSONMember(
        "certificate",
        .object([
          JSONMember("scope", .string(certificate.scope.rawValue)),
          JSONMember("lowerBound", .number(isExact ? dual : certificate.lowerBound)),
        ])),
      JSONMember(
        "patterns",
        .object([
          JSONMember("count", .number(Double(patternCount))),
          JSONMember("active", .number(Double(activePatterns))),
          JSONMember("source", .string(patternSource.rawValue)),
        ])),
      JSONMember(
        "network",
        .object([
          JSONMember("objective", .number(networkObjective)),
          JSONMember("neurons", .number(Double(network.size))),
        ])),
      JSONMember(
        "solver",
        .object([
          JSONMember("kind", .string(solution.solver.rawValue)),
          JSONMember("iterations", .number(Double(solution.iterations))),
          JSONMember("seconds", .number(solution.seconds)),
          JSONMember("reason", .string(solution.choice)),
        ])),
    ])
  }
}

extension ZonotopeError {
  /// A document with the message alone, for callers that read JSON.
  public var json: String {
    let document = JSONValue.object([JSONMember("error", .string(description))])
    return String(decoding: JSONWriter.encode(document), as: UTF8.self)
  }
}
