/// Features of linear attention that are not stored: y[a] (X'X)[k, l] for columns (k, a, l), y a token that asks or the mean of
/// all, from y and X'X by themselves, which are d times fewer numbers.
///
/// X'X is symmetric, so that only the sums of Z[k, a, l] and Z[l, a, k] matter: pairs k <= l, those off the diagonal divided by
/// the root of 2, which leaves products of rows as they are.
struct ProductFeatures {
  /// (rows, d)
  let queries: MatrixView
  /// (rows, d (d + 1) / 2)
  let pairs: MatrixView

  var rows: Int { queries.rows }
  var d: Int { queries.columns }
  var columns: Int { d * d * d }

  /// - Parameter x: the tokens of all samples, (n s, d).
  init(_ x: MatrixView, samples n: Int, pooled: Bool, _ workers: Workers) throws(ZonotopeError) {
    let s = x.rows / max(1, n), d = x.columns, rows = pooled ? n : x.rows
    let width = d * (d + 1) / 2, all = try Vector(product(rows, width, place: "x"))
    let means = try Vector(pooled ? rows * d : 0), each = pooled ? 1 : s
    workers.ranges(n, grain: max(1, 1_000_000 / max(1, s * width))) { range, _ in
      for i in range {
        let first = all.pointer + i * each * width
        for q in i * s..<(i + 1) * s {
          let token = x.row(q)
          if pooled { for a in 0..<d { means[i * d + a] += token[a] / Double(s) } }
          var place = 0
          for k in 0..<d {
            let value = token[k]
            first[place] += value * value
            for l in k + 1..<max(d, k + 1) { first[place + l - k] += 2.0.squareRoot() * value * token[l] }
            place += d - k
          }
        }
        for p in 1..<max(1, each) { (first + p * width).update(from: first, count: width) }
      }
    }
    queries = pooled ? MatrixView(means, rows: rows, columns: d) : x
    pairs = MatrixView(all, rows: rows, columns: width)
  }

  /// Doubles of workspace.
  func workspaceSize(outputs c: Int) -> Int { (pairs.columns + rows) * d * c }

  /// A feature; slow.
  func feature(_ row: Int, _ column: Int) -> Double {
    let (k, a, l) = (column / d / d, column / d % d, column % d), (low, high) = (min(k, l), max(k, l))
    let value = pairs.row(row)[low * d - low * (low - 1) / 2 + high - low]
    return queries.row(row)[a] * (k == l ? value : value * 0.5.squareRoot())
  }

  /// f = sum over columns of features times z, (columns, c).
  func forward(
    _ z: Values, outputs c: Int, into f: MutableValues, _ workspace: Vector, _ workers: Workers
  ) {
    let width = d * c, sums = workspace.pointer, wide = workspace.pointer + pairs.columns * width
    eachPair { pair, k, l in
      let target = sums + pair * width
      for a in 0..<d {
        let first = z.baseAddress! + ((k * d + a) * d + l) * c,
          second = z.baseAddress! + ((l * d + a) * d + k) * c
        if k == l {
          (target + a * c).update(from: first, count: c)
        } else {
          for o in 0..<c { target[a * c + o] = 0.5.squareRoot() * (first[o] + second[o]) }
        }
      }
    }
    workers.ranges(rows, grain: grain(pairs.columns * width)) { range, _ in
      let part = MutableValues(start: wide + range.lowerBound * width, count: range.count * width)
      multiply(
        pairs.row(range.lowerBound), stride: pairs.stride, rows: range.count, columns: pairs.columns,
        transposed: false, Values(start: sums, count: pairs.columns * width), width: width, adding: false,
        into: part)
      for r in range {
        let y = queries.row(r), source = wide + r * width, target = f.baseAddress! + r * c
        for o in 0..<c { target[o] = 0 }
        for a in 0..<d {
          for o in 0..<c { target[o] += y[a] * source[a * c + o] }
        }
      }
    }
  }

  /// g = features' r, (columns, c).
  func adjoint(
    _ r: Values, outputs c: Int, into g: MutableValues, _ workspace: Vector, _ workers: Workers
  ) {
    let width = d * c, sums = workspace.pointer, wide = workspace.pointer + pairs.columns * width
    workers.ranges(rows, grain: grain(width)) { range, _ in
      for k in range {
        let y = queries.row(k), source = r.baseAddress! + k * c, target = wide + k * width
        for a in 0..<d {
          for o in 0..<c { target[a * c + o] = y[a] * source[o] }
        }
      }
    }
    workers.ranges(pairs.columns, grain: grain(rows * width)) { range, _ in
      multiply(
        pairs.base + range.lowerBound, stride: pairs.stride, rows: rows, columns: range.count,
        transposed: true,
        Values(start: wide, count: rows * width), width: width, adding: false,
        into: MutableValues(start: sums + range.lowerBound * width, count: range.count * width))
    }
    eachPair { pair, k, l in
      let factor = k == l ? 1 : 0.5.squareRoot()
      for a in 0..<d {
        let source = sums + pair * width + a * c
        let first = g.baseAddress! + ((k * d + a) * d + l) * c,
          second = g.baseAddress! + ((l * d + a) * d + k) * c
        for o in 0..<c { first[o] = factor * source[o] }
        if k != l { second.update(from: first, count: c) }
      }
    }
  }

  /// The lower triangle of features features', (rows, rows): the product, number by number, of those of queries and pairs.
  func gram(into target: MutableValues, _ workers: Workers) throws(ZonotopeError) {
    let other = try Vector(product(rows, rows, place: "x"))
    gramOfRows(pairs, into: target, workers)
    gramOfRows(queries, into: other.mutable, workers)
    for i in 0..<rows {
      for j in 0...i { target[i * rows + j] *= other[i * rows + j] }
    }
  }

  private func eachPair(_ body: (_ pair: Int, _ k: Int, _ l: Int) -> Void) {
    var pair = 0
    for k in 0..<d {
      for l in k..<d {
        body(pair, k, l)
        pair += 1
      }
    }
  }

  /// Items of a tenth of a millisecond or more, but not so few that BLAS only copies.
  private func grain(_ each: Int) -> Int { max(64, 10_000_000 / max(1, each)) }
}
