import Testing

@testable import Zonotope

private let budget = 1 << 30

@Suite struct PatternsWitnessTests {
  private func check(_ x: MatrixView) throws {
    let set = try Arrangement(of: x).cells(memory: budget, witnesses: true)
    let gates = try #require(set.gates)
    #expect(gates.rows == set.count && gates.columns == x.columns)
    #expect(gates.firstNonFinite() == nil)
    // Distinct cells have distinct witnesses, so equal lines in equal order mean that each reproduces its
    // own.
    let again = try PatternSet.gates(gates, on: x)
    #expect(again.texts == set.texts)
  }

  @Test(arguments: [1, 2, 3]) func generalPosition(rank: Int) throws {
    try check(normalRows(40, rank, seed: 31))
  }

  @Test func moreColumnsThanTheRank() throws {
    let rows = try normalRows(12, 2, seed: 32)
    let x = try MatrixView((0..<12).map { k in [0, rows[k, 0], 2 * rows[k, 0], rows[k, 1], -rows[k, 1]] })
    #expect(try Arrangement(of: x).rank == 2)
    try check(x)
  }

  @Test func degenerateRows() throws {
    for trial in 0..<60 {
      var generator = Xoshiro256(seed: 33, stream: UInt64(trial))
      var rows = (0..<10).map { _ in
        (0..<3).map { _ in Double(Int.random(in: -1...1, using: &generator)) / 10 }
      }
      rows[3] = rows[4].map { -$0 }
      try check(MatrixView(rows))
    }
  }

  /// Two rows that differ in the last bit: the cell between them is as thin as doubles allow.
  @Test func aCellThinnerThanTheSpacingIsNeverWrong() throws {
    let x = try MatrixView([
      [1, 0.3, 1], [1, (0.3).nextUp, 1], [1, (0.3).nextUp, (1.0).nextUp], [0.1, 1, -0.7], [1, 1, 1],
    ])
    let set = try Arrangement(of: x).cells(memory: budget, witnesses: true)
    let gates = try #require(set.gates)
    for i in 0..<set.count where !gates[i, 0].isNaN {
      let one = try PatternSet.gates(gates.gathering(rows: [i]), on: x)
      #expect(one.text(of: 0) == set.text(of: i))
    }
  }
}
