/// The alternating direction method of multipliers in sample space.
///
/// Splits the program into u, with the loss, and v = u, with the penalty and its cones:
///
///     minimise  loss(A u + b 1) + beta * penalty(v)   subject to u = v.
///
/// The step in u solves one system with delta I + A A', factored once for each value of rho, because the Gram matrix
/// of masked products is a Hadamard product that costs no more than the data's own (Pilanci and Ergen 2020 for the
/// program; Boyd et al. 2011, sections 3 and 8.3, for the method; over-relaxation of 1.7 after section 3.4.3).
/// Losses that are not quadratic are split off as well, with a second multiplier. The projection onto the cones sits
/// inside the prox, so v is feasible at every step.
///
/// Convergence depends on rho = beta / threshold alone, and the best threshold is a fixed multiple of the mean norm of
/// the active blocks (``BlockPenalty/thresholdRatio``), so rho follows that norm at a few early steps.
struct ADMM<Map: FactoredMap, Penalty: BlockPenalty, Objective: ProximableLoss>: SolverIteration {
  var kind: SolverKind { .admm }

  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let penaltyWorkspace: Penalty.Workspace
  private var workers: Workers { evaluator.workers }

  private let kept: KeptSystem
  private var system: any SampleSystem { kept.system }
  /// What the fit is drawn to, for losses that are not quadratic.
  private let target: Vector
  /// The penalty's copy of the blocks.
  private let v: Vector
  /// Scaled multiplier of u = v.
  private let l: Vector
  /// v - l, then the relaxed u plus the multiplier.
  private let w: Vector
  /// A'z of the last step.
  private let adjoint: Vector
  /// Solution of the system: z / rho.
  private let z: Vector
  /// Split fit and its scaled multiplier, for losses that are not quadratic.
  private let split: Vector
  private let m: Vector
  private let previousSplit: Vector
  /// The loss where it has a second derivative; where it has none, what the rule for `rhoFit` goes by.
  private let smooth: (any SmoothLoss)?
  private var fitResidual = 0.0
  private var fitStep = 0.0
  private let dual: Vector

  private var trajectory: TrajectoryExtrapolation
  private var nextAdaptation = adaptation(after: 0)
  private let ahead: Vector
  private let savedW: Vector
  private let savedSplit: Vector
  private let savedM: Vector

  private var rho: Double
  private var rhoFit: Double
  /// Changes in a row around an answer that is no better than none.
  private var idle = 0
  private let idleChanges = 6
  /// Below this the system would be singular to working precision.
  private var smallestRho = 0.0
  /// Above this no step would be longer than rounding.
  private var largestRho = Double.infinity
  /// The objective without a network.
  private var zeroObjective: Double
  /// rho / rhoFit where it is fixed: targets that must be met ask for a small one, and the factor then serves for all rho.
  private var fixedShift: Double?
  /// What no network reaches of such targets, up to rounding.
  private let unreached: Vector
  private var summary = ShrinkSummary(active: 0, totalNorm: 0)
  private(set) var iteration = 0
  private(set) var isBroken = false

  /// - Parameter precision: of the products and the factor; it needs a map that has them.
  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, precision: Precision = .double
  ) throws(ZonotopeError) {
    let program = evaluator.program, n = program.map.fitSize, size = program.size
    self.program = program
    self.evaluator = evaluator
    penaltyWorkspace = try program.penalty.makeWorkspace(threads: evaluator.workers.threads)
    if let known = evaluator.memory?.system, known.precision == precision {
      kept = known
    } else {
      let (system, meanDiagonal) = try program.map.makeSystem(
        evaluator.mapWorkspace, free: program.free, precision: precision, evaluator.workers)
      kept = KeptSystem(system, meanDiagonal: meanDiagonal, precision)
      // What was stopped is not complete.
      if !evaluator.workers.isStopped { evaluator.memory?.system = kept }
    }
    target = try Vector(n)
    v = try Vector(size)
    l = try Vector(size)
    w = try Vector(size)
    adjoint = try Vector(size)
    z = try Vector(n)
    split = try Vector(n)
    m = try Vector(n)
    previousSplit = try Vector(n)
    dual = try Vector(n)
    let moving = program.loss.quadraticScale == nil ? size + n : size
    trajectory = try TrajectoryExtrapolation(size: moving)
    ahead = try Vector(moving)
    savedW = try Vector(size)
    savedSplit = try Vector(n)
    savedM = try Vector(n)
    unreached = try Vector(program.loss.isEquality ? n : 0)
    zeroObjective = evaluator.withoutNetwork()
    smooth = program.loss as? any SmoothLoss
    rho = 1
    rhoFit = program.loss.quadraticScale ?? 1
    begin(from: start, meanDiagonal: kept.meanDiagonal)
  }

  // MARK: One step

  mutating func advance(upTo limit: Int) {
    let residual = step()
    isBroken = !residual.isFinite
    if isBroken { return }
    if trajectory.isReady, iteration + calmingSteps <= limit { jump(residual) }
    if iteration >= nextAdaptation {
      adapt()
      nextAdaptation = Self.adaptation(after: iteration)
    }
  }

  /// One step of the method. Returns the length of the step of its fixed point, u relaxed plus multiplier, and no finite
  /// number where the new state is not finite.
  private mutating func step() -> Double {
    let move = trajectory.next(), count = v.count, relaxation = 1.7
    for j in 0..<count {
      w[j] = v[j] - l[j]
      move[j] = -v[j] - l[j]
    }
    solveForFit()
    for j in 0..<count {
      w[j] = relaxation * (w[j] - adjoint[j]) + (1 - relaxation) * v[j] + l[j]
      move[j] += w[j]
    }
    shrink()
    if program.loss.quadraticScale == nil {
      let unit = (rhoFit / rho).squareRoot()
      for k in 0..<split.count { move[count + k] = -unit * (split[k] - m[k]) }
      relaxFit(relaxation)
      for k in 0..<split.count { move[count + k] += unit * dual[k] }
      if smooth == nil { previousSplit.copy(from: split) }
      splitLoss()
      if smooth == nil { measureFit() }
    }
    iteration += 1
    // What is not finite in v or in the split fit is in their multipliers too.
    let isFinite = dot(l.values, l.values).isFinite && dot(m.values, m.values).isFinite
    return isFinite ? norm(Values(move)) : .nan
  }

  /// v and its multiplier from w.
  private mutating func shrink() {
    summary = program.penalty.prox(
      w.values, threshold: program.beta / rho, into: v.mutable, penaltyWorkspace, workers)
    for j in 0..<v.count { l[j] = w[j] - v[j] }
  }

  /// The split fit and its multiplier from `dual`.
  private func splitLoss() {
    program.loss.prox(dual.values, evaluator.targets.values, step: 1 / rhoFit, into: split.mutable)
    for k in 0..<z.count { m[k] = split[k] - dual[k] }
  }

  /// How far the fit of this step is from its copy, and how far that moved.
  private mutating func measureFit() {
    let delta = rho / rhoFit
    var residual = 0.0, step = 0.0
    for k in 0..<z.count {
      let apart = target[k] + delta * z[k] - split[k], move = split[k] - previousSplit[k]
      residual += apart * apart
      step += move * move
    }
    (fitResidual, fitStep) = (residual.squareRoot(), step.squareRoot())
  }

  /// Tries the point that the last steps lead to, and returns to where it was when steps from there stay longer.
  private mutating func jump(_ residual: Double) {
    let count = v.count
    guard residual > 0, trajectory.predict(into: ahead.mutable, workers) else {
      trajectory.reset()
      return
    }
    // v and its multiplier follow from it.
    savedW.copy(from: w)
    savedSplit.copy(from: split)
    savedM.copy(from: m)
    for j in 0..<count { w[j] = v[j] + l[j] + ahead[j] }
    shrink()
    if program.loss.quadraticScale == nil {
      let unit = (rhoFit / rho).squareRoot()
      for k in 0..<split.count { dual[k] = split[k] - m[k] + ahead[count + k] / unit }
      splitLoss()
    }
    // A jump along the slow directions stirs up fast ones, which a few steps calm again.
    var accepted = false
    for _ in 0..<calmingSteps where !accepted && !workers.isStopped { accepted = step() <= 1.001 * residual }
    if !accepted {
      w.copy(from: savedW)
      shrink()
      split.copy(from: savedSplit)
      m.copy(from: savedM)
    }
    trajectory.learn(accepted: accepted)
    trajectory.reset()
  }

  /// z = (delta I + A A')^{-1} (A w - T) and A'z, where T is what the fit is drawn to.
  private func solveForFit() {
    if program.loss.quadraticScale == nil {
      for k in 0..<target.count { target[k] = split[k] + m[k] }
    }
    system.solve(
      w.values, target: (program.loss.quadraticScale == nil ? target : evaluator.targets).values,
      into: z.mutable, adjoint: adjoint.mutable, workers)
  }

  /// The fit of this step is T + delta z; `dual` becomes its relaxed copy less the multiplier.
  private func relaxFit(_ relaxation: Double) {
    let delta = rho / rhoFit
    for k in 0..<z.count {
      let fit = split[k] + m[k] + delta * z[k]
      dual[k] = relaxation * fit + (1 - relaxation) * split[k] - m[k]
    }
  }

  // MARK: Step sizes

  /// Early on the norms of the active blocks tell the scale of the answer; later changes are rarer and rarer, so that
  /// the method converges as one with a fixed step.
  private static func adaptation(after iteration: Int) -> Int {
    let early = [3, 8, 16, 28, 45, 70, 105, 150, 220, 330, 500]
    return early.first { $0 > iteration } ?? 2 * iteration
  }

  private mutating func adapt() {
    if let fixedShift {
      if summary.active == 0 { change(rho: 4 * rho, rhoFit: 4 * rho / fixedShift) }
      guard summary.meanNorm > 0, summary.meanNorm.isFinite else { return }
      let wanted = max(smallestRho, program.beta / (program.penalty.thresholdRatio * summary.meanNorm))
      if wanted > 1.35 * rho || 1.35 * wanted < rho { change(rho: wanted, rhoFit: wanted / fixedShift) }
      return
    }
    var newRho = rho, newRhoFit = rhoFit
    let value = evaluator.primal(v.values, near: fitCandidate), overshoots = !(value <= zeroObjective)
    if overshoots || summary.active == 0 {
      // Worse than no network at all, or nothing to learn the scale from: shorter steps. Where no network at all is the
      // optimum that never ends, and only multipliers, of which a loss with kinks has many, are on their way: with ever
      // shorter steps they would not arrive.
      idle = smooth == nil && value <= 1.01 * zeroObjective ? idle + 1 : 0
      newRho = idle <= idleChanges ? 4 * rho : idle == idleChanges + 1 ? rho / 4096 : rho
    } else if summary.meanNorm.isFinite {
      let wanted = max(smallestRho, program.beta / (program.penalty.thresholdRatio * summary.meanNorm))
      if wanted > worthwhile * rho || worthwhile * wanted < rho { newRho = wanted }
    }
    if program.loss.quadraticScale == nil, !overshoots {
      let wanted = min(3 * rhoFit, max(rhoFit / 3, wantedRhoFit()))
      if wanted > worthwhile * rhoFit || worthwhile * wanted < rhoFit { newRhoFit = wanted }
    }
    change(rho: newRho, rhoFit: newRhoFit)
  }

  /// Being off by less costs fewer steps than a new factorisation, which takes longer against a step the larger it is.
  private var worthwhile: Double { (program.map.systemOrders.max() ?? 0) > 1000 ? 1.8 : 1.35 }

  /// The mean second derivative of the loss at the fit of v, which was evaluated last: at the split fit it would run away
  /// to 0 where that overshoots. Without a second derivative, what makes the residuals of the splitting equally long.
  private func wantedRhoFit() -> Double {
    if let smooth {
      return max(
        smooth.meanCurvature(evaluator.lastFit, evaluator.targets.values), 1e-6 * smooth.curvatureBound)
    }
    guard fitResidual > 0, fitStep > 0 else { return rhoFit }
    return rhoFit * (fitResidual / fitStep).squareRoot()
  }

  private mutating func change(rho newRho: Double, rhoFit newRhoFit: Double) {
    let newRho = min(newRho, largestRho)
    guard newRho > 0, newRho != rho || newRhoFit != rhoFit else { return }
    // A factorisation that fails leaves the step as it is, which still converges.
    guard fixedShift != nil || kept.factor(shift: newRho / newRhoFit, workers) else {
      _ = kept.factor(shift: rho / rhoFit, workers)
      return
    }
    scale(l.mutable, by: rho / newRho)
    scale(m.mutable, by: rhoFit / newRhoFit)
    rho = newRho
    rhoFit = newRhoFit
    trajectory.reset()
  }

  // MARK: Start

  private mutating func begin(from start: BlockPoint?, meanDiagonal: Double) {
    if program.loss.isEquality { return beginAtTargets(from: start, meanDiagonal: meanDiagonal) }
    if program.loss.quadraticScale == nil {
      _ = evaluator.withoutNetwork()
      _ = split.mutable.update(fromContentsOf: evaluator.lastFit)
      let mean = zeroObjective / (program.loss.scale * Double(max(1, split.count)))
      rhoFit = smooth == nil ? program.loss.scale / max(mean, 1e-300) : wantedRhoFit()
    }
    rho = max(rhoFit * max(meanDiagonal, 1e-300) * 0.1, 1e-300)
    smallestRho = 1e-9 * rho
    largestRho = 1e12 * rho
    if let start, start.blocks.count == v.count, start.blocks.contains(where: { $0 != 0 }) {
      start.blocks.withUnsafeBufferPointer { v.pointer.update(from: $0.baseAddress!, count: $0.count) }
      let active = activeBlocks(v.values, program.map.blockSize)
      let mean = program.penalty.value(v.values) / Double(max(1, active))
      rho = max(smallestRho, program.beta / (program.penalty.thresholdRatio * mean))
      if program.loss.quadraticScale == nil {
        _ = try? evaluator.primal(start)
        _ = split.mutable.update(fromContentsOf: evaluator.lastFit)
        rhoFit = wantedRhoFit()
      }
    }
    if !(rho > 0 && rho.isFinite) { rho = 1 }
    let goesOn = start != nil && resume()
    if goesOn, let shift = kept.shift, max(shift * rhoFit, rho) < worthwhile * min(shift * rhoFit, rho) {
      scale(l.mutable, by: rho / (shift * rhoFit))
      rho = shift * rhoFit
      return
    }
    while !kept.factor(shift: rho / rhoFit, workers), rho < 1e300, !workers.isStopped {
      rho *= 100
      scale(l.mutable, by: 0.01)
    }
  }

  /// The multipliers of the answer for another beta, moved to this one: their norms are beta on the active blocks.
  private func resume() -> Bool {
    guard let (point, beta) = evaluator.memory?.dual, point.count == dual.count else { return false }
    for k in 0..<dual.count { dual[k] = point[k] * program.beta / beta }
    program.map.adjoint(dual.values, into: l.mutable, evaluator.mapWorkspace, workers)
    scale(l.mutable, by: -1 / rho)
    if program.loss.quadraticScale == nil {
      for k in 0..<m.count { m[k] = -dual[k] / rhoFit }
    }
    return true
  }

  /// For targets that must be met: the scale of the blocks is that of the shortest point whose fit they are.
  private mutating func beginAtTargets(from start: BlockPoint?, meanDiagonal: Double) {
    let shift = max(1e-6 * meanDiagonal, 1e-300)
    fixedShift = shift
    split.copy(from: evaluator.targets)
    guard kept.factor(shift: shift, workers) else {
      isBroken = !workers.isStopped
      return
    }
    // What (shift + A A')^{-1} shift leaves of the targets again and again is orthogonal to all fits.
    unreached.copy(from: evaluator.targets)
    var length = norm(unreached.values), scale = 0.0
    for round in 0..<60 where length > 0 && !workers.isStopped {
      system.solve(w.values, target: unreached.values, into: z.mutable, adjoint: adjoint.mutable, workers)
      if round == 0 { scale = program.penalty.value(adjoint.values) / Double(max(1, program.map.blocks)) }
      var change = 0.0
      for k in 0..<z.count {
        let next = -shift * z[k]
        change = max(change, abs(next - unreached[k]))
        unreached[k] = next
      }
      length = norm(unreached.values)
      if change <= 1e-14 * length || length <= 1e-13 * norm(evaluator.targets.values) { break }
    }
    for k in 0..<unreached.count { unreached[k] *= -1 }
    if let start, start.blocks.count == v.count, start.blocks.contains(where: { $0 != 0 }) {
      start.blocks.withUnsafeBufferPointer { _ = v.mutable.update(fromContentsOf: $0) }
      let active = activeBlocks(v.values, program.map.blockSize)
      scale = program.penalty.value(v.values) / Double(max(1, active))
    }
    rho = program.beta / (program.penalty.thresholdRatio * scale)
    if !(rho > 0 && rho.isFinite) { rho = 1 }
    smallestRho = 1e-9 * rho
    largestRho = 1e12 * rho
    rhoFit = rho / shift
  }

  /// At the optimum A'z = -rho l, and the split fit's multiplier is -z / rhoFit.
  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    v.pointer.update(from: blocks.baseAddress!, count: blocks.count)
    program.map.adjoint(gradient, into: l.mutable, evaluator.mapWorkspace, workers)
    scale(l.mutable, by: -1 / rho)
    if program.loss.quadraticScale == nil {
      _ = split.mutable.update(fromContentsOf: program.loss.isEquality ? evaluator.targets.values : fit)
      for k in 0..<m.count { m[k] = -gradient[k] / rhoFit }
    }
    trajectory.reset()
  }

  // MARK: What the certificate needs

  /// v lags behind u, so that checks closer together tell nothing new.
  var checkInterval: Int { min(20, max(4, iteration / 10)) }

  var blocks: Values { v.values }

  var dualCandidate: (point: Values, adjoint: Values?)? {
    if iteration == 0 { return program.loss.isEquality ? (unreached.values, nil) : nil }
    if program.loss.fitsLeastSquares {
      for k in 0..<z.count { dual[k] = rho * z[k] }
      guard system.isExact else { return (dual.values, nil) }
      // Free between jumps.
      for j in 0..<adjoint.count { ahead[j] = rho * adjoint[j] }
      return (dual.values, Values(rebasing: ahead.values[..<adjoint.count]))
    }
    // The gradient at the split fit is -rhoFit m; where it is the only one, it is in the domain to the last bit.
    if smooth != nil {
      program.loss.gradient(split.values, evaluator.targets.values, into: dual.mutable)
    } else {
      for k in 0..<m.count { dual[k] = -rhoFit * m[k] }
      program.loss.clip(dual.mutable, evaluator.targets.values)
    }
    return (dual.values, nil)
  }

  var fitCandidate: Values? { program.loss.quadraticScale == nil && iteration > 0 ? split.values : nil }
}

/// Steps after a jump until it is judged.
private let calmingSteps = 6

extension ConvexProgram where Map: FactoredMap {
  /// Bytes that a solve by ADMM takes beyond the data.
  func admmMemory(precision: Precision, threads: Int) throws(ZonotopeError) -> Int {
    let vectors = try product(20, size + map.fitSize, place: "blocks")
    let system = try map.systemSize(hasFree: free != nil, precision: precision, threads: threads)
    let exactFit = loss.isEquality ? exactFitMemory : 0
    return try product(8, system + vectors + exactFit + sharedMemory(threads: threads), place: "memory")
  }
}
