import CZonotope
import Testing

/// The projection onto the cone of a pattern, against its definition and an algorithm of another kind.
@Suite struct ConeProjectionTests {
  private struct Cone {
    let columns: Matrix
    let pattern: BitMatrix
    let rows: [[Double]]

    /// Unit rows, some repeated or zero, with the signs of a direction or at random.
    init(_ n: Int, _ d: Int, realised: Bool, _ random: inout SeededGenerator) {
      let direction = (0..<d).map { _ in random.unit() }
      var rows: [[Double]] = [], bits: [Bool] = []
      for k in 0..<n {
        var row = (0..<d).map { _ in random.unit() }
        if k % 7 == 3 { row = rows[k - 1] }
        if k % 11 == 5 { row = [Double](repeating: 0, count: d) }
        let norm = Naive.norm(row)
        rows.append(norm > 0 ? row.map { $0 / norm } : row)
        let product = zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 }
        bits.append(realised ? product >= 0 : random.unit() >= 0)
      }
      columns = Matrix(d, n, padding: 3) { j, k in rows[k][j] }
      pattern = BitMatrix(1, n) { bits[$1] }
      self.rows = zip(rows, bits).map { row, bit in bit ? row : row.map { -$0 } }
    }

    init(columns: Matrix, pattern: BitMatrix) {
      (self.columns, self.pattern) = (columns, pattern)
      rows = (0..<columns.columns).map { k in (0..<columns.rows).map { columns[$0, k] } }
    }

    /// min ||q + B'rho|| over rho >= 0 by coordinate descent.
    func slowProjection(_ q: [Double]) -> [Double] {
      var v = q, rho = [Double](repeating: 0, count: rows.count)
      for _ in 0..<20_000 {
        var largest = 0.0
        for (k, row) in rows.enumerated() where row.contains(where: { $0 != 0 }) {
          let step = max(-rho[k], -zip(row, v).reduce(0) { $0 + $1.0 * $1.1 })
          rho[k] += step
          for j in v.indices { v[j] += step * row[j] }
          largest = max(largest, abs(step))
        }
        if largest < 1e-14 { break }
      }
      return v
    }
  }

  private struct Result {
    let v: [Double]
    let norm: Double
  }

  /// Projects with whatever `active` holds to start from.
  private func project(
    _ cone: Cone, _ q: [Double], stop: Double, _ active: GuardedArray<Int>, _ count: inout Int
  ) -> Result {
    let (n, d) = (cone.columns.columns, cone.columns.rows)
    let source = GuardedArray(q), v = GuardedArray(count: d, of: gap)
    let room = GuardedArray(count: zt_cone_project_f64_workspace(n, d), of: gap)
    let norm = zt_cone_project_f64(
      n, d, cone.columns.pointer, cone.columns.stride, cone.pattern.pointer, source.pointer, stop, v.pointer,
      active.pointer, &count, room.pointer)
    return Result(v: v.values, norm: norm)
  }

  @Test func agreesWithCoordinateDescentColdAndWarm() {
    var random = SeededGenerator()
    for trial in 0..<150 {
      let (n, d) = (random.below(25), 1 + random.below(6))
      let cone = Cone(n, d, realised: trial % 3 != 0, &random)
      let active = GuardedArray(count: d, of: -1)
      var count = 0, q = (0..<d).map { _ in random.unit() }
      for _ in 0..<4 {
        let result = project(cone, q, stop: -1, active, &count)
        let expected = cone.slowProjection(q)
        for j in 0..<d { #expect(abs(result.v[j] - expected[j]) < 1e-7, "\(n) x \(d), trial \(trial)") }
        #expect(abs(result.norm - Naive.norm(result.v)) <= 1e-14)
        q = q.map { $0 + 0.2 * random.unit() }
      }
    }
  }

  /// v is in the cone, and q - v is orthogonal to it and makes no acute angle with any point of the cone.
  @Test func satisfiesTheVariationalInequalityHoweverSmall() {
    var random = SeededGenerator()
    for scale in [1e-150, 1e-12, 1, 1e12, 1e150] {
      for n in [1, 15, 16, 17, 63, 64, 65, 200] {
        let d = 2 + random.below(9), cone = Cone(n, d, realised: true, &random)
        let active = GuardedArray(count: d, of: -1)
        var count = 0
        let q = (0..<d).map { _ in scale * random.unit() }
        let v = project(cone, q, stop: -1, active, &count).v
        let norm = Naive.norm(v)
        for row in cone.rows {
          #expect(zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } >= -1e-12 * norm)
        }
        let inner = zip(q, v).reduce(0) { $0 + ($1.0 - $1.1) * $1.1 }
        #expect(abs(inner) <= 1e-13 * Naive.norm(q) * norm)
      }
    }
  }

  @Test func whatIsProvedSmallIsBoundedFromAbove() {
    var random = SeededGenerator()
    for _ in 0..<200 {
      let (n, d) = (1 + random.below(30), 1 + random.below(6))
      let cone = Cone(n, d, realised: true, &random), active = GuardedArray(count: d, of: -1)
      let q = (0..<d).map { _ in random.unit() }, stop = abs(random.unit())
      let exact = Naive.norm(cone.slowProjection(q))
      var count = 0
      let norm = project(cone, q, stop: stop, active, &count).norm
      if norm > stop { #expect(abs(norm - exact) < 1e-7) } else { #expect(exact <= norm + 1e-7) }
    }
  }

  @Test func apexAndWholeSpace() {
    let everything = BitMatrix(1, 0), active = GuardedArray(count: 2, of: -1)
    var random = SeededGenerator(), count = 0
    let free = Cone(0, 2, realised: true, &random)
    #expect(free.pattern.bits == everything.bits)
    #expect(project(free, [3, -4], stop: -1, active, &count).v == [3, -4])
    // x >= 0 and -x >= 0, the same for y: only the apex is left.
    let rows: [[Double]] = [[1, 0], [1, 0], [0, 1], [0, 1]]
    let columns = Matrix(2, 4) { j, k in rows[k][j] }
    let v = GuardedArray(count: 2, of: gap),
      room = GuardedArray(count: zt_cone_project_f64_workspace(4, 2), of: gap)
    let pattern = BitMatrix(1, 4) { $1 % 2 == 0 }
    count = 0
    let norm = zt_cone_project_f64(
      4, 2, columns.pointer, 4, pattern.pointer, [3, -4], -1, v.pointer, active.pointer, &count, room.pointer)
    #expect(norm == 0 && v.values == [0, 0])
  }

  @Test func staleStartsAreHarmless() {
    var random = SeededGenerator()
    let cone = Cone(40, 4, realised: true, &random), q = (0..<4).map { _ in random.unit() }
    let cold = GuardedArray(count: 4, of: -1)
    var none = 0
    let expected = project(cone, q, stop: -1, cold, &none).v
    for start in [[0, 1, 2, 3], [39, 39, 39, 39], [Int.max, -1, 40, 7]] {
      let active = GuardedArray(start)
      var count = 4
      let v = project(cone, q, stop: -1, active, &count).v
      for j in 0..<4 { #expect(abs(v[j] - expected[j]) < 1e-12) }
    }
  }

  /// Started at the wrong one of two walls that are parallel but for rounding, the other can be neither met nor added: the
  /// answer is the apex, with a bound of the norm.
  @Test func wallsParallelButForRounding() {
    let columns = Matrix(2, 2) { j, k in j == 0 ? 1 : k == 0 ? 0 : -5e-13 }
    let cone = Cone(columns: columns, pattern: BitMatrix(1, 2) { _, _ in true })
    let active = GuardedArray([0, 0])
    var count = 1
    let result = project(cone, [-1, 1], stop: -1, active, &count)
    #expect(result.v == [0, 0] && result.norm >= 1 && result.norm < 1 + 1e-12)
    var none = 0
    #expect(abs(project(cone, [-1, 1], stop: -1, active, &none).v[1] - 1) < 1e-12)
  }

  @Test(arguments: Tier.all) func mostViolatedOfEveryLength(_ tier: Tier) {
    var random = SeededGenerator()
    for n in 0...67 {
      let d = n % 6, cone = Cone(n, d, realised: false, &random)
      let v = (0..<d).map { _ in random.unit() }
      let (row, value) = tier.mostViolated(cone.columns, cone.pattern, v)
      let products = cone.rows.map { zip($0, v).reduce(0) { $0 + $1.0 * $1.1 } }
      let least = min(0, products.min() ?? 0)
      #expect(abs(value - least) <= 1e-15 * Double(d + 1), "n = \(n)")
      if row == n {
        #expect(value == 0)
      } else {
        #expect(abs(products[row] - value) <= 1e-15 * Double(d + 1))
      }
    }
  }
}
