/// The `model` of a problem, as far as it is known without the data.
struct ProblemArchitecture {
  private enum Kind {
    case exact(PatternSelection)
    case gated(PatternSelection)
    case patchwise
    case circular
    case oneDimensional(OneDimensionalNetwork)
    case threshold(ThresholdNetwork)
    case tokens(ProblemTokens)
  }

  private let kind: Kind
  private let options: TwoLayerOptions
  /// Whether samples are lists of patches, or of tokens, not of numbers.
  let takesPatches: Bool
  /// Whether every token of a sample has targets of its own.
  var hasTokenTargets: Bool {
    if case .tokens(let layer) = kind { layer.hasTokenTargets } else { false }
  }

  /// Whether it is trained on sparse rows as they are, see ``SparseGatedReLU``; for others they get their zeros.
  var takesSparse: Bool {
    guard case .gated(let patterns) = kind, !options.grows, !takesPatches else { return false }
    return switch patterns {
    case .gates, .sampled: true
    case .all, .masks, .set: false
    }
  }

  init(_ reader: inout JSONObjectReader) throws(ZonotopeError) {
    guard var model = try reader.object("model") else { throw .invalid(place: "model", reason: "is missing") }
    guard let kind = try model.text("kind") else {
      try model.expect([
        "activation", "gated", "patterns", "skip", "outputBias", "inputBias", "outputs", "grow", "pooling",
        "slope", "depth", "architecture", "widths", "hiddenBias",
      ])
      throw .invalid(place: "model.kind", reason: "is missing")
    }
    if kind == "one-dimensional" {
      self.kind = .oneDimensional(try OneDimensionalNetwork(&model))
      (options, takesPatches) = (TwoLayerOptions(), false)
      try model.finish()
      return
    }
    if kind == "threshold" {
      self.kind = .threshold(try ThresholdNetwork(&model))
      (options, takesPatches) = (TwoLayerOptions(), false)
      try model.finish()
      return
    }
    if ProblemTokens.kinds.contains(kind) {
      (takesPatches, options) = (true, TwoLayerOptions.linear())
      self.kind = .tokens(try ProblemTokens(kind, &model))
      try model.finish()
      return
    }
    guard kind == "two-layer" || kind == "convolutional" else {
      let known = (["two-layer", "convolutional", "one-dimensional", "threshold"] + ProblemTokens.kinds)
        .joined(separator: ", ")
      throw .unsupported(key: "model.kind", reason: "\"\(kind)\" is not supported by this version (\(known))")
    }
    let pooling = kind == "convolutional" ? try model.text("pooling") ?? "sum" : nil
    guard pooling.map({ ["sum", "none", "circular"].contains($0) }) ?? true else {
      throw .unsupported(
        key: "model.pooling",
        reason: "\"\(pooling ?? "")\" is not supported by this version (sum, none, circular)")
    }
    takesPatches = pooling == "sum" || pooling == "none"
    let isLinear = pooling == "none" || pooling == "circular"
    if isLinear { try model.acceptDefault("grow", .bool(false)) }
    var options = isLinear ? TwoLayerOptions.linear() : TwoLayerOptions()
    if let activation = model.take("activation") {
      options.activation = try Activation(activation, model.path("activation"))
    }
    options.outputNorm = try model.outputNorm("outputs")
    options.skip = try model.flag("skip") ?? false
    options.inputBias = try model.flag("inputBias") ?? false
    options.outputBias = try model.flag("outputBias") ?? false
    if !isLinear { options.grows = try model.flag("grow") ?? false }
    self.options = options
    if isLinear {
      try model.acceptDefault("gated", .bool(false))
      try model.acceptDefault("patterns", .string("all"))
      self.kind = pooling == "none" ? .patchwise : .circular
    } else {
      let gated = try model.flag("gated") ?? false
      let patterns = try ProblemPatterns.read(model.take("patterns"), model.path("patterns"))
      self.kind = gated ? .gated(patterns) : .exact(patterns)
    }
    try model.finish()
  }

  /// Other rows than those of the data, where the model is one on them.
  func rows(of data: ProblemData) throws(ZonotopeError) -> MatrixView? {
    guard case .tokens(let layer) = kind else { return nil }
    return try layer.exactRows(of: data)
  }

  /// The model for data of so many patches, or tokens, a sample.
  func model(patches: Int) -> Problem.Model {
    var options = options
    options.patches = patches
    return switch kind {
    case .exact(let patterns): .relu(ReLU(patterns: patterns, options: options))
    case .gated(let patterns): .gatedReLU(GatedReLU(patterns: patterns, options: options))
    case .patchwise: .patchwiseLinear(PatchwiseLinear(options: options))
    case .circular: .circularLinear(CircularLinear(options: options))
    case .oneDimensional(let network): .oneDimensional(network)
    case .threshold(let network): .threshold(network)
    case .tokens(let layer): layer.model(tokens: patches)
    }
  }
}
