import CZonotope

extension PatternSet {
  /// A direction w whose pattern on the rows of `x` is pattern `index`: the bit of every row is that of x.w >= 0. Nil
  /// where none was found.
  ///
  /// First a direction with the largest margin from all rows, as the least distance problem
  /// min ||w|| subject to s_k x_k . w >= ||x_k|| (Lawson and Hanson, chapter 23); where the pattern is not an open cell,
  /// one that may lie on the planes of rows whose bit is 1. The result is checked with exact signs.
  func witness(of index: Int, on x: MatrixView) throws(ZonotopeError) -> [Double]? {
    for margin in [1.0, 0.0] {
      let direction = try leastDistance(index, x, marginOfOnes: margin)
      if let direction, try reproduces(index, direction, x) { return direction }
    }
    return nil
  }

  private func leastDistance(
    _ index: Int, _ x: MatrixView, marginOfOnes: Double
  ) throws(ZonotopeError) -> [Double]? {
    var rows: [[Double]] = [], margins: [Double] = []
    for k in 0..<x.rows {
      let isActive = self[index, k], sign: Double = isActive ? 1 : -1
      let row = RowSpace.normalised((0..<x.columns).map { sign * x[k, $0] })
      guard row.contains(where: { $0 != 0 }) else { continue }
      rows.append(row)
      margins.append(isActive ? marginOfOnes : 1)
    }
    let polyhedron = try Polyhedron(rows: rows, bounds: margins, dimension: x.columns)
    guard let nearest = try polyhedron.nearest(to: [Double](repeating: 0, count: x.columns)) else {
      return nil
    }
    return RowSpace.normalised(nearest)
  }

  private func reproduces(_ index: Int, _ direction: [Double], _ x: MatrixView) throws(ZonotopeError) -> Bool
  {
    let bits = try Buffer<UInt64>(patternWords)
    let workspace = try Vector(zt_pack_signs_f64_workspace(x.rows, x.columns, 1))
    zt_pack_signs_f64(
      x.rows, x.columns, 1, x.base, x.stride, direction, x.columns, bits.pointer, patternWords,
      workspace.pointer)
    let line = patternBits.pointer + index * patternWords
    return (0..<patternWords).allSatisfy { bits[$0] == line[$0] }
  }
}
