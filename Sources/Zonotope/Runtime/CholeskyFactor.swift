/// A symmetric positive definite matrix, factored in either precision: L L' = c (K + delta I).
///
/// The scale c is a power of two and 1 in double precision; in single precision it brings the largest entry of the diagonal
/// close to 1, because the squares in K may be out of range there.
struct CholeskyFactor<Element: BLASElement> {
  private let factor: Buffer<Element>
  private let order: Int
  /// c
  private(set) var scale = 1.0

  /// Room for a factor of an n x n matrix.
  init(order: Int) throws(ZonotopeError) {
    self.order = order
    factor = try Buffer(product(order, order, place: "samples"))
  }

  /// Factors the lower triangle of `matrix` with `shift` added to its diagonal. False when the sum is not
  /// numerically positive definite, or the workers were stopped.
  ///
  /// Panel by panel, each updated by all before it (Golub and Van Loan, "Matrix Computations", section 4.2.9), so that
  /// threads share the work and can leave off.
  mutating func factor(_ matrix: Values, shift: Double, _ workers: Workers) -> Bool {
    _ = singleThreadedBLAS
    if Element.self != Double.self {
      let largest = (0..<order).reduce(shift) { max($0, matrix[$1 * order + $1] + shift) }
      scale = largest.isNormal ? 1 / largest.binade : 1
    }
    let scale = scale
    workers.ranges(order, grain: square) { rows, _ in
      for k in rows {
        for j in 0..<k { factor[k * order + j] = Element(scale * matrix[k * order + j]) }
        factor[k * order + k] = Element(scale * (matrix[k * order + k] + shift))
      }
    }
    for start in stride(from: 0, to: order, by: square) {
      let end = min(order, start + square)
      guard !workers.isStopped, factorDiagonal(start..<end) else { return false }
      workers.ranges(order - end, grain: square) { rows, _ in
        finishPanel(end + rows.lowerBound..<end + rows.upperBound, columns: start..<end)
      }
    }
    return !workers.isStopped
  }

  private func factorDiagonal(_ range: Range<Int>) -> Bool {
    let row = factor.pointer + range.lowerBound * order, diagonal = row + range.lowerBound
    Element.subtractGram(range.count, range.lowerBound, row, diagonal, stride: order)
    return Element.factor(range.count, diagonal, stride: order)
  }

  /// The rows of a panel below its diagonal, which is factored.
  private func finishPanel(_ rows: Range<Int>, columns: Range<Int>) {
    let start = columns.lowerBound
    let below = factor.pointer + rows.lowerBound * order, above = factor.pointer + start * order
    Element.subtractProduct(rows.count, columns.count, start, below, above, below + start, stride: order)
    Element.divide(rows.count, columns.count, below + start, by: above + start, stride: order)
  }

  /// The square of the k-th pivot.
  func pivot(_ k: Int) -> Element { factor[k * order + k] * factor[k * order + k] }

  /// x = (L L')^{-1} x for x (n, width); times the scale that is (K + delta I)^{-1} x.
  func solve(_ x: UnsafeMutablePointer<Element>, width: Int = 1) {
    Element.solve(order, factor.pointer, x, width: width, transposed: false)
    Element.solve(order, factor.pointer, x, width: width, transposed: true)
  }
}

extension CholeskyFactor where Element == Double {
  /// x = (K + delta I)^{-1} x
  func solve(_ x: MutableValues, width: Int = 1) { if let base = x.baseAddress { solve(base, width: width) } }
}
