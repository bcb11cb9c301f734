/// Soft-thresholds of singular values from the Gram matrix of the smaller side, whose eigenvectors take a third of the time of
/// a decomposition.
///
/// Squares halve the digits of small singular values: an error of eps s_1^2 / s. What is below the threshold is cut off
/// anyway, so that a threshold of 1e-4 s_1 leaves an error of 1e-12 s_1; lower ones are refused.
final class SingularShrink {
  private let rows: Int, columns: Int
  private var order: Int { min(rows, columns) }
  private let gram: Vector
  private let values: Vector
  private let product: Vector
  private let work: Vector
  private let integers: Buffer<Int32>

  init(_ rows: Int, _ columns: Int) throws(ZonotopeError) {
    (self.rows, self.columns) = (rows, columns)
    let order = min(rows, columns)
    gram = try Vector(order * order)
    values = try Vector(order)
    product = try Vector(rows * columns)
    work = try Vector(1 + 6 * order + 2 * order * order)
    integers = try Buffer(3 + 5 * order)
  }

  /// Doubles that it takes.
  static func size(_ rows: Int, _ columns: Int) -> Int {
    let order = min(rows, columns)
    return 3 * order * order + 10 * order + 4 + rows * columns
  }

  /// target = sum_i max(0, s_i - threshold) u_i v_i', with how many are left and their sum; nil where the threshold is too
  /// low for it, or a number is out of range.
  func shrink(_ matrix: Values, _ threshold: Double, into target: MutableValues) -> (
    rank: Int, total: Double
  )? {
    let k = order
    gramOfSmallerSide(matrix, rows: rows, columns: columns, into: gram.mutable)
    guard isFinite(gram.values),
      symmetricEigenvectors(order: k, gram.mutable, values: values.mutable, work: work, integers: integers)
    else { return nil }
    let largest = values[k - 1]
    guard largest > 1e-200, threshold * threshold >= 1e-8 * largest else { return nil }
    var rank = 0, total = 0.0
    while rank < k, values[k - 1 - rank] > threshold * threshold {
      total += values[k - 1 - rank].squareRoot() - threshold
      rank += 1
    }
    guard rank > 0 else {
      target.update(repeating: 0)
      return (0, 0)
    }
    // The last of them belong to the largest.
    let vectors = Values(rebasing: gram.values[(k - rank) * k..<k * k])
    let factors = (k - rank..<k).map { 1 - threshold / values[$0].squareRoot() }
    if columns <= rows {
      // V Q' f Q
      multiply(matrix, byTransposed: vectors, rows: rows, width: rank, depth: k, into: product.mutable)
      for i in 0..<rows {
        for j in 0..<rank { product[i * rank + j] *= factors[j] }
      }
      multiply(
        product, rows: rows, columns: rank, transposed: false, vectors, width: k, adding: false, into: target)
    } else {
      // Q' f Q V
      multiply(
        vectors.baseAddress!, stride: k, rows: rank, columns: k, transposed: false, matrix, width: columns,
        adding: false, into: product.mutable)
      for j in 0..<rank {
        for i in 0..<columns { product[j * columns + i] *= factors[j] }
      }
      multiply(
        vectors.baseAddress!, stride: k, rows: rank, columns: k, transposed: true, product.values,
        width: columns,
        adding: false, into: target)
    }
    return (rank, total)
  }
}
