/// Training heads in place of their matrices, ``SolverKind/factored``.
extension Trainable {
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` where there are no products with heads, or the loss has no gradient.
  func trainHeads(
    on data: LabelledRows<Rows>, loss: some Loss, beta: Beta, settings: SolverSettings
  ) throws(ZonotopeError) -> TrainingOutcome<Network> {
    guard let layer = (self as? any TokenArchitecture)?.layer, layer.kind == .attention,
      layer.gating == .linear
    else {
      throw .unsupported(key: "solver.kind", reason: "\"factored\" trains the heads of linear attention")
    }
    guard let data = data as? Dataset else {
      throw .unsupported(key: "solver.kind", reason: "\"factored\" takes rows with their zeros")
    }
    guard let smooth = loss as? any SmoothLoss else {
      throw .invalid(place: "solver.kind", reason: "factored needs a gradient, which \(loss.name) has not")
    }
    guard
      let outcome = try layer.trainHeads(on: data, loss: smooth, beta, settings) as? TrainingOutcome<Network>
    else { throw .unsupported(key: "solver.kind", reason: "\"factored\" trains networks on tokens") }
    return outcome
  }
}

extension TokenLayer {
  fileprivate func trainHeads(
    on data: Dataset, loss: some SmoothLoss, _ beta: Beta, _ settings: SolverSettings
  ) throws(ZonotopeError) -> TrainingOutcome<TokenNetwork> {
    try settings.check()
    try checkRange(data, loss)
    let started = monotonicSeconds(), stop = StopCondition(settings, started: started)
    let list = try loss.targets(of: data)
    try list.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try loss.check(y) }
    let targets = try list.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try Vector(copying: y) }
    let shape = try shape(of: data.x, outputs: targets.count / data.samples)
    let products = try AttentionHeads(shape, tokens: tokens, pooled: pooled)
    let zero = try Vector(targets.count)
    let pulse = Pulse(settings, started: started, objective: loss.value(zero.values, targets.values))
    let workers = Workers(threads: settings.threads).stopping(at: stop, pulse)
    func heads(_ beta: Double) throws(ZonotopeError) -> FactoredHeads {
      try FactoredHeads(
        products, loss: loss, targets: targets, beta: beta, tolerance: settings.tolerance,
        memory: settings.memoryBudget, workers, until: stop)
    }
    let largest = try heads(0).betaMax()
    let value =
      switch beta {
      case .absolute(let beta): beta
      case .ratio(let ratio): ratio * largest
      }
    let solver = try heads(value), solution = try solver.run(settings, pulse, started: started)
    let (left, right) = (products.rows, products.columns)
    let network = TokenNetwork(
      layer: self, features: shape.d, outputs: shape.c,
      heads: (0..<solver.heads.count).map { j in
        TokenNetwork.Head(
          gate: 0, place: 0, left: Array(solver.heads.left.values[j * left..<(j + 1) * left]),
          right: Array(solver.heads.right.values[j * right..<(j + 1) * right]))
      })
    return TrainingOutcome(
      network: network,
      certificate: Certificate(
        scope: .allNeurons, objective: solution.objective, lowerBound: solution.dual),
      solution: solution,
      networkObjective: try network.objective(on: data.x, targets: list, loss: loss, beta: value),
      beta: value, betaMax: largest, patternCount: 1, activePatterns: solver.heads.count == 0 ? 0 : 1,
      patternSource: .enumerated, growth: nil)
  }
}
