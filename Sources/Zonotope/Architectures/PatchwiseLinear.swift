/// Linear filters over the patches of a row, with output weights for each patch: f(x) = sum_j sum_p alpha_jp (w_j . x_p).
///
/// With weight decay (beta/2) sum ||w_j||^2 + ||alpha_j||^2 and filters enough, training is
///
///     minimise  loss(sum_p X_p z_p) + beta ||[z_1 ... z_K]||_*
///
/// and the filters are the singular vectors of the matrix (Ergen and Pilanci 2021). With several outputs the matrix has the
/// columns of all of them under ordinary weight decay, ``OutputNorm/nuclear``, and each has a matrix and filters of its own
/// under ``OutputNorm/perClass``, 1/2 (||w||^2 + (sum_o ||alpha_o||)^2).
public struct PatchwiseLinear: Architecture {
  public var options: TwoLayerOptions

  /// - Parameter patches: the number of patches of a row, next to each other.
  public init(patches: Int) { options = .linear(patches: patches) }

  public init(options: TwoLayerOptions) { self.options = options }

  public func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, DenseMap, OutputPenalty> {
    try options.checkLinear(pooling: "none", outputs: outputs)
    let patches = options.patches, rows = try options.rows(of: x)
    let wide = try rows.joining(patches)
    let map = try DenseMap(
      x: wide, groupSize: wide.columns, outputs: outputs, joinsOutputs: options.outputNorm == .nuclear)
    return Formulation(
      rows: rows, patterns: try .linear(samples: rows.rows), patternCount: 1, map: map,
      penalty: .nuclear(
        NuclearNorm(count: map.blocks, rows: map.blockSize / rows.columns, columns: rows.columns)),
      free: try options.freeBlock(of: x, memory: memory), patternSize: wide.columns * outputs)
  }

  /// There is one pattern, and the program has the optimum of all widths.
  public func scope(over patterns: PatternSet) -> Certificate.Scope { .allNeurons }

  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, DenseMap, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let (width, c) = (formulation.rows.columns, formulation.map.outputs), size = formulation.map.blockSize
    var neurons: [TwoLayerNetwork.Neuron] = []
    for block in 0..<formulation.map.blocks {
      let heads = size / width
      let matrix = Array(point.blocks[block * size..<(block + 1) * size])
      guard matrix.contains(where: { $0 != 0 }) else { continue }
      for var neuron in try TwoLayerNetwork.Neuron.factors(of: matrix, outputs: heads) {
        // The other outputs, where it speaks for one.
        var all = [Double](repeating: 0, count: c * options.patches)
        for (i, output) in neuron.outputs.enumerated() { all[block * heads + i] = output }
        neuron.outputs = all
        neurons.append(neuron)
      }
    }
    return TwoLayerNetwork(
      activation: .linear, gates: .own, neurons: neurons,
      biases: options.free(point.free, features: 0, outputs: c).biases, outputNorm: options.outputNorm,
      width: width, inputBias: options.inputBias, patches: .weighted(options.patches),
      trainingRows: formulation.rows.fingerprint())
  }
}
