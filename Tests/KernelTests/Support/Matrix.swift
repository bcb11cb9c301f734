let gap = Double.gap

/// A row-major matrix between guard pages, whose last row ends where the array does.
struct RealMatrix<Real: KernelReal> {
  let rows: Int, columns: Int, stride: Int
  let storage: GuardedArray<Real>

  init(
    _ rows: Int, _ columns: Int, padding: Int = 0, at placement: GuardedArray<Real>.Placement = .end,
    offset: Int = 0, entry: (Int, Int) -> Real = { _, _ in .gap }
  ) {
    (self.rows, self.columns, stride) = (rows, columns, columns + padding)
    let count = rows == 0 ? 0 : (rows - 1) * (columns + padding) + columns
    storage = GuardedArray(count: count, of: .gap, at: placement, offset: offset)
    for i in 0..<rows { for j in 0..<columns { self[i, j] = entry(i, j) } }
  }

  var pointer: UnsafeMutablePointer<Real> { storage.pointer }

  subscript(row: Int, column: Int) -> Real {
    get { storage.pointer[row * stride + column] }
    nonmutating set { storage.pointer[row * stride + column] = newValue }
  }

  func row(_ index: Int) -> [Real] { (0..<columns).map { self[index, $0] } }

  var entries: [Real] { (0..<rows).flatMap(row) }
  var bitPatterns: [Real.Bits] { entries.map(\.bitPattern) }

  var gapsAreUntouched: Bool {
    (0..<max(rows - 1, 0)).allSatisfy { i in
      (columns..<stride).allSatisfy { storage.pointer[i * stride + $0].bitPattern == Real.gap.bitPattern }
    }
  }
}

typealias Matrix = RealMatrix<Double>
