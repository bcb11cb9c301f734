/// The Newton system of ``DualNewton``, over the active blocks only:
///
///     (h^{-1} + sigma sum_i A_i F_i ((1 - t_i) I + t_i b_i b_i') F_i' A_i' + sigma Q Q') x = -g
///
/// with h the second derivatives of the loss, F_i the face of the cone that holds the block p_i, b_i its direction and
/// t_i = sigma beta / (||p_i|| + sigma beta): the derivative of the prox at a block of this length.
final class ActiveSystem<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss> {
  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let isFactored: Bool
  private var workers: Workers { evaluator.workers }
  // Of conjugate gradients.
  private let residual: Vector, direction: Vector, product: Vector, fit: Vector
  private let blocks: Vector, coefficients: Vector

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, isFactored: Bool
  ) throws(ZonotopeError) {
    (self.evaluator, program, self.isFactored) = (evaluator, evaluator.program, isFactored)
    let n = program.map.fitSize
    (residual, direction, product, fit) = (try Vector(n), try Vector(n), try Vector(n), try Vector(n))
    blocks = try Vector(program.size)
    coefficients = try Vector(program.freeSize)
  }

  /// A block that is not zero: its face, and its direction in there.
  private struct Active {
    let index: Int
    /// Vectors of the block's size, one after the other.
    let basis: [Double]
    let direction: [Double]
    /// sqrt(1 - t).
    let weight: Double
  }

  private func active(_ p: Values, _ threshold: Double) -> [Active] {
    let size = program.map.blockSize
    return (0..<program.map.blocks).compactMap { index in
      let block = Values(rebasing: p[index * size..<(index + 1) * size]), length = norm(block)
      guard length > 0, !workers.isStopped else { return nil }
      let basis = program.penalty.face(of: index, at: block)
      let direction = stride(from: 0, to: basis.count, by: size).map { start in
        (0..<size).reduce(0) { $0 + basis[start + $1] * block[$1] } / length
      }
      return Active(
        index: index, basis: basis, direction: direction,
        weight: (length / (length + threshold)).squareRoot())
    }
  }

  /// False where the matrix is singular to working precision, memory runs out or the workers are stopped.
  ///
  /// - Parameter root: the square root of h.
  func solve(
    _ p: Values, beta: Double, _ sigma: Double, _ root: Values, _ g: Values, into x: MutableValues
  ) -> Bool {
    let active = active(p, sigma * beta)
    // With x = root y the matrix is I / sigma + T T'.
    for k in 0..<x.count { residual[k] = -root[k] * g[k] / sigma }
    if isFactored, isWorthAFactor(active) {
      guard (try? factored(active, sigma, root, into: x)) == true else { return false }
    } else {
      iterate(active, sigma, root, into: x)
    }
    for k in 0..<x.count { x[k] *= root[k] }
    return !workers.isStopped && isFinite(Values(x))
  }

  /// Whether the matrix and its factor cost less than the products of conjugate gradients, in multiply-adds at the speed of
  /// dense products; masked ones are three times as fast.
  private func isWorthAFactor(_ active: [Active]) -> Bool {
    let n = Double(residual.count)
    let count = Double(active.reduce(program.freeSize) { $0 + $1.direction.count })
    let (order, depth) = (min(n, count), max(n, count))
    let products = 2 * Double(program.size / program.map.outputs) * n / 3
    return order * order * depth / 2 + order * order * order / 6 <= conjugateSteps * products
  }

  // MARK: By a factor

  /// The rows of T', one for each direction of a face and each unpenalised coefficient, in order.
  private func eachRow(
    _ active: [Active], _ root: Values, _ body: (Values) throws(ZonotopeError) -> Void
  ) throws(ZonotopeError) {
    let n = root.count, outputs = program.map.outputs
    let row = try Vector(n), along = try Vector(n)
    for block in active where !workers.isStopped {
      let count = block.direction.count
      let columns = try Vector(Zonotope.product(count, n, place: "faces"))
      along.mutable.update(repeating: 0)
      block.basis.withUnsafeBufferPointer { program.map.columns(block.index, $0, into: columns.mutable) }
      for i in 0..<count {
        add(block.direction[i], Values(start: columns.pointer + i * n, count: n), to: along.mutable)
      }
      for i in 0..<count {
        let column = columns.pointer + i * n, rest = (1 - block.weight) * block.direction[i]
        for k in 0..<n { row[k] = root[k] * (block.weight * column[k] + rest * along[k]) }
        try body(row.values)
      }
    }
    for i in 0..<program.freeSize {
      guard let column = program.free?.column(i / outputs) else { continue }
      for k in 0..<n { row[k] = k % outputs == i % outputs ? root[k] * column[k / outputs] : 0 }
      try body(row.values)
    }
  }

  private func factored(
    _ active: [Active], _ sigma: Double, _ root: Values, into x: MutableValues
  ) throws(ZonotopeError) -> Bool {
    let n = root.count, count = active.reduce(program.freeSize) { $0 + $1.direction.count }
    let order = min(n, count)
    let gram = try Vector(Zonotope.product(order, order, place: "samples"))
    var cholesky = try CholeskyFactor<Double>(order: order)
    guard count < n else {
      // T T' from some rows of T' at a time.
      let rows = try Vector(Zonotope.product(activeChunk, n, place: "faces"))
      let columns = try Vector(Zonotope.product(activeChunk, n, place: "faces"))
      var filled = 0
      func flush() {
        guard filled > 0 else { return }
        for k in 0..<n { for i in 0..<filled { columns[k * filled + i] = rows[i * n + k] } }
        gramOfRows(
          MatrixView(columns, rows: n, columns: filled), adding: true, into: gram.mutable, workers)
        filled = 0
      }
      try eachRow(active, root) { row in
        (rows.pointer + filled * n).update(from: row.baseAddress!, count: n)
        filled += 1
        if filled == activeChunk { flush() }
      }
      flush()
      guard cholesky.factor(gram.values, shift: 1 / sigma, workers) else { return false }
      _ = x.update(fromContentsOf: residual.values)
      cholesky.solve(x)
      return true
    }
    let rows = try Vector(Zonotope.product(count, n, place: "faces"))
    var filled = 0
    try eachRow(active, root) { row in
      (rows.pointer + filled * n).update(from: row.baseAddress!, count: n)
      filled += 1
    }
    // (I / sigma + T T')^{-1} r = sigma (r - T (I / sigma + T'T)^{-1} T'r)
    let inner = try Vector(count)
    _ = x.update(fromContentsOf: residual.values)
    if count > 0 {
      gramOfRows(MatrixView(rows, rows: count, columns: n), into: gram.mutable, workers)
      guard cholesky.factor(gram.values, shift: 1 / sigma, workers) else { return false }
      multiply(
        rows, rows: count, columns: n, transposed: false, residual.values, width: 1, adding: false,
        into: inner.mutable)
      cholesky.solve(inner.mutable)
      multiply(
        rows, rows: count, columns: n, transposed: true, inner.values, width: 1, times: -1, adding: true,
        into: x)
    }
    scale(x, by: sigma)
    return true
  }

  // MARK: By conjugate gradients

  /// y = (I / sigma + T T') x
  private func apply(_ active: [Active], _ sigma: Double, _ root: Values, _ x: Vector, into y: Vector) {
    let size = program.map.blockSize, outputs = program.map.outputs
    for k in 0..<x.count { fit[k] = root[k] * x[k] }
    program.map.adjoint(fit.values, into: blocks.mutable, evaluator.mapWorkspace, workers)
    program.free?.coefficients(of: fit.values, outputs: outputs, into: coefficients.mutable)
    var next = 0
    for block in active {
      (blocks.pointer + next).update(repeating: 0, count: block.index * size - next)
      next = (block.index + 1) * size
      let target = MutableValues(start: blocks.pointer + block.index * size, count: size)
      let count = block.direction.count, share = block.weight * block.weight
      let inside = (0..<count).map { i in
        (0..<size).reduce(0) { $0 + block.basis[i * size + $1] * target[$1] }
      }
      let along = (0..<count).reduce(0) { $0 + block.direction[$1] * inside[$1] }
      target.update(repeating: 0)
      for i in 0..<count {
        let value = share * inside[i] + (1 - share) * along * block.direction[i]
        for j in 0..<size { target[j] += value * block.basis[i * size + j] }
      }
    }
    (blocks.pointer + next).update(repeating: 0, count: blocks.count - next)
    program.map.forward(blocks.values, into: y.mutable, evaluator.mapWorkspace, workers)
    program.free?.add(coefficients.values, outputs: outputs, to: y.mutable)
    for k in 0..<x.count { y[k] = x[k] / sigma + root[k] * y[k] }
  }

  private func iterate(_ active: [Active], _ sigma: Double, _ root: Values, into x: MutableValues) {
    x.update(repeating: 0)
    direction.copy(from: residual)
    var squares = dot(residual.values, residual.values)
    let enough = 1e-6 * squares
    for _ in 0..<500 where squares > enough && squares > 0 && !workers.isStopped {
      apply(active, sigma, root, direction, into: product)
      let curvature = dot(direction.values, product.values)
      guard curvature > 0 else { return }
      let length = squares / curvature
      add(length, direction.values, to: x)
      add(-length, product.values, to: residual.mutable)
      let next = dot(residual.values, residual.values)
      for k in 0..<direction.count { direction[k] = residual[k] + next / squares * direction[k] }
      squares = next
    }
  }
}

/// What conjugate gradients take, as a rule.
private let conjugateSteps = 60.0

/// Rows of T' that are added to the Gram matrix at a time.
let activeChunk = 256
