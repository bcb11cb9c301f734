import Testing

@testable import Zonotope

/// Lists of cells against their number by deletion and restriction, with which they share no code, and against patterns of
/// random directions.
@Suite struct CellsAndCounts {
  /// Cells that are seen one after the other: which of some patterns are among them, and whether one comes twice. Of
  /// all cells, one in 64 is remembered, by its hash: an enumeration that repeats any number of them is found out.
  private struct Observer {
    private var wanted: Set<UInt64>
    private var mayBeWanted: [Bool]
    private var remembered: Set<UInt64> = []
    private(set) var repeated = 0
    private var met: Set<UInt64> = []

    var missing: Int { wanted.count - met.count }

    init(_ patterns: [[UInt64]]) {
      wanted = Set(patterns.map { line in Self.hash(line.count) { line[$0] } })
      mayBeWanted = Array(repeating: false, count: 1 << 20)
      for hash in wanted { mayBeWanted[Int(hash >> 44)] = true }
    }

    private static func hash(_ words: Int, _ word: (Int) -> UInt64) -> UInt64 {
      var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
      for w in 0..<words {
        hash = (hash ^ word(w)) &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 32
        hash = hash &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 29
      }
      return hash
    }

    mutating func see(_ batch: CellBatch) {
      for cell in 0..<batch.count {
        let line = batch.bits + cell * batch.stride
        let hash = Self.hash(batch.stride) { line[$0] }
        if hash % 64 == 0 && !remembered.insert(hash).inserted { repeated += 1 }
        if mayBeWanted[Int(hash >> 44)] && wanted.contains(hash) { met.insert(hash) }
      }
    }
  }

  /// Patterns of normal directions on integer rows, of which no product is so small that rounding could change its sign.
  private func patterns(of rows: [[Double]], _ count: Int, _ generator: inout Xoshiro256) -> [[UInt64]] {
    (0..<count).compactMap { _ in
      let w = rows[0].map { _ in generator.nextNormal() }
      var line = [UInt64](repeating: 0, count: (rows.count + 63) / 64), nearest = Double.infinity
      for (k, row) in rows.enumerated() {
        var product = 0.0
        for (entry, weight) in zip(row, w) { product += entry * weight }
        let isZero = row.allSatisfy { $0 == 0 }
        nearest = min(nearest, isZero ? .infinity : abs(product))
        if product > 0 || isZero { line[k / 64] |= 1 << UInt64(k % 64) }
      }
      return nearest > 1e-9 ? line : nil
    }
  }

  private func expectAgreement(_ rows: [[Double]], cells expected: Int? = nil, samples: Int = 2000) throws {
    var generator = Xoshiro256(seed: 111)
    let arrangement = try Arrangement(of: MatrixView(rows)), count = try arrangement.count()
    var observer = Observer(patterns(of: rows, samples, &generator))
    let result = try arrangement.forEachBatch { batch in
      observer.see(batch)
      return true
    }
    #expect(result == EnumerationResult(status: .complete, cells: count.cells))
    #expect(observer.repeated == 0 && observer.missing == 0)
    if let expected { #expect(count.cells == expected) }
  }

  @Test(arguments: [(5, 402), (8, 2566)]) func gridsWithABias(side: Int, cells: Int) throws {
    try expectAgreement((0..<side * side).map { [Double($0 % side), Double($0 / side), 1] }, cells: cells)
  }

  @Test(arguments: [(3, 96), (4, 5376)]) func allTernaryRows(d: Int, cells: Int) throws {
    let rows: [[Double]] = (0..<d).reduce([[]]) { rows, _ in
      rows.flatMap { row in [-1, 0, 1].map { row + [$0] } }
    }
    try expectAgreement(rows, cells: cells)
  }

  /// As many cells as orders of the points.
  @Test(arguments: [(5, 120), (7, 5040)]) func braids(points: Int, cells: Int) throws {
    let rows = (0..<points).flatMap { i in
      (0..<i).map { j in (0..<points).map { $0 == i ? 1.0 : $0 == j ? -1 : 0 } }
    }
    try expectAgreement(rows, cells: cells)
  }

  @Test func randomIntegersOfRankFive() throws {
    var generator = Xoshiro256(seed: 112)
    let rows = (0..<30).map { _ in
      (0..<5).map { _ in Double(Int.random(in: -50...50, using: &generator)) }
    }
    try expectAgreement(rows, samples: 20_000)
  }

  @Test func randomTernaryRowsOfRankSix() throws {
    var generator = Xoshiro256(seed: 113)
    let rows = (0..<46).map { _ in
      (0..<6).map { _ in Double(Int.random(in: -1...1, using: &generator)) }
    }
    try expectAgreement(rows, samples: 20_000)
  }

  @Test func iris() throws { try expectAgreement(Iris.tenths, cells: 1_024_788, samples: 20_000) }

  @Test(.enabled(if: !sweepsAreThinned)) func irisWithABias() throws {
    try expectAgreement(Iris.tenths.map { $0 + [1] }, cells: 36_081_476, samples: 20_000)
  }
}
