import CKernelTiers
import CZonotope
import Testing

/// Enumerated cells against all sign vectors, decided exactly by circuits.
struct CellSetTests {
  /// Up to eleven rows of rank at most 5, ties and all: the same set, and no cell twice, whether the rows are compared or
  /// sorted on each line.
  @Test("2,000 random arrangements equal brute force", arguments: 0..<8)
  func randomArrangements(part: Int) {
    var random = SeededGenerator(test: "random arrangements \(part)")
    for round in 0..<250 {
      let rows = Self.rows(kind: round % 8, &random)
      let run = CellRun(rows.map { $0.map(Double.init) })
      let tier = Tier.all[round / 8 % Tier.all.count], expected = Circuits(of: rows).cells
      for method in [CellMethod.compared, .sorted] {
        let result = run.cells(witnesses: round % 3 == 0, tier: tier.name, method: method)
        let found = result.lines.map { $0[0] }
        #expect(result.status == ZT_CELLS_COMPLETE && result.found == found.count)
        #expect(Set(found).count == found.count, "a cell twice: \(rows)")
        #expect(Set(found) == expected, "\(rows), \(method)")
      }
    }
  }

  /// Several words of rows of rank 3, few of them simple: sorting the rows of a line and comparing them give the same cells.
  @Test(arguments: [66, 130, 200])
  func sortedLinesHaveTheCellsOfComparedOnes(n: Int) {
    var random = SeededGenerator(test: "sorted lines \(n)")
    let pencil = { Double(random.below(3) - 1) }
    let kinds: [() -> [Double]] = [
      { (0..<3).map { _ in random.unit() } },
      { (0..<3).map { _ in Double(random.below(25) - 12) } },
      // Ties that are near and not exact: dictionaries of doubles.
      { [Double(random.below(9) - 4) / 10, Double(random.below(9) - 4) / 10, 1] },
      // Nearly all through one line.
      {
        [
          Double(random.below(2001) - 1000), Double(random.below(2001) - 1000),
          random.below(20) == 0 ? pencil() : 0,
        ]
      },
      // Some roots agree to more than 32 bits, and not all are told apart by doubles.
      {
        let width = random.below(8) == 0 ? 0x1p-40 : 1
        return [1 + random.unit() * width, random.unit() * width, 1]
      },
    ]
    for (kind, row) in kinds.enumerated() {
      let run = CellRun((0..<n).map { _ in row() })
      let compared = run.cells(method: .compared), sorted = run.cells(witnesses: true, method: .sorted)
      #expect(sorted.status == ZT_CELLS_COMPLETE && sorted.found == compared.found, "kind \(kind)")
      #expect(Set(sorted.lines).count == sorted.found, "a cell twice, kind \(kind)")
      #expect(Set(sorted.lines) == Set(compared.lines), "kind \(kind)")
      for tier in Tier.all {
        #expect(
          run.cells(tier: tier.name, method: .sorted).lines == sorted.lines, "kind \(kind), \(tier.name)")
      }
    }
  }

  /// Small integers, repeated and opposite rows, sums of rows, and numbers too wide for exact dictionaries, with and
  /// without such sums.
  static func rows(kind: Int, _ random: inout SeededGenerator) -> [[Int128]] {
    let wide = kind >= 5
    let (n, d) = (1 + random.below(11), 1 + random.below(5))
    let small = [2, 1, 9, 50, 3][kind % 5]
    func entry(_ column: Int) -> Int128 {
      guard wide else { return Int128(random.below(2 * small + 1) - small) }
      // More than dictionaries of integers start with; minors of order 5 stay below 2^62.
      let bits = column == 0 ? 26 : 6
      return Int128(random.below(2 << bits) - 1 << bits)
    }
    var rows = (0..<n).map { _ in (0..<d).map(entry) }
    for k in 0..<n where kind % 2 == 1 || kind == 4 {
      let (i, j) = (random.below(n), random.below(n))
      switch random.below(5) {
      case 0: rows[k] = rows[i].map { -2 * $0 }
      case 1 where !wide: rows[k] = zip(rows[i], rows[j]).map { $0 + $1 }
      case 2 where wide && n < 9: rows[k] = zip(rows[i], rows[j]).map { ($0 + $1) / 2 }
      case 3: rows[k] = rows[i]
      default: break
      }
    }
    return rows
  }

  /// Functionals that are far from generic - zero, equal, unit vectors - lose and repeat nothing.
  @Test func anyFunctionalsWillDo() {
    var random = SeededGenerator()
    for round in 0..<300 {
      let rows = Self.rows(kind: round % 8, &random)
      let run = CellRun(rows.map { $0.map(Double.init) })
      guard run.rank > 0 else { continue }
      let functionals = (0..<run.rank * run.rank).map { place -> Double in
        switch round % 5 {
        case 0: 0
        case 1: 1
        case 2: place % (run.rank + 1) == 0 ? 1 : 0
        default: Double(random.below(3) - 1)
        }
      }
      let method = CellMethod.allCases[round / 5 % 3]
      let found = run.cells(functionals: functionals, method: method).lines.map { $0[0] }
      #expect(Set(found).count == found.count)
      #expect(Set(found) == Circuits(of: rows).cells, "\(rows) with \(functionals)")
    }
  }

  /// Ties of decimals are not ties of the doubles nearest to them: the cells are those of the doubles.
  @Test func nearTiesOfDecimalsAreResolved() {
    var random = SeededGenerator()
    let scale = 0x1p30
    for _ in 0..<300 {
      // Tenths, cut so that brute force can follow, small integers and a bias.
      var x = (0..<3 + random.below(7)).map { _ in
        [(Double(random.below(40) - 20) / 10 * scale).rounded(), Double(random.below(9) - 4), 1]
      }
      for k in 2..<x.count where random.below(2) == 0 {
        x[k] = zip(x[random.below(k)], x[random.below(k)]).map { $0 + $1 }
        x[k][0] += Double(random.below(3) - 1)
      }
      let found = CellRun(x.map { [$0[0] / scale, $0[1], $0[2]] }).cells(witnesses: true)
      let lines = found.lines.map { $0[0] }
      #expect(Set(lines).count == lines.count)
      #expect(Set(lines) == Circuits(of: x.map { $0.map { Int128($0) } }).cells, "\(x)")
    }
  }

  /// Directions are in the interior of their cells, exactly, and opposite for opposite cells; margins are theirs.
  @Test func witnessesLieInTheirCells() {
    var random = SeededGenerator()
    var missing = 0
    for round in 0..<200 {
      let rows = Self.rows(kind: round % 5, &random)
      let run = CellRun(rows.map { $0.map(Double.init) })
      let result = run.cells(witnesses: true)
      for (cell, w) in result.witnesses.enumerated() {
        #expect(zip(w, result.witnesses[cell ^ 1]).allSatisfy { $0 == -$1 || $0.isNaN && $1.isNaN })
        if w[0].isNaN {
          missing += 1
          continue
        }
        var margin = Double.infinity
        let length = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for h in 0..<run.hyperplanes {
          let x = run.normals[(h * run.rank)..<((h + 1) * run.rank)]
          let product = zip(x, w).reduce(0) { $0 + $1.0 * $1.1 }
          margin = min(margin, abs(product) / x.reduce(0) { $0 + $1 * $1 }.squareRoot() / length)
        }
        #expect(abs(margin - result.margins[cell]) <= 1e-12)
        for (k, row) in rows.enumerated() where row.contains(where: { $0 != 0 }) {
          // Small integers times doubles: the sum is good to 2^-45, far below any product of these cells.
          let product = zip(run.columns.map { Double(row[$0]) }, w).reduce(0) { $0 + $1.0 * $1.1 }
          #expect((product > 0) == (result.lines[cell][0] >> UInt64(k) & 1 == 1))
        }
      }
    }
    #expect(missing == 0)
  }
}
