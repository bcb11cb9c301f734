import CZonotope

/// Whether row . direction >= 0 for the real numbers that the doubles hold, as patterns are defined.
func exactProductIsNonNegative(_ rows: MatrixView, _ row: Int, _ direction: [Double]) -> Bool {
  // The plain sum decides unless rounding could have turned its sign.
  var product = 0.0, size = 0.0
  for i in 0..<rows.columns {
    let term = rows[row, i] * direction[i]
    product += term
    size += abs(term)
  }
  let bound = Double(rows.columns + 2) * Double.ulpOfOne * size + Double.leastNormalMagnitude
  if abs(product) > bound, size.isFinite { return product >= 0 }
  var bit: UInt64 = 0
  let needed = zt_pack_signs_f64_workspace(1, rows.columns, 1)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, needed)) { workspace in
    zt_pack_signs_f64(
      1, rows.columns, 1, rows.row(row), rows.stride, direction, rows.columns, &bit, 1,
      workspace.baseAddress)
  }
  return bit & 1 == 1
}
