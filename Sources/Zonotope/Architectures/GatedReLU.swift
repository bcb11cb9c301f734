/// Two layers whose gates are fixed: f(x) = sum_i 1{g_i . x >= 0} (w_i . x) alpha_i, and the like with other slopes.
///
/// With weight decay (beta/2) sum ||w_i||^2 + alpha_i^2 training is the group Lasso
///
///     minimise  loss(sum_i D_i X u_i) + beta sum_i ||u_i||,   w_i = u_i / sqrt ||u_i||,  alpha_i = sqrt ||u_i||
///
/// (Mishkin, Sahiner and Pilanci 2022, section 3). With several outputs u_i has a column for each, and the norm is that of
/// ``OutputNorm``. Over patches X_p of the rows, whose responses are added up, D_i X is sum_p D_ip X_p (Ergen and Pilanci
/// 2021).
public struct GatedReLU: Architecture {
  public var patterns: PatternSelection
  public var options = TwoLayerOptions()

  /// - Parameter patches: parts of a row that neurons see one by one, see ``TwoLayerOptions/patches``.
  public init(
    patterns: PatternSelection, inputBias: Bool = false, outputBias: Bool = false, patches: Int = 1
  ) {
    self.patterns = patterns
    (options.inputBias, options.outputBias, options.patches) = (inputBias, outputBias, patches)
  }

  public init(patterns: PatternSelection, options: TwoLayerOptions) {
    (self.patterns, self.options) = (patterns, options)
  }

  public func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, PooledMap, OutputPenalty> {
    try formulation(of: x, outputs: outputs, memory: memory, workers) {
      (rows, patterns, joinsOutputs) throws(ZonotopeError) in
      let masked = try MaskedMap(
        x: rows, patterns: patterns, activation: options.activation, outputs: outputs,
        joinsOutputs: joinsOutputs)
      return try PooledMap(masked, patches: options.patches, memory: memory, workers)
    }
  }

  /// The same over rows of any kind.
  ///
  /// - Parameter map: the masked products of rows, as the first layer sees them, with patterns; whether those of all outputs
  ///   are one block.
  func formulation<Rows: SampleRows, Map: FactoredMap>(
    of x: Rows, outputs: Int, memory: Int, _ workers: Workers,
    by map: (Rows, PatternSet, Bool) throws(ZonotopeError) -> Map
  ) throws(ZonotopeError) -> Formulation<Rows, Map, OutputPenalty> {
    let rows = try options.rows(of: x)
    let all = try patterns.patterns(of: rows, memory: memory, workers)
    let patterns = try options.distinct(all, of: rows)
    let map = try map(rows, patterns, outputs > 1 && options.outputNorm != .perClass)
    return Formulation(
      rows: rows, patterns: patterns, patternCount: all.count, map: map,
      penalty: outputs > 1 && options.outputNorm == .nuclear
        ? .nuclear(NuclearNorm(count: map.blocks, rows: outputs, columns: rows.columns))
        : .groups(GroupLasso(count: map.blocks, blockSize: map.blockSize)),
      free: try options.freeBlock(of: x, memory: memory), patternSize: rows.columns * outputs)
  }

  /// Gates on the faces between cells give patterns of their own that no enumeration of cells holds, so an optimum over
  /// all cells is not claimed for all gates.
  public var belongsToRows: Bool { patterns.belongsToRows }

  public func scope(over patterns: PatternSet) -> Certificate.Scope { .givenPatterns }

  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, PooledMap, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork { try weights(at: point, of: formulation) }

  /// The network over rows of any kind.
  func weights<Rows, Map>(
    at point: BlockPoint, of formulation: Formulation<Rows, Map, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let (width, c) = (formulation.rows.columns, formulation.map.outputs)
    var neurons: [TwoLayerNetwork.Neuron] = []
    var gates: [TwoLayerNetwork.Gate] = []
    for i in 0..<formulation.patterns.count {
      let block = Array(point.blocks[i * width * c..<(i + 1) * width * c])
      let found = try self.neurons(block, width, outputs: c)
      guard !found.isEmpty else { continue }
      neurons += found
      let gate = try gate(i, formulation)
      for _ in found { gates.append(gate) }
    }
    let free = options.free(
      point.free, features: options.inputBias ? width - 1 : width, outputs: c)
    return TwoLayerNetwork(
      activation: options.activation, gates: .fixed(gates), neurons: neurons, skip: free.skip,
      biases: free.biases, outputNorm: options.outputNorm, width: width, inputBias: options.inputBias,
      patches: .pooled(options.patches), trainingRows: try formulation.rows.fingerprint())
  }

  /// The neurons behind one gate, from the columns of its block.
  private func neurons(
    _ block: [Double], _ width: Int, outputs c: Int
  ) throws(ZonotopeError) -> [TwoLayerNetwork.Neuron] {
    guard block.contains(where: { $0 != 0 }) else { return [] }
    if c == 1 || options.outputNorm == .perClass {
      return (0..<c).compactMap {
        TwoLayerNetwork.Neuron(
          balancing: Array(block[$0 * width..<($0 + 1) * width]), sign: 1, output: $0, of: c)
      }
    }
    if options.outputNorm == .frobenius {
      return [TwoLayerNetwork.Neuron(balancing: block, sign: 1)].compactMap(\.self)
    }
    return try TwoLayerNetwork.Neuron.factors(of: block, outputs: c)
  }

  private func gate<Rows, Map>(
    _ index: Int, _ formulation: Formulation<Rows, Map, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork.Gate {
    let patterns = formulation.patterns
    if let gates = patterns.gates {
      return .direction(Array(Values(start: gates.row(index), count: gates.columns)))
    }
    if let witness = try formulation.rows.witness(of: index, in: patterns) { return .direction(witness) }
    return .mask((0..<patterns.samples).map { patterns[index, $0] })
  }

  public var grows: Bool { options.grows }

  public func beginning() -> GatedReLU {
    GatedReLU(patterns: patterns.beginning, options: options)
  }

  public func over(_ patterns: PatternSet) -> GatedReLU {
    GatedReLU(patterns: .set(patterns), options: options)
  }

  public func oracle(
    of formulation: Formulation<MatrixView, PooledMap, OutputPenalty>
  ) throws(ZonotopeError) -> (any NeuronOracle)? { try GatedOracle(self, formulation) }
}
