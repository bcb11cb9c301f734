import Testing

@testable import Zonotope

/// The best coefficients of free columns, and dual points that are orthogonal to them.
@Suite struct FreeFitTests {
  enum Columns: String, CaseIterable, Sendable { case bias, skip, both }

  struct Setting {
    let term: LossCase
    let outputs: Int
    let s: [[Double]]
    let y: [Double]
    let f: [Double]
    let loss: any ProximableLoss

    init(_ term: LossCase, _ columns: Columns) {
      var random = Xoshiro256(seed: 12)
      self.term = term
      outputs = term.isSoftmax ? term.outputs : 2
      let x = (0..<14).map { _ in (0..<2).map { _ in random.nextNormal() } }
      s = x.map { columns == .bias ? [1] : columns == .skip ? $0 : [1] + $0 }
      y = term.targets(term.isSoftmax ? 14 : 28, &random)
      f = y.map { _ in random.nextNormal() }
      loss = term.loss(0.7)
    }

    /// The loss at the given fit plus S t, and its gradient over t, (columns, outputs).
    func evaluate(_ t: [Double], at f: [Double]) -> (value: Double, slope: [Double]) {
      let fit = f.indices.map { k in
        s[0].indices.reduce(f[k]) { $0 + s[k / outputs][$1] * t[$1 * outputs + k % outputs] }
      }
      let z = loss.gradient(fit, y)
      var slope = t.map { _ in 0.0 }
      for k in f.indices {
        for j in s[0].indices { slope[j * outputs + k % outputs] += s[k / outputs][j] * z[k] }
      }
      return (loss.value(fit, y), slope)
    }

    func fit() throws -> (FreeBlock, Vector) {
      (try FreeBlock(columns: MatrixView(s)), try y.withUnsafeBufferPointer { try Vector(copying: $0) })
    }

    /// By gradient descent with a fixed step.
    func descend(at f: [Double]) -> Double {
      var t = [Double](repeating: 0, count: s[0].count * outputs)
      let step = 1 / (0.7 * s.reduce(0) { $0 + Naive.dot($1, $1) })
      for _ in 0..<60_000 {
        let slope = evaluate(t, at: f).slope
        for i in t.indices { t[i] -= step * slope[i] }
      }
      return evaluate(t, at: f).value
    }

    /// The minimum over one output, among the points where as many residuals as there are columns are at their kinks.
    func vertices(of output: Int, at f: [Double]) -> Double {
      let rows = s.indices.map { k in (s: s[k], f: f[k * outputs + output], y: y[k * outputs + output]) }
      func value(_ t: [Double]) -> Double {
        term.value(rows.map { $0.f + Naive.dot($0.s, t) }, rows.map(\.y), scale: 0.7)
      }
      var best = Double.infinity
      func search(_ chosen: [Int], from next: Int) {
        guard chosen.count < s[0].count else {
          // Gauss elimination without pivots, for random rows.
          var a = chosen.map { rows[$0].s + [rows[$0].y - rows[$0].f] }
          let q = s[0].count
          for i in 0..<q {
            for j in 0..<q where j != i {
              let factor = a[j][i] / a[i][i]
              for l in 0...q { a[j][l] -= factor * a[i][l] }
            }
          }
          best = min(best, value((0..<q).map { a[$0][q] / a[$0][$0] }))
          return
        }
        for k in next..<max(next, rows.count) { search(chosen + [k], from: k + 1) }
      }
      search([], from: 0)
      return best
    }
  }

  @Test(arguments: thinned(LossCase.smooth.filter { $0 != .softmax10 }), Columns.allCases)
  func theBestCoefficientsAreThoseOfGradientDescent(term: LossCase, columns: Columns) throws {
    let setting = Setting(term, columns)
    for f in [setting.f, setting.f.map { _ in 0 }] {
      let fit = try f.withUnsafeBufferPointer { try Vector(copying: $0) }
      try free(setting, addTo: fit, alone: f.allSatisfy { $0 == 0 })
      let got = setting.loss.value(fit.array, setting.y), expected = setting.descend(at: f)
      #expect(got <= expected * (1 + 1e-13) && got >= expected * (1 - 1e-8), "\(got), not \(expected)")
    }
  }

  /// Without a gradient everywhere: outputs by themselves, and each at a vertex.
  @Test(arguments: [LossCase.hinge, .absolute], Columns.allCases)
  func theBestCoefficientsAreThoseOfAVertex(term: LossCase, columns: Columns) throws {
    let setting = Setting(term, columns), zero = setting.f.map { _ in 0.0 }
    let fit = try Vector(zero.count)
    try free(setting, addTo: fit, alone: true)
    let got = setting.loss.value(fit.array, setting.y)
    let expected = (0..<setting.outputs).reduce(0) { $0 + setting.vertices(of: $1, at: zero) }
    #expect(abs(got - expected) <= 1e-9 * expected, "\(got), not \(expected)")
  }

  private func free(_ setting: Setting, addTo fit: Vector, alone: Bool) throws {
    func add<L: ProximableLoss>(_ loss: L) throws {
      let (block, targets) = try setting.fit()
      let free = try FreeFit(block, loss, targets, outputs: setting.outputs)
      if alone { free.addAlone(to: fit.mutable) } else { free.add(to: fit.mutable) }
    }
    try add(setting.loss)
  }

  /// Fourteen rows of ten classes are separated by any columns but a constant: no point is left.
  static let pairs = LossCase.allCases.flatMap { term in
    Columns.allCases.filter { term != .softmax10 || $0 == .bias }.map { (term, $0) }
  }

  /// From any point of the domain: still in it, orthogonal to S, and not all gone.
  @Test(arguments: pairs)
  func balancedPointsAreFeasible(term: LossCase, columns: Columns) throws {
    let setting = Setting(term, columns)
    func check<L: ProximableLoss>(_ loss: L) throws {
      let (block, targets) = try setting.fit()
      let free = try FreeFit(block, loss, targets, outputs: setting.outputs)
      for share in [1, 0.4] {
        let start = setting.loss.gradient(setting.f, setting.y).map { share * $0 }
        let z = try start.withUnsafeBufferPointer { try Vector(copying: $0) }
        #expect(free.balance(z.mutable))
        let value = setting.term.dual(z.array, setting.y, scale: 0.7)
        #expect(value.isFinite && setting.loss.dual(z.array, setting.y).isFinite)
        #expect(Naive.norm(z.array) > 1e-3)
        for j in setting.s[0].indices {
          for o in 0..<setting.outputs {
            let product = setting.s.indices.reduce(0) {
              $0 + setting.s[$1][j] * z[$1 * setting.outputs + o]
            }
            #expect(abs(product) <= 1e-13 * 14)
          }
        }
      }
    }
    try check(setting.loss)
  }

  /// The multiplier that betaMax is computed from: a subgradient of the fit without a network, orthogonal to S.
  @Test(arguments: pairs)
  func theGradientWithoutANetworkIsBalanced(term: LossCase, columns: Columns) throws {
    let setting = Setting(term, columns)
    func check<L: ProximableLoss>(_ loss: L) throws {
      let (block, targets) = try setting.fit()
      let free = try FreeFit(block, loss, targets, outputs: setting.outputs)
      let fit = try Vector(setting.y.count), z = try Vector(setting.y.count)
      free.addAlone(to: fit.mutable)
      free.gradient(at: fit.values, into: z.mutable)
      for j in setting.s[0].indices {
        for o in 0..<setting.outputs {
          let product = setting.s.indices.reduce(0) { $0 + setting.s[$1][j] * z[$1 * setting.outputs + o] }
          #expect(abs(product) <= 1e-7)
        }
      }
      // Within rounding of the domain, and tight at the fit.
      let inside = setting.loss.clipped(z.array, setting.y)
      for (a, b) in zip(inside, z.array) { #expect(abs(a - b) <= 1e-5) }
      let value = setting.loss.value(fit.array, setting.y)
      #expect(abs(value - setting.loss.dual(inside, setting.y)) <= 1e-4 * value)
    }
    try check(setting.loss)
  }
}
