/// An ordinary network of two layers: f(x) = sum_j alpha_j phi_j(x) + skip x + bias, with one output or several. Where
/// neurons see patches, f(x) = sum_p (sum_j alpha_jp phi_j(x_p) + skip x_p) + bias with the same alpha_j for all patches or
/// not, as ``PatchLayout`` says.
///
/// It knows nothing of convex programs; its ``objective(on:targets:loss:beta:)`` is computed from its weights alone.
public struct TwoLayerNetwork: Sendable, Equatable {
  /// One hidden neuron with its output weights.
  public struct Neuron: Sendable, Equatable {
    /// One weight a feature, and one for the column of ones where the network has an input bias. Where the outputs are
    /// penalised by ``OutputNorm/frobenius`` as many for every output, one output after the other.
    public var weights: [Double]
    /// Output weights: one an output; where patches have weights of their own, one a patch, output after output; where
    /// the neuron has weights for every output, one alone.
    public var outputs: [Double]

    public init(weights: [Double], outputs: [Double]) {
      self.weights = weights
      self.outputs = outputs
    }

    public init(weights: [Double], output: Double) { self.init(weights: weights, outputs: [output]) }

    /// The output weight of a network with one output.
    public var output: Double {
      get { outputs[0] }
      set { outputs[0] = newValue }
    }

    /// The neuron with product sign * block whose two layers have the same norm, which makes its weight decay
    /// 1/2 (||w||^2 + alpha^2) the norm of the block; nil for a block of zeros.
    ///
    /// - Parameter output: the one output of several that it speaks for.
    init?(balancing block: [Double], sign: Double, output: Int = 0, of outputs: Int = 1) {
      let length = block.withUnsafeBufferPointer { norm($0) }
      guard length > 0 else { return nil }
      let root = length.squareRoot()
      weights = block.map { $0 / root }
      self.outputs = (0..<outputs).map { $0 == output ? sign * root : 0 }
    }
  }

  /// How a gate of a gated network is decided.
  public enum Gate: Sendable, Equatable {
    /// Open where direction . x >= 0.
    case direction([Double])
    /// Open for the training rows marked; no direction gives this pattern, so other rows cannot be decided.
    case mask([Bool])
  }

  /// What opens the neurons.
  public enum Gates: Sendable, Equatable {
    /// Each neuron its own weights: phi_j(x) = phi(w_j . x).
    case own
    /// Fixed gates, one a neuron: phi_j(x) = (on or off) w_j . x.
    case fixed([Gate])
  }

  public internal(set) var activation: Activation
  public internal(set) var gates: Gates
  public internal(set) var neurons: [Neuron]
  /// Unpenalised weights from the inputs, those of a patch, to the outputs, (features, outputs); empty where the network
  /// has none.
  public internal(set) var skip: [Double]
  /// Output biases; 0 where the network has none.
  public internal(set) var biases: [Double]
  /// How the output weights are penalised.
  public let outputNorm: OutputNorm
  /// Weights of a neuron for one output: the number of features of a patch, plus one with an input bias.
  public let width: Int
  /// Whether a 1 is appended to every row, or to every patch.
  public let inputBias: Bool
  /// What neurons see of a row.
  public let patches: PatchLayout
  /// Identifies the training rows, on which masks are defined.
  let trainingRows: UInt64

  init(
    activation: Activation = .relu, gates: Gates, neurons: [Neuron], skip: [Double] = [], biases: [Double],
    outputNorm: OutputNorm = .perClass, width: Int, inputBias: Bool, patches: PatchLayout = .whole,
    trainingRows: UInt64
  ) {
    self.activation = activation
    self.gates = gates
    self.neurons = neurons
    self.skip = skip
    self.biases = biases
    self.outputNorm = outputNorm
    self.width = width
    self.inputBias = inputBias
    self.patches = patches
    self.trainingRows = trainingRows
  }

  public var outputs: Int { biases.count }

  /// The output bias of a network with one output.
  public var bias: Double {
    get { biases[0] }
    set { biases[0] = newValue }
  }

  /// Whether a neuron has weights of its own for every output.
  private var hasMatrices: Bool { outputs > 1 && outputNorm == .frobenius }
  /// Weights of a neuron.
  public var hiddenWidth: Int { hasMatrices ? outputs * width : width }
  /// Output weights of a neuron for an output.
  private var heads: Int { patches.heads(width: width) }
  /// Output weights of a neuron.
  public var outputWeights: Int { hasMatrices ? 1 : outputs * heads }

  /// Inputs of a neuron.
  var patchFeatures: Int { inputBias ? width - 1 : width }
  /// Columns of the data it takes.
  public var features: Int { patches.parts * patchFeatures }

  /// The outputs for the rows of `x`, (rows, features): those of a row next to each other.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for another number of columns, an entry that is not finite, or
  ///   rows other than the training rows where a gate is known on those only.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    let results = try Vector(product(x.rows, outputs, place: "outputs"))
    try predict(x, into: results.mutable)
    return try results.list()
  }

  /// The outputs for the rows of `x`, (rows, features), into memory of the caller: ``outputs`` elements a row.
  ///
  /// - Throws: as ``predict(_:)``; nothing is written then.
  public func predict(
    _ x: MatrixView, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    try checkInput(x, results)
    if patches == .circular { return try predictTurned(x, into: results) }
    let parts = try x.cut(into: patches.parts), rows = inputBias ? try parts.appendingOnes() : parts
    try checkMasks(on: rows)
    for k in 0..<x.rows {
      let result = MutableValues(rebasing: results[k * outputs..<(k + 1) * outputs])
      for o in 0..<outputs { result[o] = biases[o] }
      for part in 0..<patches.parts {
        let row = k * patches.parts + part
        add(DenseInputs(row: rows.row(row), count: width), of: row, part, to: result)
      }
    }
  }

  /// The outputs for sparse rows, (rows, features), whose zeros are passed over.
  ///
  /// - Throws: as ``predict(_:)``; nothing is written then.
  public func predict(
    _ x: SparseMatrix, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    try checkInput(x, results)
    guard patches == .whole else {
      return try x.inParts(outputs: outputs, into: results) { (rows, part) throws(ZonotopeError) in
        try predict(rows, into: part)
      }
    }
    let rows = inputBias ? try x.appendingOnes() : x
    try checkMasks(on: rows)
    let turned = try rows.transposed()
    for k in 0..<x.rows {
      let result = MutableValues(rebasing: results[k * outputs..<(k + 1) * outputs])
      for o in 0..<outputs { result[o] = biases[o] }
      add(SparseInputs(rows: turned, row: k), of: k, 0, to: result)
    }
  }

  /// Refuses rows other than the training rows where a gate is known on those only.
  private func checkMasks(on rows: some SampleRows) throws(ZonotopeError) {
    guard case .fixed(let gates) = gates,
      let masked = gates.firstIndex(where: { if case .mask = $0 { true } else { false } })
    else { return }
    let isShort = gates.contains { if case .mask(let mask) = $0 { mask.count != rows.rows } else { false } }
    guard !isShort, try rows.fingerprint() == trainingRows else {
      throw .invalid(
        place: "gates[\(masked)]",
        reason: "no direction has this pattern, so only the training rows can be predicted")
    }
  }

  /// Adds what the network makes of one patch.
  private func add(
    _ inputs: some NeuronInputs, of row: Int, _ part: Int, to result: MutableValues
  ) {
    let c = outputs, heads = heads, head = heads > 1 ? part : 0
    if !skip.isEmpty {
      for o in 0..<c { inputs.add(skip, from: o, stride: c, below: patchFeatures, to: &result[o]) }
    }
    for (j, neuron) in neurons.enumerated() {
      // One product with weights of its own for every output, or one for all.
      for start in stride(from: 0, to: neuron.weights.count, by: max(1, width)) {
        var product = 0.0
        inputs.add(neuron.weights, from: start, stride: 1, below: width, to: &product)
        let isOpen =
          switch gates {
          case .own: product >= 0
          case .fixed(let gates): self.isOpen(gates[j], inputs, row: row)
          }
        let value = activation(product, isOpen: isOpen)
        if hasMatrices {
          result[start / width] += neuron.output * value
        } else {
          for o in 0..<c { result[o] += neuron.outputs[o * heads + head] * value }
        }
      }
    }
  }

  /// The outputs of a circular convolution, whose filters and output weights make linear maps: z = sum_j circ(w_j) alpha_j.
  private func predictTurned(_ x: MatrixView, into results: MutableValues) throws(ZonotopeError) {
    let (c, d) = (outputs, width)
    let maps = try Vector(product(c, d, place: "outputs"))
    for neuron in neurons {
      for o in 0..<c {
        for turn in 0..<d where neuron.outputs[o * d + turn] != 0 {
          let head = neuron.outputs[o * d + turn]
          for j in 0..<d { maps[o * d + j] += head * neuron.weights[j < turn ? j - turn + d : j - turn] }
        }
      }
    }
    for k in 0..<x.rows {
      for o in 0..<c {
        var value = biases[o]
        for j in 0..<d { value += x[k, j] * maps[o * d + j] }
        results[k * c + o] = value
      }
    }
  }

  func isOpen(_ gate: Gate, _ inputs: some NeuronInputs, row: Int) -> Bool {
    switch gate {
    case .mask(let mask): mask[row]
    case .direction(let direction): inputs.isOnPositiveSide(of: direction)
    }
  }

  /// The weight decay of the neurons.
  public var penalty: Double { neurons.reduce(0) { $0 + weightDecay(of: $1) } }

  /// 1/2 (||w||^2 + |alpha|^2) in the norm of ``outputNorm``; what the patches of an output weigh counts by its length.
  private func weightDecay(of neuron: Neuron) -> Double {
    let hidden = neuron.weights.reduce(0) { $0 + $1 * $1 }
    let heads = hasMatrices ? 1 : heads
    var sum = 0.0, squares = 0.0
    for start in stride(from: 0, to: neuron.outputs.count, by: max(1, heads)) {
      let square = neuron.outputs[start..<start + heads].reduce(0) { $0 + $1 * $1 }
      sum += square.squareRoot()
      squares += square
    }
    return 0.5 * (hidden + (outputNorm == .perClass ? sum * sum : squares))
  }
}
