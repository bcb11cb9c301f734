/// Advances an iteration until its certified gap is small enough or a limit is met, and returns the best point seen
/// with the best bound seen.
///
/// The zero network is the first answer. When the stop condition is met the step in flight is finished and checked, or
/// abandoned together with the workers; its blocks are then a mixture of old and new ones, and count if they are better.
func minimise<Map, Penalty, Objective: Loss, Iteration: SolverIteration>(
  _ evaluator: Evaluator<Map, Penalty, Objective>, by iteration: inout Iteration, _ settings: SolverSettings,
  until stop: StopCondition, _ pulse: Pulse?, started: Double, choice: String
) throws(ZonotopeError) -> Solution {
  let workers = evaluator.workers
  let zero = evaluator.withoutNetwork()
  var best = try BestAnswer(
    blocks: evaluator.program.size, samples: evaluator.program.map.fitSize, withoutNetwork: zero,
    scale: max(zero, evaluator.lossAtZero()), free: evaluator.lastCoefficients)
  let gradient = try Vector(evaluator.program.map.fitSize)
  let limit = settings.iterations ?? defaultIterationLimit
  var patience = Patience()
  let exactFit = evaluator.program.loss.isEquality ? try ExactFit(evaluator) : nil
  /// The step that was checked last; none yet.
  var checked = -1

  /// A bound that says that no network meets targets which must be met.
  var unreachable = Double.infinity
  if exactFit != nil {
    // Ten orders of magnitude above what targets of this size take at least, by the features along a vector like any other.
    for k in 0..<gradient.count { gradient[k] = 1 + 0.3 * Double(k * 7919 % 1000) / 1000 }
    let gain = evaluator.dualNorm(ofAdjointOf: gradient.values) / norm(gradient.values)
    let least = evaluator.program.beta * norm(evaluator.targets.values) / gain
    unreachable = least > 0 ? min(1e200, 1e10 * least) : 1e200
  }

  /// Nil too when the workers were stopped in between: what is not complete is not believed.
  func check(_ blocks: Values? = nil, patiently: Bool = false) throws(ZonotopeError) -> Status? {
    let isMoved = try exactFit?.move(blocks ?? iteration.blocks) == true
    let given = blocks, blocks = isMoved ? exactFit?.blocks.values : blocks
    let objective = evaluator.primal(
      blocks ?? iteration.blocks, near: blocks == nil ? iteration.fitCandidate : nil, patiently: patiently)
    if workers.isStopped && !patiently { return nil }
    guard objective.isFinite || exactFit != nil && !objective.isNaN else { return .numericalBreakdown }
    best.offer(
      objective: objective, blocks: blocks ?? iteration.blocks, free: evaluator.lastCoefficients)
    if workers.isStopped { return nil }
    evaluator.gradientAtPrimal(into: gradient.mutable)
    let candidate = (given == nil ? iteration.dualCandidate : nil) ?? (gradient.values, nil)
    let bound = evaluator.lowerBound(candidate.point, adjoint: candidate.adjoint)
    if workers.isStopped { return nil }
    best.offer(dual: bound.value, point: bound.point)
    if given == nil { checked = iteration.iteration }
    if exactFit != nil, bound.value >= unreachable { return .infeasible }
    pulse?.report(
      Progress(
        solver: iteration.kind, iteration: iteration.iteration, objective: best.objective,
        lowerBound: best.dual, relativeGap: best.relativeGap,
        activeBlocks: activeBlocks(best.blocks.values, evaluator.program.map.blockSize),
        seconds: monotonicSeconds() - started))
    if best.relativeGap >= 0, best.relativeGap <= settings.tolerance { return .optimal }
    return patience.isExhausted(gap: best.relativeGap, iteration: iteration.iteration) ? .stalled : nil
  }

  /// Newton's method on the faces the iteration has found, from the best point.
  func polish() throws(ZonotopeError) -> Status? {
    guard let smooth = evaluator.program.loss as? any SmoothLoss else { return try polishKinks() }
    let polished = try Vector(evaluator.program.size)
    guard
      try runFaceNewton(
        evaluator.program, smooth, targets: evaluator.targets.values, from: best.blocks.values,
        free: Array(best.free.values), into: polished, workers, while: { stop.status == nil }),
      try evaluator.project(polished)
    else { return nil }
    let before = best.objective
    if let status = try check(polished.values) { return status }
    if best.objective < before {
      iteration.restart(
        at: polished.values, free: best.free.values, fit: evaluator.lastFit, gradient: gradient.values)
    }
    return nil
  }

  /// The same for losses without a gradient somewhere.
  func polishKinks() throws(ZonotopeError) -> Status? {
    guard let loss = evaluator.program.loss as? any ProximableLoss else { return nil }
    let start = try Vector(copying: iteration.dualCandidate?.point ?? best.dualPoint.values)
    let before = best.objective
    // The fit of the best blocks: what is free beside them is not found again without it.
    let bestFit = try Vector(evaluator.program.map.fitSize)
    var status: Status?
    try runKinkNewton(
      evaluator.program, loss, targets: evaluator.targets.values, from: best.blocks.values,
      free: Array(best.free.values), multiplier: start.values, workers, while: { stop.status == nil }
    ) { (polished, fit, z) throws(ZonotopeError) in
      guard try evaluator.project(polished) else { return false }
      let moved = try exactFit?.move(polished.values) == true ? exactFit?.blocks : nil
      let objective = evaluator.primal((moved ?? polished).values, near: fit)
      guard !workers.isStopped, objective.isFinite || exactFit != nil else { return false }
      if objective < best.objective { _ = bestFit.mutable.update(fromContentsOf: evaluator.lastFit) }
      best.offer(
        objective: objective, blocks: (moved ?? polished).values, free: evaluator.lastCoefficients)
      let bound = evaluator.lowerBound(z)
      guard !workers.isStopped else { return false }
      best.offer(dual: bound.value, point: bound.point)
      if best.relativeGap >= 0, best.relativeGap <= settings.tolerance { status = .optimal }
      return status == nil
    }
    if status == nil, best.objective < before, !workers.isStopped {
      iteration.restart(
        at: best.blocks.values, free: best.free.values, fit: bestFit.values,
        gradient: best.dualPoint.values)
    }
    return status
  }

  var status = try check()
  var nextCheck = iteration.iteration + iteration.checkInterval
  var nextPolish = firstPolish
  while status == nil {
    if let met = stop.status {
      status = met
    } else if iteration.iteration >= limit {
      status = .iterationLimit
    } else {
      iteration.advance(upTo: limit)
      if workers.isStopped { continue }
      // What a step that was cut short leaves tells nothing.
      if iteration.isBroken, !workers.isStopped {
        status = .numericalBreakdown
      } else if iteration.iteration >= nextCheck && iteration.isReady || iteration.iteration >= limit {
        status = try check()
        nextCheck = iteration.iteration + iteration.checkInterval
        if status == nil, iteration.iteration >= nextPolish,
          best.relativeGap <= 1e-2 || iteration.iteration >= latePolish
        {
          nextPolish = max(iteration.iteration + firstPolish, iteration.iteration * 3 / 2)
          status = try polish()
        }
      }
      continue
    }
    // The last steps may have improved on the last check. Without a step there is nothing but a start to be checked.
    let isNew = checked >= 0 || iteration.iteration > 0 || iteration.blocks.contains { $0 != 0 }
    if iteration.iteration > checked, isNew, try check(patiently: true) == .optimal { status = .optimal }
  }
  guard let status else { preconditionFailure("the loop above ends with a status") }
  let isInfeasible = status == .infeasible
  return try Solution(
    status: status, objective: isInfeasible ? .infinity : best.objective,
    dual: isInfeasible ? .infinity : best.dual,
    point: BlockPoint(blocks: best.blocks.list(), free: evaluator.external(best.free.values)),
    dualPoint: best.dualPoint.list(),
    solver: iteration.kind, choice: iteration.note ?? choice, iterations: iteration.iteration,
    seconds: monotonicSeconds() - started)
}

/// Newton's method with what the loss is beside a ``Loss``. False where it found nothing better.
private func runFaceNewton<Map, Penalty, Objective, Smooth: SmoothLoss>(
  _ program: ConvexProgram<Map, Penalty, Objective>, _ loss: Smooth, targets: Values, from blocks: Values,
  free: [Double], into polished: Vector, _ workers: Workers, while mayGoOn: () -> Bool
) throws(ZonotopeError) -> Bool {
  // It keeps its faces in arrays of the standard library.
  try Allocation.probe(bytes: product(8, program.faceMemory, place: "faces"))
  let newton = FaceNewton(
    try program.with(loss: loss), targets: targets, blocks: blocks, free: free, workers)
  guard var newton else { return false }
  return try newton.run(into: polished.mutable, while: mayGoOn)
}

/// Steps before Newton's method is first tried; most solves are over by then.
private let firstPolish = 100

/// Steps after which it is tried however far the gap is.
private let latePolish = 500

/// Steps after which a solve ends whatever its gap, unless the caller says otherwise.
let defaultIterationLimit = 200_000

/// The best primal and the best dual point of a solve, kept apart: either may come from any step.
struct BestAnswer {
  private(set) var objective = Double.infinity
  private(set) var dual = 0.0
  /// The size of the numbers that an objective is the sum of.
  private let scale: Double
  let blocks: Vector
  /// Unpenalised coefficients.
  let free: Vector
  let dualPoint: Vector

  /// - Parameter withoutNetwork: the value of the answer without a network, which is the first.
  init(
    blocks: Int, samples: Int, withoutNetwork: Double, scale: Double, free: Values
  ) throws(ZonotopeError) {
    self.scale = scale
    self.blocks = try Vector(blocks)
    self.free = try Vector(copying: free)
    dualPoint = try Vector(samples)
    if withoutNetwork.isFinite { objective = withoutNetwork }
    reconcile()
  }

  mutating func offer(objective: Double, blocks: Values, free: Values) {
    guard objective < self.objective else { return }
    self.objective = objective
    _ = self.free.mutable.update(fromContentsOf: free)
    self.blocks.mutable.baseAddress!.update(from: blocks.baseAddress!, count: blocks.count)
    reconcile()
  }

  mutating func offer(dual: Double, point: Values) {
    guard dual > self.dual else { return }
    self.dual = dual
    dualPoint.mutable.baseAddress!.update(from: point.baseAddress!, count: point.count)
    reconcile()
  }

  /// A difference that rounding explains is no gap. A dual above the objective by more would be a fault, and shows as a
  /// negative gap that is never optimal.
  private mutating func reconcile() {
    guard objective.isFinite, abs(objective - dual) < Self.rounding(of: objective, beside: scale) else {
      return
    }
    dual = objective
  }

  /// What rounding can do to an objective, measured by the size of the numbers that are added and subtracted, which is the
  /// loss without a network: so the verdict does not depend on units. Where that is infinite there are targets to be met,
  /// and they are up to a tolerance.
  static func rounding(of objective: Double, beside size: Double) -> Double {
    size.isFinite ? 8 * Double.ulpOfOne * max(size, abs(objective)) : InterpolationLoss.tolerance * objective
  }

  var relativeGap: Double { Zonotope.relativeGap(objective, dual) }
}

/// Notices that the gap no longer falls.
private struct Patience {
  private var reference = Double.infinity
  private var since = 0

  mutating func isExhausted(gap: Double, iteration: Int) -> Bool {
    if gap <= 0.5 * reference {
      reference = gap
      since = iteration
    }
    return iteration - since > 5000 + since
  }
}

func activeBlocks(_ blocks: Values, _ size: Int) -> Int {
  guard size > 0 else { return 0 }
  return stride(from: 0, to: blocks.count, by: size).reduce(0) { count, start in
    count + (blocks[start..<start + size].contains { $0 != 0 } ? 1 : 0)
  }
}
