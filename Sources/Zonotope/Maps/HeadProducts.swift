/// The products of a layer with heads, for matrices Z = sum_j p_j q_j' that are too large to be stored:
/// A(Z) for its heads, and, for M = A'r, which is as large, M q and M'p.
///
/// Heads lie one after the other, `rows` numbers of p_j and `columns` of q_j, in the order of the rows and columns of the
/// block that they stand for.
protocol HeadProducts: Sendable {
  /// Of the matrix.
  var rows: Int { get }
  var columns: Int { get }
  /// Numbers of the fit.
  var fitSize: Int { get }

  /// Doubles of workspace for so many heads at once.
  func workspaceSize(heads: Int, threads: Int) throws(ZonotopeError) -> Int

  /// f = sum_j A(p_j q_j'). Leaves in the workspace what ``right(of:_:heads:into:_:_:)`` needs.
  func forward(
    _ left: Values, _ right: Values, heads: Int, into f: MutableValues, _ workspace: Vector,
    _ workers: Workers)

  /// M q_j for every head.
  func left(
    of r: Values, _ right: Values, heads: Int, into p: MutableValues, _ workspace: Vector, _ workers: Workers)

  /// M'p_j for every head; with nil, of the heads of the last forward product.
  func right(
    of r: Values, _ left: Values?, heads: Int, into q: MutableValues, _ workspace: Vector, _ workers: Workers)
}

/// Those of linear attention, f = X W (X'X) V: from left to right, without the matrix of attention or a Kronecker product.
///
/// With y a token that asks, or the mean of all for a pooled read-out, h_j = W_j'y goes through X_i'X_i by the tokens of its
/// sample and then through V_j, so that a head costs d^2 + 2 s d + d c multiply-adds a row.
struct AttentionHeads: HeadProducts {
  /// Tokens that ask, (samples * asking, d).
  let queries: MatrixView
  /// (samples * tokens, d)
  let tokens: MatrixView
  let samples: Int
  let outputs: Int

  private var d: Int { tokens.columns }
  private var asking: Int { queries.rows / max(1, samples) }
  private var each: Int { tokens.rows / max(1, samples) }
  var rows: Int { d * d }
  var columns: Int { d * outputs }
  var fitSize: Int { queries.rows * outputs }

  init(_ shape: TokenLayer.Shape, tokens s: Int, pooled: Bool) throws(ZonotopeError) {
    (samples, outputs, tokens) = (shape.n, shape.c, shape.x)
    guard pooled else {
      queries = shape.x
      return
    }
    let means = try Vector(product(shape.n, shape.d, place: "x"))
    for row in 0..<shape.n * s {
      for j in 0..<shape.d { means[row / s * shape.d + j] += shape.x.row(row)[j] / Double(s) }
    }
    queries = MatrixView(means, rows: shape.n, columns: shape.d)
  }

  func workspaceSize(heads: Int, threads: Int) throws(ZonotopeError) -> Int {
    let middle = try product(product(queries.rows, heads, place: "heads"), d, place: "heads")
    return middle + threads * asking * heads * each
  }

  func forward(
    _ left: Values, _ right: Values, heads: Int, into f: MutableValues, _ workspace: Vector,
    _ workers: Workers
  ) {
    ask(left, heads: heads, workspace, workers)
    let width = heads * d
    eachRows(heads, workers) { rows, _, _ in
      multiply(
        workspace.pointer + rows.lowerBound * width, stride: width, rows: rows.count, columns: width,
        transposed: false, right, width: outputs, adding: false,
        into: MutableValues(rebasing: f[rows.lowerBound * outputs..<rows.upperBound * outputs]))
    }
  }

  func right(
    of r: Values, _ left: Values?, heads: Int, into q: MutableValues, _ workspace: Vector, _ workers: Workers
  ) {
    if let left { ask(left, heads: heads, workspace, workers) }
    accumulate(workspace, heads: heads, r, width: outputs, into: q, workers)
  }

  func left(
    of r: Values, _ right: Values, heads: Int, into p: MutableValues, _ workspace: Vector, _ workers: Workers
  ) {
    let width = heads * d
    eachRows(heads, workers) { rows, samples, slot in
      multiply(
        Values(rebasing: r[rows.lowerBound * outputs..<rows.upperBound * outputs]), byTransposed: right,
        rows: rows.count, width: width, depth: outputs, into: middle(rows, width, workspace))
      correlate(samples, heads, workspace, slot: slot)
    }
    accumulate(
      workspace, heads: heads, Values(start: queries.base, count: queries.rows * d), width: d, into: p,
      workers)
  }

  /// W_j'y of all rows and heads, through the tokens of their samples.
  private func ask(_ left: Values, heads: Int, _ workspace: Vector, _ workers: Workers) {
    let width = heads * d
    eachRows(heads, workers) { rows, samples, slot in
      multiply(
        Values(start: queries.row(rows.lowerBound), count: rows.count * d), byTransposed: left,
        rows: rows.count,
        width: width, depth: d, into: middle(rows, width, workspace))
      correlate(samples, heads, workspace, slot: slot)
    }
  }

  /// h = X'X h for the rows of samples.
  private func correlate(_ samples: Range<Int>, _ heads: Int, _ workspace: Vector, slot: Int) {
    let size = asking * heads, place = queries.rows * heads * d + slot * size * each
    let scores = MutableValues(start: workspace.pointer + place, count: size * each)
    for i in samples {
      let part = MutableValues(start: workspace.pointer + i * size * d, count: size * d)
      let x = Values(start: tokens.row(i * each), count: each * d)
      multiply(Values(part), byTransposed: x, rows: size, width: each, depth: d, into: scores)
      multiply(
        UnsafePointer(scores.baseAddress!), stride: each, rows: size, columns: each, transposed: false, x,
        width: d, adding: false, into: part)
    }
  }

  private func middle(_ rows: Range<Int>, _ width: Int, _ workspace: Vector) -> MutableValues {
    MutableValues(start: workspace.pointer + rows.lowerBound * width, count: rows.count * width)
  }

  /// (heads d, width) = H' right, for what is in the workspace.
  private func accumulate(
    _ workspace: Vector, heads: Int, _ right: Values, width: Int, into target: MutableValues,
    _ workers: Workers
  ) {
    let columns = heads * d
    workers.ranges(columns, grain: grain(queries.rows * width)) { range, _ in
      multiply(
        UnsafePointer(workspace.pointer + range.lowerBound), stride: columns, rows: queries.rows,
        columns: range.count, transposed: true, right, width: width, adding: false,
        into: MutableValues(rebasing: target[range.lowerBound * width..<range.upperBound * width]))
    }
  }

  /// Samples, and their rows, of work that is the same for any number of threads.
  private func eachRows(
    _ heads: Int, _ workers: Workers, _ body: (_ rows: Range<Int>, _ samples: Range<Int>, _ slot: Int) -> Void
  ) {
    let t = asking
    workers.ranges(samples, grain: grain(t * heads * d * (d + outputs))) { range, slot in
      body(range.lowerBound * t..<range.upperBound * t, range, slot)
    }
  }

  /// Items of a few milliseconds.
  private func grain(_ each: Int) -> Int { max(8, 100_000_000 / max(1, each)) }
}
