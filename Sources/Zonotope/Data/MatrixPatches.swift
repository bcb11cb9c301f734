/// Rows as patches: `patches` parts of equal length, one after the other.
extension MatrixView {
  /// Every patch as a row of its own, (rows * patches, columns / patches); a view where nothing lies between rows.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where the columns are no whole number of patches.
  public func cut(into patches: Int) throws(ZonotopeError) -> MatrixView {
    guard patches != 1 else { return self }
    guard patches > 0, columns % patches == 0, columns > 0 else {
      throw .invalid(place: "x", reason: "\(columns) columns are not \(patches) patches of equal length")
    }
    let whole = stride == columns ? self : try copy()
    return try MatrixView(
      pointer: whole.base, rows: product(rows, patches, place: "x"), columns: columns / patches,
      owner: whole.owner)
  }

  /// The other way: so many rows as one.
  func joining(_ patches: Int) throws(ZonotopeError) -> MatrixView {
    guard patches != 1 else { return self }
    let whole = stride == columns ? self : try copy()
    return try MatrixView(
      pointer: whole.base, rows: rows / patches, columns: product(columns, patches, place: "x"),
      owner: whole.owner)
  }

  /// The sum of the patches of every row, (rows, columns / patches).
  public func summing(patches: Int) throws(ZonotopeError) -> MatrixView {
    let parts = try cut(into: patches)
    guard patches > 1 else { return parts }
    let sums = try Vector(product(rows, parts.columns, place: "x"))
    for part in 0..<parts.rows {
      let row = parts.row(part), target = sums.pointer + part / patches * parts.columns
      for j in 0..<parts.columns { target[j] += row[j] }
    }
    return MatrixView(sums, rows: rows, columns: parts.columns)
  }
}
