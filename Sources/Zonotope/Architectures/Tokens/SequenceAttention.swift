/// Convex attention with an output for every token: f(X) = sum_j W_j X B_j o_j, W_j (s, s) with rows on the simplex, B_j (d, c)
/// with (sum |B_j|)^2 / 2 and o_j with o_j^2 / 2 as weight decay (Ergen, Neyshabur and Mehta 2022, appendix A.7; their mixed
/// norm read as equal row sums, without which the program is a relaxation).
///
///     minimise  loss(sum_q (C+_ql - C-_ql) X[:, q]) + beta sum t+_ql + t-_ql,   C 1 = t 1, C >= 0
///
/// Its data have a row for every token. As ``SimplexAttention`` it is no softmax attention.
public struct SequenceAttention: Trainable {
  public typealias Rows = MatrixView

  public let layer: TokenLayer

  public init(tokens: Int, positions: TokenPositions = .none) {
    layer = TokenLayer(kind: .sequence, tokens: tokens, gates: .linear, pooled: false, positions: positions)
  }

  public func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, FeatureMap, EqualRowSums> {
    let shape = try layer.shape(of: x, outputs: outputs)
    let map = try layer.map(shape, memory: memory, workers.persistent)
    return Formulation(
      rows: x, patterns: try .linear(samples: x.rows), patternCount: 1, map: map,
      penalty: EqualRowSums(count: map.blocks, side: layer.tokens), free: nil,
      patternSize: map.blocks * map.blockSize)
  }

  public func scope(over patterns: PatternSet) -> Certificate.Scope { .allNeurons }

  /// A head for every matrix: one entry of B, and the sign on o.
  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, FeatureMap, EqualRowSums>
  ) throws(ZonotopeError) -> TokenNetwork {
    let s = layer.tokens, c = formulation.map.outputs
    let d = try layer.shape(of: formulation.rows, outputs: c).d
    var heads: [TokenNetwork.Head] = []
    for block in 0..<formulation.map.blocks {
      let (sign, q, output) = (block / c / d == 0 ? 1.0 : -1.0, block / c % d, block % c)
      var matrix = Array(point.blocks[block * s * s..<(block + 1) * s * s]), mass = 0.0
      for a in 0..<s {
        let total = matrix[a * s..<(a + 1) * s].reduce(0, +)
        mass = max(mass, total)
        guard total > 0 else { continue }
        for k in 0..<s { matrix[a * s + k] /= total }
      }
      guard mass > 0 else { continue }
      var right = [Double](repeating: 0, count: d * c + 1)
      (right[q * c + output], right[d * c]) = (mass.squareRoot(), sign * mass.squareRoot())
      heads.append(TokenNetwork.Head(gate: 0, place: 0, left: matrix, right: right))
    }
    return TokenNetwork(layer: layer, features: d, outputs: c, heads: heads)
  }
}
