import CZonotope
import Testing

/// Products along a walk against the products of its patterns.
@Suite struct WalkTests {
  private struct Walk {
    var problem: MaskedProblem<Double>
    let base: BitMatrix, starts: GuardedArray<Int>, flips: GuardedArray<Int>

    /// Up to `most` flips a step; a sample may flip twice in one.
    init(
      _ n: Int, _ d: Int, _ p: Int, outputs: Int = 1, off: Double = 0, most: Int = 1,
      using random: inout SeededGenerator
    ) {
      var problem = MaskedProblem<Double>(n, d, p, outputs: outputs, off: off, using: &random)
      let first = problem.patternBits, base = BitMatrix(1, n) { _, k in p > 0 && first[0, k] }
      var bits = (0..<n).map { base[0, $0] }, starts = [0], flips: [Int] = []
      var lines = [bits]
      for _ in 1..<max(p, 1) {
        for _ in 0..<(n == 0 ? 0 : 1 + random.below(most)) {
          flips.append(random.below(n))
          bits[flips.last!].toggle()
        }
        starts.append(flips.count)
        lines.append(bits)
      }
      let patterns = lines
      (self.starts, self.flips) = (GuardedArray(starts), GuardedArray(flips))
      problem.patternBits = BitMatrix(p, n) { patterns[$0][$1] }
      problem.sampleBits = BitMatrix(n, p) { patterns[$1][$0] }
      (self.problem, self.base) = (problem, base)
    }

    private func withWalk<Result>(
      _ body: (inout zt_masked_f64, inout zt_walk, UnsafeMutablePointer<Double>) -> Result
    ) -> Result {
      // The bits of the map are not read.
      var map = Double.map(problem.operands())
      let room = GuardedArray(count: zt_walk_f64_workspace(&map), of: gap)
      return starts.pointer.withMemoryRebound(to: Int.self, capacity: 1) { starts in
        flips.pointer.withMemoryRebound(to: Int.self, capacity: 1) { flips in
          var walk = zt_walk(base: base.pointer, starts: starts, flips: flips)
          return body(&map, &walk, room.pointer)
        }
      }
    }

    func forward(_ samples: Range<Int>) -> Matrix {
      let f = Matrix(problem.x.rows, problem.outputs, padding: 1)
      withWalk { map, walk, room in
        zt_walk_forward_f64(
          &map, &walk, samples.lowerBound, samples.upperBound, problem.u.pointer, problem.u.stride, f.pointer,
          f.stride, room)
      }
      return f
    }

    func adjoint(_ patterns: Range<Int>) -> Matrix {
      let g = Matrix(problem.u.rows, problem.u.columns, padding: 1)
      withWalk { map, walk, room in
        zt_walk_adjoint_f64(
          &map, &walk, patterns.lowerBound, patterns.upperBound, problem.r.pointer, problem.r.stride,
          g.pointer,
          g.stride, room)
      }
      return g
    }

    func largest(_ kind: zt_block_norm) -> (index: Int, norm: Double) {
      var norm = gap
      let index = withWalk { map, walk, room in
        zt_walk_largest_f64(
          &map, &walk, kind, 0, problem.u.rows, problem.r.pointer, problem.r.stride, &norm, room)
      }
      return (Int(index), norm)
    }
  }

  @Test func agreesWithTheProductsOfItsPatterns() {
    var random = SeededGenerator()
    for (n, d, p, c, off, most) in [
      (1, 1, 1, 1, 0.0, 1), (30, 2, 60, 1, 0, 1), (67, 3, 200, 2, 0, 1), (20, 5, 90, 3, -1, 4),
      (40, 2, 70, 1, 0.1, 2),
      (0, 2, 4, 1, 0, 1), (9, 2, 0, 1, 0, 1),
    ] {
      let walk = Walk(n, d, p, outputs: c, off: off, most: most, using: &random)
      let f = walk.forward(0..<n), g = walk.adjoint(0..<p)
      // The bound of the header, with |x|, |u| and |r| below 1.
      let slope = max(1, abs(off))
      let ofFit = Double((2 * p + 3 * n + most + d) * p * d) * 0x1p-53 * slope
      for k in 0..<n {
        for o in 0..<c { #expect(abs(f[k, o] - walk.problem.naiveForward(k, o).value) <= ofFit) }
      }
      let ofBlock = Double((3 * n + most) * n) * 0x1p-53 * slope
      for i in 0..<p {
        for j in 0..<c * d {
          #expect(abs(g[i, j] - walk.problem.naiveAdjoint(i, j / d, j % d).value) <= ofBlock)
        }
      }
      #expect(f.gapsAreUntouched && g.gapsAreUntouched)
    }
  }

  @Test func rangesGiveTheSameBits() {
    var random = SeededGenerator()
    let walk = Walk(31, 3, 150, outputs: 2, most: 3, using: &random)
    let f = walk.forward(0..<31), g = walk.adjoint(0..<150)
    for range in [0..<1, 5..<31, 30..<31] {
      let part = walk.forward(range)
      for k in range { #expect(part.row(k).map(\.bitPattern) == f.row(k).map(\.bitPattern)) }
    }
    for range in [0..<10, 31..<32, 77..<150, 149..<150] {
      let part = walk.adjoint(range)
      for i in range { #expect(part.row(i).map(\.bitPattern) == g.row(i).map(\.bitPattern)) }
    }
  }

  @Test func theLargestNormIsThatOfItsBlocks() {
    var random = SeededGenerator()
    let walk = Walk(25, 3, 80, outputs: 2, using: &random), g = walk.adjoint(0..<80)
    let norms = (0..<80).map { Naive.norm(g.row($0)) }
    let (index, norm) = walk.largest(ZT_NORM_BLOCK)
    #expect(abs(norm - norms.max()!) <= 1e-14 * norm && norms[index] >= norm * (1 - 1e-14))
    let (row, length) = walk.largest(ZT_NORM_OUTPUTS)
    #expect(abs(Naive.norm(Array(g.row(row / 2)[row % 2 * 3..<row % 2 * 3 + 3])) - length) <= 1e-14 * length)
  }

  /// What is large, infinite or no number leaves nothing behind once it is switched off.
  @Test func whatIsSwitchedOffLeavesNothing() {
    var random = SeededGenerator()
    for value in [Double.nan, .infinity, .greatestFiniteMagnitude] {
      let walk = Walk(12, 2, 100, using: &random), problem = walk.problem
      problem.x[3, 0] = value
      problem.r[3, 0] = 2
      let g = walk.adjoint(0..<100)
      for i in 0..<100 {
        #expect(g[i, 0].isFinite == !problem.patternBits[i, 3])
        #expect(g[i, 1].isFinite)
      }
      let other = Walk(12, 2, 100, using: &random)
      other.problem.u[40, 1] = value.isFinite ? .infinity : value
      let f = other.forward(0..<12)
      for k in 0..<12 { #expect(f[k, 0].isFinite == !other.problem.sampleBits[k, 40]) }
    }
  }

  /// 10 000 steps later the sums are still those of the pattern.
  @Test func errorsDoNotPileUp() {
    var random = SeededGenerator()
    let walk = Walk(50, 1, 10_000, using: &random), g = walk.adjoint(0..<10_000)
    let errors = (9_900..<10_000).map { abs(g[$0, 0] - walk.problem.naiveAdjoint($0, 0, 0).value) }
    #expect(errors.max()! <= 1e-13)
  }
}
