import Zonotope

/// Networks on tokens for people.
enum TokenText {
  static func network(_ model: TokenModel) -> String {
    let layer = model.network.layer
    var text =
      switch layer.kind {
      case .attention: "attention"
      case .mixer: "mixer"
      case .fourier(let blocks): blocks == 1 ? "Fourier operator" : "Fourier operator of \(blocks) blocks"
      case .simplex(let norm): "convex attention, outputs penalised by the \(norm.rawValue) norm"
      case .sequence: "convex attention with an output for every token"
      }
    text = (layer.isRectified ? "ReLU " : layer.isGated ? "gated " : "linear ") + text
    switch model.layout {
    case .rows(let tokens): text += ", \(tokens) tokens"
    case .image(let height, let width, let patchHeight, let patchWidth):
      text +=
        ", \(layer.tokens) patches of \(patchHeight) x \(patchWidth) of an image of \(height) x \(width)"
    case nil: text += ", \(layer.tokens) tokens"
    }
    text += " of \(model.network.columns / (layer.pooled ? layer.tokens : 1)) numbers"
    if layer.positions.constant { text += ", a constant" }
    switch layer.positions.kind {
    case .none: text += ", no positions"
    case .oneHot: text += ", one-hot positions"
    case .coordinates: text += ", coordinates as positions"
    case .fourier(let frequencies): text += ", positions of \(frequencies) frequencies"
    }
    return text
  }

  static func gates(_ model: TokenModel) -> String {
    if model.network.layer.isRectified { return "every head its own, trained locally" }
    guard let gates = model.network.layer.gates else { return "none" }
    guard let seed = model.card.patterns.seed else { return "\(gates.count) given" }
    return "\(gates.count) drawn with seed \(seed)"
  }

  /// What a table says beside the proof.
  static func figures(_ network: TokenNetwork) -> [(name: String, value: String)] {
    var ranks: [[Int]: Int] = [:]
    for head in network.heads { ranks[[head.gate, head.place], default: 0] += 1 }
    if network.layer.isRectified {
      return [("trained", "locally, no optimum is proved"), ("heads", "\(network.heads.count)")]
    }
    var figures = [("gates", "\(network.layer.gates?.count ?? 0)")]
    if case .simplex = network.layer.kind {
      figures.append(("tokens in use", "\(Set(network.heads.map(\.place)).count) of \(network.layer.tokens)"))
    }
    return figures + [("heads", "\(network.heads.count)"), ("largest rank", "\(ranks.values.max() ?? 0)")]
  }

  /// The heads, largest first: where each looks, and what it says.
  static func heads(_ model: TokenModel, most: Int, weights: Int) -> String {
    let network = model.network, names = model.outputNames
    let sizes = network.heads.map { length($0.left) * length($0.right) }
    let order = sizes.indices.sorted { sizes[$0] > sizes[$1] }
    var table = Table(gaps: [3, 3, 3, 3])
    table.add(["head", "size", "gate", "place", "outputs"])
    for j in order.prefix(most) {
      let head = network.heads[j], shares = outputs(head, of: network)
      let largest = shares.indices.sorted { abs(shares[$0]) > abs(shares[$1]) }.prefix(weights)
        .filter { shares[$0] != 0 }
      let said = largest.map { "\(names[$0]) \(short(shares[$0], 3))" }.joined(separator: ", ")
      table.add(["\(j)", short(sizes[j], 4), "\(head.gate)", "\(head.place)", said])
    }
    var text = "heads: \(network.heads.count), largest first\n" + table.text()
    if order.count > most { text += "\n... \(order.count - most) more; --neurons shows them" }
    return text
  }

  /// What a head has for each output: its own weight, or the length of its weights of all features.
  private static func outputs(_ head: TokenNetwork.Head, of network: TokenNetwork) -> [Double] {
    let c = network.outputs
    switch network.layer.kind {
    case .simplex: return head.right
    case .fourier(let blocks):
      var all = [Double](repeating: 0, count: c)
      for (o, value) in head.right.enumerated() { all[head.place * (c / blocks) + o] = value }
      return all
    case .attention, .mixer, .sequence:
      return (0..<c).map { o in length((0..<network.features).map { head.right[$0 * c + o] }) }
    }
  }

  private static func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
