/// Rows that are longer than twice their number in an orthonormal basis of their span: X = L Q with Q Q' = 1.
///
/// A neuron's weights across the span change no product and cost penalty, so that optimal weights are in it: those of X are
/// Q'u for those u of L, of the same length. Blocks and cones then have as many numbers as there are rows.
struct RowCoordinates: Sendable {
  /// L, (n, n), lower triangular; every row to rounding of its own length (Higham, Accuracy and Stability of Numerical
  /// Algorithms, theorem 19.4).
  let rows: MatrixView
  /// Q, (n, d).
  private let basis: Vector
  private let columns: Int

  /// Fewer columns are left as they are.
  private static let least = 64

  /// Nil where rows are not long, or there is no memory for another copy of them.
  init?(of x: MatrixView, memory: Int) throws(ZonotopeError) {
    let (n, d) = (x.rows, x.columns)
    guard n > 0, d >= Self.least, d > saturatingProduct(2, n), d <= Int(Int32.max),
      saturatingProduct(8 * n, d + n) <= memory
    else { return nil }
    basis = try Vector(product(n, d, place: "x"))
    let triangle = try Vector(product(n, n, place: "x"))
    for k in 0..<n { (basis.pointer + k * d).update(from: x.row(k), count: d) }
    guard try orthonormalise(basis, rows: n, columns: d, coordinates: triangle) else { return nil }
    (rows, columns) = (MatrixView(triangle, rows: n, columns: n), d)
  }

  /// The weights for coordinates in the basis.
  func weights(_ u: ArraySlice<Double>) -> [Double] {
    var weights = [Double](repeating: 0, count: columns)
    weights.withUnsafeMutableBufferPointer { weights in
      for (i, value) in u.enumerated() where value != 0 {
        add(value, Values(start: basis.pointer + i * columns, count: columns), to: weights)
      }
    }
    return weights
  }
}
