/// The definitions, written without looking at the kernels: one sum an output, in the order of the formula.
enum Naive {
  /// A value and what its error may be: four roundings of the sum of magnitudes for every term.
  struct Sum {
    var value = 0.0, magnitude = 0.0, terms = 0

    mutating func add(_ a: Double, _ b: Double) {
      value += a * b
      magnitude += abs(a) * abs(b)
      terms += 1
    }

    func agrees(with other: Double, terms more: Int = 0) -> Bool {
      abs(value - other) <= 4 * Double(terms + more) * .ulpOfOne * magnitude
    }
  }

  static func forward(_ x: Matrix, _ sampleBits: BitMatrix, _ u: Matrix) -> [Sum] {
    (0..<x.rows).map { k in
      var sum = Sum()
      for i in 0..<u.rows where sampleBits[k, i] {
        for c in 0..<x.columns { sum.add(x[k, c], u[i, c]) }
      }
      return sum
    }
  }

  static func adjoint(_ x: Matrix, _ patternBits: BitMatrix, _ r: [Double]) -> [Sum] {
    (0..<patternBits.lines).flatMap { i in
      (0..<x.columns).map { c in
        var sum = Sum()
        for k in 0..<x.rows where patternBits[i, k] { sum.add(r[k], x[k, c]) }
        return sum
      }
    }
  }

  static func norm(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

/// Everything a masked product needs, at random.
struct MaskedProblem {
  var x: Matrix, u: Matrix, r: GuardedArray<Double>, patternBits: BitMatrix, sampleBits: BitMatrix

  init(
    _ n: Int, _ d: Int, _ p: Int, padding: Int = 0, at placement: GuardedArray<Double>.Placement = .end,
    offset: Int = 0, using random: inout SeededGenerator
  ) {
    var generator = random
    x = Matrix(n, d, padding: padding, at: placement, offset: offset) { _, _ in generator.unit() }
    u = Matrix(p, d, padding: padding, at: placement, offset: offset) { _, _ in generator.unit() }
    r = GuardedArray((0..<n).map { _ in generator.unit() }, at: placement, offset: offset)
    let bitPlacement: GuardedArray<UInt64>.Placement = placement == .end ? .end : .start
    patternBits = BitMatrix(p, n, padding: padding, at: bitPlacement) { _, _ in generator.next() & 1 == 1 }
    let patterns = patternBits
    sampleBits = BitMatrix(n, p, padding: padding, at: bitPlacement) { patterns[$1, $0] }
    random = generator
  }

  /// Nil if both products of the tier agree with the definitions, else what does not.
  func fault(of tier: Tier, offset: Int = 0) -> String? {
    let f = tier.forward(x, sampleBits, u, offset: offset)
    for (k, (got, want)) in zip(f, Naive.forward(x, sampleBits, u)).enumerated()
    where !want.agrees(with: got) { return "f[\(k)] = \(got), not \(want.value)" }
    let g = Matrix(u.rows, u.columns, padding: u.stride - u.columns, offset: offset)
    tier.adjoint(x, patternBits, r, into: g)
    for (j, (got, want)) in zip(g.entries, Naive.adjoint(x, patternBits, r.values)).enumerated()
    where !want.agrees(with: got) { return "g[\(j)] = \(got), not \(want.value)" }
    return g.gapsAreUntouched ? nil : "a gap between rows of g was written"
  }
}
