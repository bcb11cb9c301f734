/// Semismooth Newton steps on the augmented Lagrangian of the dual:
///
///     minimise over z   loss*(z) + 1/(2 sigma) sum_i ||p_i||^2,   p = prox of sigma beta at u - sigma A'z,
///
/// then u <- p with a larger sigma (Li, Sun and Toh 2018 for the Lasso). The minimiser of each is the proximal point of u,
/// so the blocks p tend to the optimum and z to that of the dual, in a number of steps that hardly depends on beta or on the
/// accuracy. Only active blocks are in the second derivative. It is factored in the smaller of sample space and active block
/// space (kind `newton`), or only multiplied by, in conjugate gradients that need no matrix at all (`augmented-lagrangian`).
///
/// Cones are inside the prox, so that p is feasible, and its derivative is that on the face of the cone which holds p.
struct DualNewton<Map: LinearMap, Penalty: BlockPenalty, Objective: ConjugateLoss>: SolverIteration {
  let kind: SolverKind

  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let penaltyWorkspace: Penalty.Workspace
  private var workers: Workers { evaluator.workers }

  /// The centre of the prox, and the blocks.
  private let u: Vector
  private let p: Vector
  /// The same for the unpenalised coefficients.
  private let uFree: Vector
  private let pFree: Vector
  private let z: Vector
  /// A'z.
  private let adjoint: Vector
  private let scratch: Vector
  /// The fit that belongs to z, and that less the fit of p: the gradient.
  private let fit: Vector
  private let gradient: Vector
  /// The square root of the second derivative of the loss at the fit.
  private let root: Vector
  private let step: Vector
  private let trial: Vector
  private let system: ActiveSystem<Map, Penalty, Objective>
  private var sigma: Double
  private var value = 0.0
  /// Steps since the centre moved.
  private var steps = 0
  private(set) var iteration = 0
  /// Points that the function was evaluated at: what a step costs beside its system.
  private(set) var evaluations = 0
  private(set) var isBroken = false

  /// - Parameter isFactored: whether the second derivative is factored.
  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, isFactored: Bool
  ) throws(ZonotopeError) {
    let program = evaluator.program, n = program.map.fitSize, size = program.size
    kind = isFactored ? .newton : .augmentedLagrangian
    (self.program, self.evaluator) = (program, evaluator)
    penaltyWorkspace = try program.penalty.makeWorkspace(threads: evaluator.workers.threads)
    (u, p, adjoint, scratch) = (try Vector(size), try Vector(size), try Vector(size), try Vector(size))
    (uFree, pFree) = (try Vector(program.freeSize), try Vector(program.freeSize))
    (z, fit, gradient) = (try Vector(n), try Vector(n), try Vector(n))
    (root, step, trial) = (try Vector(n), try Vector(n), try Vector(n))
    system = try ActiveSystem(evaluator, isFactored: isFactored)
    // The scale of blocks over that of dual points.
    let betaMax = evaluator.betaMax(), objective = evaluator.withoutNetwork()
    sigma = max(objective, 1e-300) / max(betaMax * betaMax, 1e-300)
    if !(sigma > 1e-300 && sigma.isFinite) { sigma = 1 }
    if let start, start.blocks.count == size {
      start.blocks.withUnsafeBufferPointer { _ = u.mutable.update(fromContentsOf: $0) }
    }
    _ = evaluator.primal(u.values)
    _ = uFree.mutable.update(fromContentsOf: evaluator.lastCoefficients)
    evaluator.gradientAtPrimal(into: z.mutable)
    // Features that free columns have nearly all of make betaMax rounding, and would make the scale anything.
    let whole = evaluator.dualNormAtZero()
    if whole > 0 { sigma = min(sigma, 1e4 * evaluator.lossAtZero() / (whole * whole)) }
    // What is returned before the first step is the start.
    p.copy(from: u)
  }

  /// The function at z; sets A'z, the blocks and the gradient.
  private mutating func evaluate() -> Double {
    evaluations += 1
    program.map.adjoint(z.values, into: adjoint.mutable, evaluator.mapWorkspace, workers)
    for j in 0..<u.count { scratch[j] = u[j] - sigma * adjoint[j] }
    _ = program.penalty.prox(
      scratch.values, threshold: sigma * program.beta, into: p.mutable, penaltyWorkspace, workers)
    program.free?.coefficients(of: z.values, outputs: program.map.outputs, into: pFree.mutable)
    for i in 0..<pFree.count { pFree[i] = uFree[i] - sigma * pFree[i] }
    let targets = evaluator.targets.values
    program.loss.conjugateGradient(z.values, targets, into: fit.mutable)
    program.map.forward(p.values, into: gradient.mutable, evaluator.mapWorkspace, workers)
    program.free?.add(pFree.values, outputs: program.map.outputs, to: gradient.mutable)
    for k in 0..<z.count { gradient[k] = fit[k] - gradient[k] }
    let squares = dot(p.values, p.values) + dot(pFree.values, pFree.values)
    return squares / (2 * sigma) - program.loss.dualValue(z.values, targets)
  }

  mutating func advance(upTo limit: Int) {
    if evaluations == 0 { value = evaluate() }
    iteration += 1
    program.loss.curvature(fit.values, evaluator.targets.values, into: root.mutable)
    for k in 0..<root.count { root[k] = root[k].squareRoot() }
    guard system.solve(p.values, beta: program.beta, sigma, root.values, gradient.values, into: step.mutable)
    else {
      // The weaker the prox, the closer to singular.
      if !workers.isStopped { sigma *= 0.1 }
      value = evaluate()
      isBroken = !(sigma > 1e-300)
      return
    }
    search()
    if workers.isStopped { return }
    steps += 1
    isBroken = !value.isFinite
    if isSolved || steps >= 40 { moveCentre() }
  }

  /// Along the step, no farther than the domain allows.
  private mutating func search() {
    trial.copy(from: z)
    let slope = dot(gradient.values, step.values), before = value, size = norm(gradient.values)
    for k in 0..<z.count { z[k] = trial[k] + step[k] }
    let room = program.loss.largestStep(from: trial.values, to: z.values, evaluator.targets.values)
    var length = room < 1 ? 0.9 * room : 1
    for _ in 0..<40 {
      for k in 0..<z.count { z[k] = trial[k] + length * step[k] }
      value = evaluate()
      if workers.isStopped { return }
      if value <= before + 1e-4 * length * slope { return }
      // Beyond the digits of the function its gradient tells.
      if value <= before + 1e-12 * abs(before), norm(gradient.values) < 0.9 * size { return }
      length *= 0.5
    }
    z.copy(from: trial)
    value = evaluate()
    steps = 40
  }

  /// Whether z is close enough to the minimiser for the prox to converge as an exact one (Rockafellar 1976, criterion B).
  private var isSolved: Bool {
    var squares = 0.0
    for j in 0..<u.count { squares += (p[j] - u[j]) * (p[j] - u[j]) }
    for i in 0..<uFree.count { squares += (pFree[i] - uFree[i]) * (pFree[i] - uFree[i]) }
    let allowed = 0.2 * (squares / (sigma * program.loss.curvatureBound)).squareRoot()
    return norm(gradient.values) <= allowed
  }

  private mutating func moveCentre() {
    u.copy(from: p)
    uFree.copy(from: pFree)
    sigma *= 3
    steps = 0
    value = evaluate()
  }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    _ = u.mutable.update(fromContentsOf: blocks)
    _ = uFree.mutable.update(fromContentsOf: free)
    _ = z.mutable.update(fromContentsOf: gradient)
    steps = 0
    value = evaluate()
  }

  var checkInterval: Int { 1 }
  var blocks: Values { p.values }
  var dualCandidate: (point: Values, adjoint: Values?)? {
    iteration > 0 ? (z.values, program.free == nil ? adjoint.values : nil) : nil
  }
  var fitCandidate: Values? { fit.values }
}

extension ConvexProgram {
  /// Bytes that a solve by ``DualNewton`` takes beyond the data.
  func dualNewtonMemory(isFactored: Bool, threads: Int) throws(ZonotopeError) -> Int {
    let order = isFactored ? min(map.fitSize, size + freeSize) : 0
    let matrices = try product(order, 2 * order, place: "samples")
    let rows = try product(
      map.fitSize, isFactored ? min(map.fitSize, size + freeSize) + activeChunk : 0, place: "samples")
    let vectors = try product(7, size + freeSize + map.fitSize, place: "blocks")
    let faces = try product(size, penalty.smallestFace, place: "blocks")
    return try product(8, matrices + rows + vectors + faces + sharedMemory(threads: threads), place: "memory")
  }
}
