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
  /// A gate inside every open cell of the arrangement of the products over the data: all gates without thresholds that there
  /// are. What no network behind them can do, none with an exact ReLU can do. For layers of tiny factors: cells are as many as
  /// places of the data to the power of the numbers of a gate.
  case all
  /// The gate of a head is its own product, which is an exact ReLU. There is no program for these, only local training:
  /// ``TrainingOutcome/rectified(on:loss:settings:)``.
  case own

  var count: Int {
    switch self {
    case .linear, .all, .own: 1
    case .given(let gates): gates.count
    case .sampled(let count, _), .quantiles(let count, _): count
    }
  }

  func check() throws(ZonotopeError) {
    guard count > 0 else { throw .invalid(place: "model.gates", reason: "there is none") }
    switch self {
    case .linear, .given, .all, .own: break
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
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for heads that are their own gates.
  func drawn(
    for shape: Shape, memory: Int = .max, _ workers: Workers = Workers(threads: 1)
  ) throws(ZonotopeError) -> TokenLayer {
    let count: Int, seed: UInt64
    switch gating {
    case .linear, .given: return self
    case .all: return with(gates: try cells(for: shape, memory: memory, workers))
    case .own:
      throw .unsupported(
        key: "model.activation",
        reason:
          "heads with an exact ReLU have no tractable program: train a gated layer, and its heads from there")
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
    return with(gates: gates)
  }

  func with(gates: [TokenGate]) -> TokenLayer {
    TokenLayer(kind: kind, tokens: tokens, gates: .given(gates), pooled: pooled, positions: positions)
  }

  /// A gate in every open cell, in the order of the arrangement.
  private func cells(for shape: Shape, memory: Int, _ workers: Workers) throws(ZonotopeError) -> [TokenGate] {
    let heads = try RectifiedHeads(self, shape), size = heads.places * heads.left
    guard heads.blocks == 1 else {
      throw .unsupported(key: "model.blocks", reason: "all gates are enumerated for one block")
    }
    let rows = try Vector(product(shape.n, product(heads.places, heads.left, place: "x"), place: "x"))
    for i in 0..<shape.n { heads.rows(of: i, into: rows.pointer + i * size) }
    let cells = try Arrangement(
      of: MatrixView(rows, rows: shape.n * heads.places, columns: heads.left)
    ).cells(memory: memory, witnesses: true, workers)
    guard let inside = cells.gates else { return [] }
    return try (0..<inside.rows).map { (g) throws(ZonotopeError) in
      let w = inside.row(g)
      guard (0..<inside.columns).allSatisfy({ w[$0].isFinite }) else {
        throw .unsupported(
          key: "model.gates", reason: "a cell of the arrangement is too thin for a gate in it")
      }
      // Rows of A have what stands behind the matrix first, those of a gate what stands before it.
      let side = kind == .attention ? shape.d : tokens
      let isSquare = kind == .attention || kind == .mixer
      let entries = (0..<heads.left).map { isSquare ? w[$0 % side * side + $0 / side] : w[$0] }
      return TokenGate([
        try MatrixView(
          entries, rows: isSquare ? side : 1, columns: isSquare ? side : heads.left)
      ])
    }
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

/// Gates as rows of numbers: their matrices, and their thresholds.
extension TokenLayer {
  /// Of all matrices of a gate.
  func numbersOfGate(_ d: Int) throws(ZonotopeError) -> Int {
    var numbers = 0
    for (rows, columns) in gateShapes(d) {
      let (sum, overflow) = numbers.addingReportingOverflow(
        try product(rows, columns, place: "model.gates"))
      guard !overflow else { throw .sizeOverflow(place: "model.gates") }
      numbers = sum
    }
    return numbers
  }

  /// The thresholds of a gate, zeros where it has none.
  func thresholds(of gate: TokenGate) -> [Double] {
    gate.thresholds.isEmpty ? [Double](repeating: 0, count: thresholdCount) : gate.thresholds
  }

  /// A gate from its numbers.
  func gate(_ d: Int, weights: [Double], thresholds: [Double]) throws(ZonotopeError) -> TokenGate {
    var start = 0, matrices: [MatrixView] = []
    for (rows, columns) in gateShapes(d) {
      let values = Array(weights[start..<start + rows * columns])
      matrices.append(try MatrixView(values, rows: rows, columns: columns))
      start += rows * columns
    }
    // As gates are that were given without.
    return TokenGate(matrices, thresholds: thresholds.allSatisfy { $0 == 0 } ? [] : thresholds)
  }

  /// All gates, (gates, numbers of the matrices and thresholds).
  func gateNumbers(_ d: Int) throws(ZonotopeError) -> MatrixView? {
    guard let given else { return nil }
    let rows = given.map { gate in gate.matrices.flatMap { $0.entries() } + thresholds(of: gate) }
    return try MatrixView(rows)
  }

  /// The layer with the gates of such rows, for tokens of d numbers.
  func restored(_ numbers: MatrixView, _ d: Int) throws(ZonotopeError) -> TokenLayer {
    let count = numbers.columns - thresholdCount
    return with(
      gates: try (0..<numbers.rows).map { (g) throws(ZonotopeError) in
        let row = (0..<numbers.columns).map { numbers[g, $0] }
        return try gate(d, weights: Array(row[..<count]), thresholds: Array(row[count...]))
      })
  }
}
