import Testing

@testable import Zonotope

private func count(_ rows: [[Int]]) throws -> Int {
  try CellCount(of: MatrixView(rows.map { $0.map(Double.init) })).cells
}

/// All vectors of `d` entries from -1, 0, 1 but zero.
private func ternary(_ d: Int) -> [[Int]] {
  (0..<d).reduce([[]]) { rows, _ in rows.flatMap { row in [-1, 0, 1].map { row + [$0] } } }
    .filter { $0.contains { $0 != 0 } }
}

/// The differences e_i - e_j of n unit vectors.
private func braid(_ n: Int) -> [[Int]] {
  (0..<n).flatMap { i in
    (0..<i).map { j in (0..<n).map { $0 == i ? 1 : $0 == j ? -1 : 0 } }
  }
}

private func grid(_ side: Int) -> [[Int]] {
  (0..<side * side).map { [$0 % side, $0 / side, 1] }
}

@Suite struct CellCountTests {
  /// Cover 1965: 2 sum_{k < r} C(n - 1, k).
  @Test(arguments: [
    (50, 3, 2452), (1000, 3, 999_002), (30, 5, 55_682), (50, 6, 4_276_820), (20, 10, 524_288),
  ])
  func generalPositionReachesTheBound(n: Int, d: Int, expected: Int) throws {
    let count = try CellCount(of: normalRows(n, d, seed: 3))
    #expect(count.cells == expected && count.rank == d && count.hyperplanes == n)
    #expect(count.status == .complete)
  }

  /// The chambers of the reflection arrangements A_{n-1} are the n! orders of n numbers; those of B_3 are 2^3 3!.
  @Test func reflectionArrangements() throws {
    #expect(try count(braid(5)) == 120)
    #expect(try count(braid(7)) == 5040)
    #expect(try count(ternary(3).filter { $0.filter { $0 != 0 }.count < 3 }) == 48)
  }

  /// The threshold arrangement in dimension 3 and 4, and grids with a bias: values of an independent program by
  /// deletion and restriction in rational numbers.
  @Test func degenerateRows() throws {
    #expect(try count(ternary(3)) == 96)
    #expect(try count(ternary(4)) == 5376)
    #expect(try count(grid(3)) == 58)
    #expect(try count(grid(5)) == 402)
  }

  @Test func equalsTheEnumerationUpToRankThree() throws {
    for trial in 0..<300 {
      var generator = Xoshiro256(seed: 61, stream: UInt64(trial))
      let n = Int.random(in: 1...12, using: &generator), d = Int.random(in: 1...3, using: &generator)
      let range = trial % 2 == 0 ? 2 : 1000
      let rows = (0..<n).map { _ in
        (0..<d).map { _ in Double(Int.random(in: -range...range, using: &generator)) / 10 }
      }
      let x = try MatrixView(rows), arrangement = try Arrangement(of: x), count = try CellCount(of: x)
      #expect(try arrangement.cells(memory: 1 << 28).count == count.cells, "rows \(rows)")
      #expect(arrangement.rank == count.rank && arrangement.hyperplanes == count.hyperplanes)
    }
  }

  /// Small primes divide minors that do not vanish. That must be seen, whatever the prime: the count is right, or there
  /// are no primes left.
  @Test func primesThatDivideAMinorAreReplaced() throws {
    var right = 0
    for trial in 0..<200 {
      var generator = Xoshiro256(seed: 62, stream: UInt64(trial))
      let rows = (0..<9).map { _ in (0..<4).map { _ in Double(Int.random(in: -9...9, using: &generator)) } }
      let x = try MatrixView(rows), expected = try CellCount(of: x)
      for bits in [9, 11, 14] as [UInt64] {
        let small = try? CellCount(of: x, settings: EnumerationSettings(), primesBelow: 1 << bits)
        guard let small else { continue }
        #expect(small == expected, "rows \(rows), primes below 2^\(bits)")
        right += 1
      }
    }
    #expect(right > 400)
  }

  @Test func scalesOfRowsAndColumnsDoNotMatter() throws {
    let rows = ternary(3).map { $0.map(Double.init) }
    let scaled = rows.enumerated().map { k, row in
      row.enumerated().map { j, value in value * [1, 0x1p-300, 0x1p500][j] * (k % 2 == 0 ? -3 : 0x1p-40) }
    }
    #expect(try CellCount(of: MatrixView(scaled)).cells == 96)
  }

  @Test(arguments: [1, 2, 3]) func doesNotDependOnThreads(threads: Int) throws {
    var settings = EnumerationSettings()
    settings.threads = threads
    let x = try MatrixView(ternary(4).map { $0.map { Double($0) / 10 } })
    #expect(try CellCount(of: x, settings: settings) == CellCount(of: x))
  }

  @Test func nothingButZerosIsOneCell() throws {
    for (rows, columns) in [(0, 0), (0, 3), (4, 0), (4, 2)] {
      let x = try MatrixView(Array(repeating: 0, count: rows * columns), rows: rows, columns: columns)
      let count = try CellCount(of: x)
      #expect(count.cells == 1 && count.rank == 0 && count.hyperplanes == 0)
    }
  }

  @Test func numbersThatDoNotFitAreRefused() throws {
    var rows = [[Double]](repeating: [Double](repeating: 0, count: 70), count: 70)
    for k in 0..<70 { rows[k][k] = 1 }
    #expect {
      try CellCount(of: MatrixView(rows))
    } throws: { error in
      guard case ZonotopeError.unsupported("patterns", _) = error else { return false }
      return true
    }
    let fewer = rows.prefix(62).map { Array($0.prefix(62)) }
    #expect(try CellCount(of: MatrixView(fewer)).cells == 1 << 62)
  }

  @Test func aBudgetOfCellsEndsTheCount() throws {
    var settings = EnumerationSettings()
    let x = try normalRows(40, 5, seed: 64), all = try CellCount(of: x).cells
    for cells in [1, 1000, all - 1] {
      settings.cells = cells
      let part = try CellCount(of: x, settings: settings)
      #expect(part.status == .budget && part.cells > cells && part.cells <= all)
    }
    settings.cells = all
    #expect(try CellCount(of: x, settings: settings).status == .complete)
    // 10^14 cells, which take days, are too many within no time.
    settings.cells = 1_000_000
    #expect(try CellCount(of: normalRows(1000, 6, seed: 65), settings: settings).status == .budget)
  }

  @Test func cancellationAndBudgetAreHonoured() throws {
    var settings = EnumerationSettings()
    let cancellation = Cancellation()
    settings.cancellation = cancellation
    settings.progress = { _ in cancellation.cancel() }
    let x = try normalRows(90, 6, seed: 63)
    let part = try CellCount(of: x, settings: settings)
    #expect(part.status == .cancelled && part.cells < 88_000_000)
    settings = EnumerationSettings()
    settings.memory = 1000
    #expect(throws: ZonotopeError.self) { try CellCount(of: x, settings: settings) }
    settings.memory = -1
    #expect(throws: ZonotopeError.self) { try CellCount(of: x, settings: settings) }
    #expect(throws: ZonotopeError.self) { try CellCount(of: MatrixView([[1, .nan]])) }
  }
}
