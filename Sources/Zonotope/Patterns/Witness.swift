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
    let (n, d) = (x.rows, x.columns)
    // In homogeneous form: the cone of (w, t) with s_k x_k . w + h_k t >= 0, onto which (0, -1) is projected.
    let columns = try Vector(product(n, d + 1, place: "x"))
    for k in 0..<n {
      let row = Values(start: x.row(k), count: d)
      let largest = row.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { continue }
      let scaled = row.map { $0 / largest }
      let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let active = self[index, k], margin = active ? marginOfOnes : 1
      let unit = (1 + margin * margin).squareRoot()
      for j in 0..<d { columns[j * n + k] = (active ? 1 : -1) * scaled[j] / length / unit }
      columns[d * n + k] = margin / unit
    }
    let pattern = try Buffer<UInt64>(zt_words(n))
    for word in 0..<pattern.count { pattern[word] = ~0 }
    if n % 64 != 0 { pattern[pattern.count - 1] = (1 << UInt64(n % 64)) - 1 }
    let (q, v) = try (Vector(d + 1), Vector(d + 1))
    q[d] = -1
    let active = try Buffer<Int>(d + 1), workspace = try Vector(zt_cone_project_f64_workspace(n, d + 1))
    var activeCount = 0
    _ = zt_cone_project_f64(
      n, d + 1, columns.pointer, n, pattern.pointer, q.pointer, -1, v.pointer, active.pointer, &activeCount,
      workspace.pointer)
    guard v[d] < -1e-12 else { return nil }
    let direction = Values(rebasing: v.values[..<d])
    let length = norm(direction)
    return length > 1e-12 * -v[d] ? direction.map { $0 / length } : [Double](repeating: 0, count: d)
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
