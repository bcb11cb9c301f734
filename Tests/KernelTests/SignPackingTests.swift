import Testing

/// Bits of random products, far from any tie, against the obvious loop.
@Suite struct SignPackingTests {
  private func check(
    _ tier: Tier, _ n: Int, _ d: Int, _ p: Int, padding: Int = 0,
    at placement: GuardedArray<Double>.Placement = .end,
    offset: Int = 0, using random: inout SeededGenerator
  ) {
    var generator = random
    let x = Matrix(n, d, padding: padding, at: placement, offset: offset) { _, _ in generator.unit() }
    let gates = Matrix(p, d, padding: padding, at: placement, offset: offset) { _, _ in generator.unit() }
    random = generator
    let bits = BitMatrix(p, n, padding: padding)
    tier.packSigns(x, gates, into: bits)
    #expect(bits.isClean, "\(n) \(d) \(p)")
    for i in 0..<p {
      for k in 0..<n {
        let product = (0..<d).reduce(0) { $0 + x[k, $1] * gates[i, $1] }
        #expect(bits[i, k] == (product >= 0), "n = \(n), d = \(d), p = \(p): bit (\(i), \(k))")
      }
    }
  }

  @Test(arguments: Tier.all) func everyTailOfSamples(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 { check(tier, n, 5, 4, padding: n % 3, using: &random) }
  }

  @Test(arguments: Tier.all) func everyTailOfGatesAndFeatures(_ tier: Tier) {
    var random = SeededGenerator()
    for p in 0...9 { for d in 0...9 { check(tier, 19, d, p, using: &random) } }
    check(tier, 130, 33, 7, padding: 2, using: &random)
  }

  @Test(arguments: Tier.all) func everyAlignment(_ tier: Tier) {
    var random = SeededGenerator()
    for offset in stride(from: 0, to: 64, by: 8) {
      for placement in GuardedArray<Double>.Placement.allCases {
        check(tier, 21, 6, 4, padding: 1, at: placement, offset: offset, using: &random)
      }
    }
  }

  @Test(arguments: Tier.all) func notANumberGivesZero(_ tier: Tier) {
    let rows: [[Double]] = [
      [.nan, 1], [1, 1], [.infinity, 1], [-.infinity, 1], [0, 1], [.infinity, -.infinity],
    ]
    let lines: [[Double]] = [[1, 1], [0, 1], [.infinity, 0], [.infinity, .infinity], [1, .nan]]
    let x = Matrix(rows.count, 2) { rows[$0][$1] }
    let gates = Matrix(lines.count, 2) { lines[$0][$1] }
    let bits = BitMatrix(lines.count, rows.count)
    tier.packSigns(x, gates, into: bits)
    for i in lines.indices {
      for k in rows.indices {
        let product = rows[k][0] * lines[i][0] + rows[k][1] * lines[i][1]
        #expect(bits[i, k] == (product >= 0), "\(rows[k]) . \(lines[i])")
      }
    }
  }

  /// Overflow and underflow of the floating-point product are no excuse.
  @Test(arguments: Tier.all) func extremeScales(_ tier: Tier) {
    let least = Double.leastNonzeroMagnitude
    let cases: [(x: [Double], gate: [Double], bit: Bool)] = [
      ([1e200, 1e200], [1e200, -1e201], false), ([1e200, -1e200], [1e201, 1e200], true),
      ([1e-200, -1e-200], [1e-201, 1e-200], false), ([1e-200, -1e-200], [1e-200, 1e-201], true),
      ([least, 0], [-least, 0], false), ([least, 0], [least, 0], true), ([-least, 1], [1e-300, 0], false),
      ([1e308, 1e308], [1, -1], true), ([1e308, 1e308], [1, -1.0000000000000002], false),
      ([1e300, 1e-300], [0x1p-1063, -1e280], true), ([1e300, 1e-300], [0x1p-1066, -1e290], false),
      ([1e308, 1e-308], [0, -1e-308], false), ([1e300, least], [0, -least], false),
      // 0.6 - 0.4 - 0.4 units of the smallest double: products rounded one by one give + 1.
      ([0x1.33p-538, -0x1.9ap-539, -0x1.9ap-539], [0x1p-537, 0x1p-537, 0x1p-537], false),
      ([.greatestFiniteMagnitude, .greatestFiniteMagnitude], [.greatestFiniteMagnitude, -1], true),
    ]
    for (x, gate, bit) in cases {
      let bits = BitMatrix(1, 1)
      tier.packSigns(Matrix(1, x.count) { x[$1] }, Matrix(1, x.count) { gate[$1] }, into: bits)
      #expect(bits[0, 0] == bit, "\(x) . \(gate)")
    }
  }
}
