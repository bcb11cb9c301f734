extension Model {
  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingResult, of problem: Problem) {
    let (selection, outputBias) =
      switch problem.model {
      case .relu(let architecture): (architecture.patterns, architecture.outputBias)
      case .gatedReLU(let architecture): (architecture.patterns, architecture.outputBias)
      }
    func card(_ loss: some Loss) -> ModelCard {
      ModelCard(
        result, outputBias: outputBias, loss: loss, selection: selection,
        tolerance: problem.settings.tolerance)
    }
    let card =
      switch problem.loss {
      case .squared(let loss): card(loss)
      case .logistic(let loss): card(loss)
      }
    self.init(network: result.network, card: card)
  }
}
