import Testing

/// (M M') o K is the sum of the masked Gram matrices.
@Suite struct HadamardGramTests {
  @Test(arguments: Tier.all) func countsSharedPatterns(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, p) in [(0, 3), (1, 0), (1, 1), (2, 64), (3, 65), (8, 63), (17, 130), (20, 67)] {
      let bits = BitMatrix(n, p, padding: 1) { _, _ in random.next() & 1 == 1 }
      let before = Matrix(n, n, padding: 2) { _, _ in random.unit() }
      let after = Matrix(n, n, padding: 2) { before[$0, $1] }
      tier.hadamard(0..<n, bits, after)
      #expect(after.gapsAreUntouched)
      for a in 0..<n {
        for b in 0..<n {
          let shared = (0..<p).count { bits[a, $0] && bits[b, $0] }
          #expect(after[a, b] == (b <= a ? before[a, b] * Double(shared) : before[a, b]))
        }
      }
    }
  }

  @Test(arguments: Tier.all) func isTheSumOfMaskedGrams(_ tier: Tier) {
    var random = SeededGenerator()
    let (n, d, p) = (19, 4, 70)
    let x = Matrix(n, d) { _, _ in Double(random.below(9) - 4) }
    let bits = BitMatrix(n, p) { _, _ in random.next() & 1 == 1 }
    let dot = { (a: Int, b: Int) in (0..<d).reduce(0) { $0 + x[a, $1] * x[b, $1] } }
    let k = Matrix(n, n) { dot($0, $1) }
    tier.hadamard(0..<n, bits, k)
    for a in 0..<n {
      for b in 0...a {
        var sum = 0.0
        for i in 0..<p where bits[a, i] && bits[b, i] { sum += dot(a, b) }
        #expect(k[a, b] == sum)
      }
    }
  }
}
