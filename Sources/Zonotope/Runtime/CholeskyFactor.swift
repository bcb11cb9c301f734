/// A symmetric positive definite matrix, factored in either precision: L L' = c (K + delta I).
///
/// The scale c is a power of two and 1 in double precision; in single precision it brings the largest entry of the diagonal
/// close to 1, because the squares in K may be out of range there.
///
/// Only the lower triangle is stored: in bands of ``square`` rows, each as wide as its last row is long.
struct CholeskyFactor<Element: BLASElement> {
  private let factor: Buffer<Element>
  private let order: Int
  /// c
  private(set) var scale = 1.0

  /// Room for a factor of an n x n matrix.
  init(order: Int) throws(ZonotopeError) {
    self.order = order
    _ = try product(order, order, place: "samples")
    factor = try Buffer(Self.size(order: order))
  }

  /// Elements that a factor takes.
  static func size(order: Int) -> Int { start(of: order - order % square, order) + order % square * order }

  /// Where the band begins whose first row is `row`.
  private static func start(of row: Int, _ order: Int) -> Int { row / 2 * (row + square) }

  /// The first element of a band and the distance between its rows.
  private func band(_ row: Int) -> (start: UnsafeMutablePointer<Element>, stride: Int) {
    (factor.pointer + Self.start(of: row, order), min(order, row + square))
  }

  /// Factors the lower triangle of `matrix` (n, n) with `shift` added to its diagonal. False when the sum is not
  /// numerically positive definite, or the workers were stopped.
  mutating func factor(_ matrix: Values, shift: Double, _ workers: Workers) -> Bool {
    let order = order
    let largest = (0..<order).reduce(shift) { max($0, matrix[$1 * order + $1] + shift) }
    return factor(shift: shift, near: largest, workers) { k, _, row in
      row.update(from: matrix.baseAddress! + k * order, count: k + 1)
    }
  }

  /// The same for a matrix that is known row by row.
  ///
  /// Panel by panel, each updated by all before it (Golub and Van Loan, "Matrix Computations", section 4.2.9), so that
  /// threads share the work and can leave off.
  ///
  /// - Parameters:
  ///   - largest: about the largest entry of the diagonal, shift included.
  ///   - write: writes row k up to the diagonal, k + 1 numbers. It is called for ascending k in each band; bands belong to
  ///     one slot of the workers each.
  mutating func factor(
    shift: Double, near largest: Double, _ workers: Workers,
    _ write: (_ k: Int, _ slot: Int, _ row: UnsafeMutablePointer<Double>) -> Void
  ) -> Bool {
    _ = singleThreadedBLAS
    scale = Element.self != Double.self && largest.isNormal ? 1 / largest.binade : 1
    let scale = scale, order = order
    workers.ranges(order, grain: square) { rows, slot in
      let (start, stride) = band(rows.lowerBound)
      if Element.self == Double.self {
        let band = UnsafeMutableRawPointer(start).assumingMemoryBound(to: Double.self)
        for k in rows {
          let row = band + (k - rows.lowerBound) * stride
          write(k, slot, row)
          row[k] += shift
        }
        return
      }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: order) { numbers in
        guard let row = numbers.baseAddress else { return }
        for k in rows {
          write(k, slot, row)
          row[k] += shift
          let target = start + (k - rows.lowerBound) * stride
          for j in 0...k { target[j] = Element(scale * row[j]) }
        }
      }
    }
    for first in Swift.stride(from: 0, to: order, by: square) {
      let end = min(order, first + square)
      guard !workers.isStopped, factorDiagonal(first..<end) else { return false }
      workers.ranges(order - end, grain: square) { rows, _ in
        finishPanel(end + rows.lowerBound, rows.count, columns: first..<end)
      }
    }
    return !workers.isStopped
  }

  private func factorDiagonal(_ range: Range<Int>) -> Bool {
    let (row, stride) = band(range.lowerBound), diagonal = row + range.lowerBound
    Element.subtractGram(range.count, range.lowerBound, row, diagonal, stride: stride)
    return Element.factor(range.count, diagonal, stride: stride)
  }

  /// The columns of a panel in the band of `row`; its diagonal is factored.
  private func finishPanel(_ row: Int, _ count: Int, columns: Range<Int>) {
    let (below, stride) = band(row), (above, other) = band(columns.lowerBound), start = columns.lowerBound
    Element.subtractProduct(
      count, columns.count, start, below, above, below + start, stride: stride, other: other)
    Element.divide(count, columns.count, below + start, by: above + start, stride: stride, other: other)
  }

  /// The square of the k-th pivot.
  func pivot(_ k: Int) -> Element {
    let first = k / square * square, (row, stride) = band(first)
    let entry = row[(k - first) * stride + k]
    return entry * entry
  }

  /// x = (L L')^{-1} x for x (n, width); times the scale that is (K + delta I)^{-1} x.
  func solve(_ x: UnsafeMutablePointer<Element>, width: Int = 1) {
    for first in Swift.stride(from: 0, to: order, by: square) {
      let (row, stride) = band(first), part = x + first * width, count = min(order, first + square) - first
      if first > 0 {
        Element.subtract(
          count, first, row, stride: stride, times: x, width: width, transposed: false, from: part)
      }
      Element.solve(count, row + first, stride: stride, part, width: width, transposed: false)
    }
    for first in Swift.stride(from: 0, to: order, by: square).reversed() {
      let (row, stride) = band(first), part = x + first * width, count = min(order, first + square) - first
      Element.solve(count, row + first, stride: stride, part, width: width, transposed: true)
      if first > 0 {
        Element.subtract(
          count, first, row, stride: stride, times: part, width: width, transposed: true, from: x)
      }
    }
  }
}

extension CholeskyFactor where Element == Double {
  /// x = (K + delta I)^{-1} x
  func solve(_ x: MutableValues, width: Int = 1) { if let base = x.baseAddress { solve(base, width: width) } }
}
