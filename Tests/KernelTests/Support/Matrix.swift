/// A NaN no computation makes. It fills the gaps between rows: a kernel that reads one gives NaN, and a kernel that
/// writes one is found out by its bits.
let gap = Double(bitPattern: 0x7ff8_dead_beef_0001)

/// A row-major matrix between guard pages, whose last row ends where the array does.
struct Matrix {
  let rows: Int, columns: Int, stride: Int
  let storage: GuardedArray<Double>

  init(
    _ rows: Int, _ columns: Int, padding: Int = 0, at placement: GuardedArray<Double>.Placement = .end,
    offset: Int = 0, entry: (Int, Int) -> Double = { _, _ in gap }
  ) {
    (self.rows, self.columns, stride) = (rows, columns, columns + padding)
    let count = rows == 0 ? 0 : (rows - 1) * (columns + padding) + columns
    storage = GuardedArray(count: count, of: gap, at: placement, offset: offset)
    for i in 0..<rows { for j in 0..<columns { self[i, j] = entry(i, j) } }
  }

  var pointer: UnsafeMutablePointer<Double> { storage.pointer }

  subscript(row: Int, column: Int) -> Double {
    get { storage.pointer[row * stride + column] }
    nonmutating set { storage.pointer[row * stride + column] = newValue }
  }

  func row(_ index: Int) -> [Double] { (0..<columns).map { self[index, $0] } }

  var entries: [Double] { (0..<rows).flatMap(row) }
  var bitPatterns: [UInt64] { entries.map(\.bitPattern) }

  var gapsAreUntouched: Bool {
    (0..<max(rows - 1, 0)).allSatisfy { i in
      (columns..<stride).allSatisfy { storage.pointer[i * stride + $0].bitPattern == gap.bitPattern }
    }
  }
}
