import Testing

/// The proximal step of the group norm, and the norms themselves.
@Suite struct GroupShrinkTests {
  private static func close(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= 64 * .ulpOfOne * max(abs(a), abs(b))
  }

  @Test(arguments: Tier.all) func normsOfEveryLength(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 0...67 {
      for offset in [0, 8, 24, 56] {
        let g = Matrix(3, d, padding: d % 4, offset: offset) { _, _ in random.unit() }
        let norms = tier.norms(g)
        for i in 0..<3 { #expect(Self.close(norms[i], Naive.norm(g.row(i))), "d = \(d)") }
      }
    }
  }

  @Test(arguments: Tier.all) func normsAtTheEdges(_ tier: Tier) {
    let rows: [[Double]] = [
      [3, 4], [0, 0], [3e-200, 4e-200], [0x3p-1040, 0x4p-1040], [.leastNonzeroMagnitude, 0], [1e200, 0],
      [.nan, 1], [.infinity, 1],
    ]
    let norms = tier.norms(Matrix(rows.count, 2) { rows[$0][$1] })
    #expect(norms[0] == 5 && norms[1] == 0)
    #expect(Self.close(norms[2], 5e-200) && norms[3] == 0x5p-1040 && norms[4] == .leastNonzeroMagnitude)
    #expect(norms[5] == .infinity && norms[6].isNaN && norms[7] == .infinity)
  }

  /// t = prox(t) + projection on the ball of radius theta, which is what is left (Moreau).
  @Test(arguments: Tier.all) func moreau(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 1...37 {
      for theta in [0, 0.3, 1, 2.5] {
        let t = Matrix(9, d, padding: 1) { i, _ in random.unit() * Double(i) / 4 }
        let v = Matrix(9, d, padding: 3)
        let result = tier.shrink(t, by: theta, into: v)
        #expect(v.gapsAreUntouched)
        for i in 0..<9 {
          let norm = Naive.norm(t.row(i))
          let rest = zip(t.row(i), v.row(i)).map { $0 - $1 }
          if norm <= theta {
            #expect(v.row(i).allSatisfy { $0 == 0 } && result.norms[i] == 0)
          } else {
            #expect(Self.close(Naive.norm(rest), theta) || abs(Naive.norm(rest) - theta) < 1e-15 * norm * 8)
            #expect(abs(result.norms[i] - Naive.norm(v.row(i))) <= 64 * .ulpOfOne * norm)
            for c in 0..<d {
              #expect(abs(v[i, c] - (1 - theta / norm) * t[i, c]) <= 64 * .ulpOfOne * abs(t[i, c]))
            }
          }
        }
        #expect(result.support == (0..<9).filter { Naive.norm(t.row($0)) > theta })
      }
    }
  }

  @Test(arguments: Tier.all) func inPlaceIsTheSame(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 0...35 {
      let t = Matrix(5, d, padding: 2) { _, _ in random.unit() }
      let v = Matrix(5, d)
      let apart = tier.shrink(t, by: 0.9, into: v)
      let inside = tier.shrink(t, by: 0.9, into: t)
      #expect(t.bitPatterns == v.bitPatterns && t.gapsAreUntouched)
      #expect(apart.norms == inside.norms && apart.support == inside.support)
    }
  }

  /// 0 / 0 must not appear: a zero block stays zero even without a threshold.
  @Test(arguments: Tier.all) func zeroBlocks(_ tier: Tier) {
    for theta in [0, 1, Double.infinity] {
      let v = Matrix(2, 5)
      let result = tier.shrink(Matrix(2, 5) { i, _ in i == 0 ? 0 : -0.0 }, by: theta, into: v)
      #expect(v.entries == Array(repeating: 0, count: 10))
      #expect(result.norms == [0, 0] && result.support.isEmpty)
    }
  }

  @Test(arguments: Tier.all) func onTheThresholdNothingSurvives(_ tier: Tier) {
    let v = Matrix(3, 2)
    let t = Matrix(3, 2) { i, c in [3.0, 4][c] * (i == 1 ? 1.0000000000000002 : 1) }
    #expect(tier.shrink(t, by: 5, into: v).support == [1])
  }

  @Test(arguments: Tier.all) func subnormalBlocksSurviveAZeroThreshold(_ tier: Tier) {
    let t = Matrix(2, 3) { i, c in i == 0 ? 0x1p-1040 * Double(c) : 1e-200 }
    let v = Matrix(2, 3)
    #expect(tier.shrink(t, by: 0, into: v).support == [0, 1])
    #expect(v.bitPatterns == t.bitPatterns)
  }

  @Test(arguments: Tier.all) func notANumberSurvives(_ tier: Tier) {
    let t = Matrix(3, 6) { i, c in i == 1 && c == 4 ? .nan : 1 }
    let v = Matrix(3, 6)
    let result = tier.shrink(t, by: 100, into: v)
    #expect(result.support == [1] && result.norms[1].isNaN && result.norms[0] == 0)
    #expect(
      v.row(1).allSatisfy(\.isNaN) && v.row(0).allSatisfy { $0 == 0 } && v.row(2).allSatisfy { $0 == 0 })
  }
}
