/// Everything a masked product needs, at random.
struct MaskedProblem<Real: KernelReal> {
  var x: RealMatrix<Real>, u: RealMatrix<Real>, r: RealMatrix<Real>
  var patternBits: BitMatrix, sampleBits: BitMatrix
  var outputs: Int, on: Real, off: Real
  private let padding: Int

  init(
    _ n: Int, _ d: Int, _ p: Int, outputs: Int = 1, on: Real = 1, off: Real = 0, padding: Int = 0,
    at placement: GuardedArray<Real>.Placement = .end, offset: Int = 0, using random: inout SeededGenerator
  ) {
    var generator = random
    let entry = { (_: Int, _: Int) in Real(generator.unit()) }
    (self.outputs, self.on, self.off, self.padding) = (outputs, on, off, padding)
    x = RealMatrix(n, d, padding: padding, at: placement, offset: offset, entry: entry)
    u = RealMatrix(p, outputs * d, padding: padding, at: placement, offset: offset, entry: entry)
    r = RealMatrix(n, outputs, padding: padding, at: placement, offset: offset, entry: entry)
    let bitPlacement: GuardedArray<UInt64>.Placement = placement == .end ? .end : .start
    patternBits = BitMatrix(p, n, padding: padding, at: bitPlacement) { _, _ in generator.next() & 1 == 1 }
    let patterns = patternBits
    sampleBits = BitMatrix(n, p, padding: padding, at: bitPlacement) { patterns[$1, $0] }
    random = generator
  }

  /// The map with one of its layouts of bits: a product must not ask for the other.
  func operands(samples: BitMatrix? = nil, patterns: BitMatrix? = nil) -> MaskedOperands<Real> {
    MaskedOperands(
      x: x, sampleBits: samples, patternBits: patterns, patterns: u.rows, outputs: outputs, on: on, off: off)
  }

  func forward(_ tier: Tier, _ samples: Range<Int>? = nil, offset: Int = 0) -> RealMatrix<Real> {
    let f = RealMatrix<Real>(x.rows, outputs, padding: padding, offset: offset)
    tier.forward(operands(samples: sampleBits), samples ?? 0..<x.rows, u, into: f)
    return f
  }

  func adjoint(_ tier: Tier, _ patterns: Range<Int>? = nil, offset: Int = 0) -> RealMatrix<Real> {
    let g = RealMatrix<Real>(u.rows, outputs * x.columns, padding: padding, offset: offset)
    tier.adjoint(operands(patterns: patternBits), patterns ?? 0..<u.rows, r, into: g)
    return g
  }

  private func weight(_ sample: Int, _ pattern: Int) -> Double {
    Double(sampleBits[sample, pattern] ? on : off)
  }

  func naiveForward(_ k: Int, _ output: Int) -> Naive.Sum {
    var sum = Naive.Sum()
    for i in 0..<u.rows where sampleBits[k, i] || off != 0 {
      for c in 0..<x.columns {
        sum.add(weight(k, i) * Double(x[k, c]), Double(u[i, output * x.columns + c]))
      }
    }
    return sum
  }

  func naiveAdjoint(_ i: Int, _ output: Int, _ column: Int) -> Naive.Sum {
    var sum = Naive.Sum()
    for k in 0..<x.rows where sampleBits[k, i] || off != 0 {
      sum.add(weight(k, i) * Double(r[k, output]), Double(x[k, column]))
    }
    return sum
  }

  /// Nil if both products of the tier agree with the definitions, else what does not.
  func fault(of tier: Tier, offset: Int = 0) -> String? {
    let f = forward(tier, offset: offset)
    for k in 0..<x.rows {
      for o in 0..<outputs {
        let want = naiveForward(k, o)
        guard want.agrees(with: f[k, o]) else { return "f[\(k), \(o)] = \(f[k, o]), not \(want.value)" }
      }
    }
    let g = adjoint(tier, offset: offset)
    for i in 0..<u.rows {
      for j in 0..<outputs * x.columns {
        let want = naiveAdjoint(i, j / x.columns, j % x.columns)
        guard want.agrees(with: g[i, j]) else { return "g[\(i), \(j)] = \(g[i, j]), not \(want.value)" }
      }
    }
    return f.gapsAreUntouched && g.gapsAreUntouched ? nil : "a gap between rows was written"
  }
}
