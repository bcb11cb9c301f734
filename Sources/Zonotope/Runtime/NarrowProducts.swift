/// Products of a large matrix with few columns, or its transpose's: y = a x, or a'x, of a (rows, columns), whose rows are `stride`
/// elements apart.
///
/// A matrix product of BLAS copies all of a into the order of its kernel first, which takes longer than the product where
/// there are few columns to serve by the copy. Here tiles of a that stay in the cache are multiplied by one column after the
/// other.
func multiplyNarrow(
  _ a: UnsafePointer<Double>, stride: Int, rows: Int, columns: Int, transposed: Bool, _ x: Values, width: Int,
  into y: MutableValues
) {
  let tileColumns = min(columns, mostOfRow), tileRows = tileNumbers / max(1, tileColumns)
  guard (2...mostColumns).contains(width), columns >= 64, rows >= 8 else {
    return multiply(
      a, stride: stride, rows: rows, columns: columns, transposed: transposed, x, width: width, adding: false,
      into: y)
  }
  withUnsafeTemporaryAllocation(of: Double.self, capacity: width * (tileColumns + tileRows)) { memory in
    guard let long = memory.baseAddress else { return }
    let short = long + width * tileColumns
    if !transposed { y.update(repeating: 0) }
    for first in Swift.stride(from: 0, to: columns, by: tileColumns) {
      let wide = min(tileColumns, columns - first)
      if transposed {
        long.update(repeating: 0, count: width * wide)
      } else {
        for k in 0..<wide { for o in 0..<width { long[o * wide + k] = x[(first + k) * width + o] } }
      }
      for row in Swift.stride(from: 0, to: rows, by: tileRows) {
        let high = min(tileRows, rows - row), tile = a + row * stride + first
        if transposed {
          for k in 0..<high { for o in 0..<width { short[o * high + k] = x[(row + k) * width + o] } }
        } else {
          short.update(repeating: 0, count: width * high)
        }
        let (from, to) = transposed ? (short, long) : (long, short)
        let (depth, count) = transposed ? (high, wide) : (wide, high)
        for o in 0..<width {
          multiply(
            tile, stride: stride, rows: high, columns: wide, transposed: transposed,
            Values(start: from + o * depth, count: depth), width: 1, adding: true,
            into: MutableValues(start: to + o * count, count: count))
        }
        if !transposed {
          for k in 0..<high { for o in 0..<width { y[(row + k) * width + o] += short[o * high + k] } }
        }
      }
      if transposed {
        for k in 0..<wide { for o in 0..<width { y[(first + k) * width + o] = long[o * wide + k] } }
      }
    }
  }
}

/// Columns of x up to which that is faster.
private let mostColumns = 12
/// Of a tile, 128 kB, and of its rows.
private let tileNumbers = 1 << 14, mostOfRow = 2048
