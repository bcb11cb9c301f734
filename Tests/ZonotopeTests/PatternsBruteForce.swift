@testable import Zonotope

/// The open cells of integer rows by another road than the library takes: the circuits of the oriented
/// matroid.
///
/// By Gordan's theorem a sign vector belongs to no open cell exactly if some non-negative combination of the
/// signed rows vanishes; by Caratheodory's theorem one with a minimal dependent set of rows, a circuit, of at
/// most rank + 1 rows. So: find all circuits and their signs by fraction-free elimination, then test every
/// sign vector.
enum BruteForce {
  /// The cells, as sets of rows that are positive or zero, bit k for row k. At most 20 rows.
  static func cells(of rows: [[Int128]]) -> Set<UInt64> {
    let nonZero = rows.indices.filter { k in rows[k].contains { $0 != 0 } }
    var circuits: [(positive: UInt64, negative: UInt64)] = []
    for size in 2...max(2, (rows.first?.count ?? 0) + 1) {
      for subset in subsets(of: nonZero, size: size) {
        guard let signs = circuit(subset.map { rows[$0] }) else { continue }
        var circuit = (positive: UInt64(0), negative: UInt64(0))
        for (k, sign) in zip(subset, signs) {
          if sign > 0 { circuit.positive |= 1 << UInt64(k) } else { circuit.negative |= 1 << UInt64(k) }
        }
        circuits.append(circuit)
        circuits.append((positive: circuit.negative, negative: circuit.positive))
      }
    }

    var zeroRows: UInt64 = 0
    for k in rows.indices where !nonZero.contains(k) { zeroRows |= 1 << UInt64(k) }
    var cells: Set<UInt64> = []
    for bits in 0..<UInt64(1) << UInt64(rows.count) where bits & zeroRows == zeroRows {
      let vanishing = circuits.contains { bits & $0.positive == $0.positive && bits & $0.negative == 0 }
      if !vanishing { cells.insert(bits) }
    }
    return cells
  }

  /// The signs of the one dependency of vectors of which every proper subset is independent, else nil.
  private static func circuit(_ vectors: [[Int128]]) -> [Int]? {
    let count = vectors.count
    var rows = (0..<vectors[0].count).map { j in vectors.map { $0[j] } }
    var rank = 0
    // The last vector must depend on the others, which must be independent.
    for column in 0..<count - 1 {
      guard let pivot = rows[rank...].firstIndex(where: { $0[column] != 0 }) else { return nil }
      rows.swapAt(rank, pivot)
      for i in rows.indices where i != rank && rows[i][column] != 0 {
        let (scale, factor) = (rows[rank][column], rows[i][column])
        for j in 0..<count { rows[i][j] = rows[i][j] * scale - rows[rank][j] * factor }
        reduce(&rows[i])
      }
      rank += 1
    }
    guard rows[rank...].allSatisfy({ $0[count - 1] == 0 }) else { return nil }
    var signs = [1]
    for i in (0..<rank).reversed() {
      let product = rows[i][count - 1].signum() * rows[i][i].signum()
      if product == 0 { return nil }
      signs.insert(-Int(product), at: 0)
    }
    return signs
  }

  /// Divides by the greatest common divisor, to keep the numbers small.
  private static func reduce(_ row: inout [Int128]) {
    var divisor: Int128 = 0
    for value in row {
      var (a, b) = (value.magnitude, divisor.magnitude)
      while b != 0 { (a, b) = (b, a % b) }
      divisor = Int128(a)
    }
    if divisor > 1 { for j in row.indices { row[j] /= divisor } }
  }

  private static func subsets(of items: [Int], size: Int) -> [[Int]] {
    if size == 0 { return [[]] }
    return items.indices.flatMap { i in
      subsets(of: Array(items[(i + 1)...]), size: size - 1).map { [items[i]] + $0 }
    }
  }
}

extension PatternSet {
  /// The lines as numbers, for at most 64 samples.
  var lines: [UInt64] { samples == 0 ? Array(repeating: 0, count: count) : Array(patternBits.elements) }

  /// All lines, for any number of samples.
  var texts: [String] { (0..<count).map(text(of:)) }
}
