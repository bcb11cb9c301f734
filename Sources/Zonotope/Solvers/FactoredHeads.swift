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

  private(set) var heads: HeadFactors
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
      try BacktrackingDescent.size(rows + columns) + 5 * (rows + columns)
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
    heads = try HeadFactors(rows: rows, columns: columns)
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
    var kept = heads
    var status: Status?
    var reference = Double.infinity, rounds = 0
    while status == nil {
      let objective = try value()
      if workers.isStopped { break }
      guard objective.isFinite else {
        status = .numericalBreakdown
        break
      }
      if objective < best.objective { kept = heads }
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
      if !workers.isStopped, let fewer = try heads.compressed(below: 1e-2 * min(tolerance, 1e-2)) {
        heads = fewer
      }
    }
    heads = kept
    return try Solution(
      status: status ?? stop.status ?? .cancelled, objective: best.objective, dual: best.dual,
      point: BlockPoint(blocks: []), dualPoint: best.dualPoint.list(), solver: .factored,
      choice:
        "asked for; each bound of a largest singular value holds for all but a share of 1e-12 of starting vectors",
      iterations: iterations, seconds: monotonicSeconds() - started)
  }

  /// The objective, with fit and gradient, of heads that are singular pairs.
  private func value() throws(ZonotopeError) -> Double {
    if heads.count == 0 {
      fit.mutable.update(repeating: 0)
    } else {
      let workspace = try Vector(products.workspaceSize(heads: heads.count, threads: workers.threads))
      products.forward(
        heads.left.values, heads.right.values, heads: heads.count, into: fit.mutable, workspace, workers)
    }
    loss.gradient(fit.values, targets.values, into: gradient.mutable)
    return loss.value(fit.values, targets.values) + beta / 2 * heads.squaredNorm
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
    let found = pairs.values.prefix(8).prefix { $0 > beta * (1 + 1e-3 * tolerance) }.count
    let count = heads.count, added = min(found, mostHeads - count)
    guard added > 0 else { return }
    let more = try heads.extended(by: added)
    let fits = try Vector(added * products.fitSize)
    let workspace = try Vector(products.workspaceSize(heads: 1, threads: workers.threads))
    func fit(_ i: Int) -> MutableValues {
      MutableValues(rebasing: fits.mutable[i * products.fitSize..<(i + 1) * products.fitSize])
    }
    for i in 0..<added {
      let (p, q) = (more.p(count + i), more.q(count + i))
      pairs.write(i, left: p, right: q)
      products.forward(Values(p), Values(q), heads: 1, into: fit(i), workspace, workers)
    }
    for i in 0..<added {
      // Gershgorin's bound of the curvature.
      let curvature = (0..<added).reduce(0) { $0 + abs(dot(Values(fit(i)), Values(fit($1)))) }
      let step = (pairs.values[i] - beta) / max(loss.curvatureBound * curvature, 1e-300),
        root = step.squareRoot()
      scale(more.p(count + i), by: -root)
      scale(more.q(count + i), by: root)
    }
    heads = more
  }

  /// Steps on all heads, until the objective no longer falls by what matters.
  private func descend(upTo limit: Int) throws(ZonotopeError) {
    let count = heads.count, split = heads.left.count
    guard count > 0 else { return }
    let workspace = try Vector(products.workspaceSize(heads: count, threads: workers.threads))
    let descent = try BacktrackingDescent(from: heads.joined()) { [self] x, slope in
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
    _ = try descent.run(
      steps: min(mostStepsOfRound, limit - iterations), fall: 2e-3 * tolerance,
      isStopped: { workers.isStopped }, while: { stop.status == nil })
    iterations += descent.steps
    // Memory of their own: the best heads so far may be those that were here.
    heads = try heads.replaced(by: descent.x)
  }
}

/// Steps between two bounds at most.
private let mostStepsOfRound = 100
