extension TrainingOutcome<TokenNetwork> {
  /// Heads with an exact ReLU, trained locally from these gated ones under the same objective: the weight decay
  /// beta/2 (||u||^2 + ||v||^2) of every head.
  ///
  /// For attention and mixers this has no tractable program (Sahiner et al. 2022). A gated head (u, v) behind a gate D becomes
  /// two, (u, v) and (-u, -v), with the weights that fit its products best: the shares of the squares of D a'u, where a'u is
  /// above and below zero, that the gate lets through. From there L-BFGS steps lower the objective, which has kinks; the answer is
  /// never worse than the start, nor than no network. It is local, see ``LocalTraining``.
  ///
  /// - Parameters:
  ///   - data: that the gated network was trained on.
  ///   - settings: limits, and the tolerance; 500 steps at most unless they say otherwise.
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for layers other than attention, mixers and Fourier operators, and
  ///   for losses without a finite objective on the way; memory beyond the budget.
  public func rectified(
    on data: Dataset, loss: some Loss, settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) -> LocalTraining {
    try settings.check()
    guard !loss.isEquality else {
      throw .unsupported(key: "loss", reason: "\(loss.name) has no objective to descend on")
    }
    return try RectifiedTraining(self, data, loss, settings).run()
  }
}

/// The run of ``TrainingOutcome/rectified(on:loss:settings:)``.
private final class RectifiedTraining<Objective: Loss> {
  private let gated: TrainingOutcome<TokenNetwork>
  private let data: Dataset
  private let loss: Objective
  private let targets: [Double]
  private let settings: SolverSettings
  private let started = monotonicSeconds()
  private let stop: StopCondition
  private let workers: Workers
  private let layer: TokenLayer
  private let parts: [RectifiedBlock]
  private let beta: Double
  private let fit: Vector, slope: Vector, y: Vector

  init(
    _ gated: TrainingOutcome<TokenNetwork>, _ data: Dataset, _ loss: Objective, _ settings: SolverSettings
  ) throws(ZonotopeError) {
    (self.gated, self.data, self.loss, self.settings) = (gated, data, loss, settings)
    beta = gated.beta
    targets = try loss.checkedTargets(of: data)
    stop = StopCondition(settings, started: started)
    let network = gated.network, own = network.layer
    let shape = try own.shape(of: data.x, outputs: network.outputs)
    guard shape.d == network.features, targets.count == shape.n * (own.pooled ? 1 : own.tokens) * shape.c
    else {
      throw .invalid(
        place: "data",
        reason: "the network takes tokens of \(network.features) features, and has other outputs")
    }
    layer = TokenLayer(
      kind: own.kind, tokens: own.tokens, gates: .own, pooled: own.pooled, positions: own.positions)
    let first = try RectifiedHeads(layer, shape)
    workers = Workers(threads: settings.threads)
    var parts: [RectifiedBlock] = []
    for block in 0..<first.blocks {
      let heads = network.heads.filter { $0.place == block }
      parts.append(
        try RectifiedBlock(
          RectifiedHeads(layer, shape, block: block), startingFrom: heads, of: network, settings.memoryBudget,
          workers))
    }
    self.parts = parts
    (fit, slope) = (try Vector(targets.count), try Vector(targets.count))
    y = try targets.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try Vector(copying: y) }
  }

  private func network(_ x: Vector) -> TokenNetwork {
    var heads: [TokenNetwork.Head] = [], start = 0
    for part in parts {
      heads += part.heads(x, from: start)
      start += part.size
    }
    return TokenNetwork(
      layer: layer, features: gated.network.features, outputs: gated.network.outputs, heads: heads)
  }

  private func objective(_ network: TokenNetwork) throws(ZonotopeError) -> Double {
    try network.objective(on: data.x, targets: targets, loss: loss, beta: beta)
  }

  func run() throws(ZonotopeError) -> LocalTraining {
    let size = parts.reduce(0) { $0 + $1.size }, x = try Vector(size)
    var start = 0
    for part in parts {
      (x.pointer + start).update(from: part.start.pointer, count: part.size)
      start += part.size
    }
    let startObjective = try objective(network(x))
    let limit = settings.iterations ?? 500
    let stopping = workers.stopping(at: stop)
    let descent = try BacktrackingDescent(from: x) { [self] x, slope in evaluate(x, slope, stopping) }
    let end = try descent.run(
      steps: limit, fall: 0.1 * settings.tolerance, isStopped: { stopping.isStopped },
      while: { stop.status == nil })
    var best = network(x), value = try objective(best)
    // Factors of the same length cost least, and what is left of heads that die out is worth nothing.
    let tidy = best.tidied(), tidied = try objective(tidy)
    if tidied <= value { (best, value) = (tidy, tidied) }
    fit.mutable.update(repeating: 0)
    let none = loss.value(fit.values, y.values)
    if !(value <= none) {
      best.heads = []
      value = none
    }
    let ending: LocalTraining.Ending =
      switch (end, stop.status) {
      case (.flat, _), (.noStep, _): .settled
      case (_, .cancelled?): .cancelled
      case (_, .timeLimit?): .timeLimit
      default: .iterationLimit
      }
    return LocalTraining(
      network: best, objective: value, startObjective: startObjective,
      gatedObjective: gated.certificate.objective, bound: bound, ending: ending,
      steps: descent.steps, seconds: monotonicSeconds() - started, beta: beta, betaMax: gated.betaMax)
  }

  private func evaluate(_ x: Vector, _ slopes: Vector, _ workers: Workers) -> Double {
    fit.mutable.update(repeating: 0)
    var start = 0
    for part in parts {
      part.forward(x.pointer + start, addingTo: fit, workers)
      start += part.size
    }
    loss.gradient(fit.values, y.values, into: slope.mutable)
    start = 0
    for part in parts {
      part.backward(x.pointer + start, slope, into: slopes.pointer + start, workers)
      start += part.size
    }
    add(beta, x.values, to: slopes.mutable)
    return loss.value(fit.values, y.values) + beta / 2 * dot(x.values, x.values)
  }

  // MARK: Bound

  private var bound: LocalTraining.Bound {
    if gated.network.layer.isGated, gated.patternSource == .enumerated {
      return .allPatterns(gated.certificate.lowerBound)
    }
    return .none(reason: "its gates are not all that there are")
  }
}

extension TokenNetwork {
  /// The same outputs but for heads that are nothing beside the largest, with factors of the same length: a ReLU is positively
  /// homogeneous.
  fileprivate func tidied() -> TokenNetwork {
    func length(_ factor: [Double]) -> Double { factor.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let sizes = heads.map { length($0.left) * length($0.right) }, largest = sizes.max() ?? 0
    var tidy = self
    tidy.heads = zip(heads, sizes).compactMap { head, size in
      guard size > 1e-9 * largest else { return nil }
      let factor = (length(head.right) / length(head.left)).squareRoot()
      var head = head
      head.left = head.left.map { factor * $0 }
      head.right = head.right.map { $0 / factor }
      return head
    }
    return tidy
  }
}
