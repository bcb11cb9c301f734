extension Model {
  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingResult, of problem: Problem) {
    let (selection, options) =
      switch problem.model {
      case .relu(let architecture): (architecture.patterns, architecture.options)
      case .gatedReLU(let architecture): (architecture.patterns, architecture.options)
      }
    let card = ModelCard(
      result, options: options, loss: problem.loss.loss, selection: selection,
      tolerance: problem.settings.tolerance)
    self.init(network: result.network, card: card)
  }
}
