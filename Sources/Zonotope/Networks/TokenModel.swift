/// A network on tokens with the card that says how it came about: what its model file holds.
public struct TokenModel: StoredModel {
  public let network: TokenNetwork
  /// How the columns of a table are tokens; nil for a network that takes rows as its layer does, see ``TokenArchitecture``.
  public let layout: TokenLayout?
  public let card: TrainingCard
  public var trainingCard: TrainingCard { card }
  /// Gates are weights, and say something about any rows.
  public var trainingRows: UInt64? { nil }

  init(network: TokenNetwork, layout: TokenLayout?, card: TrainingCard) {
    (self.network, self.layout, self.card) = (network, layout, card)
  }

  /// The network of a result of a problem.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks of another kind.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    guard let network = result.network as? TokenNetwork else {
      throw .unsupported(key: "model.kind", reason: "a file of this kind holds networks on tokens")
    }
    self.init(
      network: network, layout: nil,
      card: TrainingCard(result, loss: problem.loss.loss, tolerance: problem.settings.tolerance))
  }

  public var columns: Int { network.columns }

  /// The outputs for raw rows: standardised and cut into tokens as the training rows were, where they were.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    try check(x, columns: columns)
    let rows = try card.preprocessing.standardization?.applied(to: x) ?? x
    return try network.predict(layout?.applied(to: rows) ?? rows)
  }

  /// Samples of tokens as a row each, or a row for every token where each has an output.
  public func rows(of array: NPYArray) throws(ZonotopeError) -> MatrixView {
    guard array.shape.count == 3 else { return try array.matrix() }
    guard layout == nil else {
      throw .unsupported(
        key: "x",
        reason: "the network takes rows of a table, whose columns it makes tokens of, not samples of tokens")
    }
    guard array.shape[1] == network.layer.tokens else {
      throw .invalid(
        place: "x", reason: "\(array.shape[1]) tokens a sample, the network takes \(network.layer.tokens)")
    }
    return try network.layer.pooled ? array.blockRows() : array.stackedRows()
  }

  // MARK: Tensors

  /// For m heads the tensors `head.left` and `head.right` (m, numbers of a factor), as ``TokenNetwork/Head`` has them, their
  /// gates and places, `head.gate` and `head.place` (m); with gates `gate.weights` (gates, numbers of all matrices), and
  /// `gate.thresholds` (gates, thresholds).
  public func addTensors(to writer: inout SafetensorsWriter, prefix: String) throws(ZonotopeError) {
    let layer = network.layer, m = network.heads.count, sizes = try factorSizes()
    try writer.add(prefix + "head.left", shape: [m, sizes.left], values: network.heads.flatMap(\.left))
    try writer.add(prefix + "head.right", shape: [m, sizes.right], values: network.heads.flatMap(\.right))
    try writer.add(prefix + "head.gate", shape: [m], values: network.heads.map { Int64($0.gate) })
    try writer.add(prefix + "head.place", shape: [m], values: network.heads.map { Int64($0.place) })
    if layer.isGated {
      let gates = layer.given ?? []
      try writer.add(
        prefix + "gate.weights", shape: [gates.count, gateNumbers],
        values: gates.flatMap { $0.matrices.flatMap { $0.entries() } })
      try writer.add(
        prefix + "gate.thresholds", shape: [gates.count, layer.thresholdCount],
        values: gates.flatMap { layer.thresholds(of: $0) })
    }
  }

  public func tensorBytes() throws(ZonotopeError) -> Int {
    let sizes = try factorSizes(), gates = network.layer.given?.count ?? 0
    return try product(
      8, network.heads.count * (sizes.left + sizes.right + 2) + gates * gateNumbers, place: "model")
  }

  private func factorSizes() throws(ZonotopeError) -> (left: Int, right: Int) {
    try network.layer.factorSizes(features: network.features, outputs: network.outputs)
  }

  /// Of all matrices of a gate.
  private var gateNumbers: Int {
    network.layer.gateShapes(network.features).reduce(0) { $0 + $1.0 * $1.1 }
  }

  public init(_ document: ModelDocument) throws(ZonotopeError) {
    let read = try document.reading { (value) throws(ZonotopeError) in
      try TrainingCard.read(value, architecture: TokenShape.init)
    }
    let shape = read.architecture
    let (sizes, d) = try document.reading { (_) throws(ZonotopeError) in
      let d = try shape.width()
      return (try shape.layer(.linear).factorSizes(features: d, outputs: shape.outputs), d)
    }
    // Without heads no tensor is as long as there are outputs.
    guard shape.outputs <= 1 << 24 else {
      throw document.error(document.cardPlace, "the card: \(shape.outputs) outputs are more than 2^24")
    }
    var tensors = ModelTensors(document)
    let leftTensor = try tensors.require("head.left", .f64, dimensions: 2), m = leftTensor.shape[0]
    guard leftTensor.shape[1] == sizes.left else {
      throw document.error(
        leftTensor.place, "'head.left' has \(leftTensor.shape[1]) columns, not \(sizes.left)")
    }
    let left = try tensors.finite(leftTensor)
    let right = try tensors.finite(tensors.require("head.right", .f64, shape: [m, sizes.right]))
    let gating = try shape.gating(&tensors, features: d), layer = shape.layer(gating)
    let gates = try tensors.indices(tensors.require("head.gate", .i64, shape: [m]), below: layer.gateCount)
    let places = try tensors.indices(tensors.require("head.place", .i64, shape: [m]), below: layer.placeCount)
    try tensors.finish()
    try tensors.probe(m, sizes.left + sizes.right)
    let heads = (0..<m).map { j in
      TokenNetwork.Head(
        gate: gates[j], place: places[j],
        left: Array(left.elements[j * sizes.left..<(j + 1) * sizes.left]),
        right: Array(right.elements[j * sizes.right..<(j + 1) * sizes.right]))
    }
    let network = TokenNetwork(layer: layer, features: d, outputs: shape.outputs, heads: heads)
    try document.reading { (_) throws(ZonotopeError) in
      try read.card.check(columns: network.columns, outputs: shape.outputs)
      if let layout = shape.layout {
        try layout.check(columns: network.columns)
        guard layer.pooled, layout.tokens == layer.tokens else {
          throw .invalid(place: "architecture.layout", reason: "does not fit the tokens of the network")
        }
      }
    }
    self.init(network: network, layout: shape.layout, card: read.card)
  }

  // MARK: Card

  static let kinds = ["attention", "mixer", "fourier", "simplex-attention"]

  public var architecture: CardArchitecture {
    TokenShape(network, layout: layout).architecture
  }
}

extension TokenNetwork {
  /// Columns of the rows that it takes: numbers of a token, or of all tokens of a sample where these have one output.
  public var columns: Int {
    let own = (try? layer.positions.width(tokens: layer.tokens)) ?? 0
    return (features - own) * (layer.pooled ? layer.tokens : 1)
  }
}

extension TokenLayer {
  /// Numbers of the two factors of a head.
  func factorSizes(features d: Int, outputs c: Int) throws(ZonotopeError) -> (left: Int, right: Int) {
    let s = tokens
    switch kind {
    case .attention: return (try product(d, d, place: "features"), try product(d, c, place: "outputs"))
    case .mixer: return (try product(s, s, place: "tokens"), try product(d, c, place: "outputs"))
    case .fourier(let blocks):
      guard blocks > 0, d % blocks == 0, c % blocks == 0 else {
        throw .invalid(place: "blocks", reason: "\(blocks) do not divide \(d) channels and \(c) outputs")
      }
      return (try product(s, d / blocks, place: "features"), c / blocks)
    case .simplex: return (d, c)
    case .sequence:
      return (try product(s, s, place: "tokens"), try product(d, c, place: "outputs") + 1)
    }
  }

  /// What the place of a head is below.
  var placeCount: Int {
    switch kind {
    case .attention, .mixer, .sequence: 1
    case .fourier(let blocks): blocks
    case .simplex: tokens
    }
  }
}
