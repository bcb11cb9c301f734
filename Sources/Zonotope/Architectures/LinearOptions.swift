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
    let bits = try Buffer<UInt64>(zt_words(samples))
    for word in 0..<bits.count { bits[word] = ~0 }
    if samples % 64 != 0 { bits[bits.count - 1] = (1 << UInt64(samples % 64)) - 1 }
    return try PatternSet(distinct: bits, count: 1, samples: samples, gates: nil, source: .enumerated)
  }
}
