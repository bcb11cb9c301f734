import Testing

/// Threads may cut the outputs anywhere: not a bit of a result may change.
@Suite struct RangeSplittingTests {
  private static let cuts = [0, 1, 4, 7, 64, 65, 130, 1030, 1100]

  @Test(arguments: Tier.all) func forwardBySamples(_ tier: Tier) {
    var random = SeededGenerator()
    let n = Self.cuts.last!
    let whole = MaskedProblem(n, 5, 70, using: &random)
    let f = tier.forward(whole.x, whole.sampleBits, whole.u)
    for (from, to) in zip(Self.cuts, Self.cuts.dropFirst()) {
      let x = Matrix(to - from, 5) { whole.x[from + $0, $1] }
      let bits = BitMatrix(to - from, 70) { whole.sampleBits[from + $0, $1] }
      let part = tier.forward(x, bits, whole.u)
      #expect(part.map(\.bitPattern) == f[from..<to].map(\.bitPattern))
    }
  }

  @Test(arguments: Tier.all) func adjointByPatterns(_ tier: Tier) {
    var random = SeededGenerator()
    let p = Self.cuts.last!
    let whole = MaskedProblem(70, 5, p, using: &random)
    let g = Matrix(p, 5)
    tier.adjoint(whole.x, whole.patternBits, whole.r, into: g)
    for (from, to) in zip(Self.cuts, Self.cuts.dropFirst()) {
      let bits = BitMatrix(to - from, 70) { whole.patternBits[from + $0, $1] }
      let part = Matrix(to - from, 5)
      tier.adjoint(whole.x, bits, whole.r, into: part)
      #expect(part.bitPatterns == (from..<to).flatMap { g.row($0) }.map(\.bitPattern))
    }
  }

  @Test(arguments: Tier.all) func hadamardGramByRows(_ tier: Tier) {
    var random = SeededGenerator()
    let bits = BitMatrix(23, 67) { _, _ in random.next() & 1 == 1 }
    let whole = Matrix(23, 23) { Double($0 + $1) + 0.1 }
    let parts = Matrix(23, 23) { Double($0 + $1) + 0.1 }
    tier.hadamard(0..<23, bits, whole)
    for rows in [0..<3, 3..<4, 4..<4, 4..<23] { tier.hadamard(rows, bits, parts) }
    #expect(parts.bitPatterns == whole.bitPatterns)
  }
}
