import Zonotope

/// A head of the tables, and the tokens that it reads.
struct HeadCase {
  enum Layer {
    case tokens(any TokenArchitecture)
    /// A network of two layers on all numbers of a sample, and the same as convex attention on one token.
    case gates(MatrixView)
  }

  let name: String
  let positions: Int
  let layer: Layer

  /// Standard normal gates.
  private static func gates(_ count: Int, _ rows: Int, _ columns: Int) throws -> [MatrixView] {
    try (0..<count).map { g in
      var random = Xoshiro256(seed: 501, stream: UInt64(g))
      return try MatrixView(
        (0..<rows * columns).map { _ in random.nextNormal() }, rows: rows, columns: columns)
    }
  }

  static func all() throws -> [HeadCase] {
    let s = Digits.tokens
    func attention(_ d: Int, _ gates: Int?) throws -> Layer {
      .tokens(Attention(tokens: s, gates: try gates.map { try Self.gates($0, d, d) }, pooled: true))
    }
    return [
      HeadCase(name: "linear", positions: 0, layer: .tokens(SimplexAttention(tokens: 1, outputs: .nuclear))),
      HeadCase(name: "simplex", positions: 0, layer: .tokens(SimplexAttention(tokens: s, outputs: .nuclear))),
      HeadCase(name: "linear attention", positions: 4, layer: try attention(9, nil)),
      HeadCase(name: "linear mixer", positions: 0, layer: .tokens(Mixer(tokens: s, pooled: true))),
      HeadCase(
        name: "linear Fourier", positions: 2, layer: .tokens(FourierOperator(tokens: s, pooled: true))),
      HeadCase(name: "gated attention, 20", positions: 2, layer: try attention(7, 20)),
      HeadCase(
        name: "gated mixer, 10", positions: 0,
        layer: .tokens(Mixer(tokens: s, gates: try gates(10, s, s), pooled: true))),
      HeadCase(
        name: "gated Fourier, 50", positions: 2,
        layer: .tokens(FourierOperator(tokens: s, gates: try gates(50, 1, s * 7), pooled: true))),
      HeadCase(
        name: "gated MLP, 100", positions: 0,
        layer: .gates(
          try MatrixView(
            gates(100, 1, s * 5).map { gate in (0..<s * 5).map { gate[0, $0] } }))),
    ]
  }

  /// The layer on tokens that it is, for training by gradients.
  func architecture() throws -> any TokenArchitecture {
    switch layer {
    case .tokens(let architecture): return architecture
    case .gates(let gates):
      let one = try MatrixView([1], rows: 1, columns: 1)
      let pairs = try (0..<gates.rows).map { g in
        (u: one, v: try MatrixView((0..<gates.columns).map { gates[g, $0] }, rows: 1, columns: gates.columns))
      }
      return SimplexAttention(tokens: 1, outputs: .nuclear, gates: pairs)
    }
  }
}
