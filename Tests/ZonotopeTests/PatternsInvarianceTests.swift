import Testing

@testable import Zonotope

private let budget = 1 << 30

/// Small integers with ties, rank 3.
private func tiedRows(_ n: Int, seed: UInt64) -> [[Double]] {
  var generator = Xoshiro256(seed: seed)
  return (0..<n).map { _ in (0..<3).map { _ in Double(Int.random(in: -2...2, using: &generator)) } }
}

@Suite struct PatternsInvarianceTests {
  @Test func permutedRowsPermuteBits() throws {
    let rows = tiedRows(12, seed: 21)
    var generator = Xoshiro256(seed: 22)
    let order = Array(rows.indices).shuffled(using: &generator)
    let original = try Arrangement(of: MatrixView(rows)).cells(memory: budget)
    let permuted = try Arrangement(of: MatrixView(order.map { rows[$0] })).cells(memory: budget)
    let moved = original.texts.map { text in
      let characters = Array(text)
      return String(order.map { characters[$0] })
    }
    #expect(Set(moved) == Set(permuted.texts))
    #expect(permuted.count == original.count)
  }

  /// Powers of two are exact whatever the row holds, down to subnormal numbers; 3 is exact on small integers.
  @Test func positiveMultiplesOfRowsChangeNothing() throws {
    let rows = tiedRows(12, seed: 23)
    let factors = [1, 3, 0x1p-1070, 0x1p1000, 0x1p-300, 3, 0x1p60, 1, 0x1p-1074, 0x1p900, 0.5, 3]
    let scaled = zip(rows, factors).map { row, factor in row.map { $0 * factor } }
    let original = try Arrangement(of: MatrixView(rows)).cells(memory: budget)
    let other = try Arrangement(of: MatrixView(scaled)).cells(memory: budget)
    #expect(other.texts == original.texts)
  }

  @Test func theOrderIsAlwaysTheSame() throws {
    let x = try MatrixView(tiedRows(15, seed: 24))
    let first = try Arrangement(of: x).cells(memory: budget)
    let second = try Arrangement(of: x).cells(memory: budget, witnesses: true)
    #expect(first.texts == second.texts)
  }

  @Test func stridesAreRespected() throws {
    let rows = tiedRows(10, seed: 25)
    let padded = try MatrixView(rows.map { $0 + [7, .nan] })
    let view = try MatrixView(
      pointer: padded.base, rows: 10, columns: 3, stride: 5, owner: padded.owner)
    let expected = try Arrangement(of: MatrixView(rows)).cells(memory: budget)
    #expect(try Arrangement(of: view).cells(memory: budget).texts == expected.texts)
  }
}
