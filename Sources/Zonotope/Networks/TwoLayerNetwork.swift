/// An ordinary network of two layers: f(x) = sum_j alpha_j phi_j(x) + bias.
///
/// It knows nothing of convex programs; its ``objective(on:targets:loss:beta:)`` is computed from its weights alone.
public struct TwoLayerNetwork: Sendable, Equatable {
  /// One hidden neuron with its output weight.
  public struct Neuron: Sendable, Equatable {
    /// One weight a feature, and one for the column of ones where the network has an input bias.
    public var weights: [Double]
    /// Output weight.
    public var output: Double

    public init(weights: [Double], output: Double) {
      self.weights = weights
      self.output = output
    }

    /// The neuron with product sign * block whose two layers have the same norm, which makes its weight decay
    /// 1/2 (||w||^2 + alpha^2) the norm of the block; nil for a block of zeros.
    init?(balancing block: [Double], sign: Double) {
      let length = block.withUnsafeBufferPointer { norm($0) }
      guard length > 0 else { return nil }
      let root = length.squareRoot()
      weights = block.map { $0 / root }
      output = sign * root
    }
  }

  /// How a gate of a gated network is decided.
  public enum Gate: Sendable, Equatable {
    /// Open where direction . x >= 0.
    case direction([Double])
    /// Open for the training rows marked; no direction gives this pattern, so other rows cannot be decided.
    case mask([Bool])
  }

  public enum Activation: Sendable, Equatable {
    /// phi_j(x) = max(w_j . x, 0)
    case relu
    /// phi_j(x) = 1{gate j is open at x} (w_j . x), one gate a neuron.
    case gated([Gate])
  }

  public internal(set) var activation: Activation
  public internal(set) var neurons: [Neuron]
  /// Output bias; 0 where the network has none.
  public var bias: Double
  /// Weights of a neuron: the number of features, plus one with an input bias.
  public let width: Int
  /// Whether a 1 is appended to every row.
  public let inputBias: Bool
  /// Identifies the training rows, on which masks are defined.
  let trainingRows: UInt64

  /// Columns of the data it takes.
  public var features: Int { inputBias ? width - 1 : width }

  /// The outputs for the rows of `x`, (rows, features).
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for another number of columns, an entry that is not finite, or
  ///   rows other than the training rows where a gate is known on those only.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    let outputs = try Vector(x.rows)
    try predict(x, into: outputs.mutable)
    return try outputs.list()
  }

  /// The outputs for the rows of `x`, (rows, features), into memory of the caller: one element a row.
  ///
  /// - Throws: as ``predict(_:)``; nothing is written then.
  public func predict(
    _ x: MatrixView, into outputs: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    guard outputs.count == x.rows else {
      throw .invalid(place: "outputs", reason: "\(outputs.count) elements for \(x.rows) rows")
    }
    guard x.columns == features else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the network takes \(features)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    let rows = inputBias ? try x.appendingOnes() : x
    if case .gated(let gates) = activation {
      let masked = gates.firstIndex { if case .mask = $0 { true } else { false } }
      if let masked, rows.fingerprint != trainingRows {
        throw .invalid(
          place: "gates[\(masked)]",
          reason: "no direction has this pattern, so only the training rows can be predicted")
      }
    }
    for k in 0..<rows.rows { outputs[k] = output(rows, row: k) }
  }

  private func output(_ rows: MatrixView, row: Int) -> Double {
    var total = 0.0
    for (j, neuron) in neurons.enumerated() {
      var product = 0.0
      for i in 0..<width { product += neuron.weights[i] * rows[row, i] }
      switch activation {
      case .relu: total += neuron.output * max(product, 0)
      case .gated(let gates):
        if isOpen(gates[j], rows, row: row) { total += neuron.output * product }
      }
    }
    return total + bias
  }

  private func isOpen(_ gate: Gate, _ rows: MatrixView, row: Int) -> Bool {
    switch gate {
    case .mask(let mask): mask[row]
    case .direction(let direction): exactProductIsNonNegative(rows, row, direction)
    }
  }

  /// (beta/2) sum_j ||w_j||^2 + alpha_j^2 + loss on the data: the objective of ordinary training with weight decay.
  public func objective(
    on x: MatrixView, targets: [Double], loss: some Loss, beta: Double
  ) throws(ZonotopeError) -> Double {
    let outputs = try predict(x)
    guard targets.count == outputs.count else {
      throw .invalid(place: "y", reason: "\(targets.count) targets for \(outputs.count) rows")
    }
    var decay = 0.0
    for neuron in neurons {
      decay += neuron.weights.reduce(neuron.output * neuron.output) { $0 + $1 * $1 }
    }
    let value = outputs.withUnsafeBufferPointer { f in
      targets.withUnsafeBufferPointer { y in loss.value(f, y) }
    }
    return value + 0.5 * beta * decay
  }
}

extension MatrixView {
  /// A hash of the entries, row by row (FNV-1a over their bit patterns): the same rows give the same number.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for k in 0..<rows {
      let row = row(k)
      for j in 0..<columns {
        // Both zeros are the same number.
        hash = (hash ^ (row[j] == 0 ? 0 : row[j].bitPattern)) &* 0x0000_0100_0000_01b3
      }
    }
    return hash
  }
}
