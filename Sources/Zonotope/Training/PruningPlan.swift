/// Makes the network of a model smaller, or one without gates, with the same outputs on the rows it was trained on: what
/// `zonotope prune` does.
public struct PruningPlan: Sendable {
  /// As of ``TwoLayerNetwork/pruned(on:loss:beta:tolerance:)``.
  public var tolerance = 1e-9
  /// Divides the neurons behind gates first, see ``ConeDecomposition``.
  public var ungates = false

  public init() {}

  public struct Report: Sendable {
    public var model: Model
    /// Before and after.
    public var neurons: (Int, Int)
    public var objective: (Double, Double)
    /// Where gates were taken away.
    public var decomposition: ConeDecomposition?
  }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where the table does not have the training rows, as what is said
  ///   about the model holds on those.
  public func run(_ model: Model, on table: CSVTable) throws(ZonotopeError) -> Report {
    let given = try CertificationPlan().prepare(model, on: table)
    guard given.areTrainingRows == true else {
      throw .invalid(place: "data", reason: "are not the rows the network was trained on")
    }
    return try run(model, given, given.loss)
  }

  private func run(
    _ model: Model, _ given: CertificationPlan.Case, _ loss: some Loss
  ) throws(ZonotopeError) -> Report {
    let targets = try loss.targets(of: given.data)
    let before = try given.network.objective(
      on: given.data.x, targets: targets, loss: loss, beta: given.beta)
    let decomposition =
      ungates ? try given.network.coneDecomposition(on: given.data, loss: loss, beta: given.beta) : nil
    let pruned = try (decomposition?.network ?? given.network).pruned(
      on: given.data, loss: loss, beta: given.beta, tolerance: tolerance)
    let after = (decomposition?.objective ?? before) + pruned.price
    var card = model.card
    card.gated = pruned.network.gates != .own
    card.proof.certificate.objective = after
    // Of the solver nothing is left where the penalty has grown.
    if card.proof.certificate.relativeGap > card.solver.tolerance, card.proof.status == .optimal {
      card.proof.status = .stalled
    }
    card.patterns.active = min(card.patterns.active, pruned.network.neurons.count)
    return Report(
      model: Model(network: pruned.network, card: card),
      neurons: (given.network.neurons.count, pruned.network.neurons.count), objective: (before, after),
      decomposition: decomposition)
  }
}
