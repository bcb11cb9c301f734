/// The singular value decomposition of small matrices of one shape, in memory that is used again.
final class SingularValues {
  let count: Int
  let values: Vector
  private let rows: Int, columns: Int
  private let copy: Vector
  /// (rows, count) and (count, columns).
  private let left: Vector, right: Vector
  private let work: Vector
  private let integers: Buffer<Int32>

  init(_ rows: Int, _ columns: Int) throws(ZonotopeError) {
    (self.rows, self.columns, count) = (rows, columns, min(rows, columns))
    copy = try Vector(product(rows, columns, place: "blocks"))
    values = try Vector(count)
    left = try Vector(rows * count)
    right = try Vector(count * columns)
    work = try Vector(Self.workSize(rows, columns))
    integers = try Buffer(8 * count)
  }

  /// Doubles that it takes.
  static func size(_ rows: Int, _ columns: Int) -> Int {
    let count = min(rows, columns)
    return rows * columns + count * (rows + columns + 5) + workSize(rows, columns)
  }

  /// What the documentation of DGESDD asks for, with some for its blocks.
  private static func workSize(_ rows: Int, _ columns: Int) -> Int {
    let (small, large) = (min(rows, columns), max(rows, columns))
    return 4 * small * small + 7 * small + large + 64 * (small + large) + 1
  }

  /// Values in descending order, with vectors. False where a number is not finite.
  func decompose(_ matrix: Values) -> Bool {
    guard count > 0, isFinite(matrix) else { return count == 0 }
    _ = copy.mutable.update(fromContentsOf: matrix)
    return singularValues(
      rows, columns, copy, values: values, left: left, right: right, work: work, integers: integers)
  }

  /// matrix += factor * u_i v_i'
  func add(_ factor: Double, _ i: Int, to matrix: MutableValues) {
    for a in 0..<rows {
      let scaled = factor * left[a * count + i]
      for b in 0..<columns { matrix[a * columns + b] += scaled * right[i * columns + b] }
    }
  }

  func leftVector(_ i: Int) -> [Double] { (0..<rows).map { left[$0 * count + i] } }
  func rightVector(_ i: Int) -> [Double] { (0..<columns).map { right[i * columns + $0] } }

  /// The sum of the singular values.
  func norm(of matrix: Values) -> Double { decompose(matrix) ? sum(values.values) : .nan }

  /// The largest singular value, rounded up by a bound of its error.
  func largest(of matrix: Values) -> Double {
    guard count > 0 else { return 0 }
    return decompose(matrix) ? values[0] * (1 + 16 * Double(rows + columns) * Double.ulpOfOne) : .nan
  }
}
