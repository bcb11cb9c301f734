/// Heads themselves, for matrices Z = sum_j p_j q_j' that are too large to be stored:
///
///     minimise  loss(A(sum_j p_j q_j'); y) + beta/2 sum_j ||p_j||^2 + ||q_j||^2
///
/// by L-BFGS, which appends the largest singular pairs of the gradient A'r as heads while they are above beta (Burer and Monteiro
/// 2003 for the factors; Haeffele and Vidal 2015 for the test of optimality). Appending one pair alone, and no more steps than
/// that, is the conditional gradient method (Jaggi 2013), whose rounds these are.
///
/// What is not convex about the factors costs no proof: the bound is that of a dual point of the whole program, scaled by a
/// bound of the largest singular value (``SingularPairs``), and says how far the heads are from its optimum. Heads come near
/// it soon and to it late: tolerances below 1e-4 ask for many rounds.
final class FactoredHeads {
  private let products: any HeadProducts
  private let loss: any SmoothLoss
  private let targets: Vector
  private let beta: Double
  private let tolerance: Double
  private let workers: Workers
  private let stop: StopCondition
  private var random = Xoshiro256(seed: 0x5eed)

  private(set) var count = 0
  /// p_j and q_j, one after the other.
  private(set) var left: Vector, right: Vector
  private let fit: Vector
  private let gradient: Vector
  private let dual: Vector
  private let mostHeads: Int
  private let mostSteps: Int
  private(set) var iterations = 0

  /// - Parameter memory: bytes that may be used.
  init(
    _ products: any HeadProducts, loss: any SmoothLoss, targets: Vector, beta: Double, tolerance: Double,
    memory: Int, _ workers: Workers, until stop: StopCondition
  ) throws(ZonotopeError) {
    (self.products, self.loss, self.targets, self.beta) = (products, loss, targets, beta)
    (self.tolerance, self.workers, self.stop) = (tolerance, workers, stop)
    let (rows, columns) = (products.rows, products.columns), side = min(rows, columns)
    // Half for the heads, half for what proves that they are enough, beside fits: three, that of a dual point, and eight of
    // heads that are new.
    let half = memory / 16 - 6 * products.fitSize
    let each =
      try LimitedMemoryBFGS.size(rows + columns) + 10 * (rows + columns)
      + products.workspaceSize(heads: 1, threads: workers.threads)
    mostHeads = min(side, half / max(1, each))
    var steps = min(side, SingularPairs.steps(rows: rows, columns: columns, excess: 0.1 * tolerance))
    while steps > 16, SingularPairs.size(rows: rows, columns: columns, steps: steps) > half {
      steps = steps * 9 / 10
    }
    mostSteps = steps
    let least =
      16
      * (max(8 * each, SingularPairs.size(rows: rows, columns: columns, steps: steps)) + 6 * products.fitSize)
    guard mostHeads >= min(8, side), least <= memory else {
      throw .memoryBudget(purpose: "heads of \(rows) and \(columns) numbers", needed: least, budget: memory)
    }
    left = try Vector(0)
    right = try Vector(0)
    fit = try Vector(products.fitSize)
    gradient = try Vector(products.fitSize)
    dual = try Vector(products.fitSize)
  }

  // MARK: Pairs of the gradient

  /// The singular pairs of A'r, for the gradient r at the fit.
  func pairs(_ workspace: Vector) throws(ZonotopeError) -> SingularPairs {
    try SingularPairs(rows: products.rows, columns: products.columns, random: &random)
  }

  func extend(_ pairs: inout SingularPairs, to steps: Int, _ workspace: Vector) throws(ZonotopeError) {
    try pairs.run(
      to: steps,
      left: { products.left(of: gradient.values, $0, heads: 1, into: $1, workspace, workers) },
      right: { products.right(of: gradient.values, $0, heads: 1, into: $1, workspace, workers) },
      while: { !workers.isStopped })
  }

  /// The smallest beta without a head, as far as products tell: the largest singular value found, to ten digits or `mostSteps`;
  /// what was found before they were stopped, 0 at first.
  func betaMax() throws(ZonotopeError) -> Double {
    loss.gradient(fit.values, targets.values, into: gradient.mutable)
    let workspace = try Vector(products.workspaceSize(heads: 1, threads: workers.threads))
    var pairs = try pairs(workspace), steps = 32, found = 0.0
    while !workers.isStopped {
      try extend(&pairs, to: steps, workspace)
      // Products that were cut short are none.
      if workers.isStopped { break }
      found = pairs.values.first ?? 0
      // The error of a value is of the second order in that of its vectors.
      if pairs.residual(0) <= 1e-6 * pairs.values[0] || pairs.steps < steps || steps >= mostSteps { break }
      steps = min(mostSteps, 2 * steps)
    }
    return found
  }

  // MARK: Rounds

  /// Rounds of steps until the gap is small enough or a limit is met.
  func run(_ settings: SolverSettings, _ pulse: Pulse?, started: Double) throws(ZonotopeError) -> Solution {
    let zero = loss.value(fit.values, targets.values)
    var best = try BestAnswer(
      blocks: 0, samples: products.fitSize, withoutNetwork: zero, scale: zero,
      free: Values(start: nil, count: 0))
    var kept = (count: 0, left: left, right: right)
    var status: Status?
    var reference = Double.infinity, rounds = 0
    while status == nil {
      let objective = try value()
      if workers.isStopped { break }
      guard objective.isFinite else {
        status = .numericalBreakdown
        break
      }
      if objective < best.objective { kept = (count, left, right) }
      best.offer(
        objective: objective, blocks: Values(start: dual.pointer, count: 0),
        free: Values(start: nil, count: 0))
      let pairs = try bound(&best)
      if workers.isStopped { break }
      pulse?.report(
        Progress(
          solver: .factored, iteration: iterations, objective: best.objective, lowerBound: best.dual,
          relativeGap: best.relativeGap, activeBlocks: kept.count, seconds: monotonicSeconds() - started))
      if best.relativeGap >= 0, best.relativeGap <= tolerance {
        status = .optimal
      } else if let met = stop.status {
        status = met
      } else if iterations >= settings.iterations ?? defaultIterationLimit {
        status = .iterationLimit
      } else {
        // Twenty rounds that did not even take a tenth off the gap.
        if best.relativeGap <= 0.9 * reference { (reference, rounds) = (best.relativeGap, 0) }
        rounds += 1
        if rounds > 20 { status = .stalled }
      }
      if status != nil { break }
      try append(pairs)
      try descend(upTo: settings.iterations ?? defaultIterationLimit)
      if !workers.isStopped { try compress() }
    }
    (count, left, right) = kept
    return try Solution(
      status: status ?? stop.status ?? .cancelled, objective: best.objective, dual: best.dual,
      point: BlockPoint(blocks: []), dualPoint: best.dualPoint.list(), solver: .factored,
      choice:
        "asked for; each bound of a largest singular value holds for all but a share of 1e-12 of starting vectors",
      iterations: iterations, seconds: monotonicSeconds() - started)
  }

  /// The objective, with fit and gradient, of heads that are singular pairs.
  private func value() throws(ZonotopeError) -> Double {
    if count == 0 {
      fit.mutable.update(repeating: 0)
    } else {
      let workspace = try Vector(products.workspaceSize(heads: count, threads: workers.threads))
      products.forward(left.values, right.values, heads: count, into: fit.mutable, workspace, workers)
    }
    loss.gradient(fit.values, targets.values, into: gradient.mutable)
    return loss.value(fit.values, targets.values)
      + beta / 2 * (dot(left.values, left.values) + dot(right.values, right.values))
  }

  /// Offers the bound of the gradient at the fit; in few steps where these show that it is not tight enough yet.
  private func bound(_ best: inout BestAnswer) throws(ZonotopeError) -> SingularPairs {
    let workspace = try Vector(products.workspaceSize(heads: 1, threads: workers.threads))
    var pairs = try pairs(workspace)
    try extend(&pairs, to: min(mostSteps, 80), workspace)
    if workers.isStopped { return pairs }
    if relativeGap(best.objective, dualValue(pairs.values[0])) <= tolerance {
      try extend(&pairs, to: mostSteps, workspace)
      if workers.isStopped { return pairs }
    }
    let value = dualValue(pairs.bound)
    best.offer(dual: value, point: dual.values)
    return pairs
  }

  /// The value of the dual at the gradient, scaled to what a largest singular value allows.
  private func dualValue(_ largest: Double) -> Double {
    dual.copy(from: gradient)
    // What is not a number allows nothing.
    let limit = largest == 0 ? .infinity : largest > 0 ? beta / largest * (1 - 8 * Double.ulpOfOne) : 0
    scale(dual.mutable, by: loss.dualScaling(dual.values, targets.values, limit: limit))
    let value = loss.dualValue(dual.values, targets.values)
    guard value > 0 else {
      dual.mutable.update(repeating: 0)
      return 0
    }
    return value
  }

  // MARK: Heads

  /// Appends -t u v' for pairs above beta, with steps t below the minimum along all of them at once.
  private func append(_ pairs: SingularPairs) throws(ZonotopeError) {
    let (rows, columns) = (products.rows, products.columns)
    let found = pairs.values.prefix(8).prefix { $0 > beta * (1 + 1e-3 * tolerance) }.count
    let added = min(found, mostHeads - count)
    guard added > 0 else { return }
    let newLeft = try Vector((count + added) * rows), newRight = try Vector((count + added) * columns)
    newLeft.pointer.update(from: left.pointer, count: count * rows)
    newRight.pointer.update(from: right.pointer, count: count * columns)
    let fits = try Vector(added * products.fitSize)
    let workspace = try Vector(products.workspaceSize(heads: 1, threads: workers.threads))
    for i in 0..<added {
      let p = MutableValues(rebasing: newLeft.mutable[(count + i) * rows..<(count + i + 1) * rows])
      let q = MutableValues(rebasing: newRight.mutable[(count + i) * columns..<(count + i + 1) * columns])
      pairs.write(i, left: p, right: q)
      let target = fits.mutable[i * products.fitSize..<(i + 1) * products.fitSize]
      products.forward(
        Values(p), Values(q), heads: 1, into: MutableValues(rebasing: target), workspace, workers)
    }
    for i in 0..<added {
      // Gershgorin's bound of the curvature.
      var curvature = 0.0
      for j in 0..<added {
        let (a, b) = (i * products.fitSize, j * products.fitSize)
        curvature += abs(
          dot(
            Values(rebasing: fits.values[a..<a + products.fitSize]),
            Values(rebasing: fits.values[b..<b + products.fitSize])))
      }
      let step = (pairs.values[i] - beta) / max(loss.curvatureBound * curvature, 1e-300),
        root = step.squareRoot()
      scale(
        MutableValues(rebasing: newLeft.mutable[(count + i) * rows..<(count + i + 1) * rows]), by: -root)
      scale(
        MutableValues(rebasing: newRight.mutable[(count + i) * columns..<(count + i + 1) * columns]), by: root
      )
    }
    (left, right) = (newLeft, newRight)
    count += added
  }

  /// Steps of L-BFGS on all heads, until the objective no longer falls by what matters.
  private func descend(upTo limit: Int) throws(ZonotopeError) {
    guard count > 0 else { return }
    let split = count * products.rows, size = split + count * products.columns
    let workspace = try Vector(products.workspaceSize(heads: count, threads: workers.threads))
    let x = try Vector(size), next = try Vector(size), slope = try Vector(size), newSlope = try Vector(size)
    let direction = try Vector(size)
    x.pointer.update(from: left.pointer, count: split)
    (x.pointer + split).update(from: right.pointer, count: size - split)

    /// The objective and its derivative.
    func evaluate(_ x: Vector, into slope: Vector) -> Double {
      let left = Values(rebasing: x.values[..<split]), right = Values(rebasing: x.values[split...])
      let toLeft = MutableValues(rebasing: slope.mutable[..<split])
      let toRight = MutableValues(rebasing: slope.mutable[split...])
      products.forward(left, right, heads: count, into: fit.mutable, workspace, workers)
      loss.gradient(fit.values, targets.values, into: gradient.mutable)
      products.right(of: gradient.values, nil, heads: count, into: toRight, workspace, workers)
      products.left(of: gradient.values, right, heads: count, into: toLeft, workspace, workers)
      add(beta, x.values, to: slope.mutable)
      return loss.value(fit.values, targets.values) + beta / 2 * dot(x.values, x.values)
    }

    var memory = LimitedMemoryBFGS(size: size), value = evaluate(x, into: slope)
    var history = [value]
    while history.count <= mostStepsOfRound, iterations < limit, !workers.isStopped, stop.status == nil {
      memory.direction(slope.values, into: direction.mutable)
      if memory.isEmpty {
        scale(direction.mutable, by: min(1, 1e-2 * norm(x.values) / max(norm(slope.values), 1e-300)))
      }
      let along = dot(direction.values, slope.values)
      guard along < 0 else { break }
      var step = 1.0, accepted = false
      for _ in 0..<30 where !accepted && !workers.isStopped {
        next.copy(from: x)
        add(step, direction.values, to: next.mutable)
        let candidate = evaluate(next, into: newSlope)
        if candidate <= value + 1e-4 * step * along {
          accepted = true
          value = candidate
        } else {
          // The minimum of the parabola through what is known.
          let bend = candidate - value - step * along
          step *= candidate.isFinite && bend > 0 ? min(0.5, max(0.1, -0.5 * along * step / bend)) : 0.1
        }
      }
      guard accepted, !workers.isStopped else { break }
      scale(direction.mutable, by: step)
      try memory.learn(step: direction.values, from: slope.values, to: newSlope.values)
      x.copy(from: next)
      slope.copy(from: newSlope)
      iterations += 1
      history.append(value)
      let five = history.count - 6
      if history.count > 15, history[five] - value <= 2e-3 * tolerance * abs(value) { break }
    }
    // Memory of their own: the best heads so far may be those that were here.
    (left, right) = (try Vector(split), try Vector(size - split))
    left.pointer.update(from: x.pointer, count: split)
    right.pointer.update(from: x.pointer + split, count: size - split)
  }

  /// Heads of the same sum that are its singular pairs, without those that weigh next to nothing.
  private func compress() throws(ZonotopeError) {
    guard count > 0 else { return }
    let (rows, columns, m) = (products.rows, products.columns, count)
    let a = try SingularValues(m, rows), b = try SingularValues(m, columns), core = try SingularValues(m, m)
    // P' = L S K', Q = L~ S~ K~', and P'Q = K (S L'L~ S~) K~'.
    guard a.decompose(left.values), b.decompose(right.values), a.count == m, b.count == m else { return }
    let middle = try Vector(m * m)
    let leftVectors = (0..<m).map { a.leftVector($0) }, rightVectors = (0..<m).map { b.leftVector($0) }
    for i in 0..<m {
      for j in 0..<m {
        var product = 0.0
        for k in 0..<m { product += leftVectors[i][k] * rightVectors[j][k] }
        middle[i * m + j] = a.values[i] * product * b.values[j]
      }
    }
    guard core.decompose(middle.values) else { return }
    var kept = m
    while kept > 0, core.values[kept - 1] <= 1e-2 * min(tolerance, 1e-2) * core.values[0] { kept -= 1 }
    let newLeft = try Vector(kept * rows), newRight = try Vector(kept * columns)
    for (i, basis) in (0..<m).map({ ($0, a.rightVector($0)) }) {
      for k in 0..<kept {
        let factor = core.values[k].squareRoot() * core.leftVector(k)[i]
        basis.withUnsafeBufferPointer {
          add(factor, $0, to: MutableValues(rebasing: newLeft.mutable[k * rows..<(k + 1) * rows]))
        }
      }
    }
    for (i, basis) in (0..<m).map({ ($0, b.rightVector($0)) }) {
      for k in 0..<kept {
        let factor = core.values[k].squareRoot() * core.rightVector(k)[i]
        basis.withUnsafeBufferPointer {
          add(factor, $0, to: MutableValues(rebasing: newRight.mutable[k * columns..<(k + 1) * columns]))
        }
      }
    }
    (left, right, count) = (newLeft, newRight, kept)
  }
}

/// Steps between two bounds at most.
private let mostStepsOfRound = 100
