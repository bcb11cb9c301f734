/// A sparse matrix in compressed columns, with the fields of CHOLMOD's `cholmod_sparse` (packed, sorted, unsymmetric, real):
/// column j has the entries `p[j]..<p[j + 1]` of `x`, in the rows `i` says, ascending.
///
/// A view over memory as ``MatrixView`` is: that of the caller, or its own.
public struct SparseMatrix: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  /// Entries that are stored.
  public let storedCount: Int
  /// Where columns start, `columns + 1` numbers.
  let starts: UnsafePointer<Int>
  /// The row of every entry.
  let places: UnsafePointer<Int>
  let values: UnsafePointer<Double>
  private let owner: AnyObject?

  /// Where columns start, `columns + 1` numbers, copied.
  public var p: [Int] { Array(UnsafeBufferPointer(start: starts, count: columns + 1)) }
  /// The row of every entry, copied.
  public var i: [Int] { Array(UnsafeBufferPointer(start: places, count: storedCount)) }
  /// The entries, copied.
  public var x: [Double] { Array(entries) }

  var entries: Values { Values(start: values, count: storedCount) }

  /// A view of columns that lie at these addresses.
  ///
  /// - Parameter owner: keeps the memory alive; with nil the caller promises that it outlives the view and does not change.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` that names the first entry which is out of place or not finite.
  public init(
    rows: Int, columns: Int, p: UnsafePointer<Int>, i: UnsafePointer<Int>, x: UnsafePointer<Double>,
    owner: AnyObject? = nil
  ) throws(ZonotopeError) {
    guard rows >= 0, columns >= 0 else { throw .invalid(place: "matrix", reason: "a size is negative") }
    let count = p[columns]
    guard p[0] == 0, count >= 0, count <= saturatingProduct(rows, columns) else {
      throw .invalid(place: "p", reason: "\(p[0]) to \(count) are no entries of \(rows) x \(columns)")
    }
    for j in 0..<columns where p[j] > p[j + 1] || p[j + 1] > count {
      throw .invalid(place: "p[\(j + 1)]", reason: "\(p[j + 1]) is below \(p[j]) or beyond the entries")
    }
    for j in 0..<columns {
      for t in p[j]..<p[j + 1] {
        guard i[t] >= 0, i[t] < rows, t == p[j] || i[t - 1] < i[t] else {
          throw .invalid(place: "i[\(t)]", reason: "\(i[t]) is no row, or not above the one before")
        }
        guard x[t].isFinite else {
          throw .invalid(place: "x[\(t)]", reason: "\(x[t]) is not a finite number")
        }
      }
    }
    (self.rows, self.columns, storedCount) = (rows, columns, count)
    (starts, places, values, self.owner) = (p, i, x, owner)
  }

  /// The same with indices of 32 bits, which are copied; the numbers are not.
  public init(
    rows: Int, columns: Int, p: UnsafePointer<Int32>, i: UnsafePointer<Int32>, x: UnsafePointer<Double>,
    owner: AnyObject? = nil
  ) throws(ZonotopeError) {
    guard rows >= 0, columns >= 0 else { throw .invalid(place: "matrix", reason: "a size is negative") }
    let count = max(0, Int(p[columns])), storage = try SparseStorage(columns: columns, entries: 0)
    guard count <= saturatingProduct(rows, columns) else {
      throw .invalid(place: "p", reason: "0 to \(count) are no entries of \(rows) x \(columns)")
    }
    let places = try Buffer<Int>(count)
    for j in 0...columns { storage.p[j] = Int(p[j]) }
    for t in 0..<count { places[t] = Int(i[t]) }
    try self.init(
      rows: rows, columns: columns, p: storage.p.pointer, i: places.pointer, x: x,
      owner: Owners(storage, places, owner))
  }

  /// What keeps memory of different origin alive.
  private final class Owners {
    let all: [AnyObject?]
    init(_ all: AnyObject?...) { self.all = all }
  }

  /// Takes over storage that is in order.
  init(rows: Int, columns: Int, _ storage: SparseStorage) {
    (self.rows, self.columns, storedCount) = (rows, columns, storage.p[columns])
    starts = UnsafePointer(storage.p.pointer)
    places = UnsafePointer(storage.i.pointer)
    values = UnsafePointer(storage.x.pointer)
    owner = storage
  }

  /// A matrix that owns a copy of these arrays.
  public init(rows: Int, columns: Int, p: [Int], i: [Int], x: [Double]) throws(ZonotopeError) {
    guard columns >= 0, p.count - 1 == columns, p.last == x.count, i.count == x.count else {
      throw .invalid(place: "p", reason: "does not cut \(x.count) entries into \(columns) columns")
    }
    let storage = try SparseStorage(columns: columns, entries: x.count)
    storage.p.pointer.update(from: p, count: p.count)
    storage.i.pointer.update(from: i, count: i.count)
    storage.x.pointer.update(from: x, count: x.count)
    try self.init(
      rows: rows, columns: columns, p: storage.p.pointer, i: storage.i.pointer, x: storage.x.pointer,
      owner: storage)
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
  public func dense() throws(ZonotopeError) -> MatrixView { try dense(columns: columns) }

  /// The same with columns of zeros after the last.
  func dense(columns width: Int) throws(ZonotopeError) -> MatrixView {
    let all = try Vector(product(rows, width, place: "matrix"))
    for j in 0..<columns { for t in range(j) { all[places[t] * width + j] = values[t] } }
    return MatrixView(all, rows: rows, columns: width)
  }

  /// The rows with their zeros.
  ///
  /// - Parameters:
  ///   - width: columns of the result, of which those beyond the matrix are zero; nil for its own.
  ///   - copies: how many of the result there will be at the same time, it included.
  ///   - memory: bytes that they may take.
  func filled(
    columns width: Int? = nil, copies: Int, memory: Int, place: String
  ) throws(ZonotopeError) -> MatrixView {
    let width = width ?? columns
    guard columns <= width else {
      throw .invalid(place: place, reason: "\(columns) columns, the network takes \(width)")
    }
    let needed = filledBytes(columns: width, copies: copies)
    guard needed <= memory else {
      throw .memoryBudget(
        purpose: "\(place) of \(rows) x \(width) with zeros", needed: needed, budget: memory)
    }
    return try dense(columns: width)
  }

  func filledBytes(columns width: Int? = nil, copies: Int) -> Int {
    saturatingProduct(8 * copies, saturatingProduct(rows, width ?? columns))
  }

  /// The entries of a column.
  func range(_ column: Int) -> Range<Int> { starts[column]..<starts[column + 1] }

  /// Rows and columns change places.
  public func transposed() throws(ZonotopeError) -> SparseMatrix {
    let turned = try SparseStorage(columns: rows, entries: storedCount), next = try Buffer<Int>(rows)
    for t in 0..<storedCount { turned.p[places[t] + 1] += 1 }
    for k in 0..<rows {
      turned.p[k + 1] += turned.p[k]
      next[k] = turned.p[k]
    }
    for j in 0..<columns {
      for t in range(j) {
        let place = next[places[t]]
        (turned.i[place], turned.x[place]) = (j, values[t])
        next[places[t]] += 1
      }
    }
    return SparseMatrix(rows: columns, columns: rows, turned)
  }
}

/// Memory for the fields of a sparse matrix.
final class SparseStorage: Sendable {
  let p: Buffer<Int>
  let i: Buffer<Int>
  let x: Vector

  init(columns: Int, entries: Int) throws(ZonotopeError) {
    (p, i, x) = try (Buffer(product(columns, 1, place: "matrix") + 1), Buffer(entries), Vector(entries))
  }
}
