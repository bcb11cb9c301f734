/// The `model` of a problem whose network is a layer on tokens.
struct ProblemTokens {
  static let kinds = ["attention", "mixer", "fourier", "simplex-attention"]

  private let kind: String
  private let pooled: Bool
  private let blocks: Int
  private let outputNorm: OutputNorm
  /// The matrices of every gate.
  private let gates: [[MatrixView]]?

  /// Whether the activation is the ReLU itself.
  private let isExact: Bool
  /// Of convex attention: whether every token has an output.
  private let isSequence: Bool

  /// Whether every token has targets; convex attention has one output a sample unless it is told otherwise.
  var hasTokenTargets: Bool { kind == "simplex-attention" ? isSequence : !pooled }

  init(_ kind: String, _ model: inout JSONObjectReader) throws(ZonotopeError) {
    self.kind = kind
    if kind == "simplex-attention" {
      (pooled, blocks, isExact) = (false, 1, false)
      outputNorm = try model.outputNorm("outputs")
      guard outputNorm != .frobenius else {
        throw .unsupported(
          key: "model.outputs", reason: "\"frobenius\" is no norm of this model (per-class, nuclear)")
      }
      isSequence = try model.flag("sequence") ?? false
      gates = try Self.simplexGates(&model)
      guard !isSequence || (gates == nil && outputNorm == .perClass) else {
        throw .unsupported(
          key: "model.sequence", reason: "a sequence has one output norm, \"per-class\", and takes no gates")
      }
      return
    }
    (outputNorm, isSequence) = (.nuclear, false)
    pooled = try model.flag("pooled") ?? false
    blocks = kind == "fourier" ? try model.count("blocks") ?? 1 : 1
    guard blocks > 0 else { throw .invalid(place: model.path("blocks"), reason: "0 blocks are none") }
    let activation = try model.text("activation") ?? "linear"
    isExact = activation == "relu"
    switch activation {
    case "linear", "relu": gates = nil
    case "gated":
      guard let list = model.take("gates") else { throw .invalid(place: "model.gates", reason: "is missing") }
      gates = try Self.gates(list, kind, blocks: blocks)
    default:
      throw .unsupported(
        key: "model.activation",
        reason: "\"\(activation)\" is not supported by this version (linear, gated, relu)")
    }
  }

  /// A matrix for every gate; of a Fourier operator a row, or a row for every block.
  private static func gates(
    _ value: JSONValue, _ kind: String, blocks: Int
  ) throws(ZonotopeError) -> [[MatrixView]] {
    if kind == "fourier", blocks == 1 {
      let rows = try ProblemData.rows(value, "model.gates")
      return try (0..<rows.rows).map { (g) throws(ZonotopeError) in [try rows.gathering(rows: [g])] }
    }
    if case .numbers(let numbers) = value, numbers.isEmpty { return [] }
    guard case .array(let list) = value else {
      throw .invalid(place: "model.gates", reason: "\(value.kind), not a list of matrices")
    }
    return try list.enumerated().map { (g, matrix) throws(ZonotopeError) in
      [try ProblemData.rows(matrix, "model.gates[\(g)]")]
    }
  }

  private static func simplexGates(_ model: inout JSONObjectReader) throws(ZonotopeError) -> [[MatrixView]]? {
    guard var reader = try model.object("gates") else { return nil }
    let u = try ProblemData.rows(reader.require("u"), reader.path("u"))
    let v = try ProblemData.rows(reader.require("v"), reader.path("v"))
    try reader.finish()
    guard u.rows == v.rows else {
      throw .invalid(place: "model.gates.v", reason: "\(v.rows) rows, u has \(u.rows)")
    }
    return try (0..<u.rows).map { (g) throws(ZonotopeError) in
      [try u.gathering(rows: [g]), try v.gathering(rows: [g])]
    }
  }

  /// The rows of the two-layer network that an exact layer is; nil for another.
  func exactRows(of data: ProblemData) throws(ZonotopeError) -> MatrixView? {
    guard isExact else { return nil }
    return try layer(tokens: data.patches).layer.exactRows(of: data.x, outputs: data.y.columns)
  }

  func model(tokens: Int) -> Problem.Model {
    guard isExact else { return layer(tokens: tokens).model }
    var options = TwoLayerOptions()
    options.patches = pooled ? tokens : 1
    return .relu(ReLU(patterns: .all, options: options))
  }

  private func layer(tokens: Int) -> (model: Problem.Model, layer: TokenLayer) {
    let matrices = gates?.compactMap(\.first)
    switch kind {
    case "attention":
      let attention = Attention(tokens: tokens, gates: matrices, pooled: pooled)
      return (.attention(attention), attention.layer)
    case "mixer":
      let mixer = Mixer(tokens: tokens, gates: matrices, pooled: pooled)
      return (.mixer(mixer), mixer.layer)
    case "fourier":
      let fourier = FourierOperator(tokens: tokens, blocks: blocks, gates: matrices, pooled: pooled)
      return (.fourier(fourier), fourier.layer)
    case _ where isSequence:
      let sequence = SequenceAttention(tokens: tokens)
      return (.sequenceAttention(sequence), sequence.layer)
    default:
      let pairs = gates?.map { (u: $0[0], v: $0[1]) }
      let simplex = SimplexAttention(tokens: tokens, outputs: outputNorm, gates: pairs)
      return (.simplexAttention(simplex), simplex.layer)
    }
  }
}
