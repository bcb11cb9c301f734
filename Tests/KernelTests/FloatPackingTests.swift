import CKernelTiers
import CZonotope
import Testing

/// Signs of floats are those of the same numbers as doubles, ties included, and hashes are made on the way.
@Suite struct FloatPackingTests {
  private func check(_ tier: Tier, _ n: Int, _ d: Int, _ p: Int, entry: () -> Float) {
    let x = GuardedArray((0..<n * d).map { _ in entry() }),
      gates = GuardedArray((0..<p * d).map { _ in entry() })
    let bits = BitMatrix(p, n, padding: 1), wanted = BitMatrix(p, n)
    let hashes = GuardedArray<UInt64>(count: p, of: 0)
    let room = GuardedArray<Float>(count: zt_pack_signs_f32_workspace(n, d, p), of: .nan)
    tier.table.pack_signs_f32(
      n, d, p, x.pointer, d, gates.pointer, d, bits.pointer, bits.stride, hashes.pointer, room.pointer)
    tier.packSigns(
      Matrix(n, d) { Double(x.pointer[$0 * d + $1]) }, Matrix(p, d) { Double(gates.pointer[$0 * d + $1]) },
      into: wanted)
    #expect(bits.isClean && bits.words == wanted.words, "\(n) \(d) \(p)")
    #expect(hashes.values == tier.hashes(bits))
  }

  @Test(arguments: Tier.all) func agreeWithDoubles(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p) in [(1, 1, 1), (70, 3, 9), (64, 16, 6), (130, 33, 13), (65, 300, 7)] {
      check(tier, n, d, p) { Float(random.unit()) }
      check(tier, n, d, p) { Float(random.below(7) - 3) * 0.1 }
      check(tier, n, d, p) { Float(random.unit()) * (random.below(3) == 0 ? 1e-38 : 1e30) }
      check(tier, n, d, p) { Float(random.below(7) - 3) * .leastNonzeroMagnitude }
    }
  }

  /// x . g = 1 - 1 + tiny: lost in floats, kept in doubles, and beyond these as well.
  @Test(arguments: Tier.all) func smallestRemainders(_ tier: Tier) {
    for (tiny, bit) in [(Float(0x1p-40), true), (-0x1p-40, false), (0x1p-140, true), (-0x1p-140, false)] {
      let x = GuardedArray<Float>([1, 1, tiny, .infinity]), gate = GuardedArray<Float>([1, -1, 1])
      let bits = BitMatrix(1, 1)
      let room = GuardedArray<Float>(count: zt_pack_signs_f32_workspace(1, 3, 1), of: .nan)
      tier.table.pack_signs_f32(1, 3, 1, x.pointer, 3, gate.pointer, 3, bits.pointer, 1, nil, room.pointer)
      #expect(bits[0, 0] == bit)
    }
  }

  /// The public functions, and equal lines found by hashes that exist already.
  @Test func hashedLinesAreTheDistinctOnes() {
    var random = SeededGenerator()
    let (n, d, p) = (100, 2, 300)
    let x = Matrix(n, d) { _, _ in random.unit() }, gates = Matrix(p, d) { _, _ in random.unit() }
    let bits = BitMatrix(p, n), hashes = GuardedArray<UInt64>(count: p, of: 0)
    let room = GuardedArray(count: zt_pack_signs_f64_workspace(n, d, p), of: gap)
    zt_pack_hashed_signs_f64(
      n, d, p, x.pointer, d, gates.pointer, d, bits.pointer, bits.stride, hashes.pointer, room.pointer)
    let first = GuardedArray(count: p, of: -1), again = GuardedArray(count: p, of: -1)
    let scratch = GuardedArray<Int>(count: zt_distinct_lines_workspace(p), of: -1)
    let count = zt_distinct_lines(p, n, bits.pointer, bits.stride, first.pointer, scratch.pointer)
    #expect(
      count
        == zt_distinct_hashed_lines(
          p, n, bits.pointer, bits.stride, hashes.pointer, again.pointer, scratch.pointer))
    #expect(first.values == again.values && count == Set(bits.words).count && count < p)
  }

  /// Whole numbers for weights: their sums are exact in any order.
  @Test(arguments: Tier.all) func weightedGramSumsTheSharedWeights(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, p) in [(0, 3), (3, 0), (1, 1), (9, 66), (20, 131)] {
      let bits = BitMatrix(n, p, padding: 1) { _, _ in random.next() & 1 == 1 }
      let weights = GuardedArray((0..<p).map { _ in Double(random.below(9)) })
      let k = Matrix(n, n, padding: 1) { _, _ in 2 }
      let room = GuardedArray(count: zt_weighted_hadamard_gram_workspace(p), of: gap)
      tier.table.weighted_hadamard_gram_f64(
        0, n, p, bits.pointer, bits.stride, weights.pointer, k.pointer, k.stride, room.pointer)
      #expect(k.gapsAreUntouched)
      for a in 0..<n {
        for b in 0..<n {
          let shared = (0..<p).filter { bits[a, $0] && bits[b, $0] }.reduce(0) { $0 + weights.pointer[$1] }
          #expect(k[a, b] == (b <= a ? 2 * shared : 2))
        }
      }
    }
  }
}
