import Testing

@testable import Zonotope

@Suite struct PatternsErrorTests {
  @Test func ranksBeyondTheLimitAreRefused() throws {
    let d = Arrangement.rankLimit + 1
    let identity = try MatrixView((0..<d).map { k in (0..<d).map { $0 == k ? 1 : 0 } })
    #expect {
      try Arrangement(of: identity)
    } throws: { error in
      guard case ZonotopeError.unsupported("patterns", let reason) = error else { return false }
      return reason.contains("rank at most \(Arrangement.rankLimit)")
    }
  }

  @Test func entriesThatAreNotFiniteAreNamed() throws {
    let x = try MatrixView([[1, 2], [3, .nan]])
    #expect(throws: ZonotopeError.invalid(place: "x[1][1]", reason: "nan is not a finite number")) {
      try Arrangement(of: x)
    }
    let rows = try MatrixView([[1, 2], [3, 4]])
    #expect(
      throws: ZonotopeError.invalid(place: "patterns.gates[0][1]", reason: "inf is not a finite number")
    ) {
      try PatternSet.gates([[1, .infinity]], on: rows)
    }
  }

  @Test func lengthsAreNamed() throws {
    let x = try MatrixView([[1, 2, 3, 4, 5]])
    let gates = Array(repeating: [1.0, 2, 3, 4, 5], count: 3) + [[1, 2, 3, 4]]
    #expect(
      throws: ZonotopeError.invalid(place: "patterns.gates[3]", reason: "4 numbers, the rows have 5")
    ) {
      try PatternSet.gates(gates, on: x)
    }
    #expect(
      throws: ZonotopeError.invalid(place: "patterns.masks[1]", reason: "2 bits, the data have 3 rows")
    ) {
      try PatternSet.masks([[true, false, true], [true, false]], samples: 3)
    }
  }

  @Test func rowsOfExtremeRangeAreRefusedNotDecidedWrongly() throws {
    let x = try MatrixView([[1, 1], [1, 0x1p-201]])
    #expect {
      try Arrangement(of: x)
    } throws: { error in
      guard case ZonotopeError.invalid("x[1]", _) = error else { return false }
      return true
    }
    #expect(try Arrangement(of: MatrixView([[1, 1], [1, 0x1p-199]])).count().cells == 4)
  }

  @Test func theBudgetIsCheckedBeforeTheWork() throws {
    let arrangement = try Arrangement(of: normalRows(5000, 3, seed: 42))
    #expect(arrangement.coverBound == 2 * (1 + 4999 + 4999 * 4998 / 2))
    #expect {
      try arrangement.cells(memory: 1 << 24)
    } throws: { error in
      guard case ZonotopeError.memoryBudget(_, let needed, 1 << 24) = error else { return false }
      return needed > 1 << 24
    }
  }

  @Test func stoppingKeepsWhatWasFoundAndSaysSo() throws {
    let arrangement = try Arrangement(of: normalRows(60, 5, seed: 43)), all = try arrangement.count().cells
    var settings = EnumerationSettings()
    let cancellation = Cancellation()
    settings.cancellation = cancellation
    settings.progress = { _ in cancellation.cancel() }
    let part = try arrangement.cells(settings: settings)
    #expect(part.source == .grown && part.count > 0 && part.count < all)
    #expect(Set(part.texts).count == part.count)
    #expect(try arrangement.cells(memory: 1 << 28) { true }.count == 0)
    settings = EnumerationSettings()
    settings.cells = 1000
    let budget = try arrangement.cells(settings: settings)
    #expect(budget.source == .grown && budget.count == 1000)
    let some = try arrangement.forEachBatch(settings: settings) { _ in true }
    #expect(some == EnumerationResult(status: .budget, cells: 1000))
    let none = try arrangement.forEachBatch { _ in false }
    #expect(none.status == .cancelled && none.cells < all)
  }

  @Test func theBudgetSpeaksOfTheCellsThereAre() throws {
    // 402 cells, where general position would have 602.
    let grid = try MatrixView((0..<25).map { [Double($0 % 5), Double($0 / 5), 1] })
    let arrangement = try Arrangement(of: grid), memory = CellMemory(arrangement, witnesses: false)
    #expect(arrangement.coverBound > 500)
    #expect(try arrangement.cells(memory: memory.needed(402)).count == 402)
    #expect(throws: ZonotopeError.self) { try arrangement.cells(memory: memory.needed(401)) }
  }
}
