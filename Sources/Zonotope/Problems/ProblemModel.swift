extension Model {
  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingResult, of problem: Problem) {
    let card = ModelCard(
      result, options: problem.model.options, loss: problem.loss.loss, selection: problem.model.patterns,
      tolerance: problem.settings.tolerance)
    self.init(network: result.network, card: card)
  }
}

extension Problem.Model {
  /// The architecture itself.
  public var architecture: any Architecture {
    switch self {
    case .relu(let architecture): architecture
    case .gatedReLU(let architecture): architecture
    case .patchwiseLinear(let architecture): architecture
    case .circularLinear(let architecture): architecture
    }
  }

  var options: TwoLayerOptions {
    switch self {
    case .relu(let architecture): architecture.options
    case .gatedReLU(let architecture): architecture.options
    case .patchwiseLinear(let architecture): architecture.options
    case .circularLinear(let architecture): architecture.options
    }
  }

  /// Linear networks have one pattern, which is all.
  var patterns: PatternSelection {
    switch self {
    case .relu(let architecture): architecture.patterns
    case .gatedReLU(let architecture): architecture.patterns
    case .patchwiseLinear, .circularLinear: .all
    }
  }
}
