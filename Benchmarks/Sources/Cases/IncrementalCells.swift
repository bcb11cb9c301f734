/// All cells of an arrangement in general position as methods with linear programs find them: rows are added one after
/// the other, and a sign vector is kept where the program of its rows has a strict solution (Rada and Cerny, "A new
/// algorithm for enumeration of cells of hyperplane arrangements and a comparison with Avis and Fukuda's reverse search",
/// SIAM J. Discrete Math. 32, 2018). The solution that a sign vector has already gives one of the two signs of the next
/// row for nothing.
struct IncrementalCells {
  private let rows: [[Double]]
  private var program: StrictFeasibility
  private var signed: [[Double]] = []
  /// Cells of one half space; the others are opposite to these.
  private var half = 0
  private(set) var programs = 0

  init(_ rows: [[Double]]) {
    self.rows = rows
    program = StrictFeasibility(dimension: rows.first?.count ?? 0)
  }

  /// The number of cells.
  mutating func count() -> Int {
    (half, programs, signed) = (0, 0, [rows[0]])
    extend(rows[0])
    return 2 * half
  }

  private mutating func extend(_ witness: [Double]) {
    guard signed.count < rows.count else {
      half += 1
      return
    }
    let row = rows[signed.count], sign = zip(row, witness).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1.0 : 1.0
    signed.append(row.map { sign * $0 })
    extend(witness)
    signed[signed.count - 1] = row.map { -sign * $0 }
    programs += 1
    if let other = program.witness(of: signed) { extend(other) }
    signed.removeLast()
  }
}
