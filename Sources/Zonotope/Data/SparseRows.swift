/// Rows without their zeros: nothing here takes more memory than the entries and a few numbers a row and column.
extension SparseMatrix: SampleRows {
  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index out of range")
    let range = range(column)
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if places[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low < range.upperBound && places[low] == row ? values[low] : 0
  }

  public var largestMagnitude: Double { Zonotope.largestMagnitude(entries) }

  /// None: a sparse matrix has finite entries.
  public func firstNonFinite() -> (row: Int, column: Int)? { nil }

  public func occupiedRows() -> [Bool] {
    var occupied = [Bool](repeating: false, count: rows)
    for t in 0..<storedCount where values[t] != 0 { occupied[places[t]] = true }
    return occupied
  }

  public func fingerprint() throws(ZonotopeError) -> UInt64 {
    let turned = try transposed()
    var hash = WordHash()
    for k in 0..<rows {
      var next = 0
      for t in turned.range(k) {
        hash.addZeros(turned.places[t] - next)
        hash.add(turned.values[t])
        next = turned.places[t] + 1
      }
      hash.addZeros(columns - next)
    }
    return hash.value
  }

  // MARK: Other rows

  public func gathering(rows indices: [Int]) throws(ZonotopeError) -> SparseMatrix {
    let turned = try transposed()
    let count = indices.reduce(0) { $0 + turned.range($1).count }
    let chosen = try SparseStorage(columns: indices.count, entries: count)
    for (target, row) in indices.enumerated() {
      let range = turned.range(row), start = chosen.p[target]
      (chosen.i.pointer + start).update(from: turned.places + range.lowerBound, count: range.count)
      (chosen.x.pointer + start).update(from: turned.values + range.lowerBound, count: range.count)
      chosen.p[target + 1] = start + range.count
    }
    return try SparseMatrix(rows: columns, columns: indices.count, chosen).transposed()
  }

  public func appendingOnes() throws(ZonotopeError) -> SparseMatrix { try withOnes(after: columns) }

  public func prependingOnes() throws(ZonotopeError) -> SparseMatrix { try withOnes(after: 0) }

  /// A copy with a column of ones after so many.
  private func withOnes(after left: Int) throws(ZonotopeError) -> SparseMatrix {
    let wide = try SparseStorage(columns: columns + 1, entries: storedCount + rows)
    let middle = starts[left], rest = storedCount - middle
    wide.p.pointer.update(from: starts, count: left + 1)
    for j in left...columns { wide.p[j + 1] = starts[j] + rows }
    wide.i.pointer.update(from: places, count: middle)
    wide.x.pointer.update(from: values, count: middle)
    for k in 0..<rows { (wide.i[middle + k], wide.x[middle + k]) = (k, 1) }
    (wide.i.pointer + middle + rows).update(from: places + middle, count: rest)
    (wide.x.pointer + middle + rows).update(from: values + middle, count: rest)
    return SparseMatrix(rows: rows, columns: columns + 1, wide)
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
      for t in turned.range(k) { row[turned.places[t]] = turned.values[t] }
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

  /// The same for what writes numbers of every row, c of them, into its part of the results.
  func inParts(
    outputs c: Int, into results: UnsafeMutableBufferPointer<Double>,
    _ body: (MatrixView, UnsafeMutableBufferPointer<Double>) throws(ZonotopeError) -> Void
  ) throws(ZonotopeError) {
    try inParts { (rows, range) throws(ZonotopeError) in
      try body(
        rows,
        UnsafeMutableBufferPointer(rebasing: results[range.lowerBound * c..<range.upperBound * c]))
    }
  }

  // MARK: Columns

  public func copyColumn(_ column: Int, into target: UnsafeMutableBufferPointer<Double>) {
    target.update(repeating: 0)
    for t in range(column) { target[places[t]] = values[t] }
  }

  public func addProducts(
    with s: [Double], outputs c: Int, to f: UnsafeMutableBufferPointer<Double>
  ) {
    for j in 0..<columns {
      for t in range(j) { for o in 0..<c { f[places[t] * c + o] += values[t] * s[j * c + o] } }
    }
  }

  // MARK: Scales

  /// Columns are not shifted, which would fill them, but divided by the root of their mean square; those of zeros stay.
  ///
  /// - Parameter shared: one scale for all columns.
  public func standardization(shared: Bool) throws(ZonotopeError) -> Standardization {
    guard rows > 0 else { throw .invalid(place: "x", reason: "there is no row to learn from") }
    var squares = (0..<columns).map { j in range(j).reduce(0) { $0 + values[$1] * values[$1] } }
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
    let scaled = try SparseStorage(columns: columns, entries: storedCount)
    scaled.p.pointer.update(from: starts, count: columns + 1)
    scaled.i.pointer.update(from: places, count: storedCount)
    for j in 0..<columns {
      for t in range(j) {
        scaled.x[t] = values[t] / scales[j]
        guard scaled.x[t].isFinite else {
          throw .invalid(
            place: "x[\(places[t])][\(j)]", reason: "\(values[t]) is too large beside the training rows")
        }
      }
    }
    return SparseMatrix(rows: rows, columns: columns, scaled)
  }

  public func outputs(of network: some NeuralNetwork) throws(ZonotopeError) -> [Double] {
    try network.predict(self)
  }
}
