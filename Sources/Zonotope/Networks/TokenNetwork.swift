/// A trained layer on tokens: heads of two factors each, and their gates.
public struct TokenNetwork: NeuralNetwork, Equatable {
  /// A head, whose weight decay is (||left||^2 + ||right||^2) / 2, but for sequences.
  public struct Head: Sendable, Equatable {
    /// The number of its gate; 0 in a layer without, and where it is its own.
    public var gate: Int
    /// Fourier operators: its block of channels. Convex attention: the token that all its attention is on.
    public var place: Int
    /// Attention: W (d, d), entry (a, k) at k d + a. Mixer: W (s, s), entry (a, k) at k s + a. Fourier operator: w, entry
    /// (t, b) at t d + b, of the block. Convex attention: w in R^d. Sequences: W (s, s), row by row.
    public var left: [Double]
    /// Attention and mixer: V (d, c), row by row. Sequences: B (d, c) and o. Otherwise v, of the outputs of the block.
    public var right: [Double]
  }

  public let layer: TokenLayer
  /// Features of a token, with what the layer puts beside them.
  public let features: Int
  public let outputs: Int
  public var heads: [Head]
  public var units: Int { heads.count }

  /// For data as the layer was trained on, ``TokenArchitecture``: the outputs of every row, next to each other.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    let shape = try layer.shape(of: x, outputs: outputs)
    guard shape.d == features else {
      throw .invalid(place: "x", reason: "tokens of \(shape.d) features, the network takes \(features)")
    }
    let evaluator = try TokenEvaluator(self), each = evaluator.outputs
    try Allocation.probe(bytes: product(8, product(shape.n, each, place: "x"), place: "x"))
    var result = [Double](repeating: 0, count: shape.n * each)
    result.withUnsafeMutableBufferPointer { result in
      guard let target = result.baseAddress else { return }
      for i in 0..<shape.n { evaluator.evaluate(shape.x.row(i * layer.tokens), into: target + i * each) }
    }
    return result
  }

  public func predict(
    _ x: MatrixView, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    let values = try predict(x)
    guard results.count == values.count else {
      throw .invalid(place: "outputs", reason: "\(results.count) elements for \(values.count) numbers")
    }
    _ = results.update(fromContentsOf: values)
  }

  /// The weight decay of the heads.
  public var penalty: Double { heads.reduce(0) { $0 + weightDecay(of: $1) } }

  private func weightDecay(of head: Head) -> Double {
    guard layer.kind == .sequence else {
      return 0.5 * (head.left + head.right).reduce(0) { $0 + $1 * $1 }
    }
    let matrix = head.right.dropLast().reduce(0) { $0 + abs($1) }, factor = head.right.last ?? 0
    return 0.5 * (matrix * matrix + factor * factor)
  }
}

extension TokenLayer {
  /// The heads of blocks: their singular pairs, each factor with the root of the singular value.
  func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, FeatureMap, OutputPenalty>
  ) throws(ZonotopeError) -> TokenNetwork {
    let c = formulation.map.outputs, shape = try shape(of: formulation.rows, outputs: c),
      each = blockShape(shape)
    let layer =
      try formulation.patterns.gates.map { (gates) throws(ZonotopeError) in
        try restored(gates, shape.d)
      } ?? self
    let size = each.rows * each.columns
    let decomposition = try SingularValues(each.rows, each.columns)
    var heads: [TokenNetwork.Head] = []
    for block in 0..<layer.gateCount * each.count {
      let gate = block / each.count, part = block % each.count
      let matrix = Array(point.blocks[block * size..<(block + 1) * size])
      guard matrix.contains(where: { $0 != 0 }),
        matrix.withUnsafeBufferPointer({ decomposition.decompose($0) })
      else { continue }
      // What the prox has left of zero is rounding.
      for i in 0..<decomposition.count where decomposition.values[i] > 1e-14 * decomposition.values[0] {
        let root = decomposition.values[i].squareRoot()
        var head = TokenNetwork.Head(
          gate: gate, place: part, left: decomposition.leftVector(i).map { root * $0 },
          right: decomposition.rightVector(i).map { root * $0 })
        if case .simplex(.perClass) = kind {
          // One output of a token.
          head.place = part / c
          let value = head.right[0]
          head.right = [Double](repeating: 0, count: c)
          head.right[part % c] = value
        }
        heads.append(head)
      }
    }
    return TokenNetwork(layer: layer, features: shape.d, outputs: c, heads: heads)
  }
}
