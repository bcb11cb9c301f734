import CKernelTiers
import Testing

/// The proximal steps and the projection on the simplex against what defines them.
@Suite struct ProximalStepTests {
  /// v minimises ||v - t||^2 / 2 + theta1 ||v||_1 + theta2 ||v||_2: t - v is a subgradient there.
  @Test(arguments: Tier.all) func sparseGroupShrinkIsOptimal(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 1...40 {
      for (theta1, theta2) in [(0.0, 0.0), (0.3, 0), (0, 0.8), (0.2, 0.9), (0.5, 2)] {
        let t = Matrix(9, d, padding: 1) { _, _ in random.unit() }, v = Matrix(9, d, padding: 2)
        let norms = GuardedArray(count: 9, of: gap), support = GuardedArray(count: 9, of: -1)
        let survivors = tier.table.sparse_group_shrink_f64(
          9, d, t.pointer, t.stride, theta1, theta2, v.pointer, v.stride, norms.pointer,
          UnsafeMutableRawPointer(support.pointer).assumingMemoryBound(to: Int.self))
        #expect(v.gapsAreUntouched)
        var expected: [Int] = []
        for i in 0..<9 {
          let (t, v) = (t.row(i), v.row(i))
          let norm = Naive.norm(v)
          #expect(abs(norms.values[i] - norm) < 1e-14)
          if norm > 0 { expected.append(i) }
          let softened = Naive.norm(t.map { max(abs($0) - theta1, 0) })
          #expect((norm > 0) == (softened > theta2))
          for j in 0..<d where norm > 0 {
            let rest = t[j] - v[j] - theta2 * v[j] / norm
            #expect(
              v[j] == 0 ? abs(rest) <= theta1 + 1e-14 : abs(rest - (v[j] > 0 ? theta1 : -theta1)) < 1e-14)
          }
        }
        #expect(Array(support.values.prefix(survivors)) == expected)
      }
    }
  }

  /// t = prox(t) + projection on the cube (Moreau), entries on the threshold do not survive.
  @Test(arguments: Tier.all) func softThresholdLeavesTheCube(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 {
      let t = GuardedArray((0..<n).map { $0 % 5 == 0 ? 0.5 : random.unit() })
      let v = GuardedArray(count: n, of: gap), support = GuardedArray(count: n, of: -1)
      let survivors = tier.table.soft_threshold_f64(n, t.pointer, 0.5, v.pointer, support.pointer)
      for j in 0..<n {
        #expect(abs(t.values[j] - v.values[j] - min(max(t.values[j], -0.5), 0.5)) <= 0x1p-53)
      }
      #expect(Array(support.values.prefix(survivors)) == (0..<n).filter { abs(t.values[$0]) > 0.5 })
      #expect(tier.table.soft_threshold_f64(n, t.pointer, 0.5, v.pointer, nil) == survivors)
    }
  }

  private func project(_ tier: Tier, _ t: [[Double]], _ radius: Double) -> (v: [[Double]], counts: [Int]) {
    let d = t.first?.count ?? 0, v = Matrix(t.count, d, padding: 1)
    let counts = GuardedArray(count: t.count, of: -1)
    let from = Matrix(t.count, d) { t[$0][$1] }
    let total = tier.table.simplex_rows_f64(
      t.count, d, from.pointer, from.stride, radius, v.pointer, v.stride, counts.pointer)
    #expect(total == counts.values.reduce(0, +))
    #expect(v.gapsAreUntouched)
    return ((0..<t.count).map(v.row), counts.values)
  }

  /// The nearest point with a given support is t - tau on it; the nearest of all supports is the projection.
  private func nearest(_ t: [Double], _ radius: Double) -> [Double] {
    var best = [Double](), least = Double.infinity
    for subset in 1..<(1 << t.count) {
      let inside = t.indices.filter { subset >> $0 & 1 == 1 }
      let tau = (inside.reduce(0) { $0 + t[$1] } - radius) / Double(inside.count)
      let v = t.indices.map { subset >> $0 & 1 == 1 ? t[$0] - tau : 0 }
      let distance = zip(t, v).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      if v.allSatisfy({ $0 >= 0 }) && distance < least { (best, least) = (v, distance) }
    }
    return best
  }

  @Test(arguments: Tier.all) func simplexRowsAreTheNearestPoints(_ tier: Tier) {
    var random = SeededGenerator()
    for d in 1...7 {
      for radius in [0.25, 1, 3] {
        // Ties: multiples of a quarter.
        let t = (0..<11).map { k in
          (0..<d).map { _ in k % 2 == 0 ? random.unit() * 2 : Double(random.below(9) - 4) / 4 }
        }
        let (v, counts) = project(tier, t, radius)
        for i in t.indices {
          for (got, want) in zip(v[i], nearest(t[i], radius)) { #expect(abs(got - want) < 1e-14) }
          #expect(counts[i] == v[i].count { $0 > 0 })
        }
      }
    }
  }

  /// v >= 0 with the right sum, and t - v is tau on the support and at most tau off it.
  @Test(arguments: Tier.all) func simplexRowsOfEveryLength(_ tier: Tier) {
    var random = SeededGenerator()
    for d in [1, 2, 8, 15, 16, 17, 63, 64, 65, 66, 130, 1000] {
      for offset in [0, 1e6] {
        let t = (0..<9).map { _ in (0..<d).map { _ in offset + random.unit() } }
        let (v, _) = project(tier, t, 1)
        for i in t.indices {
          #expect(abs(v[i].reduce(0, +) - 1) < 1e-12 * Double(d))
          let taus = zip(t[i], v[i]).filter { $0.1 > 0 }.map { $0.0 - $0.1 }
          let tau = taus[0], slack = 4 * (offset + 1) * .ulpOfOne * Double(d)
          #expect(taus.allSatisfy { abs($0 - tau) <= slack } && v[i].allSatisfy { $0 >= 0 })
          #expect(zip(t[i], v[i]).allSatisfy { $0.1 > 0 || $0.0 <= tau + slack })
        }
      }
    }
  }

  @Test(arguments: Tier.all) func simplexRowsThatAreNone(_ tier: Tier) {
    for d in [3, 70] {
      let rest = [Double](repeating: 0.5, count: d - 2)
      let rows = [
        [.nan, 1] + rest, [.infinity, 1] + rest, [-.infinity, 1] + rest, [1e300, -1e300] + rest,
        [0, 0] + rest,
        [Double](repeating: -.infinity, count: d),
      ]
      let (v, counts) = project(tier, rows, 1)
      for i in [0, 1, 5] { #expect(v[i].allSatisfy(\.isNaN) && counts[i] == d) }
      #expect(v[2][0] == 0 && abs(v[2].reduce(0, +) - 1) < 1e-12)
      #expect(v[3][0] == 1 && counts[3] == 1)
      let (zero, none) = project(tier, rows, 0)
      #expect(zero[4].allSatisfy { $0 == 0 } && none[4] == 0)
    }
  }

  /// Squares of these floats overflow or vanish in float, the norms do not.
  @Test(arguments: Tier.all) func floatNormsKeepTheirRange(_ tier: Tier) {
    for d in [2, 5, 40] {
      let g = GuardedArray<Float>(count: 3 * d, of: 0)
      for (i, scale) in [Float(1e30), 1e-30, 0x1p-149].enumerated() {
        g.pointer[i * d] = 3 * scale
        g.pointer[i * d + 1] = 4 * scale
      }
      let norms = GuardedArray<Float>(count: 3, of: 0)
      tier.table.block_norms_f32(3, d, g.pointer, d, norms.pointer)
      #expect(
        zip(norms.values, [Float(5e30), 5e-30, 5 * Float.leastNonzeroMagnitude]).allSatisfy {
          abs($0 - $1) <= 1e-6 * $1
        })
      let shrunk = tier.table.group_shrink_f32(3, d, g.pointer, d, 1e-30, g.pointer, d, norms.pointer, nil)
      #expect(shrunk == 2 && abs(norms.values[1] - 4e-30) < 1e-35)
    }
  }
}
