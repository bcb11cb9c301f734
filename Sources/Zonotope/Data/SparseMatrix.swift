/// A sparse matrix in compressed columns, with the fields of CHOLMOD's `cholmod_sparse` (packed, sorted, unsymmetric, real):
/// column j has the entries `p[j]..<p[j + 1]` of `x`, in the rows `i` says, ascending.
public struct SparseMatrix: Sendable {
  public let rows: Int
  public let columns: Int
  /// Where columns start, `columns + 1` numbers.
  public let p: [Int]
  /// The row of every entry.
  public let i: [Int]
  public let x: [Double]

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` that names the first entry which is out of place or not finite.
  public init(rows: Int, columns: Int, p: [Int], i: [Int], x: [Double]) throws(ZonotopeError) {
    guard rows >= 0, columns >= 0 else { throw .invalid(place: "matrix", reason: "a size is negative") }
    guard p.count - 1 == columns, p.first == 0, p.last == x.count, i.count == x.count else {
      throw .invalid(place: "p", reason: "does not cut \(x.count) entries into \(columns) columns")
    }
    for j in 0..<columns {
      guard p[j] <= p[j + 1], p[j + 1] <= x.count else {
        throw .invalid(place: "p[\(j + 1)]", reason: "\(p[j + 1]) is below \(p[j]) or beyond the entries")
      }
      for t in p[j]..<p[j + 1] {
        guard i[t] >= 0, i[t] < rows, t == p[j] || i[t - 1] < i[t] else {
          throw .invalid(place: "i[\(t)]", reason: "\(i[t]) is no row, or not above the one before")
        }
        guard x[t].isFinite else {
          throw .invalid(place: "x[\(t)]", reason: "\(x[t]) is not a finite number")
        }
      }
    }
    (self.rows, self.columns, self.p, self.i, self.x) = (rows, columns, p, i, x)
  }

  /// The entries of a matrix that are not zero.
  public init(_ dense: MatrixView) throws(ZonotopeError) {
    var p = [0], i: [Int] = [], x: [Double] = []
    for j in 0..<dense.columns {
      for k in 0..<dense.rows where dense[k, j] != 0 {
        i.append(k)
        x.append(dense[k, j])
      }
      p.append(x.count)
    }
    try self.init(rows: dense.rows, columns: dense.columns, p: p, i: i, x: x)
  }

  /// All entries, zeros included, (rows, columns).
  public func dense() throws(ZonotopeError) -> MatrixView {
    let values = try Vector(product(rows, columns, place: "matrix"))
    for j in 0..<columns { for t in p[j]..<p[j + 1] { values[i[t] * columns + j] = x[t] } }
    return MatrixView(values, rows: rows, columns: columns)
  }

  /// Rows and columns change places.
  public func transposed() throws(ZonotopeError) -> SparseMatrix {
    // Places, values, and two lists of starts.
    try Allocation.probe(bytes: product(16, x.count + rows + 1, place: "matrix"))
    var starts = [Int](repeating: 0, count: rows + 1)
    for row in i { starts[row + 1] += 1 }
    for k in 0..<rows { starts[k + 1] += starts[k] }
    var next = starts, place = [Int](repeating: 0, count: x.count)
    var values = [Double](repeating: 0, count: x.count)
    for j in 0..<columns {
      for t in p[j]..<p[j + 1] {
        place[next[i[t]]] = j
        values[next[i[t]]] = x[t]
        next[i[t]] += 1
      }
    }
    return try SparseMatrix(rows: columns, columns: rows, p: starts, i: place, x: values)
  }
}
