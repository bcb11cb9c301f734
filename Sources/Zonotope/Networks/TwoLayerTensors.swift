/// The gates of a network as tensors.
struct ModelGates {
  /// (m, width), NaN in the rows of masks.
  private(set) var directions: [Double] = []
  /// (m, n), zeros in the rows of directions; nil when there is no mask.
  private(set) var masks: [UInt8]?

  init(_ gates: [TwoLayerNetwork.Gate], width: Int) {
    var samples: Int?
    for gate in gates {
      switch gate {
      case .direction(let direction): directions += direction
      case .mask(let mask):
        directions += [Double](repeating: .nan, count: width)
        samples = mask.count
      }
    }
    guard let samples else { return }
    masks = gates.flatMap { gate -> [UInt8] in
      guard case .mask(let mask) = gate else { return [UInt8](repeating: 0, count: samples) }
      return mask.map { $0 ? 1 : 0 }
    }
  }
}

extension ModelTensors {
  mutating func network(of card: ModelCard, trainingRows: UInt64) throws(ZonotopeError) -> TwoLayerNetwork {
    let hidden = try require("hidden.weight", .f64, dimensions: 2)
    let biasTensor = try require("output.bias", .f64, dimensions: 1)
    let biases = try finite(biasTensor), c = biases.count
    guard c > 0 else { throw error(hidden.place, "'output.bias' is empty") }
    let hasMatrices = c > 1 && card.outputNorm == .frobenius
    let (m, hiddenWidth) = (hidden.shape[0], hidden.shape[1])
    let width = hasMatrices ? hiddenWidth / c : hiddenWidth
    guard !hasMatrices || hiddenWidth % c == 0 else {
      throw error(hidden.place, "'hidden.weight' has \(hiddenWidth) columns for \(c) outputs")
    }
    guard width > (card.inputBias ? 1 : 0) else {
      throw error(hidden.place, "'hidden.weight' leaves no feature in its \(width) columns")
    }
    let heads =
      hasMatrices ? 1 : try product(c, card.patches.heads(width: width), place: "output.weight")
    _ = try product(width, card.patches.parts, place: "patches")
    let weights = try finite(hidden)
    let outputs = try finite(require("output.weight", .f64, shape: [heads, m]))
    var gates = TwoLayerNetwork.Gates.own
    if card.gated {
      gates = .fixed(try self.gates(m, width))
    }
    var skip: [Double] = []
    if card.skip {
      let features = card.inputBias ? width - 1 : width
      let weights = try finite(require("skip.weight", .f64, shape: [c, features]))
      try probe(features, c)
      skip = (0..<features).flatMap { j in (0..<c).map { weights[$0 * features + j] } }
    }
    try finish()
    if !card.outputBias, let bias = biases.elements.first(where: { $0 != 0 }) {
      throw error(biasTensor.bytes.lowerBound, "an output bias of \(bias) in a network without one")
    }
    try probe(m, hiddenWidth + heads)
    let neurons = (0..<m).map { j in
      TwoLayerNetwork.Neuron(
        weights: Array(weights.elements[j * hiddenWidth..<(j + 1) * hiddenWidth]),
        outputs: (0..<heads).map { outputs[$0 * m + j] })
    }
    return TwoLayerNetwork(
      activation: card.activation, gates: gates, neurons: neurons, skip: skip, biases: try biases.list(),
      outputNorm: card.outputNorm, width: width, inputBias: card.inputBias, patches: card.patches,
      trainingRows: trainingRows)
  }

  private mutating func gates(_ m: Int, _ width: Int) throws(ZonotopeError) -> [TwoLayerNetwork.Gate] {
    let tensor = try require("gates", .f64, shape: [m, width])
    let directions = try values(tensor)
    try probe(m, width)
    var masks: (tensor: SafetensorsFile.Tensor, bits: Vector)?
    if has("masks") {
      let tensor = try require("masks", .u8, dimensions: 2)
      guard tensor.shape[0] == m else {
        throw error(tensor.place, "'masks' has \(tensor.shape[0]) rows, there are \(m) neurons")
      }
      masks = (tensor, try values(tensor))
      try probe(m, tensor.shape[1])
    }
    var gates: [TwoLayerNetwork.Gate] = [], masked = false
    for j in 0..<m {
      let direction = Array(directions.elements[j * width..<(j + 1) * width])
      if direction.allSatisfy(\.isFinite) {
        gates.append(.direction(direction))
        continue
      }
      let place = tensor.bytes.lowerBound + 8 * j * width
      guard direction.allSatisfy(\.isNaN) else { throw error(place, "gate \(j) is not finite") }
      guard let (maskTensor, bits) = masks else {
        throw error(place, "gate \(j) has neither direction nor mask")
      }
      let samples = maskTensor.shape[1]
      let mask = Array(bits.elements[j * samples..<(j + 1) * samples])
      if let k = mask.firstIndex(where: { $0 > 1 }) {
        throw error(maskTensor.bytes.lowerBound + j * samples + k, "\(Int(mask[k])) is not a bit")
      }
      gates.append(.mask(mask.map { $0 == 1 }))
      masked = true
    }
    if let masks, !masked {
      throw error(masks.tensor.place, "'masks' in a model whose gates all have directions")
    }
    return gates
  }
}
