/// What a layer on tokens is, for its program and for its network alike.
public struct TokenLayer: Sendable, Equatable {
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
  public let gating: TokenGates
  /// Whether a sample has one output, not every token.
  public let pooled: Bool
  /// What is put beside the numbers of every token.
  public let positions: TokenPositions

  init(kind: Kind, tokens: Int, gates: TokenGates, pooled: Bool, positions: TokenPositions = .none) {
    (self.kind, self.tokens, gating) = (kind, tokens, gates)
    (self.pooled, self.positions) = (pooled, positions)
  }

  /// - Parameter gates: the matrices of every gate, with thresholds of 0; nil for a linear layer.
  init(
    kind: Kind, tokens: Int, gates: [[MatrixView]]?, pooled: Bool, positions: TokenPositions = .none
  ) {
    self.init(
      kind: kind, tokens: tokens, gates: gates.map { .given($0.map { TokenGate($0) }) } ?? .linear,
      pooled: pooled, positions: positions)
  }

  /// The gates; nil for a layer without, and before they are drawn.
  var given: [TokenGate]? {
    if case .given(let gates) = gating { gates } else { nil }
  }
  /// Their matrices.
  public var gates: [[MatrixView]]? { given.map { $0.map(\.matrices) } }
  public var isGated: Bool { gating != .linear && gating != .own }
  /// Whether heads have an exact ReLU.
  public var isRectified: Bool { gating == .own }
  /// Gates, or the one that is always open.
  var gateCount: Int { gating.count }

  /// Samples, features of a token, positions among them, and outputs.
  struct Shape {
    let n: Int, d: Int, c: Int
    /// The tokens of all samples with their positions, (n s, d).
    let x: MatrixView
  }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where rows, gates or outputs do not fit the layer.
  func shape(of x: MatrixView, outputs c: Int) throws(ZonotopeError) -> Shape {
    guard tokens > 0 else { throw .invalid(place: "model.tokens", reason: "\(tokens) tokens are none") }
    let rows = pooled ? try x.cut(into: tokens) : x
    guard rows.rows % tokens == 0 else {
      throw .invalid(place: "x", reason: "\(rows.rows) rows are no samples of \(tokens) tokens")
    }
    let placed = try positions.applied(to: rows, tokens: tokens)
    let whole = placed.stride == placed.columns ? placed : try placed.copy()
    let shape = Shape(n: whole.rows / tokens, d: whole.columns, c: c, x: whole)
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
    try gating.check()
    for (g, gate) in (given ?? []).enumerated() { try check(gate, shape.d, place: "model.gates[\(g)]") }
    return shape
  }

  private func check(_ gate: TokenGate, _ d: Int, place: String) throws(ZonotopeError) {
    let shapes = gateShapes(d)
    guard gate.matrices.count == shapes.count else {
      throw .invalid(place: place, reason: "\(gate.matrices.count) matrices, not \(shapes.count)")
    }
    for (matrix, (rows, columns)) in zip(gate.matrices, shapes) {
      guard matrix.rows == rows, matrix.columns == columns else {
        throw .invalid(
          place: place, reason: "\(matrix.rows) x \(matrix.columns), not \(rows) x \(columns)")
      }
      if let (row, column) = matrix.firstNonFinite() {
        throw .invalid(place: "\(place)[\(row)][\(column)]", reason: "is not a finite number")
      }
    }
    guard gate.thresholds.isEmpty || gate.thresholds.count == thresholdCount,
      gate.thresholds.allSatisfy(\.isFinite)
    else {
      throw .invalid(
        place: "\(place).thresholds",
        reason: "\(gate.thresholds.count) thresholds, not \(thresholdCount) finite numbers")
    }
  }

  /// Rows and columns of the matrices of a gate.
  func gateShapes(_ d: Int) -> [(Int, Int)] {
    switch kind {
    case .attention: [(d, d)]
    case .mixer: [(tokens, tokens)]
    case .fourier(let blocks): [(blocks, tokens * d / blocks)]
    case .simplex: [(1, tokens), (1, d)]
    case .sequence: []
    }
  }

  /// Thresholds of a gate, each for an equal part of its products.
  var thresholdCount: Int {
    switch kind {
    case .attention, .simplex, .sequence: 1
    case .mixer: tokens
    case .fourier(let blocks): blocks
    }
  }

  // MARK: Gates

  /// Places at which a gate is open or not: for attention pairs of tokens, (s, s); for a mixer all entries, (s, d); for a
  /// Fourier operator tokens of blocks, (blocks, s); for convex attention the sample as a whole.
  func maskSize(_ d: Int) -> Int {
    switch kind {
    case .attention: saturatingProduct(tokens, tokens)
    case .mixer: saturatingProduct(tokens, d)
    case .fourier(let blocks): saturatingProduct(tokens, blocks)
    case .simplex, .sequence: 1
    }
  }

  /// Where the gate g is open, as ``maskSize(_:)`` has it.
  ///
  /// - Parameter x: the tokens of a sample, (s, d) without gaps.
  func mask(_ g: Int, _ x: UnsafePointer<Double>, _ d: Int) -> [Bool] {
    guard case .given(let gates) = gating else { return [Bool](repeating: true, count: maskSize(d)) }
    let gate = gates[g], products = products(gate, x, d)
    guard !gate.thresholds.isEmpty else { return products.map { $0 >= 0 } }
    let part = products.count / gate.thresholds.count
    return products.enumerated().map { $1 >= gate.thresholds[$0 / part] }
  }

  /// What is compared with the thresholds.
  func products(_ gate: TokenGate, _ x: UnsafePointer<Double>, _ d: Int) -> [Double] {
    let s = tokens
    switch kind {
    case .attention:
      let h = gate.matrices[0]
      var products = [Double](repeating: 0, count: s * d)
      for p in 0..<s {
        for a in 0..<d {
          for b in 0..<d { products[p * d + b] += x[p * d + a] * h.row(a)[b] }
        }
      }
      return (0..<s * s).map { pair in
        let (p, q) = (pair / s, pair % s)
        return (0..<d).reduce(0.0) { $0 + products[p * d + $1] * x[q * d + $1] }
      }
    case .mixer:
      let h = gate.matrices[0]
      return (0..<s * d).map { entry in
        let (a, l) = (entry / d, entry % d)
        return (0..<s).reduce(0.0) { $0 + h.row(a)[$1] * x[$1 * d + l] }
      }
    case .fourier(let blocks):
      let width = d / blocks, h = gate.matrices[0]
      return (0..<blocks * s).map { place in
        let (block, a) = (place / s, place % s)
        var product = 0.0
        for t in 0..<s {
          let row = x + (a + s - t) % s * d + block * width
          for b in 0..<width { product += row[b] * h.row(block)[t * width + b] }
        }
        return product
      }
    case .simplex:
      let u = gate.matrices[0].row(0), v = gate.matrices[1].row(0)
      var product = 0.0
      for k in 0..<s {
        for j in 0..<d { product += u[k] * x[k * d + j] * v[j] }
      }
      return [product]
    case .sequence: return [0]
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
