/// Networks with threshold activations, 1 where w . x >= 0 and else 0, times a trained amplitude: two layers, or units
/// of more side by side.
///
/// With weight decay (beta/2) sum s^2 + alpha^2, to which weights inside add nothing because they have no scale, training is
/// the Lasso problem min loss(D z) + beta ||z||_1 over the patterns D that a unit can have (Ergen, Gulluk, Lacotte and
/// Pilanci, "Globally Optimal Training of Neural Networks with Threshold Activation Functions", 2023). The direction w = 0
/// is a neuron like any other, whose pattern is all ones.
public struct ThresholdNetwork: Sendable {
  public enum Patterns: Sendable {
    /// Every pattern that a unit can have, faces of cells included.
    case all
    /// Patterns of two layers as bits, one list of n bits each.
    case masks([[Bool]])
    /// The distinct patterns of so many standard normal directions, of two layers.
    case sampled(count: Int, seed: UInt64)
    /// Every 0/1 vector, which units of three layers and more have when the first is wide enough.
    case shattered
  }

  /// Where the boundary of a neuron lies among those with its pattern. Of no consequence for the objective, only for rows
  /// that are not trained on.
  public enum Margin: String, Sendable, CaseIterable {
    /// As far from all rows as it can in the angle between them and the direction.
    case angle
    /// As far from all rows as it can in the space of the features, the bias being free: midway on a line. Without a
    /// bias as `angle`.
    case distance
  }

  public var patterns: Patterns
  /// Layers of weights, output weights included.
  public var depth: Int
  /// Neurons of the hidden layers but the last, which has one: depth - 2 numbers. Each neuron has its inputs for itself.
  public var widths: [Int]
  /// Appends a column of ones to the data.
  public var inputBias: Bool
  /// The same for the inputs of later hidden layers.
  public var hiddenBias: Bool
  public var margin: Margin

  public init(
    patterns: Patterns = .all, depth: Int = 2, widths: [Int] = [], inputBias: Bool = false,
    hiddenBias: Bool = false, margin: Margin = .angle
  ) {
    (self.patterns, self.depth, self.widths) = (patterns, depth, widths)
    (self.inputBias, self.hiddenBias, self.margin) = (inputBias, hiddenBias, margin)
  }

  func check() throws(ZonotopeError) {
    try checkLayers(depth: depth, widths: widths)
    switch patterns {
    case .all: break
    case .shattered:
      guard depth >= 3 else {
        throw .invalid(place: "model.depth", reason: "\(depth), \"shattered\" needs three layers or more")
      }
      guard hiddenBias else {
        throw .invalid(place: "model.hiddenBias", reason: "is false, \"shattered\" needs hidden biases")
      }
      guard inputBias else {
        throw .invalid(place: "model.inputBias", reason: "is false, \"shattered\" needs an input bias")
      }
    case .masks, .sampled:
      guard depth == 2 else {
        throw .unsupported(
          key: "model.patterns", reason: "deep networks take \"all\" or \"shattered\", not masks or samples")
      }
    }
  }

  /// Trains to the global optimum over networks of these patterns, and proves how close it came.
  ///
  /// - Throws: misuse only, before any work.
  public func train(
    on data: Dataset, loss: some Loss, beta: Beta, settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    switch try program(on: data, loss: loss, settings: settings) {
    case .shattered(let networks):
      return try networks.train(on: data, loss: loss, beta: beta, settings: settings)
    case .line(let line): return try line.train(on: data, loss: loss, beta: beta, settings: settings)
    case .patterns(let patterns):
      return try patterns.train(on: data, loss: loss, beta: beta, settings: settings)
    }
  }

  /// What its networks are trained as.
  private enum Program {
    case shattered(ShatteredThresholds)
    /// Thresholds on a line, whose patterns need not be listed.
    case line(OneDimensionalNetwork)
    case patterns(ThresholdPatterns)
  }

  private func program(
    on data: Dataset, loss: some Loss, settings: SolverSettings
  ) throws(ZonotopeError) -> Program {
    try check()
    guard loss.outputs ?? 1 == 1, data.y.columns == 1 else {
      throw .unsupported(key: "loss", reason: "threshold networks have one output")
    }
    if case .shattered = patterns { return .shattered(ShatteredThresholds(network: self)) }
    if case .all = patterns, depth == 2, inputBias, data.x.columns == 1, loss.isSeparable,
      settings.kind == .automatic || settings.kind == .direct
    {
      return .line(OneDimensionalNetwork(activation: .threshold, outputBias: false))
    }
    var layers: ThresholdLayers?
    if depth > 2 {
      try settings.check()
      let workers = Workers(threads: settings.threads)
        .stopping(at: StopCondition(settings, started: monotonicSeconds()), nil)
      layers = try ThresholdLayers(self, rows(of: data.x), memory: settings.memoryBudget, workers)
    }
    return .patterns(ThresholdPatterns(network: self, layers: layers))
  }

  /// The rows as the first layer sees them.
  func rows(of x: MatrixView) throws(ZonotopeError) -> MatrixView { inputBias ? try x.appendingOnes() : x }
}

extension ThresholdNetwork: PathTrainable {
  public var belongsToRows: Bool {
    if case .masks = patterns { true } else { false }
  }

  public func session(
    on data: Dataset, loss: some Loss, settings: SolverSettings
  ) throws(ZonotopeError) -> any PathSession<ParallelNetwork> {
    switch try program(on: data, loss: loss, settings: settings) {
    case .shattered(let networks):
      let first = try networks.train(on: data, loss: loss, beta: .ratio(1), settings: settings)
      return DirectSession(betaMax: first.betaMax, settings: settings) {
        (beta, settings) throws(ZonotopeError) in
        try networks.train(on: data, loss: loss, beta: beta, settings: settings)
      }
    case .line(let line): return try line.session(on: data, loss: loss, settings: settings)
    case .patterns(let patterns): return try patterns.session(on: data, loss: loss, settings: settings)
    }
  }
}

/// Threshold networks as a program over patterns that are listed.
struct ThresholdPatterns: Trainable {
  typealias Rows = MatrixView

  let network: ThresholdNetwork
  /// Those of deep networks.
  let layers: ThresholdLayers?

  func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, MaskedMap, GroupLasso> {
    let rows = try network.rows(of: x)
    let patterns: PatternSet
    switch network.patterns {
    case .masks(let masks):
      patterns = try PatternSelection.masks(masks).patterns(of: rows, memory: memory, workers)
    case .sampled(let count, let seed):
      patterns = try PatternSelection.sampled(count: count, seed: seed).patterns(
        of: rows, memory: memory, workers)
    default:
      if let layers {
        patterns = layers.patterns
      } else {
        patterns = try PatternSet.closed(
          of: rows, memory: memory, limit: x.rows < 40 ? 1 << x.rows : .max, workers)
      }
    }
    return Formulation(
      rows: rows, patterns: patterns, patternCount: patterns.count,
      map: try MaskedMap(x: .ones(rows: x.rows), patterns: patterns, outputs: outputs),
      penalty: GroupLasso(count: patterns.count * outputs, blockSize: 1), free: nil, patternSize: outputs)
  }

  func scope(over patterns: PatternSet) -> Certificate.Scope {
    patterns.source == .enumerated ? .allNeurons : .givenPatterns
  }

  func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, MaskedMap, GroupLasso>
  ) throws(ZonotopeError) -> ParallelNetwork {
    let rows = formulation.rows, features = rows.columns - (network.inputBias ? 1 : 0)
    var result = ParallelNetwork(activation: .threshold, features: features, depth: network.depth)
    let units = ThresholdUnits(network, rows, layers)
    for (i, z) in point.blocks.enumerated() where z != 0 {
      let root = abs(z).squareRoot(), output = z < 0 ? -root : root
      guard let layers = try units.layers(of: i, in: formulation.patterns) else {
        let mask = (0..<rows.rows).map { formulation.patterns[i, $0] }
        // The rows as the network is shown them.
        if result.trainingRows == 0 { result.trainingRows = try units.fingerprint(features: features) }
        result.append(ParallelNetwork.Unit(layers: [], amplitude: root, output: output, mask: mask))
        continue
      }
      result.append(ParallelNetwork.Unit(layers: layers, amplitude: root, output: output))
    }
    return result
  }
}
