extension TwoLayerNetwork.Neuron {
  /// Neurons whose products alpha_j w_j' add up to a matrix, (outputs, weights), with the least weight decay
  /// 1/2 sum (||w_j||^2 + ||alpha_j||^2), which is its nuclear norm: one for each singular value.
  static func factors(of matrix: [Double], outputs: Int) throws(ZonotopeError) -> [Self] {
    let decomposition = try SingularValues(outputs, matrix.count / outputs)
    guard matrix.withUnsafeBufferPointer({ decomposition.decompose($0) }) else { return [] }
    return (0..<decomposition.count).compactMap { i in
      let value = decomposition.values[i]
      // What the prox has left of zero is rounding.
      guard value > 1e-14 * decomposition.values[0] else { return nil }
      let root = value.squareRoot()
      return Self(
        weights: decomposition.rightVector(i).map { root * $0 },
        outputs: decomposition.leftVector(i).map { root * $0 })
    }
  }
}
