/// What a layer on tokens is, for its program and for its network alike.
public struct TokenLayer: Sendable {
  public enum Kind: Sendable, Equatable {
    case attention
    case mixer
    case fourier(blocks: Int)
    /// Of these norms, ``OutputNorm/perClass`` or ``OutputNorm/nuclear``.
    case simplex(OutputNorm)
    /// Weights on the simplex for every token of the output, ``SequenceAttention``.
    case sequence
  }

  public let kind: Kind
  /// Rows of a sample, s.
  public let tokens: Int
  /// The matrices of every gate; nil for a layer without.
  public let gates: [[MatrixView]]?
  /// Whether a sample has one output, not every token.
  public let pooled: Bool

  var isGated: Bool { gates != nil }
  /// Gates, or the one that is always open.
  var gateCount: Int { gates?.count ?? 1 }

  /// Samples, features of a token and outputs.
  struct Shape {
    let n: Int, d: Int, c: Int
    /// The tokens of all samples, (n s, d).
    let x: MatrixView
  }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where rows, gates or outputs do not fit the layer.
  func shape(of x: MatrixView, outputs c: Int) throws(ZonotopeError) -> Shape {
    guard tokens > 0 else { throw .invalid(place: "model.tokens", reason: "\(tokens) tokens are none") }
    let rows = pooled ? try x.cut(into: tokens) : x
    guard rows.rows % tokens == 0 else {
      throw .invalid(place: "x", reason: "\(rows.rows) rows are no samples of \(tokens) tokens")
    }
    let whole = rows.stride == rows.columns ? rows : try rows.copy()
    let shape = Shape(n: rows.rows / tokens, d: rows.columns, c: c, x: whole)
    if case .fourier(let blocks) = kind {
      guard blocks > 0, shape.d % blocks == 0, c % blocks == 0 else {
        throw .invalid(
          place: "model.blocks", reason: "\(blocks) blocks do not divide \(shape.d) channels and \(c) outputs"
        )
      }
    }
    if case .simplex(.frobenius) = kind {
      throw .unsupported(
        key: "model.outputs", reason: "\"frobenius\" is no norm of this model (per-class, nuclear)")
    }
    guard let gates else { return shape }
    guard !gates.isEmpty else { throw .invalid(place: "model.gates", reason: "there is none") }
    for (g, matrices) in gates.enumerated() {
      for (matrix, (rows, columns)) in zip(matrices, gateShapes(shape.d)) {
        guard matrix.rows == rows, matrix.columns == columns else {
          throw .invalid(
            place: "model.gates[\(g)]", reason: "\(matrix.rows) x \(matrix.columns), not \(rows) x \(columns)"
          )
        }
        if let (row, column) = matrix.firstNonFinite() {
          throw .invalid(place: "model.gates[\(g)][\(row)][\(column)]", reason: "is not a finite number")
        }
      }
    }
    return shape
  }

  private func gateShapes(_ d: Int) -> [(Int, Int)] {
    switch kind {
    case .attention: [(d, d)]
    case .mixer: [(tokens, tokens)]
    case .fourier(let blocks): [(blocks, tokens * d / blocks)]
    case .simplex: [(1, tokens), (1, d)]
    case .sequence: []
    }
  }

  // MARK: Gates

  /// Whether the gate g is open: for attention at pairs of tokens, (s, s); for a mixer at every entry, (s, d); for a Fourier
  /// operator at every token of a block, (blocks, s); for convex attention at all of the sample, one bit.
  ///
  /// - Parameter x: the tokens of a sample, (s, d) without gaps.
  func mask(_ g: Int, _ x: UnsafePointer<Double>, _ d: Int) -> [Bool] {
    guard let matrices = gates?[g] else {
      switch kind {
      case .attention: return [Bool](repeating: true, count: tokens * tokens)
      case .mixer: return [Bool](repeating: true, count: tokens * d)
      case .fourier(let blocks): return [Bool](repeating: true, count: tokens * blocks)
      case .simplex, .sequence: return [true]
      }
    }
    let s = tokens, h = matrices[0]
    switch kind {
    case .attention:
      var products = [Double](repeating: 0, count: s * d)
      for p in 0..<s {
        for a in 0..<d {
          for b in 0..<d { products[p * d + b] += x[p * d + a] * h[a, b] }
        }
      }
      return (0..<s * s).map { pair in
        let (p, q) = (pair / s, pair % s)
        return (0..<d).reduce(0.0) { $0 + products[p * d + $1] * x[q * d + $1] } >= 0
      }
    case .mixer:
      return (0..<s * d).map { entry in
        let (a, l) = (entry / d, entry % d)
        return (0..<s).reduce(0.0) { $0 + h[a, $1] * x[$1 * d + l] } >= 0
      }
    case .fourier(let blocks):
      let width = d / blocks
      return (0..<blocks * s).map { place in
        let (block, a) = (place / s, place % s)
        var product = 0.0
        for t in 0..<s {
          let row = x + (a + s - t) % s * d + block * width
          for b in 0..<width { product += row[b] * h[block, t * width + b] }
        }
        return product >= 0
      }
    case .simplex:
      var product = 0.0
      for k in 0..<s {
        for j in 0..<d { product += h[0, k] * x[k * d + j] * matrices[1][0, j] }
      }
      return [product >= 0]
    case .sequence: return [true]
    }
  }

  // MARK: Blocks

  /// Blocks of a gate, and rows and columns of their matrices, as they lie in block space.
  func blockShape(_ shape: Shape) -> (count: Int, rows: Int, columns: Int) {
    let (s, d, c) = (tokens, shape.d, shape.c)
    return switch kind {
    case .attention: (1, d * d, d * c)
    case .mixer: (1, s * s, d * c)
    case .fourier(let blocks): (blocks, s * d / blocks, c / blocks)
    case .simplex(.perClass): (s * c, d, 1)
    case .simplex: (s, d, c)
    case .sequence: (2 * d * c, s, s)
    }
  }
}
