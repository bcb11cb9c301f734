/// Two layers with the exact activation: f(x) = sum_j max(w_j . x, 0) alpha_j.
///
/// With weight decay (beta/2) sum ||w_j||^2 + alpha_j^2 and width enough, training is the convex program
///
///     minimise  loss(sum_i D_i X (v_i - w_i)) + beta sum_i (||v_i|| + ||w_i||)
///     subject to  v_i, w_i in K_i = {u : (2 D_i - I) X u >= 0}
///
/// over the patterns D_i of the data (Pilanci and Ergen 2020, theorem 1). Over all of them its optimum is the best
/// network of any width.
public struct ReLU: Architecture {
  public var patterns: PatternSelection
  /// Appends a column of ones to the data, penalised with the other weights.
  public var inputBias: Bool
  public var outputBias: Bool

  public init(patterns: PatternSelection, inputBias: Bool = false, outputBias: Bool = false) {
    self.patterns = patterns
    self.inputBias = inputBias
    self.outputBias = outputBias
  }

  public func formulation(
    of x: MatrixView, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<PairedMap<MaskedMap>, ConeGroupLasso> {
    let rows = inputBias ? try x.appendingOnes() : x
    let patterns = try patterns.patterns(of: rows, memory: memory, workers)
    return Formulation(
      rows: rows, patterns: patterns, map: PairedMap(try MaskedMap(x: rows, patterns: patterns)),
      penalty: try ConeGroupLasso(patterns: patterns, x: rows))
  }

  /// Patterns on the faces between cells add nothing: their cones lie in those of the cells beside them, with the same
  /// products.
  public func scope(over patterns: PatternSet) -> Certificate.Scope {
    patterns.source == .enumerated ? .allNeurons : .givenPatterns
  }

  public func network(
    at point: BlockPoint, of formulation: Formulation<PairedMap<MaskedMap>, ConeGroupLasso>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let width = formulation.rows.columns, count = formulation.patterns.count
    let neurons = (0..<2 * count).compactMap { i in
      TwoLayerNetwork.Neuron(
        balancing: Array(point.blocks[i * width..<(i + 1) * width]), sign: i < count ? 1 : -1)
    }
    return TwoLayerNetwork(
      activation: .relu, neurons: neurons, bias: point.bias, width: width, inputBias: inputBias,
      trainingRows: formulation.rows.fingerprint)
  }
}
