/// Rows without their zeros: nothing here takes more memory than the entries and a few numbers a row and column.
extension SparseMatrix: SampleRows {
  public var storedCount: Int { x.count }

  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index out of range")
    var (low, high) = (p[column], p[column + 1])
    while low < high {
      let middle = low + (high - low) / 2
      if i[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low < p[column + 1] && i[low] == row ? x[low] : 0
  }

  public var largestMagnitude: Double { x.withUnsafeBufferPointer { Zonotope.largestMagnitude($0) } }

  /// None: a sparse matrix has finite entries.
  public func firstNonFinite() -> (row: Int, column: Int)? { nil }

  public func occupiedRows() -> [Bool] {
    var occupied = [Bool](repeating: false, count: rows)
    for t in x.indices where x[t] != 0 { occupied[i[t]] = true }
    return occupied
  }

  public func fingerprint() throws(ZonotopeError) -> UInt64 {
    let turned = try transposed()
    var hash = RowHash()
    for k in 0..<rows {
      var next = 0
      for t in turned.p[k]..<turned.p[k + 1] {
        hash.addZeros(turned.i[t] - next)
        hash.add(turned.x[t])
        next = turned.i[t] + 1
      }
      hash.addZeros(columns - next)
    }
    return hash.value
  }

  // MARK: Other rows

  public func gathering(rows indices: [Int]) throws(ZonotopeError) -> SparseMatrix {
    let turned = try transposed()
    var starts = [0]
    for row in indices { starts.append(starts[starts.count - 1] + turned.p[row + 1] - turned.p[row]) }
    let count = starts[indices.count]
    try Allocation.probe(bytes: product(16, count, place: "x"))
    var places: [Int] = [], values: [Double] = []
    places.reserveCapacity(count)
    values.reserveCapacity(count)
    for row in indices {
      places += turned.i[turned.p[row]..<turned.p[row + 1]]
      values += turned.x[turned.p[row]..<turned.p[row + 1]]
    }
    return try SparseMatrix(rows: columns, columns: indices.count, p: starts, i: places, x: values)
      .transposed()
  }

  public func appendingOnes() throws(ZonotopeError) -> SparseMatrix {
    try Allocation.probe(bytes: product(16, x.count + rows + columns, place: "x"))
    return try SparseMatrix(
      rows: rows, columns: columns + 1, p: p + [x.count + rows], i: i + Array(0..<rows),
      x: x + [Double](repeating: 1, count: rows))
  }

  public func prependingOnes() throws(ZonotopeError) -> SparseMatrix {
    try Allocation.probe(bytes: product(16, x.count + rows + columns, place: "x"))
    return try SparseMatrix(
      rows: rows, columns: columns + 1, p: [0] + p.map { $0 + rows }, i: Array(0..<rows) + i,
      x: [Double](repeating: 1, count: rows) + x)
  }

  public func cut(into patches: Int) throws(ZonotopeError) -> SparseMatrix {
    guard patches == 1 else {
      throw .unsupported(key: "model.patches", reason: "sparse rows are not cut into patches")
    }
    return self
  }

  public func summing(patches: Int) throws(ZonotopeError) -> SparseMatrix { try cut(into: patches) }

  /// Some rows with their zeros, for what takes no others.
  ///
  /// - Parameter turned: the transpose of the matrix.
  static func dense(_ range: Range<Int>, of turned: SparseMatrix) throws(ZonotopeError) -> MatrixView {
    let values = try Vector(product(range.count, turned.rows, place: "x"))
    for k in range {
      let row = values.pointer + (k - range.lowerBound) * turned.rows
      for t in turned.p[k]..<turned.p[k + 1] { row[turned.i[t]] = turned.x[t] }
    }
    return MatrixView(values, rows: range.count, columns: turned.rows)
  }

  /// Calls `body` with some rows with their zeros after the other, about a megabyte at a time.
  func inParts(
    _ body: (MatrixView, Range<Int>) throws(ZonotopeError) -> Void
  ) throws(ZonotopeError) {
    let turned = try transposed(), size = max(1, min(rows, (1 << 17) / max(1, columns)))
    for start in stride(from: 0, to: rows, by: size) {
      let range = start..<min(rows, start + size)
      try body(Self.dense(range, of: turned), range)
    }
  }

  // MARK: Columns

  public func copyColumn(_ column: Int, into target: UnsafeMutableBufferPointer<Double>) {
    target.update(repeating: 0)
    for t in p[column]..<p[column + 1] { target[i[t]] = x[t] }
  }

  public func addProducts(
    with s: [Double], outputs c: Int, to f: UnsafeMutableBufferPointer<Double>
  ) {
    for j in 0..<columns {
      for t in p[j]..<p[j + 1] { for o in 0..<c { f[i[t] * c + o] += x[t] * s[j * c + o] } }
    }
  }

  // MARK: Scales

  /// Columns are not shifted, which would fill them, but divided by the root of their mean square; those of zeros stay.
  ///
  /// - Parameter shared: one scale for all columns.
  public func standardization(shared: Bool) throws(ZonotopeError) -> Standardization {
    guard rows > 0 else { throw .invalid(place: "x", reason: "there is no row to learn from") }
    var squares = (0..<columns).map { j in x[p[j]..<p[j + 1]].reduce(0) { $0 + $1 * $1 } }
    if shared {
      let mean = squares.reduce(0, +) / Double(max(1, columns))
      squares = [Double](repeating: mean, count: columns)
    }
    let scales = squares.map { $0 > 0 ? ($0 / Double(rows)).squareRoot() : 1 }
    if let j = scales.firstIndex(where: { !$0.isFinite }) {
      throw .invalid(place: "x", reason: "column \(j) is too large to standardise")
    }
    return Standardization(means: [Double](repeating: 0, count: columns), scales: scales)
  }

  public func standardized(by standardization: Standardization) throws(ZonotopeError) -> SparseMatrix {
    let scales = standardization.scales
    guard columns == scales.count else {
      throw .invalid(place: "x", reason: "\(columns) columns, the standardization has \(scales.count)")
    }
    guard !standardization.shifts else {
      throw .unsupported(key: "preprocessing", reason: "columns that are shifted are not sparse")
    }
    try Allocation.probe(bytes: product(8, x.count, place: "x"))
    var scaled = x
    for j in 0..<columns { for t in p[j]..<p[j + 1] { scaled[t] /= scales[j] } }
    return try SparseMatrix(rows: rows, columns: columns, p: p, i: i, x: scaled)
  }

  public func outputs(of network: some NeuralNetwork) throws(ZonotopeError) -> [Double] {
    try network.predict(self)
  }
}
