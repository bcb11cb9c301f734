/// The system of a ``FeatureMap``: for every part by itself, as no output of one meets those of another, with one factor for
/// all where they share their features.
///
/// With fewer columns than rows it is solved in the space of columns, by the identity of Woodbury
///
///     (delta I + X X')^{-1} v = (v - X (delta I + X'X)^{-1} X'v) / delta.
final class FeatureSystem: SampleSystem {
  private let map: FeatureMap
  private let workspace: FeatureMap.Workspace
  private let inRows: Bool
  private var factors: [(gram: Vector, cholesky: CholeskyFactor<Double>)] = []
  private var shift = 1.0
  /// Of a part: its fit, (rows, width), and its columns, (columns, width); with shared features those of all parts.
  private let fit: Vector
  private let product: Vector
  /// The mean of the diagonal of A A'.
  let meanDiagonal: Double

  init(_ map: FeatureMap, _ workers: Workers) throws(ZonotopeError) {
    self.map = map
    workspace = try map.makeWorkspace(threads: workers.threads)
    inRows = map.products != nil || map.rows <= map.columns
    var trace = 0.0
    if let products = map.products {
      let gram = try Vector(Zonotope.product(map.rows, map.rows, place: "x"))
      try products.gram(into: gram.mutable, workers)
      trace = (0..<map.rows).reduce(0) { $0 + gram[$1 * map.rows + $1] }
      factors.append((gram, try CholeskyFactor(order: map.rows)))
    }
    for x in map.features {
      let order = min(x.rows, x.columns)
      let gram = try Vector(Zonotope.product(order, order, place: "x"))
      if inRows {
        gramOfRows(x, into: gram.mutable, workers)
      } else {
        gramOfColumns(x, into: gram.mutable, workers)
      }
      trace += (0..<order).reduce(0) { $0 + gram[$1 * order + $1] }
      factors.append((gram, try CholeskyFactor(order: order)))
    }
    meanDiagonal = trace / Double(max(1, map.rows * factors.count))
    let together = map.isShared ? map.parts * map.width : map.width
    fit = try Vector(map.rows * together)
    product = try Vector(inRows ? 0 : map.columns * together)
  }

  var isExact: Bool { true }

  func factor(shift: Double, _ workers: Workers) -> Bool {
    self.shift = shift
    for k in factors.indices where !factors[k].cholesky.factor(factors[k].gram.values, shift: shift, workers)
    {
      return false
    }
    return true
  }

  func solve(
    _ w: Values, target: Values, into z: MutableValues, adjoint: MutableValues, _ workers: Workers
  ) {
    map.forward(w, into: z, workspace, workers)
    for k in 0..<z.count { z[k] -= target[k] }
    if factors.count == 1 {
      // Rows with the outputs of all parts next to each other.
      solve(0, z, width: map.parts * map.width)
    } else {
      for part in 0..<map.parts {
        eachRow(part) { row, place in
          (fit.pointer + place).update(from: z.baseAddress! + row, count: map.width)
        }
        solve(part, fit.mutable, width: map.width)
        eachRow(part) { row, place in
          (z.baseAddress! + row).update(from: fit.pointer + place, count: map.width)
        }
      }
    }
    map.adjoint(Values(z), into: adjoint, workspace, workers)
  }

  private func solve(_ part: Int, _ v: MutableValues, width: Int) {
    guard !inRows else { return factors[part].cholesky.solve(v, width: width) }
    let x = map.matrix(part)
    multiply(
      x.base, stride: x.stride, rows: x.rows, columns: x.columns, transposed: true, Values(v), width: width,
      adding: false, into: product.mutable)
    factors[part].cholesky.solve(product.mutable, width: width)
    multiply(
      x.base, stride: x.stride, rows: x.rows, columns: x.columns, transposed: false, product.values,
      width: width, times: -1, adding: true, into: v)
    scale(v, by: 1 / shift)
  }

  private func eachRow(_ part: Int, _ body: (_ row: Int, _ place: Int) -> Void) {
    for r in 0..<map.rows { body((r * map.parts + part) * map.width, r * map.width) }
  }
}

/// k = X'X, columns x columns.
private func gramOfColumns(_ x: MatrixView, into k: MutableValues, _ workers: Workers) {
  let columns = x.columns, all = Values(start: x.base, count: x.rows * columns)
  workers.ranges(columns, grain: square) { range, _ in
    multiply(
      x.base + range.lowerBound, stride: columns, rows: x.rows, columns: range.count, transposed: true, all,
      width: columns, adding: false,
      into: MutableValues(rebasing: k[range.lowerBound * columns..<range.upperBound * columns]))
  }
}
