/// Columns S (n, q) beside a map whose coefficients are not penalised: a constant, a linear skip connection.
///
/// Kept as S = Q R with an orthonormal Q (n, r), r the rank of S, which is all that algorithms see: every output adds Q t
/// to its fit, and a dual point z has Q'z = 0. Columns that depend on those before get the coefficient zero.
public struct FreeBlock: Sendable {
  /// S
  public let columns: any SampleRows
  /// The column of S that is the same number in every row, if there is one: the first at most.
  let hasConstant: Bool
  /// r
  let rank: Int
  /// Q', (r, n).
  private let basis: Vector
  /// The columns of S that Q stands for, and R (r, r), upper triangle.
  private let kept: [Int]
  private let triangle: [Double]

  public init(columns: some SampleRows) throws(ZonotopeError) {
    self.columns = columns
    let (n, q) = (columns.rows, columns.columns)
    hasConstant =
      n > 0 && q > 0 && columns[0, 0] != 0 && (0..<n).allSatisfy { columns[$0, 0] == columns[0, 0] }
    let basis = try Vector(product(min(n, q), n, place: "skip"))
    var kept: [Int] = [], rows: [[Double]] = []
    for j in 0..<q where kept.count < n {
      let target = MutableValues(start: basis.pointer + kept.count * n, count: n)
      columns.copyColumn(j, into: target)
      let length = norm(Values(target))
      var products = [Double](repeating: 0, count: kept.count + 1)
      // Twice is enough (Parlett, "The Symmetric Eigenvalue Problem", section 6.9).
      for _ in 0..<2 {
        for i in 0..<kept.count {
          let row = Values(start: basis.pointer + i * n, count: n), product = dot(row, Values(target))
          Zonotope.add(-product, row, to: target)
          products[i] += product
        }
      }
      let rest = norm(Values(target))
      guard rest > 1e-10 * length, rest.isFinite else { continue }
      scale(target, by: 1 / rest)
      products[kept.count] = rest
      kept.append(j)
      rows.append(products)
    }
    rank = kept.count
    var triangle = [Double](repeating: 0, count: kept.count * kept.count)
    for (j, products) in rows.enumerated() {
      for (i, value) in products.enumerated() { triangle[i * kept.count + j] = value }
    }
    (self.basis, self.kept, self.triangle) = (basis, kept, triangle)
  }

  /// A constant alone.
  public static func constant(samples: Int) throws(ZonotopeError) -> FreeBlock {
    try FreeBlock(columns: MatrixView.ones(rows: samples))
  }

  /// Whether a constant is all there is.
  var isConstant: Bool { hasConstant && columns.columns == 1 }

  /// t = Q'f for f (n, c), t (r, c).
  func coefficients(of f: Values, outputs c: Int, into t: MutableValues) {
    multiply(basis, rows: rank, columns: columns.rows, transposed: false, f, width: c, adding: false, into: t)
  }

  /// f += a Q t
  func add(_ t: Values, outputs c: Int, to f: MutableValues, times a: Double = 1) {
    multiply(
      basis, rows: rank, columns: columns.rows, transposed: true, t, width: c, times: a, adding: true, into: f
    )
  }

  /// f - Q Q'f; `scratch` has room for r c numbers.
  func project(_ f: MutableValues, outputs c: Int, scratch: MutableValues) {
    coefficients(of: Values(f), outputs: c, into: scratch)
    add(Values(scratch), outputs: c, to: f, times: -1)
  }

  /// The lower triangle of P K P with P = I - Q Q'.
  func project(gram k: MutableValues) throws(ZonotopeError) {
    guard rank > 0 else { return }
    let n = columns.rows
    // H = K Q - Q (Q'K Q) / 2, and P K P = K - Q H' - H Q'.
    let h = try Vector(product(rank, n, place: "skip")),
      inner = try Vector(product(rank, rank, place: "skip"))
    multiply(basis, rows: rank, bySymmetric: Values(k), order: n, into: h.mutable)
    for i in 0..<rank {
      for j in 0..<rank {
        inner[i * rank + j] = dot(
          Values(start: h.pointer + i * n, count: n), Values(start: basis.pointer + j * n, count: n))
      }
    }
    for i in 0..<rank {
      for j in 0..<rank {
        Zonotope.add(
          -0.5 * inner[i * rank + j], Values(start: basis.pointer + j * n, count: n),
          to: MutableValues(start: h.pointer + i * n, count: n))
      }
    }
    subtractProducts(basis, h, rows: rank, order: n, from: k)
  }

  /// A column of Q, over the samples.
  func column(_ i: Int) -> Values { Values(start: basis.pointer + i * columns.rows, count: columns.rows) }

  /// The coefficients s (q, c) with S s = Q t.
  func external(_ t: Values, outputs c: Int) -> [Double] {
    var solved = Array(t), s = [Double](repeating: 0, count: columns.columns * c)
    for o in 0..<c {
      for i in stride(from: rank - 1, through: 0, by: -1) {
        for j in i + 1..<max(i + 1, rank) { solved[i * c + o] -= triangle[i * rank + j] * solved[j * c + o] }
        solved[i * c + o] /= triangle[i * rank + i]
        s[kept[i] * c + o] = solved[i * c + o]
      }
    }
    return s
  }

  /// The t (r, c) with Q t = S s.
  func coefficients(ofExternal s: [Double], outputs c: Int) throws(ZonotopeError) -> [Double] {
    let n = columns.rows
    let f = try Vector(product(n, c, place: "samples")), t = try Vector(product(rank, c, place: "skip"))
    columns.addProducts(with: s, outputs: c, to: f.mutable)
    coefficients(of: f.values, outputs: c, into: t.mutable)
    return try t.list()
  }

  /// Doubles that it takes.
  static func size(samples n: Int, columns q: Int) -> Int { 2 * min(n, q) * n }
}
