import Testing

/// Threads may cut the outputs anywhere: not a bit of a result may change.
@Suite struct RangeSplittingTests {
  private static let cuts = [0, 1, 4, 7, 64, 65, 130, 1030, 1100]

  /// Shapes that are summed by tables, directly, in lanes and by themselves.
  private static let shapes = [(5, 70), (17, 3), (3, 4), (2, 100), (3, 1), (20, 1), (10, 12), (40, 8)]

  @Test(arguments: Tier.all) func forwardBySamples(_ tier: Tier) {
    func tryAll<Real: KernelReal>(_: Real.Type, _ random: inout SeededGenerator) {
      for (d, p) in Self.shapes {
        let problem = MaskedProblem<Real>(Self.cuts.last!, d, p, outputs: 2, using: &random)
        let whole = problem.forward(tier)
        for (from, to) in zip(Self.cuts, Self.cuts.dropFirst()) {
          let part = problem.forward(tier, from..<to)
          for k in 0..<Self.cuts.last! {
            // What lies outside of the range is left alone.
            let want = (from..<to).contains(k) ? whole.row(k) : [.gap, .gap]
            #expect(part.row(k).map(\.bitPattern) == want.map(\.bitPattern))
          }
        }
      }
    }
    var random = SeededGenerator()
    tryAll(Double.self, &random)
    tryAll(Float.self, &random)
  }

  @Test(arguments: Tier.all) func adjointByPatterns(_ tier: Tier) {
    func tryAll<Real: KernelReal>(_: Real.Type, _ random: inout SeededGenerator) {
      for (d, n) in Self.shapes {
        let problem = MaskedProblem<Real>(n, d, Self.cuts.last!, using: &random)
        let whole = problem.adjoint(tier), gap = [Real](repeating: .gap, count: d)
        for (from, to) in zip(Self.cuts, Self.cuts.dropFirst()) {
          let part = problem.adjoint(tier, from..<to)
          for i in 0..<Self.cuts.last! {
            let want = (from..<to).contains(i) ? whole.row(i) : gap
            #expect(part.row(i).map(\.bitPattern) == want.map(\.bitPattern))
          }
        }
      }
    }
    var random = SeededGenerator()
    tryAll(Double.self, &random)
    tryAll(Float.self, &random)
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
