extension Problem {
  /// Solves the problem.
  public func solve() throws(ZonotopeError) -> TrainingOutcome<any NeuralNetwork> {
    if case .sparse(let data) = samples, case .gatedReLU(let architecture) = model {
      let sparse = SparseGatedReLU(patterns: architecture.patterns, options: architecture.options)
      return try sparse.train(on: data, loss: loss.loss, beta: beta, settings: settings).erased
    }
    switch model {
    case .oneDimensional(let architecture): return try train(architecture, loss.loss).erased
    case .threshold(let architecture): return try train(architecture, loss.loss).erased
    case .relu(let architecture): return try train(architecture).erased
    case .gatedReLU(let architecture): return try train(architecture).erased
    case .patchwiseLinear(let architecture): return try train(architecture).erased
    case .circularLinear(let architecture): return try train(architecture).erased
    case .attention(let architecture): return try train(architecture).erased
    case .mixer(let architecture): return try train(architecture).erased
    case .fourier(let architecture): return try train(architecture).erased
    case .simplexAttention(let architecture): return try train(architecture).erased
    case .sequenceAttention(let architecture): return try train(architecture).erased
    }
  }

  private func train<A: Trainable>(
    _ architecture: A
  ) throws(ZonotopeError) -> TrainingOutcome<A.Network> where A.Rows == MatrixView {
    try architecture.train(on: data, loss: loss.loss, beta: beta, settings: settings)
  }

  private func train(
    _ architecture: ThresholdNetwork, _ loss: some Loss
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    try architecture.train(on: data, loss: loss, beta: beta, settings: settings)
  }

  private func train(
    _ architecture: OneDimensionalNetwork, _ loss: some Loss
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    try architecture.train(on: data, loss: loss, beta: beta, settings: settings)
  }
}

extension TrainingOutcome where Network: NeuralNetwork {
  /// The same of a network of any kind.
  var erased: TrainingOutcome<any NeuralNetwork> {
    TrainingOutcome<any NeuralNetwork>(
      network: network, certificate: certificate, solution: solution, networkObjective: networkObjective,
      beta: beta, betaMax: betaMax, patternCount: patternCount, activePatterns: activePatterns,
      patternSource: patternSource, growth: growth)
  }
}

extension TrainingOutcome where Network: NeuralNetwork {
  /// The result document of the problem format, on one line or indented.
  public func json(pretty: Bool = true) -> String { erased.json(pretty: pretty) }
}

extension TrainingOutcome<any NeuralNetwork> {
  /// The result document of the problem format, on one line or indented.
  public func json(pretty: Bool = true) -> String {
    String(decoding: JSONWriter.encode(jsonValue, pretty: pretty), as: UTF8.self)
  }

  var jsonValue: JSONValue {
    // The format has differences below this as none at all.
    let negligible = 8 * Double.ulpOfOne * max(1, abs(solution.objective))
    let isExact = abs(solution.gap) < negligible
    let dual = isExact ? solution.objective : solution.dual
    /// A problem without a solution has no values.
    func number(_ value: Double) -> JSONValue {
      solution.status == .infeasible || !value.isFinite ? .null : .number(value)
    }
    var members = [
      JSONMember("status", .string(solution.status.rawValue)),
      JSONMember("objective", number(solution.objective)),
      JSONMember("dual", number(dual)),
      JSONMember("gap", number(isExact ? 0 : solution.gap)),
      JSONMember("relativeGap", number(isExact ? 0 : solution.relativeGap)),
      JSONMember("betaMax", betaMax.isFinite ? .number(betaMax) : .null),
      JSONMember(
        "certificate",
        .object([
          JSONMember("scope", .string(certificate.scope.rawValue)),
          JSONMember("lowerBound", number(isExact ? dual : certificate.lowerBound)),
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
          JSONMember("objective", number(networkObjective)),
          JSONMember("neurons", .number(Double(network.units))),
        ])),
      JSONMember(
        "solver",
        .object([
          JSONMember("kind", .string(solution.solver.rawValue)),
          JSONMember("iterations", .number(Double(solution.iterations))),
          JSONMember("seconds", .number(solution.seconds)),
          JSONMember("reason", .string(solution.choice)),
        ])),
    ]
    if let growth { members.append(JSONMember("growth", growth.jsonValue)) }
    return .object(members)
  }
}

extension Growth {
  fileprivate var jsonValue: JSONValue {
    .object([
      JSONMember("rounds", .number(Double(rounds.count))),
      JSONMember("mostPatterns", .number(Double(rounds.map(\.patterns).max() ?? 0))),
      JSONMember("proof", proof.map { .string($0.rawValue) } ?? .null),
      JSONMember("oracleSeconds", .number(rounds.reduce(0) { $0 + $1.oracleSeconds })),
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
