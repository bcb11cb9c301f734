import Testing

@testable import Zonotope

private let budget = 1 << 30

/// A random matrix of rank at most 3, degenerate in many ways at once.
private struct DegenerateRows {
  var rows: [[Int]]

  init(_ generator: inout Xoshiro256) {
    let n = Int.random(in: 1...9, using: &generator)
    let d = Int.random(in: 1...4, using: &generator)
    let range = Bool.random(using: &generator) ? 2 : 9
    rows = Self.matrix(n, d, range, &generator)
    if d == 4 {
      let rank = Int.random(in: 1...3, using: &generator)
      let basis = Self.matrix(rank, d, 2, &generator)
      rows = rows.map { row in
        (0..<d).map { j in (0..<rank).reduce(0) { $0 + row[$1] * basis[$1][j] } }
      }
    }
    guard range == 2 else { return }
    let (a, b, c) = (
      Int.random(in: 0..<n, using: &generator), Int.random(in: 0..<n, using: &generator),
      Int.random(in: 0..<n, using: &generator)
    )
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: rows[a] = rows[b]
    case 1: rows[a] = rows[b].map { -3 * $0 }
    case 2: rows[a] = zip(rows[b], rows[c]).map { $0 + $1 }
    case 3: rows[a] = Array(repeating: 0, count: d)
    default: for k in rows.indices { rows[k][0] = 1 }
    }
    if d == 4 && rows.contains(where: { $0[0] == 1 }) {
      // A column of ones may have raised the rank to 4: repeat another column instead.
      for k in rows.indices { rows[k][0] = rows[k][1] }
    }
  }

  private static func matrix(_ n: Int, _ d: Int, _ range: Int, _ generator: inout Xoshiro256) -> [[Int]] {
    (0..<n).map { _ in (0..<d).map { _ in Int.random(in: -range...range, using: &generator) } }
  }
}

@Suite struct PatternsDegenerateTests {
  @Test func equalTheCellsFoundFromCircuits() throws {
    var ranks = [0, 0, 0, 0]
    for trial in 0..<700 {
      var generator = Xoshiro256(seed: 11, stream: UInt64(trial))
      let rows = DegenerateRows(&generator).rows
      let arrangement = try Arrangement(of: MatrixView(rows.map { $0.map(Double.init) }))
      let set = try arrangement.cells(memory: budget)
      let expected = BruteForce.cells(of: rows.map { $0.map { Int128($0) } })
      ranks[arrangement.rank] += 1
      #expect(set.source == .enumerated)
      #expect(set.count == expected.count, "rows \(rows)")
      #expect(Set(set.lines) == expected, "rows \(rows)")
      #expect(try arrangement.count().cells == expected.count, "rows \(rows)")
      #expect(expected.count <= arrangement.coverBound)
    }
    #expect(ranks[1] > 20 && ranks[2] > 100 && ranks[3] > 150)
  }

  /// Half of the cases are degenerate: small integers, repeated rows, sums of rows.
  @Test func equalTheCellsFoundFromCircuitsInHigherRanks() throws {
    var ranks = [Int](repeating: 0, count: 6)
    for trial in 0..<250 {
      var generator = Xoshiro256(seed: 12, stream: UInt64(trial))
      let n = Int.random(in: 4...9, using: &generator), d = Int.random(in: 4...5, using: &generator)
      let range = trial % 2 == 0 ? 1 : 50
      var rows = (0..<n).map { _ in (0..<d).map { _ in Int.random(in: -range...range, using: &generator) } }
      if trial % 4 == 0 { rows[0] = rows[1].map { -2 * $0 } }
      if trial % 4 == 2 { rows[0] = zip(rows[1], rows[2]).map { $0 + $1 } }
      let arrangement = try Arrangement(of: MatrixView(rows.map { $0.map(Double.init) }))
      let set = try arrangement.cells(memory: budget),
        expected = BruteForce.cells(of: rows.map { $0.map { Int128($0) } })
      ranks[arrangement.rank] += 1
      #expect(set.source == .enumerated && set.count == expected.count, "rows \(rows)")
      #expect(Set(set.lines) == expected, "rows \(rows)")
      #expect(try arrangement.count().cells == expected.count, "rows \(rows)")
    }
    #expect(ranks[4] > 80 && ranks[5] > 60)
  }

  /// As decimals 0.1 + 0.2 = 0.3; the sum of the doubles is another one, and opens cells.
  @Test func decimalsAreDecidedAsTheDoublesAre() throws {
    let decimals = [[0.1, 0.2], [0.2, 0.4], [0.3, 0.6], [0.1 + 0.2, 0.6], [0.3, 0.1], [-0.1, -0.2]]
    let arrangement = try Arrangement(of: MatrixView(decimals))
    #expect(arrangement.hyperplanes == 3)
    let texts = try arrangement.cells(memory: budget).texts
    #expect(Set(texts) == ["111110", "111100", "111000", "000001", "000011", "000111"])

    let biased = try Arrangement(of: MatrixView([[0.1, 1.0], [0.2, 1], [0.3, 1], [0.1 + 0.2, 1]]))
    #expect(try biased.count().cells == 8)
  }

  /// The same with 24 bits, which the brute force can follow in 128.
  @Test func decimalsInSinglePrecision() throws {
    let decimals: [[Float]] = [
      [0.1, 0.2], [0.3, 0.6], [0.1 + 0.2, 0.6], [0.7, 0.1 * 0.7], [1, 0.1], [0.3, 0.1],
    ]
    let set = try Arrangement(of: MatrixView(decimals.map { $0.map(Double.init) })).cells(memory: budget)
    let integers = decimals.map { $0.map { Int128(Double($0) * 0x1p32) } }
    #expect(Set(set.lines) == BruteForce.cells(of: integers))
  }

  @Test func tiesOfDecimalsInRankThree() throws {
    let scale = 0x1p40
    // Entries with 40 fractional bits, products of which fit into 128 bits.
    let near = 1.0 / 3 - (1.0 / 3).truncatingRemainder(dividingBy: 0x1p-40)
    let rows = [
      [1, 0, near], [0, 1, near], [1, 1, 2 * near], [1, 1, 2 * near + 0x1p-40], [1, -1, 0], [0, 0, 1],
    ]
    let set = try Arrangement(of: MatrixView(rows)).cells(memory: budget)
    let integers = rows.map { $0.map { Int128($0 * scale) } }
    #expect(Set(set.lines) == BruteForce.cells(of: integers))
  }

  @Test(arguments: [(rows: 0, columns: 0), (0, 3), (4, 0), (4, 2)])
  func nothingButZeros(rows: Int, columns: Int) throws {
    let x = try MatrixView(Array(repeating: 0, count: rows * columns), rows: rows, columns: columns)
    let arrangement = try Arrangement(of: x)
    let set = try arrangement.cells(memory: budget, witnesses: true)
    #expect(arrangement.rank == 0)
    #expect(set.texts == [String(repeating: "1", count: rows)])
    #expect(try arrangement.count().cells == 1)
    #expect(set.gates?.rows == 1)
  }
}
