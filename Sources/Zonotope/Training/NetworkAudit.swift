/// How far a network is from the best that its training problem allows: for networks of any origin.
///
/// The training problem is the loss on the data + beta times the weight decay of the neurons,
/// 1/2 (||w||^2 + alpha^2), an input bias among the weights; output biases and skip weights cost nothing.
public struct NetworkAudit: Sendable {
  /// Of the network that was given.
  public var objective: Double
  /// No network of the scope has an objective below ``Certificate/lowerBound``.
  public var certificate: Certificate
  /// How the bound over all neurons was proved; nil where it was not.
  public var proof: GainBound.Proof?
  /// The least objective that was found for a network whose neurons keep their activation patterns, those on a kink free to
  /// leave it to either side.
  public var ownOptimum: Double
  /// Whether it was proved that no network over these patterns has an objective lower by more than the tolerance: what a
  /// method that follows gradients ends at (Ergen and Pilanci 2023, arXiv 2312.12657, on stationary points).
  public var isStationary: Bool
  /// The best network that was found on the way, with what is known about it; its objective is not above that of the
  /// network given.
  public var best: TrainingResult?
}

extension TwoLayerNetwork {
  /// Refuses networks that are not compared, before there is any work.
  func checkKind() throws(ZonotopeError) {
    guard gates == .own else {
      throw .unsupported(
        key: "model.gated", reason: "a gated network is the optimum of a convex program of its own")
    }
    guard !patches.isLinear, outputs == 1 || outputNorm == .perClass else {
      throw .unsupported(
        key: "model",
        reason: "only networks whose neurons speak for one output each are compared, without patchwise "
          + "weights")
    }
    guard activation.on != activation.off else {
      throw .unsupported(key: "model.activation", reason: "linear networks have one pattern")
    }
  }

  /// Compares the network with the global optimum of its training problem.
  ///
  /// - Parameters:
  ///   - data: the rows as the network takes them, standardised where it wants them so.
  ///   - settings: the tolerance is that of the gap; seconds are those of the whole.
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks that are not of the exact kind with an output of
  ///   their own for each neuron; misuse as in training.
  public func audit(
    on data: Dataset, loss: some Loss, beta: Double, settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) -> NetworkAudit {
    try checkKind()
    var options = TwoLayerOptions()
    (options.activation, options.inputBias, options.patches) = (activation, inputBias, patches.parts)
    options.outputBias = biases.contains { $0 != 0 }
    options.skip = skip.contains { $0 != 0 }
    let started = monotonicSeconds()
    let targets = try loss.targets(of: data)
    let objective = try objective(on: data.x, targets: targets, loss: loss, beta: beta)

    let rows = try options.rows(of: data.x)
    let own = try ownPatterns(on: rows)
    // A gap of its own for the proof that the network is optimal within the tolerance.
    var limited = settings
    limited.tolerance = settings.tolerance / 4
    let stop = StopCondition(settings, started: started)
    var result = try TrainingSession(
      ReLU(patterns: .set(own.patterns), options: options), data: data, loss: loss, settings: limited,
      start: activation.isSymmetric || options.skip ? nil : own.point
    ).train(beta: .absolute(beta), until: stop)
    let ownOptimum = min(objective, result.networkObjective), ownBound = result.solution.dual

    options.grows = true
    limited = settings
    limited.seconds = settings.seconds.map { max(0, $0 - (monotonicSeconds() - started)) }
    let grown = try TrainingSession(
      ReLU(patterns: .set(own.patterns), options: options), data: data, loss: loss, settings: limited,
      start: result.solution.point
    ).train(beta: .absolute(beta), until: stop)
    let proof = grown.growth?.proof
    var certificate = proof == nil ? result.certificate : grown.certificate
    certificate.objective = objective
    if grown.networkObjective < result.networkObjective { result = grown }
    return NetworkAudit(
      objective: objective, certificate: certificate, proof: proof, ownOptimum: ownOptimum,
      isStationary: objective - ownBound <= settings.tolerance * abs(objective),
      best: result.networkObjective < objective ? result : nil)
  }

  /// The patterns of the neurons on the rows, with those across each plane that a neuron lies on, and the network as a point
  /// of the program over them.
  private func ownPatterns(
    on rows: MatrixView
  ) throws(ZonotopeError) -> (patterns: PatternSet, point: BlockPoint) {
    let kinkTolerance = 1e-9, c = outputs
    var masks: [[Bool]] = [], places: [Int] = []
    for neuron in neurons {
      let length = neuron.weights.withUnsafeBufferPointer { norm($0) }
      var mask = [Bool](repeating: true, count: rows.rows), kinks: [Int] = []
      for k in 0..<rows.rows {
        let row = Values(start: rows.row(k), count: rows.columns)
        var product = 0.0
        for j in 0..<rows.columns { product += row[j] * neuron.weights[j] }
        mask[k] = product >= 0
        if abs(product) <= kinkTolerance * length * norm(row), norm(row) > 0 { kinks.append(k) }
      }
      places.append(masks.count)
      masks.append(mask)
      for k in kinks.prefix(16) {
        var other = mask
        other[k].toggle()
        masks.append(other)
      }
    }
    guard !masks.isEmpty else {
      let few = try PatternSet.sampled(from: rows, count: 8, seed: 0)
      return (few, BlockPoint(blocks: [Double](repeating: 0, count: 2 * few.count * c * rows.columns)))
    }
    let patterns = try PatternSet.masks(masks, samples: rows.rows)
    // Equal patterns were merged, the first of each kept.
    var index: [[Bool]: Int] = [:]
    for mask in masks where index[mask] == nil { index[mask] = index.count }
    let width = rows.columns, half = patterns.count * c
    var blocks = [Double](repeating: 0, count: 2 * half * width)
    for (j, neuron) in neurons.enumerated() {
      guard let pattern = index[masks[places[j]]] else { continue }
      for o in 0..<c where neuron.outputs[o] != 0 {
        let block = pattern * c + o + (neuron.outputs[o] > 0 ? 0 : half)
        for i in 0..<width { blocks[block * width + i] += abs(neuron.outputs[o]) * neuron.weights[i] }
      }
    }
    return (patterns, BlockPoint(blocks: blocks))
  }
}

extension Problem {
  /// Compares a network with the global optimum of the problem, whose network and patterns do not count; see
  /// ``TwoLayerNetwork/audit(on:loss:beta:settings:)``.
  public func audit(_ network: TwoLayerNetwork) throws(ZonotopeError) -> NetworkAudit {
    guard case .absolute(let beta) = beta else {
      throw .invalid(place: "beta", reason: "has to be given as it is, not as a ratio")
    }
    return try audit(network, loss.loss, beta)
  }

  private func audit(
    _ network: TwoLayerNetwork, _ loss: some Loss, _ beta: Double
  ) throws(ZonotopeError) -> NetworkAudit {
    try network.audit(on: data, loss: loss, beta: beta, settings: settings)
  }

  /// Outputs of a network for the targets.
  public var outputs: Int { loss.loss.outputs ?? samples.y.columns }
}
