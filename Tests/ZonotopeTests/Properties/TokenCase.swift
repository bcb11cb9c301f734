import Testing

@testable import Zonotope

/// A layer on random tokens.
struct TokenCase: Sendable, CustomTestStringConvertible {
  var kind = TokenLayer.Kind.attention
  var gates = 0
  var pooled = false
  var tokens = 3
  var features = 2
  var outputs = 2
  var samples = 5
  var scale = 1.0

  var testDescription: String { "\(kind), \(gates) gates\(pooled ? ", pooled" : ""), \(outputs) outputs" }

  /// Every layer, with and without gates and pooling.
  static let all: [TokenCase] = {
    let kinds: [(TokenLayer.Kind, Int)] = [
      (.attention, 2), (.mixer, 2), (.fourier(blocks: 1), 2), (.fourier(blocks: 2), 4),
    ]
    var cases: [TokenCase] = []
    for (kind, features) in kinds {
      for gates in [0, 3] {
        for pooled in [false, true] {
          cases.append(TokenCase(kind: kind, gates: gates, pooled: pooled, features: features))
        }
      }
    }
    for norm in [OutputNorm.perClass, .nuclear] {
      for gates in [0, 3] {
        for outputs in [1, 3] {
          cases.append(TokenCase(kind: .simplex(norm), gates: gates, pooled: true, outputs: outputs))
        }
      }
    }
    return cases
  }()

  private func numbers(_ count: Int, _ random: inout Xoshiro256) -> [Double] {
    (0..<count).map { _ in random.nextNormal() }
  }

  /// (n, s d) where there is one answer a sample, else (n s, d).
  func x() throws -> MatrixView {
    var random = Xoshiro256(seed: 7)
    let values = numbers(samples * tokens * features, &random).map { scale * $0 }
    return try MatrixView(
      values, rows: pooled ? samples : samples * tokens, columns: pooled ? tokens * features : features)
  }

  func y() throws -> MatrixView {
    var random = Xoshiro256(seed: 8)
    let rows = pooled ? samples : samples * tokens
    return try MatrixView(numbers(rows * outputs, &random), rows: rows, columns: outputs)
  }

  func layer() throws -> TokenLayer {
    var random = Xoshiro256(seed: 9)
    guard gates > 0 else { return TokenLayer(kind: kind, tokens: tokens, gates: nil, pooled: pooled) }
    let shapes: [(Int, Int)] =
      switch kind {
      case .attention: [(features, features)]
      case .mixer: [(tokens, tokens)]
      case .fourier(let blocks): [(blocks, tokens * features / blocks)]
      case .simplex: [(1, tokens), (1, features)]
      case .sequence: []
      }
    var matrices: [[MatrixView]] = []
    for _ in 0..<gates {
      matrices.append(
        try shapes.map { (rows, columns) in
          try MatrixView(numbers(rows * columns, &random), rows: rows, columns: columns)
        })
    }
    return TokenLayer(kind: kind, tokens: tokens, gates: matrices, pooled: pooled)
  }

  func train(
    _ layer: TokenLayer? = nil, x: MatrixView? = nil, y: MatrixView? = nil, beta: Beta = .ratio(0.1),
    loss: some Loss = SquaredLoss(), _ adjust: (inout SolverSettings) -> Void = { _ in }
  ) throws -> TrainingOutcome<TokenNetwork> {
    var settings = SolverSettings()
    settings.tolerance = 1e-9
    settings.threads = 1
    adjust(&settings)
    return try AnyLayer(layer: layer ?? self.layer()).train(
      on: Dataset(x: x ?? self.x(), y: y ?? self.y()), loss: loss, beta: beta, settings: settings)
  }

  func optimum(_ layer: TokenLayer? = nil, x: MatrixView? = nil, y: MatrixView? = nil, beta: Double) throws
    -> Double
  {
    try train(layer, x: x, y: y, beta: .absolute(beta)).solution.objective
  }
}

/// Any of them.
struct AnyLayer: TokenArchitecture {
  var layer: TokenLayer
}
