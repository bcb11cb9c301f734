/// A read-only, row-major matrix over memory that belongs to somebody else.
///
/// Nothing is copied: the view holds the address. `owner` keeps Swift storage alive; with a raw pointer the
/// caller promises that the memory outlives the view and does not change while a solve runs.
public struct MatrixView: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  /// Distance between the starts of two rows, in elements.
  public let stride: Int
  let base: UnsafePointer<Double>
  let owner: AnyObject?

  /// A view of `rows` x `columns` doubles at `pointer`.
  ///
  /// - Parameter stride: elements from row to row; `columns` when nil.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for negative sizes or a stride below `columns`,
  ///   ``ZonotopeError/sizeOverflow(place:)``.
  public init(
    pointer: UnsafePointer<Double>, rows: Int, columns: Int, stride: Int? = nil, owner: AnyObject? = nil
  ) throws(ZonotopeError) {
    let stride = stride ?? columns
    guard rows >= 0, columns >= 0 else { throw .invalid(place: "matrix", reason: "a size is negative") }
    guard stride >= columns else {
      throw .invalid(
        place: "matrix.stride", reason: "\(stride) is below the number of columns, \(columns)")
    }
    _ = try product(try product(rows, stride, place: "matrix"), 8, place: "matrix")
    self.rows = rows
    self.columns = columns
    self.stride = stride
    base = pointer
    self.owner = owner
  }

  /// A matrix that owns a copy of `values`, row after row.
  public init(_ values: [Double], rows: Int, columns: Int) throws(ZonotopeError) {
    guard values.count == (try product(rows, columns, place: "matrix")) else {
      throw .invalid(
        place: "matrix", reason: "\(values.count) values cannot fill \(rows) rows of \(columns)")
    }
    let buffer = try values.withUnsafeBufferPointer { (source) throws(ZonotopeError) in
      try Vector(copying: source)
    }
    self.init(buffer, rows: rows, columns: columns)
  }

  /// A matrix that owns a copy of rows of equal length.
  public init(_ rows: [[Double]]) throws(ZonotopeError) {
    let columns = rows.first?.count ?? 0
    let buffer = try Vector(product(rows.count, columns, place: "matrix"))
    for (k, row) in rows.enumerated() {
      guard row.count == columns else {
        throw .invalid(
          place: "matrix[\(k)]", reason: "\(row.count) values, the first row has \(columns)")
      }
      for (j, value) in row.enumerated() { buffer[k * columns + j] = value }
    }
    self.init(buffer, rows: rows.count, columns: columns)
  }

  init(_ buffer: Vector, rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    stride = columns
    base = UnsafePointer(buffer.pointer)
    owner = buffer
  }

  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index out of range")
    return base[row * stride + column]
  }

  func row(_ k: Int) -> UnsafePointer<Double> { base + k * stride }

  /// The entries as runs of neighbours in memory: all of them, or row by row.
  private func runs() -> some Sequence<Values> {
    let (length, count) = stride == columns || rows == 1 ? (rows * columns, 1) : (columns, rows)
    return (0..<count).lazy.map { Values(start: base + $0 * stride, count: length) }
  }

  /// The largest absolute value.
  public var largestMagnitude: Double { runs().reduce(0) { max($0, Zonotope.largestMagnitude($1)) } }

  /// The first entry that is NaN or infinite, if any.
  public func firstNonFinite() -> (row: Int, column: Int)? {
    if runs().allSatisfy(isFinite) { return nil }
    for k in 0..<rows {
      let row = row(k)
      for j in 0..<columns where !row[j].isFinite { return (k, j) }
    }
    return nil
  }

  /// The rows with the given indices, copied.
  public func gathering(rows indices: [Int]) throws(ZonotopeError) -> MatrixView {
    let buffer = try Vector(product(indices.count, columns, place: "matrix"))
    for (k, index) in indices.enumerated() {
      (buffer.pointer + k * columns).update(from: row(index), count: columns)
    }
    return MatrixView(buffer, rows: indices.count, columns: columns)
  }

  /// A copy of the entries, which the view owns.
  public func copy() throws(ZonotopeError) -> MatrixView {
    let buffer = try Vector(product(rows, columns, place: "matrix"))
    for k in 0..<rows { (buffer.pointer + k * columns).update(from: row(k), count: columns) }
    return MatrixView(buffer, rows: rows, columns: columns)
  }

  /// All entries, row after row.
  func entries() -> [Double] {
    if stride == columns { return Array(UnsafeBufferPointer(start: base, count: rows * columns)) }
    return (0..<rows).flatMap { k in UnsafeBufferPointer(start: row(k), count: columns) }
  }

  /// A column of ones, before the columns of another matrix where there is one.
  static func ones(rows: Int, before other: MatrixView? = nil) throws(ZonotopeError) -> MatrixView {
    let columns = 1 + (other?.columns ?? 0)
    let buffer = try Vector(product(rows, columns, place: "matrix"))
    for k in 0..<rows {
      buffer[k * columns] = 1
      if let other { (buffer.pointer + k * columns + 1).update(from: other.row(k), count: other.columns) }
    }
    return MatrixView(buffer, rows: rows, columns: columns)
  }

  /// A copy with a column of ones after the last.
  public func appendingOnes() throws(ZonotopeError) -> MatrixView {
    let buffer = try Vector(product(rows, columns + 1, place: "matrix"))
    for k in 0..<rows {
      let target = buffer.pointer + k * (columns + 1)
      target.update(from: row(k), count: columns)
      target[columns] = 1
    }
    return MatrixView(buffer, rows: rows, columns: columns + 1)
  }
}
