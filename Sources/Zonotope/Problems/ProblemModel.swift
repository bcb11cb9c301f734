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
  public var architecture: any Trainable {
    switch self {
    case .relu(let architecture): architecture
    case .gatedReLU(let architecture): architecture
    case .patchwiseLinear(let architecture): architecture
    case .circularLinear(let architecture): architecture
    case .attention(let architecture): architecture
    case .mixer(let architecture): architecture
    case .fourier(let architecture): architecture
    case .simplexAttention(let architecture): architecture
    case .sequenceAttention(let architecture): architecture
    }
  }

  /// Of a network of two layers; a layer on tokens has none of them.
  var options: TwoLayerOptions {
    switch self {
    case .relu(let architecture): architecture.options
    case .gatedReLU(let architecture): architecture.options
    case .patchwiseLinear(let architecture): architecture.options
    case .circularLinear(let architecture): architecture.options
    case .attention, .mixer, .fourier, .simplexAttention, .sequenceAttention: .linear()
    }
  }

  /// Linear networks have one pattern, which is all.
  var patterns: PatternSelection {
    switch self {
    case .relu(let architecture): architecture.patterns
    case .gatedReLU(let architecture): architecture.patterns
    case .patchwiseLinear, .circularLinear, .attention, .mixer, .fourier, .simplexAttention,
      .sequenceAttention:
      .all
    }
  }
}
