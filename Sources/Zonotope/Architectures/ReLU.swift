/// Two layers with the exact activation: f(x) = sum_j max(w_j . x, 0) alpha_j, and the like with other slopes.
///
/// With weight decay (beta/2) sum ||w_j||^2 + alpha_j^2 and width enough, training is the convex program
///
///     minimise  loss(sum_i D_i X (v_i - w_i)) + beta sum_i (||v_i|| + ||w_i||)
///     subject to  v_i, w_i in K_i = {u : (2 D_i - I) X u >= 0}
///
/// over the patterns D_i of the data (Pilanci and Ergen 2020, theorem 1). Over all of them its optimum is the best
/// network of any width. With several outputs every neuron speaks for one of them, ``OutputNorm/perClass``: the program of
/// ordinary weight decay has no finite form of a practical size (Sahiner et al. 2021, section 4). Over patches X_p of the
/// rows, whose responses are added up, D_i X is sum_p D_ip X_p, and the cones are those of all patches: for patches of a
/// fixed length there are polynomially many patterns (Ergen and Pilanci 2021).
public struct ReLU: Architecture {
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
  ) throws(ZonotopeError) -> Formulation<MatrixView, PairedMap<PooledMap>, ConeGroupLasso> {
    guard outputs == 1 || options.outputNorm == .perClass else {
      throw .unsupported(
        key: "model.outputs",
        reason:
          "\"\(options.outputNorm.rawValue)\" with the exact activation has no convex program of a practical "
          + "size; \"gated\": true has one, whose lower bound holds for the exact network on the same patterns too"
      )
    }
    let rows = try options.rows(of: x)
    let all = try patterns.patterns(of: rows, memory: memory, workers)
    let patterns = try options.distinct(all, of: rows)
    // Growth makes a formulation at every turn, and its oracle takes rows of few columns.
    let coordinates = grows ? nil : try RowCoordinates(of: rows, memory: memory)
    let inner = coordinates?.rows ?? rows
    return Formulation(
      rows: rows, patterns: patterns, patternCount: all.count,
      map: try PairedMap(
        PooledMap(
          MaskedMap(x: inner, patterns: patterns, activation: options.activation, outputs: outputs),
          patches: options.patches, memory: memory, workers)),
      penalty: try ConeGroupLasso(patterns: patterns, x: inner, outputs: outputs),
      free: try options.freeBlock(of: x, memory: memory), patternSize: inner.columns * outputs,
      coordinates: coordinates)
  }

  /// Patterns on the faces between cells add nothing: their cones lie in those of the cells beside them, with the same
  /// products.
  public var belongsToRows: Bool { patterns.belongsToRows }

  public func scope(over patterns: PatternSet) -> Certificate.Scope {
    patterns.source == .enumerated ? .allNeurons : .givenPatterns
  }

  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, PairedMap<PooledMap>, ConeGroupLasso>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let (width, c) = (formulation.rows.columns, formulation.map.outputs)
    let half = formulation.map.base.blocks, size = formulation.patternSize / c
    let neurons = (0..<2 * half).compactMap { i -> TwoLayerNetwork.Neuron? in
      let block = point.blocks[i * size..<(i + 1) * size]
      guard block.contains(where: { $0 != 0 }) else { return nil }
      return TwoLayerNetwork.Neuron(
        balancing: formulation.coordinates?.weights(block) ?? Array(block), sign: i < half ? 1 : -1,
        output: i % half % c, of: c)
    }
    let free = options.free(
      point.free, features: options.inputBias ? width - 1 : width, outputs: c)
    return TwoLayerNetwork(
      activation: options.activation, gates: .own, neurons: neurons, skip: free.skip, biases: free.biases,
      outputNorm: options.outputNorm, width: width, inputBias: options.inputBias,
      patches: .pooled(options.patches),
      trainingRows: formulation.rows.fingerprint())
  }

  public var grows: Bool { options.grows }

  public func beginning() -> ReLU {
    ReLU(patterns: patterns.beginning, options: options)
  }

  public func over(_ patterns: PatternSet) -> ReLU {
    ReLU(patterns: .set(patterns), options: options)
  }

  /// A neuron between cells can be a part of each; here it is given to the one that holds most of it.
  ///
  /// Up to rounding of its direction, that is: a solver's start, not an answer.
  public func consolidating(
    _ point: BlockPoint, of formulation: Formulation<MatrixView, PairedMap<PooledMap>, ConeGroupLasso>
  ) -> BlockPoint {
    let c = formulation.map.outputs, width = formulation.patternSize / c
    guard width > 0 else { return point }
    let half = formulation.map.base.blocks
    let start = point.blocks
    var point = point, kept: [(kind: Int, block: Int, length: Double)] = []
    let lengths = (0..<point.blocks.count / width).map { block in
      (0..<width).reduce(0.0) { $0 + point.blocks[block * width + $1] * point.blocks[block * width + $1] }
        .squareRoot()
    }
    for block in lengths.indices.filter({ lengths[$0] > 0 }).sorted(by: { lengths[$0] > lengths[$1] }) {
      let kind = block / half * c + block % c
      let twin = kept.first { other in
        let product = (0..<width).reduce(0.0) {
          $0 + start[block * width + $1] * start[other.block * width + $1]
        }
        return other.kind == kind && product > (1 - 1e-8) * lengths[block] * other.length
      }
      guard let twin else {
        kept.append((kind, block, lengths[block]))
        continue
      }
      for j in 0..<width {
        point.blocks[twin.block * width + j] += point.blocks[block * width + j]
        point.blocks[block * width + j] = 0
      }
    }
    return point
  }

  public func oracle(
    of formulation: Formulation<MatrixView, PairedMap<PooledMap>, ConeGroupLasso>
  ) throws(ZonotopeError) -> (any NeuronOracle)? {
    try ResponseOracle(
      formulation.rows, options.activation, outputs: formulation.map.outputs, patches: options.patches)
  }
}
