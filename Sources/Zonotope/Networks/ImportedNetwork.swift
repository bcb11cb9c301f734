extension TwoLayerNetwork {
  /// A network of another framework, f(x) = V phi(W x + b) + c: two dense layers.
  ///
  /// - Parameters:
  ///   - path: a .safetensors file with the tensors W (neurons, features) and V (outputs, neurons), and b and c where there
  ///     are biases. They are told by their shapes, where these leave a choice by the order of their names; biases go with
  ///     the weights whose name has the same beginning. One output may be a tensor of (neurons) numbers.
  ///   - activation: phi.
  /// - Throws: ``ZonotopeError`` that names the tensor.
  public init(importing path: String, activation: Activation = .relu) throws(ZonotopeError) {
    let file = try SafetensorsFile(path: path)
    let byName = file.tensors.sorted { $0.name < $1.name }
    func values(_ tensor: SafetensorsFile.Tensor) throws(ZonotopeError) -> [Double] {
      try file.values(of: tensor).list()
    }
    let matrices = byName.filter { $0.shape.count == 2 }, vectors = byName.filter { $0.shape.count == 1 }
    var pair: (SafetensorsFile.Tensor, SafetensorsFile.Tensor)?
    for hidden in matrices where pair == nil {
      for output in matrices where output.name != hidden.name && output.shape[1] == hidden.shape[0] {
        pair = pair ?? (hidden, output)
      }
      if pair == nil, matrices.count == 1,
        let output = vectors.first(where: { $0.shape[0] == hidden.shape[0] && !$0.name.hasSuffix("bias") })
      {
        pair = (hidden, output)
      }
    }
    guard let (hidden, output) = pair, matrices.count <= 2 else {
      let shapes = byName.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      throw .invalid(
        place: path,
        reason: "holds no two dense layers, (neurons, features) and (outputs, neurons): \(shapes)")
    }
    let neurons = hidden.shape[0], outputs = output.shape.count == 2 ? output.shape[0] : 1
    func bias(of weights: SafetensorsFile.Tensor, count: Int) throws(ZonotopeError) -> [Double]? {
      let candidates = vectors.filter { $0.shape[0] == count && $0.name != output.name }
      func stem(_ name: String) -> Substring {
        name.prefix(name.lastIndex(of: ".").map { name.distance(from: name.startIndex, to: $0) } ?? 0)
      }
      let named = candidates.first { stem($0.name) == stem(weights.name) }
      let chosen = named ?? (neurons == outputs || candidates.count != 1 ? nil : candidates[0])
      return try chosen.map(values)
    }
    try self.init(
      hidden: MatrixView(values(hidden), rows: neurons, columns: hidden.shape[1]),
      output: MatrixView(values(output), rows: outputs, columns: neurons),
      hiddenBias: bias(of: hidden, count: neurons), outputBias: bias(of: output, count: outputs),
      activation: activation)
  }

  /// The same from .npy files: W, V, and b and c where there are biases.
  public init(
    hidden: String, output: String, hiddenBias: String? = nil, outputBias: String? = nil,
    activation: Activation = .relu
  ) throws(ZonotopeError) {
    func bias(_ path: String?) throws(ZonotopeError) -> [Double]? {
      guard let path else { return nil }
      return try NPYArray(path: path).matrix().entries()
    }
    let matrix = try NPYArray(path: hidden).matrix()
    let heads = try NPYArray(path: output).matrix()
    // One output may be a column of numbers.
    let isColumn = heads.columns == 1 && heads.rows == matrix.rows && matrix.rows != 1
    let output = isColumn ? try MatrixView(heads.entries(), rows: 1, columns: heads.rows) : heads
    try self.init(
      hidden: matrix, output: output, hiddenBias: bias(hiddenBias), outputBias: bias(outputBias),
      activation: activation)
  }

  /// The same from matrices.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for shapes that do not fit, and numbers that are not finite.
  public init(
    hidden: MatrixView, output: MatrixView, hiddenBias: [Double]? = nil, outputBias: [Double]? = nil,
    activation: Activation = .relu
  ) throws(ZonotopeError) {
    try activation.check(place: "activation")
    let neurons = hidden.rows, outputs = output.rows
    guard output.columns == neurons else {
      throw .invalid(place: "output", reason: "\(output.columns) columns for \(neurons) neurons")
    }
    guard outputs > 0, hidden.columns > 0 else {
      throw .invalid(place: outputs > 0 ? "hidden" : "output", reason: "has no numbers")
    }
    for (place, bias, count) in [("hiddenBias", hiddenBias, neurons), ("outputBias", outputBias, outputs)] {
      guard let bias else { continue }
      guard bias.count == count else {
        throw .invalid(place: place, reason: "\(bias.count) numbers, \(count) are needed")
      }
      guard bias.allSatisfy(\.isFinite) else {
        throw .invalid(place: place, reason: "holds a number that is not finite")
      }
    }
    for (place, matrix) in [("hidden", hidden), ("output", output)] {
      if let (row, column) = matrix.firstNonFinite() {
        throw .invalid(
          place: "\(place)[\(row)][\(column)]", reason: "\(matrix[row, column]) is not a finite number")
      }
    }
    let list = (0..<neurons).map { j in
      Neuron(
        weights: (0..<hidden.columns).map { hidden[j, $0] } + (hiddenBias.map { [$0[j]] } ?? []),
        outputs: (0..<outputs).map { output[$0, j] })
    }
    self.init(
      activation: activation, gates: .own, neurons: list,
      biases: outputBias ?? [Double](repeating: 0, count: outputs), outputNorm: .perClass,
      width: hidden.columns + (hiddenBias == nil ? 0 : 1), inputBias: hiddenBias != nil, trainingRows: 0)
  }

  /// The same from matrices as model files have them: weights and output weights one row a neuron, the weight of an input
  /// bias the last of a row, and a skip connection (features, outputs) where there is one.
  public init(
    hidden: MatrixView, outputs: MatrixView, biases: [Double]?, skip: [Double]?, inputBias: Bool,
    activation: Activation = .relu
  ) throws(ZonotopeError) {
    let c = outputs.columns, features = hidden.columns - (inputBias ? 1 : 0)
    guard outputs.rows == hidden.rows else {
      throw .invalid(place: "outputs", reason: "\(outputs.rows) rows for \(hidden.rows) neurons")
    }
    guard features > 0, c > 0 else { throw .invalid(place: "hidden", reason: "has no features or outputs") }
    let transposed = try MatrixView(
      (0..<c).flatMap { o in (0..<outputs.rows).map { outputs[$0, o] } }, rows: c, columns: outputs.rows)
    try self.init(hidden: hidden, output: transposed, outputBias: biases, activation: activation)
    if let skip {
      guard skip.count == features * c, skip.allSatisfy(\.isFinite) else {
        throw .invalid(
          place: "skip", reason: "\(skip.count) numbers, \(features * c) that are finite are needed")
      }
    }
    self = TwoLayerNetwork(
      activation: activation, gates: .own, neurons: neurons, skip: skip ?? [], biases: self.biases,
      outputNorm: .perClass, width: hidden.columns, inputBias: inputBias, trainingRows: 0)
  }
}
