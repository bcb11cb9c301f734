import Testing

@testable import Zonotope

@Suite struct PatternsErrorTests {
  @Test func rankFourIsRefused() throws {
    let identity = try MatrixView([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]])
    #expect {
      try Arrangement(of: identity)
    } throws: { error in
      guard case ZonotopeError.unsupported("patterns", let reason) = error else { return false }
      return reason.contains("rank at most 3")
    }
    #expect(throws: ZonotopeError.self) { try Arrangement(of: normalRows(20, 6, seed: 41)) }
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
    #expect(try Arrangement(of: MatrixView([[1, 1], [1, 0x1p-199]])).count() == 4)
  }

  @Test func theBudgetIsCheckedBeforeTheWork() throws {
    let arrangement = try Arrangement(of: normalRows(5000, 3, seed: 42))
    #expect(arrangement.coverBound == 2 * (1 + 4999 + 4999 * 4998 / 2))
    #expect {
      try arrangement.cells(memory: 1 << 24)
    } throws: { error in
      guard case ZonotopeError.memoryBudget(_, let needed, 1 << 24) = error else { return false }
      return needed > arrangement.coverBound * 5000 / 8
    }
  }

  @Test func stoppingKeepsWhatWasFoundAndSaysSo() throws {
    let arrangement = try Arrangement(of: normalRows(30, 3, seed: 43))
    var calls = 0
    let part = try arrangement.cells(memory: 1 << 28) {
      calls += 1
      return calls > 3
    }
    let all = try arrangement.cells(memory: 1 << 28)
    #expect(part.source == .grown && all.source == .enumerated)
    #expect(part.count > 0 && part.count < all.count)
    #expect(Set(all.texts).isSuperset(of: part.texts))
    #expect(try arrangement.count { true } == nil)
    #expect(try arrangement.cells(memory: 1 << 28) { true }.count == 0)
  }
}
