/// Makes the network of a model smaller, or one without gates, with the same outputs on the rows it was trained on: what
/// `zonotope prune` does.
public struct PruningPlan: Sendable {
  /// As of ``TwoLayerNetwork/pruned(on:loss:beta:tolerance:)``.
  public var tolerance = 1e-9
  /// Divides the neurons behind gates first, see ``ConeDecomposition``.
  public var ungates = false
  /// Bytes that sparse rows may take with their zeros; nil for half of the machine's.
  public var memory: Int?

  public init() {}

  public struct Report: Sendable {
    public var model: Model
    /// Before and after.
    public var neurons: (Int, Int)
    public var objective: (Double, Double)
    /// Where gates were taken away.
    public var decomposition: ConeDecomposition?
  }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where the file does not have the training rows, as what is said
  ///   about the model holds on those.
  public func run(_ model: Model, on file: DataFile) throws(ZonotopeError) -> Report {
    guard tolerance >= 0, tolerance < 1 else {
      throw .invalid(place: "tolerance", reason: "\(tolerance) is not a share, from 0 to below 1")
    }
    guard TrainingPlan.LossKind(rawValue: model.card.loss.kind) != nil else {
      throw .unsupported(key: "loss", reason: "models trained with \(model.card.loss.kind) are not pruned")
    }
    var plan = CertificationPlan()
    plan.settings.memory = memory
    let given = try plan.prepare(model, on: file)
    guard given.areTrainingRows == true else {
      throw .invalid(place: "data", reason: "are not the rows the network was trained on")
    }
    return try run(model, given, given.loss)
  }

  /// The same on a table.
  public func run(_ model: Model, on table: CSVTable) throws(ZonotopeError) -> Report {
    try run(model, on: .table(table))
  }

  private func run(
    _ model: Model, _ given: CertificationPlan.Case, _ loss: some Loss
  ) throws(ZonotopeError) -> Report {
    let targets = try loss.targets(of: given.data)
    let before = try given.network.objective(
      on: given.data.x, targets: targets, loss: loss, beta: given.beta)
    // The rows are those of the model; its bound is about their targets too.
    let known = model.card.proof.certificate.objective
    guard abs(before - known) <= 1e-6 * abs(known) else {
      throw .invalid(
        place: "data",
        reason: "have other targets than the network was trained on: its objective is not the model's")
    }
    let decomposition =
      ungates ? try given.network.coneDecomposition(on: given.data, loss: loss, beta: given.beta) : nil
    let pruned = try (decomposition?.network ?? given.network).pruned(
      on: given.data, loss: loss, beta: given.beta, tolerance: tolerance)
    let after = (decomposition?.objective ?? before) + pruned.price
    var card = model.card
    card.gated = pruned.network.gates != .own
    card.proof.certificate.objective = after
    card.proof.status = card.proof.status.ofAnother(card.proof.certificate, tolerance: card.solver.tolerance)
    card.patterns.active = try pruned.network.patternCount(on: given.data.x)
    // Answers on other rows have changed. betaMax of a gated program is not below that of the exact one.
    card.run?.testScore = nil
    if tolerance > 1e-9 { card.run?.trainScore = nil }
    return Report(
      model: Model(network: pruned.network, card: card),
      neurons: (given.network.neurons.count, pruned.network.neurons.count), objective: (before, after),
      decomposition: decomposition)
  }
}
