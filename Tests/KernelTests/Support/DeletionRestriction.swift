/// The number of cells by c(H) = c(H without h) + c(H restricted to h), with parallel rows merged.
enum DeletionRestriction {
  static func cells(of rows: [[Int]]) -> Int {
    var known: [Set<[Int]>: Int] = [:]
    return count(Set(rows.compactMap(primitive)), &known)
  }

  private static func count(_ rows: Set<[Int]>, _ known: inout [Set<[Int]>: Int]) -> Int {
    guard let first = rows.max(by: { $0.lexicographicallyPrecedes($1) }) else { return 1 }
    if let value = known[rows] { return value }
    let rest = rows.subtracting([first])
    let pivot = first.firstIndex { $0 != 0 }!
    let restricted = rest.compactMap { row in
      primitive(
        row.indices.filter { $0 != pivot }.map { row[$0] * first[pivot] - row[pivot] * first[$0] })
    }
    let value = count(rest, &known) + count(Set(restricted), &known)
    known[rows] = value
    return value
  }

  /// The row divided by its common divisor, first entry positive; nil for zero.
  private static func primitive(_ row: [Int]) -> [Int]? {
    guard let lead = row.first(where: { $0 != 0 }) else { return nil }
    var divisor = 0
    for entry in row {
      var (a, b) = (abs(entry), divisor)
      while b != 0 { (a, b) = (b, a % b) }
      divisor = a
    }
    return row.map { $0 / (lead > 0 ? divisor : -divisor) }
  }
}
