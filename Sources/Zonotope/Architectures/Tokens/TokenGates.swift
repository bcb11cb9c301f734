#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A gate of a layer on tokens: open where a product of its matrices with the tokens is at least a threshold.
public struct TokenGate: Sendable, Equatable {
  /// What the products are made of, which the layer says.
  public var matrices: [MatrixView]
  /// Attention and convex attention: one. Mixer: one for every row of H. Fourier operator: one for every block. Empty where
  /// all are 0.
  public var thresholds: [Double]

  public init(_ matrices: [MatrixView], thresholds: [Double] = []) {
    (self.matrices, self.thresholds) = (matrices, thresholds)
  }

  public static func == (a: TokenGate, b: TokenGate) -> Bool {
    guard a.thresholds == b.thresholds, a.matrices.count == b.matrices.count else { return false }
    return zip(a.matrices, b.matrices).allSatisfy { a, b in
      a.rows == b.rows && a.columns == b.columns && a.entries() == b.entries()
    }
  }
}

/// Where the gates of a layer on tokens come from. The network, and its file, have the gates themselves.
public enum TokenGates: Sendable, Equatable {
  /// The activation is the identity.
  case linear
  case given([TokenGate])
  /// Standard normal matrices and thresholds: a threshold is the weight of a constant that gates see beside the tokens. Of
  /// convex attention u is uniform on the simplex. Gate g is drawn from stream g of the seed.
  case sampled(count: Int, seed: UInt64)
  /// The same matrices, with the thresholds at quantiles of the products over the data: with G gates, the levels
  /// (g + 1/2) / G. So no gate is open, or closed, almost everywhere.
  case quantiles(count: Int, seed: UInt64)

  var count: Int {
    switch self {
    case .linear: 1
    case .given(let gates): gates.count
    case .sampled(let count, _), .quantiles(let count, _): count
    }
  }

  func check() throws(ZonotopeError) {
    guard count > 0 else { throw .invalid(place: "model.gates", reason: "there is none") }
    switch self {
    case .linear, .given: break
    case .sampled(_, let seed), .quantiles(_, let seed):
      // Files have it as a number.
      guard seed < 1 << 53 else {
        throw .invalid(place: "model.gates.seed", reason: "\(seed) is not below 2^53")
      }
    }
  }
}

extension TokenLayer {
  /// Products that quantiles are taken of: beyond these the data are thinned, evenly.
  private static let quantileProducts = 200_000

  /// The layer with its gates: those drawn for data of this shape, or itself.
  func drawn(for shape: Shape) throws(ZonotopeError) -> TokenLayer {
    let count: Int, seed: UInt64
    switch gating {
    case .linear, .given: return self
    case .sampled(let number, let given), .quantiles(let number, let given): (count, seed) = (number, given)
    }
    var gates: [TokenGate] = []
    for g in 0..<count {
      var generator = Xoshiro256(seed: seed, stream: UInt64(g))
      var matrices: [MatrixView] = []
      for (place, (rows, columns)) in gateShapes(shape.d).enumerated() {
        var values = try (0..<product(rows, columns, place: "model.gates")).map { _ in generator.nextNormal()
        }
        if case .simplex = kind, place == 0 {
          // Exponential numbers over their sum.
          for k in values.indices { values[k] = -log(generator.nextUniform()) }
          let sum = values.reduce(0, +)
          for k in values.indices { values[k] /= sum }
        }
        matrices.append(try MatrixView(values, rows: rows, columns: columns))
      }
      var gate = TokenGate(matrices)
      if case .sampled = gating {
        gate.thresholds = (0..<thresholdCount).map { _ in generator.nextNormal() }
      } else {
        gate.thresholds = try quantiles(of: gate, at: (Double(g) + 0.5) / Double(count), shape)
      }
      gates.append(gate)
    }
    return TokenLayer(
      kind: kind, tokens: tokens, gates: .given(gates), pooled: pooled, positions: positions)
  }

  /// For every threshold the number between the products of the data below and above a level.
  private func quantiles(of gate: TokenGate, at level: Double, _ shape: Shape) throws(ZonotopeError)
    -> [Double]
  {
    let parts = thresholdCount
    let size = try product(shape.n, maskSize(shape.d), place: "x"),
      step = max(1, size / Self.quantileProducts)
    var products = [[Double]](repeating: [], count: parts)
    for i in stride(from: 0, to: shape.n, by: step) {
      let values = self.products(gate, shape.x.row(i * tokens), shape.d)
      for (k, value) in values.enumerated() { products[k * parts / values.count].append(value) }
    }
    return products.map { values in
      let sorted = values.sorted(), place = min(sorted.count - 1, Int(level * Double(sorted.count)))
      guard place > 0 else { return sorted.first ?? 0 }
      return sorted[place - 1] + (sorted[place] - sorted[place - 1]) / 2
    }
  }
}
