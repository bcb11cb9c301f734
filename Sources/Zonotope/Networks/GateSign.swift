import CZonotope

/// Whether row . direction >= 0 for the real numbers that the doubles hold, as patterns are defined.
func exactProductIsNonNegative(_ rows: MatrixView, _ row: Int, _ direction: [Double]) -> Bool {
  exactProductIsNonNegative(rows.row(row), direction, count: rows.columns)
}

/// The same for `count` numbers of each.
func exactProductIsNonNegative(
  _ row: UnsafePointer<Double>, _ direction: UnsafePointer<Double>, count: Int
) -> Bool {
  // The plain sum decides unless rounding could have turned its sign.
  var product = 0.0, size = 0.0
  for i in 0..<count {
    let term = row[i] * direction[i]
    product += term
    size += abs(term)
  }
  let bound = Double(count + 2) * Double.ulpOfOne * size + Double.leastNormalMagnitude
  if abs(product) > bound, size.isFinite { return product >= 0 }
  var bit: UInt64 = 0
  let needed = zt_pack_signs_f64_workspace(1, count, 1)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, needed)) { workspace in
    zt_pack_signs_f64(1, count, 1, row, count, direction, count, &bit, 1, workspace.baseAddress)
  }
  return bit & 1 == 1
}
