import CZonotope

extension TwoLayerOptions {
  /// Those of a network without an activation.
  static func linear(patches: Int = 1) -> TwoLayerOptions {
    var options = TwoLayerOptions()
    (options.activation, options.patches) = (.linear, patches)
    return options
  }

  /// Refuses what means nothing in a network whose patches have output weights of their own and which has no activation.
  ///
  /// - Parameter pooling: its name in problem files.
  func checkLinear(pooling: String, outputs: Int) throws(ZonotopeError) {
    guard activation == .linear else {
      throw .unsupported(
        key: "model.activation", reason: "\"pooling\": \"\(pooling)\" takes none but \"linear\"")
    }
    guard !skip else {
      throw .unsupported(
        key: "model.skip", reason: "a linear network beside a free linear map has nothing left to learn")
    }
    guard outputs == 1 || outputNorm != .frobenius else {
      throw .unsupported(
        key: "model.outputs",
        reason: "\"frobenius\" needs gates, which \"pooling\": \"\(pooling)\" has none of")
    }
  }
}

extension PatternSet {
  /// The pattern of a linear activation, which is the same for all weights: every bit 1.
  static func linear(samples: Int) throws(ZonotopeError) -> PatternSet {
    try ones(samples: samples, count: 1, source: .enumerated)
  }

  /// So many times the pattern of all samples.
  static func ones(
    samples: Int, count: Int, gates: MatrixView? = nil, source: Source
  ) throws(ZonotopeError) -> PatternSet {
    let words = zt_words(samples), bits = try Buffer<UInt64>(product(words, count, place: "gates"))
    for word in 0..<bits.count {
      bits[word] = word % words == words - 1 && samples % 64 != 0 ? (1 << UInt64(samples % 64)) - 1 : ~0
    }
    return try PatternSet(distinct: bits, count: count, samples: samples, gates: gates, source: source)
  }
}
