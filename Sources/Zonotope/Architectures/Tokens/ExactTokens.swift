/// The exact ReLU of layers on tokens, where one factor of a head is a number: then the layer is a network of two layers on
/// other rows, and its cones are those of ``ReLU``. Elsewhere both factors vary, and the cone is bilinear (Sahiner et al. 2022).
extension TokenLayer {
  /// The rows on which a two-layer ReLU network is this layer with an exact ReLU, a row for every output: circ(X)[a] for a
  /// Fourier operator with one output; X_i in the place of token a among zeros, s * s numbers, for a mixer of one feature and
  /// one output. A pooled layer is a convolutional network of s patches, whose rows lie next to each other.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` with the reason where there are none.
  public func exactRows(of x: MatrixView, outputs: Int) throws(ZonotopeError) -> MatrixView {
    let shape = try shape(of: x, outputs: outputs), s = tokens, d = shape.d
    let width: Int
    switch kind {
    case .mixer where d == 1 && outputs == 1: width = try product(s, s, place: "x")
    case .fourier where outputs == 1: width = try product(s, d, place: "x")
    default:
      let need =
        switch kind {
        case .mixer: "this mixer has \(d) features and \(outputs) outputs, not one of each"
        case .fourier: "this operator has \(outputs) outputs, not one"
        default: "both factors of its heads vary"
        }
      throw .unsupported(
        key: "model.activation",
        reason: """
          the exact ReLU is not tractable here, because \(need); "gated" is, and over all patterns it bounds the ReLU \
          from below
          """)
    }
    let rows = try Vector(product(shape.x.rows, width, place: "x"))
    let share = pooled ? 1 / Double(s) : 1
    for row in 0..<shape.x.rows {
      let sample = shape.x.row(row / s * s), a = row % s, target = rows.pointer + row * width
      for t in 0..<s {
        if kind == .mixer {
          target[a * s + t] = share * sample[t]
        } else {
          for b in 0..<d { target[t * d + b] = share * sample[(a + s - t) % s * d + b] }
        }
      }
    }
    return try MatrixView(rows, rows: shape.x.rows, columns: width).joining(pooled ? s : 1)
  }
}
