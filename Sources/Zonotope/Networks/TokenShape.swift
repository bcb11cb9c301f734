/// What a model file says of a network on tokens beside its tensors.
struct TokenShape {
  let kind: TokenLayer.Kind
  let tokens: Int
  /// Numbers of a token in the data.
  let features: Int
  let outputs: Int
  let pooled: Bool
  let gated: Bool
  /// Whether heads have an exact ReLU.
  let rectified: Bool
  let positions: TokenPositions
  let layout: TokenLayout?

  init(_ network: TokenNetwork, layout: TokenLayout?) {
    let layer = network.layer
    (kind, tokens, pooled, gated) = (layer.kind, layer.tokens, layer.pooled, layer.isGated)
    rectified = layer.isRectified
    features = network.columns / (pooled ? max(1, tokens) : 1)
    (outputs, positions, self.layout) = (network.outputs, layer.positions, layout)
  }

  func layer(_ gating: TokenGates) -> TokenLayer {
    TokenLayer(kind: kind, tokens: tokens, gates: gating, pooled: pooled, positions: positions)
  }

  /// Numbers of a token with its positions.
  func width() throws(ZonotopeError) -> Int {
    let (width, overflow) = features.addingReportingOverflow(try positions.width(tokens: tokens))
    guard !overflow else { throw .sizeOverflow(place: "architecture.features") }
    _ = try product(tokens, width, place: "architecture.tokens")
    return width
  }

  /// The gates of a file.
  func gating(_ tensors: inout ModelTensors, features d: Int) throws(ZonotopeError) -> TokenGates {
    guard gated else { return rectified ? .own : .linear }
    let layer = layer(.linear), thresholds = layer.thresholdCount
    let numbers = try layer.numbersOfGate(d)
    let tensor = try tensors.require("gate.weights", .f64, dimensions: 2), count = tensor.shape[0]
    guard count > 0, tensor.shape[1] == numbers else {
      throw tensors.error(
        tensor.place, "'gate.weights' has the shape \(tensor.shape), not gates of \(numbers) numbers")
    }
    let weights = try tensors.finite(tensor)
    let levels = try tensors.finite(tensors.require("gate.thresholds", .f64, shape: [count, thresholds]))
    try tensors.probe(count, numbers + thresholds)
    var gates: [TokenGate] = []
    for g in 0..<count {
      gates.append(
        try layer.gate(
          d, weights: Array(weights.elements[g * numbers..<(g + 1) * numbers]),
          thresholds: Array(levels.elements[g * thresholds..<(g + 1) * thresholds])))
    }
    return .given(gates)
  }

  // MARK: Text

  private var name: String {
    switch kind {
    case .attention: "attention"
    case .mixer: "mixer"
    case .fourier: "fourier"
    case .simplex, .sequence: "simplex-attention"
    }
  }

  var architecture: CardArchitecture {
    var members = [
      JSONMember("kind", .string(name)),
      JSONMember("tokens", .number(Double(tokens))),
      JSONMember("features", .number(Double(features))),
      JSONMember("outputCount", .number(Double(outputs))),
    ]
    switch kind {
    case .attention, .mixer: members.append(JSONMember("pooled", .bool(pooled)))
    case .fourier(let blocks):
      members += [JSONMember("pooled", .bool(pooled)), JSONMember("blocks", .number(Double(blocks)))]
    case .simplex(let norm):
      members += [JSONMember("sequence", .bool(false)), JSONMember("outputs", .string(norm.rawValue))]
    case .sequence: members.append(JSONMember("sequence", .bool(true)))
    }
    members += [
      JSONMember("gated", .bool(gated))
    ]
    // Only these were trained locally.
    if rectified { members.append(JSONMember("activation", .string("relu"))) }
    members += [
      JSONMember("positions", positions.json),
      JSONMember("layout", layout?.json ?? .null),
    ]
    return CardArchitecture(members)
  }

  init(_ reader: inout JSONObjectReader) throws(ZonotopeError) {
    let name = try reader.requireText("kind")
    (tokens, features) = (try reader.requireCount("tokens"), try reader.requireCount("features"))
    outputs = try reader.requireCount("outputCount")
    for (key, count) in [("tokens", tokens), ("features", features), ("outputCount", outputs)] {
      guard count > 0 else { throw .invalid(place: reader.path(key), reason: "there are none") }
    }
    switch name {
    case "attention": (kind, pooled) = (.attention, try reader.requireFlag("pooled"))
    case "mixer": (kind, pooled) = (.mixer, try reader.requireFlag("pooled"))
    case "fourier":
      pooled = try reader.requireFlag("pooled")
      kind = .fourier(blocks: try reader.requireCount("blocks"))
    case "simplex-attention":
      if try reader.requireFlag("sequence") {
        (kind, pooled) = (.sequence, false)
      } else {
        let norm = try reader.outputNorm("outputs")
        guard norm != .frobenius else {
          throw .unsupported(key: reader.path("outputs"), reason: "\"frobenius\" is no norm of this model")
        }
        (kind, pooled) = (.simplex(norm), true)
      }
    default: throw .unsupported(key: reader.path("kind"), reason: "\"\(name)\" is not known to this version")
    }
    gated = try reader.requireFlag("gated")
    guard !gated || kind != .sequence else {
      throw .invalid(place: reader.path("gated"), reason: "a sequence takes no gates")
    }
    let activation = try reader.text("activation")
    rectified = activation != nil
    if let activation {
      guard activation == "relu" else {
        throw .unsupported(
          key: reader.path("activation"), reason: "\"\(activation)\" is not known to this version")
      }
      guard !gated, kind != .sequence, name != "simplex-attention" else {
        throw .invalid(
          place: reader.path("activation"),
          reason: "belongs to attention, mixers and Fourier operators without gates")
      }
    }
    positions = try TokenPositions(reader.requireObject("positions"))
    let layout = try reader.require("layout")
    self.layout =
      layout == .null ? nil : try TokenLayout(JSONObjectReader(layout, place: reader.path("layout")))
  }
}

extension TokenPositions {
  var json: JSONValue {
    var members = [JSONMember("constant", .bool(constant))]
    switch kind {
    case .none: members.append(JSONMember("kind", .string("none")))
    case .oneHot: members.append(JSONMember("kind", .string("one-hot")))
    case .coordinates: members.append(JSONMember("kind", .string("coordinates")))
    case .fourier(let frequencies):
      members += [
        JSONMember("kind", .string("fourier")), JSONMember("frequencies", .number(Double(frequencies))),
      ]
    }
    members.append(JSONMember("gridColumns", gridColumns.map { .number(Double($0)) } ?? .null))
    return .object(members)
  }

  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    let kind: Kind
    switch try reader.requireText("kind") {
    case "none": kind = .none
    case "one-hot": kind = .oneHot
    case "coordinates": kind = .coordinates
    case "fourier": kind = .fourier(frequencies: try reader.requireCount("frequencies"))
    default: throw .unsupported(key: reader.path("kind"), reason: "is not known to this version")
    }
    self.init(
      kind, gridColumns: try reader.optionalCount("gridColumns"), constant: try reader.requireFlag("constant")
    )
    try reader.finish()
  }
}

extension TokenLayout {
  var json: JSONValue {
    let number = { (name: String, value: Int) in JSONMember(name, .number(Double(value))) }
    return switch self {
    case .rows(let tokens): .object([number("tokens", tokens)])
    case .image(let height, let width, let patchHeight, let patchWidth):
      .object([
        number("height", height), number("width", width), number("patchHeight", patchHeight),
        number("patchWidth", patchWidth),
      ])
    }
  }

  init(_ given: JSONObjectReader) throws(ZonotopeError) {
    var reader = given
    if let tokens = try reader.count("tokens") {
      self = .rows(tokens: tokens)
    } else {
      self = .image(
        height: try reader.requireCount("height"), width: try reader.requireCount("width"),
        patchHeight: try reader.requireCount("patchHeight"), patchWidth: try reader.requireCount("patchWidth")
      )
    }
    try reader.finish()
  }
}
