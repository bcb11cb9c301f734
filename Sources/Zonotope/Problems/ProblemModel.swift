extension Model {
  /// The network of a result of a problem, for a file.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks that are not of two layers.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    guard let network = result.network as? TwoLayerNetwork, let options = problem.model.options else {
      throw .unsupported(key: "model.kind", reason: "a file of this kind holds networks of two layers")
    }
    let typed = TrainingResult(
      network: network, certificate: result.certificate, solution: result.solution,
      networkObjective: result.networkObjective, beta: result.beta, betaMax: result.betaMax,
      patternCount: result.patternCount, activePatterns: result.activePatterns,
      patternSource: result.patternSource, growth: result.growth)
    self.init(typed, options: options, of: problem)
  }

  /// The same for a network that is known to be of two layers: one found on the way to a certificate.
  public init(_ result: TrainingResult, of problem: Problem) throws(ZonotopeError) {
    guard let options = problem.model.options else {
      throw .unsupported(key: "model.kind", reason: "a file of this kind holds networks of two layers")
    }
    self.init(result, options: options, of: problem)
  }

  private init(_ result: TrainingResult, options: TwoLayerOptions, of problem: Problem) {
    let card = ModelCard(
      result, options: options, loss: problem.loss.loss, selection: problem.model.patterns,
      tolerance: problem.settings.tolerance)
    self.init(network: result.network, card: card)
  }
}

extension Problem.Model {
  /// Nil for networks that are not of two layers.
  var options: TwoLayerOptions? {
    switch self {
    case .relu(let architecture): architecture.options
    case .gatedReLU(let architecture): architecture.options
    case .patchwiseLinear(let architecture): architecture.options
    case .circularLinear(let architecture): architecture.options
    case .oneDimensional, .threshold, .attention, .mixer, .fourier, .simplexAttention, .sequenceAttention: nil
    }
  }

  /// Linear networks have one pattern, which is all.
  var patterns: PatternSelection {
    switch self {
    case .relu(let architecture): architecture.patterns
    case .gatedReLU(let architecture): architecture.patterns
    case .patchwiseLinear, .circularLinear, .oneDimensional, .threshold, .attention, .mixer, .fourier,
      .simplexAttention,
      .sequenceAttention:
      .all
    }
  }
}
