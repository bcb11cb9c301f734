/// The open cells of integer rows by another road than the library takes: the circuits of the oriented matroid.
///
/// By Gordan's theorem a sign vector belongs to no open cell exactly if some non-negative combination of the signed
/// rows vanishes; by Caratheodory's theorem one with a minimal dependent set of rows, a circuit, of at most rank + 1
/// rows. So: all circuits and their signs by fraction-free elimination, then a test of every sign vector.
struct Circuits {
  private let columns: Int
  private let rows: [[Int128]]
  private var positive: [UInt64] = []
  private var negative: [UInt64] = []
  private var matrix: [Int128]

  /// At most 20 rows, whose minors fit into 62 bits, or all of whose products of two minors fit into 127.
  init(of rows: [[Int128]]) {
    self.rows = rows
    columns = rows.first?.count ?? 0
    matrix = Array(repeating: 0, count: columns * (columns + 1))
    let nonZero = rows.indices.filter { k in rows[k].contains { $0 != 0 } }
    for size in 2...max(2, columns + 1) where size <= nonZero.count { addSubsets(of: nonZero, size: size) }
  }

  /// The cells, bit k for row k; bits of zero rows are 1.
  var cells: Set<UInt64> {
    var zeroRows: UInt64 = 0
    for k in rows.indices where rows[k].allSatisfy({ $0 == 0 }) { zeroRows |= 1 << UInt64(k) }
    var cells: Set<UInt64> = []
    for bits in 0..<UInt64(1) << UInt64(rows.count) where bits & zeroRows == zeroRows {
      var vanishes = false
      for c in positive.indices where !vanishes {
        let (p, q) = (positive[c], negative[c])
        vanishes = (bits & p == p && bits & q == 0) || (bits & q == q && bits & p == 0)
      }
      if !vanishes { cells.insert(bits) }
    }
    return cells
  }

  private mutating func addSubsets(of items: [Int], size: Int) {
    var subset = Array(0..<size)
    while true {
      add(subset.map { items[$0] })
      guard let place = subset.indices.last(where: { subset[$0] < items.count - size + $0 }) else { return }
      subset[place] += 1
      for k in (place + 1)..<max(place + 1, size) { subset[k] = subset[k - 1] + 1 }
    }
  }

  /// Keeps the signs of the one dependency of rows of which every proper subset is independent, if there is one.
  private mutating func add(_ subset: [Int]) {
    let count = subset.count
    for i in 0..<columns {
      for j in 0..<count { matrix[i * count + j] = rows[subset[j]][i] }
    }
    var previous: Int128 = 1
    for k in 0..<count - 1 {
      guard k < columns, let pivot = (k..<columns).first(where: { matrix[$0 * count + k] != 0 }) else {
        return
      }
      if pivot != k { for j in 0..<count { matrix.swapAt(pivot * count + j, k * count + j) } }
      let diagonal = matrix[k * count + k]
      for i in 0..<columns where i != k {
        let factor = matrix[i * count + k]
        for j in k..<count {
          matrix[i * count + j] =
            (matrix[i * count + j] * diagonal - matrix[k * count + j] * factor) / previous
        }
        // Jordan's elimination: the rows above keep one common pivot.
        if i < k { matrix[i * count + i] = diagonal }
      }
      previous = diagonal
    }
    guard (count - 1..<max(count - 1, columns)).allSatisfy({ matrix[$0 * count + count - 1] == 0 }) else {
      return
    }
    var (plus, minus) = (UInt64(1) << UInt64(subset[count - 1]), UInt64(0))
    for i in 0..<count - 1 {
      let product = matrix[i * count + count - 1].signum() * matrix[i * count + i].signum()
      if product == 0 { return }
      if product < 0 { plus |= 1 << UInt64(subset[i]) } else { minus |= 1 << UInt64(subset[i]) }
    }
    positive.append(plus)
    negative.append(minus)
  }
}
