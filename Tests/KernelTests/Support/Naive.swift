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

    func agrees<Real: KernelReal>(with other: Real, terms more: Int = 0) -> Bool {
      abs(value - Double(other)) <= 4 * Double(terms + more) * Double(Real.ulpOfOne) * magnitude
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
