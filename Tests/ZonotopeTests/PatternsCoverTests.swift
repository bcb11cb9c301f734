import Testing

@testable import Zonotope

private let budget = 1 << 30

func normalRows(_ n: Int, _ d: Int, seed: UInt64) throws -> MatrixView {
  var generator = Xoshiro256(seed: seed)
  return try MatrixView((0..<n * d).map { _ in generator.nextNormal() }, rows: n, columns: d)
}

@Suite struct PatternsCoverTests {
  /// Cover 1965: rows in general position have 2 sum_{k < r} C(n - 1, k) cells.
  @Test(arguments: [
    (50, 3, 2452), (100, 3, 9902), (200, 2, 400), (7, 1, 2), (30, 5, 55_682), (20, 10, 524_288),
  ])
  func generalPositionReachesTheBound(n: Int, d: Int, expected: Int) throws {
    let arrangement = try Arrangement(of: normalRows(n, d, seed: 3))
    let set = try arrangement.cells(memory: budget)
    #expect(arrangement.rank == d)
    #expect(arrangement.coverBound == expected)
    #expect(set.count == expected)
    #expect(try arrangement.count().cells == expected)
    #expect(Set(set.texts).count == expected, "a cell appears twice")
  }

  /// Half of 2^n below the rank, and no overflow above what an integer holds.
  @Test(arguments: [(0, 3, 1), (1, 1, 1), (5, 9, 16), (9, 4, 93), (1000, 50, Int.max), (64, 64, 1 << 62)])
  func theBoundSaturates(hyperplanes: Int, rank: Int, half: Int) {
    let bound = Arrangement.halfBound(hyperplanes: hyperplanes, rank: rank)
    #expect(half == 1 << 62 ? bound >= half : bound == half)
  }

  @Test func complementsAreCells() throws {
    let set = try Arrangement(of: normalRows(70, 3, seed: 4)).cells(memory: budget)
    let texts = set.texts
    for i in stride(from: 0, to: set.count, by: 2) {
      let opposite = texts[i].map { bit -> Character in bit == "1" ? "0" : "1" }
      #expect(String(opposite) == texts[i + 1])
    }
  }

  @Test func sampledPatternsAreCells() throws {
    // A grid with a bias is as degenerate as data get.
    let grid = try MatrixView((0..<25).map { [Double($0 % 5), Double($0 / 5), 1] })
    for x in [
      grid, try normalRows(40, 3, seed: 5), try normalRows(90, 2, seed: 6), try normalRows(20, 5, seed: 7),
    ] {
      let cells = Set(try Arrangement(of: x).cells(memory: budget).texts)
      let sampled = try PatternSet.sampled(from: x, count: 500, seed: 8)
      #expect(sampled.source == .sampled)
      #expect(cells.isSuperset(of: sampled.texts))
    }
  }

  /// A 5 x 5 grid with a bias has 402 cells, the 3 x 3 one 58 (deletion and restriction).
  @Test(arguments: [(3, 58), (5, 402)])
  func grids(side: Int, expected: Int) throws {
    let x = try MatrixView((0..<side * side).map { [Double($0 % side), Double($0 / side), 1] })
    let arrangement = try Arrangement(of: x)
    #expect(try arrangement.count().cells == expected)
    #expect(try arrangement.cells(memory: budget).count == expected)
  }

  /// The reflection arrangements A3 and B3 have as many cells as their groups have elements.
  @Test func reflectionArrangements() throws {
    let a3 = [
      [1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1], [0, 1, -1, 0], [0, 1, 0, -1], [0, 0, 1, -1],
    ].map { $0.map(Double.init) }
    let b3 = [
      [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1], [0, 1, -1],
    ].map { $0.map(Double.init) }
    #expect(try Arrangement(of: MatrixView(a3)).cells(memory: budget).count == 24)
    #expect(try Arrangement(of: MatrixView(b3)).cells(memory: budget).count == 48)
  }
}
