import Testing

/// The masked products against their definitions, at every kind of edge, in both precisions.
@Suite struct MaskedProductTests {
  /// Whether both precisions agree with the definitions; `label` says what was tried.
  private func check(
    _ tier: Tier, _ n: Int, _ d: Int, _ p: Int, outputs: Int = 1, on: Double = 1, off: Double = 0,
    padding: Int = 0, _ random: inout SeededGenerator
  ) {
    let label = "\(n) x \(d), \(p) patterns, \(outputs) outputs"
    let wide = MaskedProblem<Double>(
      n, d, p, outputs: outputs, on: on, off: off, padding: padding, using: &random)
    #expect(wide.fault(of: tier) == nil, "\(label)")
    let narrow = MaskedProblem<Float>(
      n, d, p, outputs: outputs, on: Float(on), off: Float(off), padding: padding, using: &random)
    #expect(narrow.fault(of: tier) == nil, "\(label), single")
  }

  /// Few patterns are summed directly or in lanes, a hundred by tables.
  @Test(arguments: Tier.all) func everyTailOfSamples(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 {
      check(tier, n, 5, 6, &random)
      check(tier, n, 17, 90, &random)
    }
  }

  /// A single pattern has kernels of its own, for few columns and for many; so have tiles of a few patterns.
  @Test(arguments: Tier.all) func everyTailOfFewPatterns(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 {
      for d in [1, 2, 3, 4, 5, 16, 33] {
        check(tier, n, d, 1, padding: n % 2, &random)
        check(tier, n, d, 1, outputs: 2, on: 0.5, off: -1, &random)
      }
      for p in [4, 7] { check(tier, n, 33, p, padding: 1, &random) }
    }
  }

  @Test(arguments: Tier.all) func everyTailOfPatterns(_ tier: Tier) {
    var random = SeededGenerator()
    for p in 0...67 {
      check(tier, 6, 5, p, padding: 1, &random)
      check(tier, 90, 17, p, padding: 1, &random)
    }
  }

  @Test(arguments: Tier.all) func everyTailOfFeatures(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 0...67 {
      check(tier, 9, d, 7, padding: d % 3, &random)
      check(tier, 30, d, 90, padding: d % 3, &random)
    }
  }

  @Test(arguments: Tier.all) func severalTilesAndPanels(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p) in [(130, 9, 129), (64, 8, 64), (128, 4, 65), (193, 13, 3), (3, 17, 200), (300, 40, 2)] {
      check(tier, n, d, p, padding: 3, &random)
    }
  }

  /// More outputs than one block of them holds.
  @Test(arguments: Tier.all) func severalBlocks(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p) in [(2051, 1, 2), (2, 1, 2051), (2051, 3, 40), (40, 3, 2051), (2, 40, 2051)] {
      check(tier, n, d, p, &random)
    }
  }

  @Test(arguments: Tier.all) func severalOutputs(_ tier: Tier) {
    var random = SeededGenerator()
    for (n, d, p, c) in [(70, 3, 5, 10), (65, 9, 90, 3), (100, 17, 30, 2), (4, 5, 6, 0)] {
      check(tier, n, d, p, outputs: c, padding: 2, &random)
    }
  }

  /// Leaky gates, absolute values, a linear map, and the other side of the mask.
  @Test(arguments: Tier.all) func anyTwoSlopes(_ tier: Tier) {
    var random = SeededGenerator()
    for (on, off) in [(1, 0.125), (1, -1), (0.75, 0), (1, 1), (0, 1), (0, 0)] {
      for (n, d, p) in [(70, 3, 5), (67, 9, 90), (130, 20, 30), (5, 40, 70)] {
        check(tier, n, d, p, outputs: 2, on: on, off: off, padding: 1, &random)
      }
    }
  }

  /// Numbers need the alignment of their type and no more: every place within a cache line.
  @Test(arguments: Tier.all) func everyAlignment(_ tier: Tier) {
    func tryAll<Real: KernelReal>(_: Real.Type, _ random: inout SeededGenerator) {
      for offset in stride(from: 0, to: 64, by: MemoryLayout<Real>.size) {
        for placement in GuardedArray<Real>.Placement.allCases {
          for (n, d, p) in [(13, 9, 11), (80, 19, 90)] {
            let problem = MaskedProblem<Real>(
              n, d, p, padding: 1, at: placement, offset: offset, using: &random)
            #expect(problem.fault(of: tier, offset: offset) == nil, "offset \(offset)")
          }
        }
      }
    }
    var random = SeededGenerator()
    tryAll(Double.self, &random)
    tryAll(Float.self, &random)
  }

  @Test(arguments: Tier.all) func adjointToEachOther(_ tier: Tier) {
    var random = SeededGenerator()
    let problem = MaskedProblem<Double>(71, 10, 37, outputs: 2, on: 1, off: -0.5, using: &random)
    let (f, g) = (problem.forward(tier), problem.adjoint(tier))
    let left = zip(f.entries, problem.r.entries).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(g.entries, problem.u.entries).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-11)
  }

  /// Whole numbers have no rounding, so the order of summation cannot hide a wrong term.
  @Test(arguments: Tier.all) func wholeNumbersAreExact(_ tier: Tier) {
    func tryOne<Real: KernelReal>(_: Real.Type, _ n: Int, _ d: Int, _ p: Int, _ random: inout SeededGenerator)
    {
      var problem = MaskedProblem<Real>(n, d, p, on: 2, off: -1, using: &random)
      problem.x = RealMatrix(n, d) { k, c in Real((k * 7 + c * 3) % 11 - 5) }
      problem.u = RealMatrix(p, d) { i, c in Real((i * 5 + c) % 13 - 6) }
      problem.r = RealMatrix(n, 1) { k, _ in Real(k % 7 - 3) }
      let (f, g) = (problem.forward(tier), problem.adjoint(tier))
      for k in 0..<n { #expect(Double(f[k, 0]) == problem.naiveForward(k, 0).value) }
      for i in 0..<p { for c in 0..<d { #expect(Double(g[i, c]) == problem.naiveAdjoint(i, 0, c).value) } }
    }
    var random = SeededGenerator()
    for (n, d, p) in [(75, 6, 70), (70, 2, 6), (100, 18, 90)] {
      tryOne(Double.self, n, d, p, &random)
      tryOne(Float.self, n, d, p, &random)
    }
  }
}
