import Testing

/// NaN and infinity reach exactly the outputs whose pattern selects them.
@Suite struct NonFiniteTests {
  private static let values = [Double.nan, .infinity, -.infinity]

  private static func same(_ a: Double, _ b: Double) -> Bool {
    a.isNaN ? b.isNaN : a.isInfinite ? a == b : b.isFinite
  }

  @Test(arguments: Tier.all) func inWeights(_ tier: Tier) {
    var random = SeededGenerator()
    for value in Self.values {
      for position in [0, 3, 4, 63, 64, 69] {
        let problem = MaskedProblem<Double>(67, 9, 70, using: &random)
        problem.u[position, position % 9] = value
        let f = tier.forward(problem.x, problem.sampleBits, problem.u)
        for k in 0..<67 {
          #expect(f[k].isFinite == !problem.sampleBits[k, position])
          let want = problem.sampleBits[k, position] ? value * problem.x[k, position % 9] : 0
          #expect(Self.same(want, f[k]))
        }
      }
    }
  }

  @Test(arguments: Tier.all) func inSamples(_ tier: Tier) {
    var random = SeededGenerator()
    for value in Self.values {
      for row in [0, 5, 63, 64, 66] {
        let problem = MaskedProblem<Double>(67, 9, 7, using: &random)
        problem.x[row, 4] = value
        let f = tier.forward(problem.x, problem.sampleBits, problem.u)
        let selected = (0..<7).contains { problem.sampleBits[row, $0] }
        for k in 0..<67 { #expect(f[k].isFinite == !(k == row && selected)) }
        let g = Matrix(7, 9)
        tier.adjoint(problem.x, problem.patternBits, problem.r, into: g)
        for i in 0..<7 {
          for c in 0..<9 {
            let want = c == 4 && problem.patternBits[i, row] ? value * problem.r[row, 0] : 0
            #expect(Self.same(want, g[i, c]))
          }
        }
      }
    }
  }

  @Test(arguments: Tier.all) func inResiduals(_ tier: Tier) {
    var random = SeededGenerator()
    for value in Self.values {
      let problem = MaskedProblem<Double>(67, 6, 9, using: &random)
      problem.r[65, 0] = value
      let g = Matrix(9, 6)
      tier.adjoint(problem.x, problem.patternBits, problem.r, into: g)
      for i in 0..<9 {
        for c in 0..<6 {
          #expect(Self.same(problem.patternBits[i, 65] ? value * problem.x[65, c] : 0, g[i, c]))
        }
      }
    }
  }

  /// Opposite infinities meet only in the outputs that select both.
  @Test(arguments: Tier.all) func oppositeInfinities(_ tier: Tier) {
    var random = SeededGenerator()
    let problem = MaskedProblem<Double>(67, 3, 40, using: &random)
    problem.x[1, 0] = .infinity
    problem.x[2, 0] = -.infinity
    problem.r[1, 0] = 1
    problem.r[2, 0] = 1
    let g = Matrix(40, 3)
    tier.adjoint(problem.x, problem.patternBits, problem.r, into: g)
    for i in 0..<40 {
      let (up, down) = (problem.patternBits[i, 1], problem.patternBits[i, 2])
      #expect(Self.same((up ? .infinity : 0) + (down ? -.infinity : 0), g[i, 0]))
    }
  }

  /// Without a pattern there is nothing to depend on.
  @Test(arguments: Tier.all) func emptyLinesGiveZero(_ tier: Tier) {
    let x = Matrix(3, 2) { k, _ in k == 1 ? .infinity : 1 }
    let u = Matrix(66, 2) { _, _ in 1 }
    let none = BitMatrix(3, 66) { _, _ in false }
    #expect(tier.forward(x, none, u) == [0, 0, 0])
    #expect(tier.forward(x, BitMatrix(3, 0) { _, _ in false }, Matrix(0, 2)) == [0, 0, 0])
    let g = Matrix(2, 2)
    tier.adjoint(x, BitMatrix(2, 3) { _, _ in false }, Matrix(3, 1) { k, _ in k == 1 ? .nan : 1 }, into: g)
    #expect(g.entries == [0, 0, 0, 0])
  }
}
