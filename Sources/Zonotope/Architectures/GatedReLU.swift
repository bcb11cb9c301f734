/// Two layers whose gates are fixed: f(x) = sum_i 1{g_i . x >= 0} (w_i . x) alpha_i.
///
/// With weight decay (beta/2) sum ||w_i||^2 + alpha_i^2 training is the group Lasso
///
///     minimise  loss(sum_i D_i X u_i) + beta sum_i ||u_i||,   w_i = u_i / sqrt ||u_i||,  alpha_i = sqrt ||u_i||
///
/// (Mishkin, Sahiner and Pilanci 2022, section 3).
public struct GatedReLU: Architecture {
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
  ) throws(ZonotopeError) -> Formulation<MaskedMap, GroupLasso> {
    let rows = inputBias ? try x.appendingOnes() : x
    let patterns = try patterns.patterns(of: rows, memory: memory, workers)
    return Formulation(
      rows: rows, patterns: patterns, map: try MaskedMap(x: rows, patterns: patterns),
      penalty: GroupLasso(count: patterns.count, blockSize: rows.columns))
  }

  /// Gates on the faces between cells give patterns of their own that no enumeration of cells holds, so an optimum over
  /// all cells is not claimed for all gates.
  public func scope(over patterns: PatternSet) -> Certificate.Scope { .givenPatterns }

  public func network(
    at point: BlockPoint, of formulation: Formulation<MaskedMap, GroupLasso>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let width = formulation.rows.columns
    var neurons: [TwoLayerNetwork.Neuron] = []
    var gates: [TwoLayerNetwork.Gate] = []
    for i in 0..<formulation.patterns.count {
      let block = Array(point.blocks[i * width..<(i + 1) * width])
      guard let neuron = TwoLayerNetwork.Neuron(balancing: block, sign: 1) else { continue }
      neurons.append(neuron)
      gates.append(try gate(i, formulation))
    }
    return TwoLayerNetwork(
      activation: .gated(gates), neurons: neurons, bias: point.bias, width: width, inputBias: inputBias,
      trainingRows: formulation.rows.fingerprint)
  }

  private func gate(
    _ index: Int, _ formulation: Formulation<MaskedMap, GroupLasso>
  ) throws(ZonotopeError) -> TwoLayerNetwork.Gate {
    let patterns = formulation.patterns
    if let gates = patterns.gates {
      return .direction(Array(Values(start: gates.row(index), count: gates.columns)))
    }
    if let witness = try patterns.witness(of: index, on: formulation.rows) { return .direction(witness) }
    return .mask((0..<patterns.samples).map { patterns[index, $0] })
  }
}
