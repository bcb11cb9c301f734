import Testing

/// The masked products against their definitions, at every kind of edge.
@Suite struct MaskedProductTests {
  @Test(arguments: Tier.all) func everyTailOfSamples(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 {
      let problem = MaskedProblem(n, 5, 6, using: &random)
      #expect(problem.fault(of: tier) == nil, "n = \(n)")
    }
  }

  @Test(arguments: Tier.all) func everyTailOfPatterns(_ tier: Tier) {
    var random = SeededGenerator()
    for p in 0...67 {
      let problem = MaskedProblem(6, 5, p, padding: 1, using: &random)
      #expect(problem.fault(of: tier) == nil, "p = \(p)")
    }
  }

  @Test(arguments: Tier.all) func everyTailOfFeatures(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 0...20 {
      let problem = MaskedProblem(9, d, 7, padding: d % 3, using: &random)
      #expect(problem.fault(of: tier) == nil, "d = \(d)")
    }
  }

  @Test(arguments: Tier.all) func severalTilesAndPanels(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p) in [(130, 9, 129), (64, 8, 64), (128, 4, 65), (193, 13, 3), (3, 17, 200)] {
      let problem = MaskedProblem(n, d, p, padding: 3, using: &random)
      #expect(problem.fault(of: tier) == nil, "\(n) x \(d), \(p) patterns")
    }
  }

  /// More outputs than one block of them holds.
  @Test(arguments: Tier.all) func severalBlocks(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p) in [(2051, 1, 2), (2, 1, 2051)] {
      let problem = MaskedProblem(n, d, p, using: &random)
      #expect(problem.fault(of: tier) == nil, "\(n) x \(d), \(p) patterns")
    }
  }

  /// Doubles need the alignment of a double and no more: all eight places within a cache line.
  @Test(arguments: Tier.all) func everyAlignment(_ tier: Tier) {
    var random = SeededGenerator()
    for offset in stride(from: 0, to: 64, by: 8) {
      for placement in GuardedArray<Double>.Placement.allCases {
        let problem = MaskedProblem(13, 9, 11, padding: 1, at: placement, offset: offset, using: &random)
        #expect(problem.fault(of: tier, offset: offset) == nil, "offset \(offset)")
      }
    }
  }

  @Test(arguments: Tier.all) func adjointToEachOther(_ tier: Tier) {
    var random = SeededGenerator()
    let problem = MaskedProblem(71, 10, 37, using: &random)
    let f = tier.forward(problem.x, problem.sampleBits, problem.u)
    let g = Matrix(37, 10)
    tier.adjoint(problem.x, problem.patternBits, problem.r, into: g)
    let left = zip(f, problem.r.values).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(g.entries, problem.u.entries).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-11)
  }

  /// Whole numbers have no rounding, so the order of summation cannot hide a wrong term.
  @Test(arguments: Tier.all) func wholeNumbersAreExact(_ tier: Tier) {
    var random = SeededGenerator()
    var problem = MaskedProblem(75, 6, 70, using: &random)
    problem.x = Matrix(75, 6) { k, c in Double((k * 7 + c * 3) % 11 - 5) }
    problem.u = Matrix(70, 6) { i, c in Double((i * 5 + c) % 13 - 6) }
    let f = tier.forward(problem.x, problem.sampleBits, problem.u)
    #expect(f == Naive.forward(problem.x, problem.sampleBits, problem.u).map(\.value))
  }
}
