import CZonotope
import Testing

/// Norms of adjoint products without the products.
@Suite struct BlockNormTests {
  private static let kinds = [ZT_NORM_BLOCK, ZT_NORM_OUTPUTS, ZT_NORM_SPECTRAL]

  /// The norms of g, from its numbers alone; singular values by power iteration.
  private static func naive(_ g: Matrix, _ outputs: Int, _ kind: zt_block_norm) -> [Double] {
    let d = g.columns / max(outputs, 1)
    return (0..<g.rows).flatMap { i -> [Double] in
      let rows = (0..<outputs).map { o in Array(g.row(i)[o * d..<(o + 1) * d]) }
      if kind == ZT_NORM_BLOCK { return [Naive.norm(rows.flatMap { $0 })] }
      if kind == ZT_NORM_OUTPUTS { return rows.map(Naive.norm) }
      var v = (0..<d).map { 1 + 0.1 * Double($0) }, length = 0.0
      for _ in 0..<4000 {
        let image = rows.map { row in zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } }
        let back = (0..<d).map { j in zip(rows, image).reduce(0) { $0 + $1.0[j] * $1.1 } }
        length = Naive.norm(back)
        v = length > 0 ? back.map { $0 / length } : back
      }
      return [length.squareRoot()]
    }
  }

  private static func norms(_ problem: MaskedProblem<Double>, _ kind: zt_block_norm, _ patterns: Range<Int>)
    -> [Double]
  {
    var map = Double.map(problem.operands(patterns: problem.patternBits))
    let each = kind == ZT_NORM_OUTPUTS ? problem.outputs : 1
    let norms = GuardedArray(count: problem.u.rows * each, of: gap)
    let room = GuardedArray(count: zt_masked_norms_f64_workspace(&map), of: gap)
    zt_masked_norms_f64(
      &map, kind, patterns.lowerBound, patterns.upperBound, problem.r.pointer, problem.r.stride,
      norms.pointer, room.pointer)
    return norms.values
  }

  private static func largest(_ problem: MaskedProblem<Double>, _ kind: zt_block_norm, _ patterns: Range<Int>)
    -> (index: Int, norm: Double)
  {
    var map = Double.map(problem.operands(patterns: problem.patternBits))
    let room = GuardedArray(count: zt_masked_norms_f64_workspace(&map), of: gap)
    var norm = gap
    let index = zt_masked_largest_f64(
      &map, kind, patterns.lowerBound, patterns.upperBound, problem.r.pointer, problem.r.stride, &norm,
      room.pointer)
    return (Int(index), norm)
  }

  @Test func areThoseOfTheProduct() throws {
    var random = SeededGenerator()
    let tier = Tier(name: String(cString: try #require(zt_kernel_tier())))
    for (n, d, p, c) in [
      (30, 5, 9, 1), (70, 3, 130, 4), (40, 9, 20, 2), (20, 2, 6, 5), (9, 0, 3, 2), (0, 4, 3, 1),
    ] {
      let problem = MaskedProblem<Double>(n, d, p, outputs: c, padding: 1, using: &random)
      let g = problem.adjoint(tier)
      for kind in Self.kinds {
        let got = Self.norms(problem, kind, 0..<p), want = Self.naive(g, c, kind)
        #expect(got.count == want.count)
        for (a, b) in zip(got, want) { #expect(abs(a - b) <= 1e-12 * b, "\(n) \(d) \(p) \(c) \(kind)") }
      }
    }
  }

  /// Chunks begin anew in every range, and nothing may depend on it.
  @Test func rangesGiveTheSameBits() {
    var random = SeededGenerator()
    let problem = MaskedProblem<Double>(40, 20, 2100, outputs: 2, using: &random)
    for kind in Self.kinds {
      let each = kind == ZT_NORM_OUTPUTS ? 2 : 1
      let whole = Self.norms(problem, kind, 0..<2100), part = Self.norms(problem, kind, 7..<2080)
      for i in 0..<2100 * each {
        let want = (7 * each..<2080 * each).contains(i) ? whole[i] : gap
        #expect(part[i].bitPattern == want.bitPattern)
      }
      let (index, norm) = Self.largest(problem, kind, 0..<2100)
      #expect(norm == whole.max() && index == whole.firstIndex(of: norm))
    }
  }

  @Test func anEmptyRangeHasNone() {
    var random = SeededGenerator()
    let problem = MaskedProblem<Double>(5, 2, 4, outputs: 3, using: &random)
    let (index, norm) = Self.largest(problem, ZT_NORM_OUTPUTS, 2..<2)
    #expect(index == 6 && norm == 0)
  }

  /// Singular values that are close, equal, or of very different size.
  @Test func singularValuesAreAccurate() {
    for (a, b) in [(3.0, 3.0), (1, 1 - 0x1p-40), (1e100, 1e-100), (1e-150, 1e-155), (5, 0)] {
      // One sample a row of the block: the block is r' x, a rotated diagonal.
      let (cosine, sine) = (0.6, 0.8)
      var random = SeededGenerator()
      let problem = MaskedProblem<Double>(2, 2, 1, outputs: 2, using: &random)
      (problem.r[0, 0], problem.r[0, 1], problem.r[1, 0], problem.r[1, 1]) = (a, 0, 0, b)
      (problem.x[0, 0], problem.x[0, 1], problem.x[1, 0], problem.x[1, 1]) = (cosine, sine, -sine, cosine)
      problem.patternBits.pointer[0] = 3
      let norm = Self.largest(problem, ZT_NORM_SPECTRAL, 0..<1).norm
      #expect(abs(norm - max(a, b)) <= 8 * Double.ulpOfOne * max(a, b))
    }
  }

  /// A certificate must never take a number that is not one for small.
  @Test func nonFiniteNumbersAreLargest() {
    var random = SeededGenerator()
    for value in [Double.nan, .infinity] {
      let problem = MaskedProblem<Double>(9, 3, 5, outputs: 2, using: &random)
      for k in 0..<9 { problem.r[k, 1] = value }
      problem.patternBits.pointer[0] = 0
      for kind in Self.kinds {
        let (index, norm) = Self.largest(problem, kind, 0..<5)
        #expect(!norm.isFinite && index > 0)
      }
    }
  }

  @Test func floatsAreMeasuredInDouble() {
    var random = SeededGenerator()
    let problem = MaskedProblem<Float>(60, 40, 12, using: &random)
    var map = Float.map(problem.operands(patterns: problem.patternBits))
    let room = GuardedArray(count: zt_masked_norms_f32_workspace(&map), of: Float.gap)
    let g = RealMatrix<Float>(12, 40), norms = GuardedArray(count: 12, of: gap)
    zt_masked_adjoint_f32(&map, 0, 12, problem.r.pointer, problem.r.stride, g.pointer, g.stride, room.pointer)
    zt_masked_norms_f32(
      &map, ZT_NORM_BLOCK, 0, 12, problem.r.pointer, problem.r.stride, norms.pointer, room.pointer)
    for i in 0..<12 {
      let want = Naive.norm(g.row(i).map(Double.init))
      #expect(abs(norms.values[i] - want) <= 48 * 0x1p-53 * want)
    }
  }
}
