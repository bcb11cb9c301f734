extension ConvexProgram where Map: FactoredMap {
  /// Solves the program to the tolerance of the settings, or as far as their limits allow.
  ///
  /// - Parameter start: a point to start from, such as the answer at a neighbouring beta; its blocks are moved to the
  ///   closest points of their cones first.
  /// - Throws: misuse only: settings out of range, a start of the wrong size, memory beyond the budget.
  public func solve(
    _ settings: SolverSettings = SolverSettings(), from start: BlockPoint? = nil
  ) throws(ZonotopeError) -> Solution {
    try solve(settings, from: start, Workers(threads: settings.threads))
  }

  func solve(
    _ settings: SolverSettings, from start: BlockPoint?, _ workers: Workers
  ) throws(ZonotopeError) -> Solution {
    try settings.check()
    let started = monotonicSeconds()
    return try solve(settings, from: start, workers, until: StopCondition(settings, started: started))
  }

  /// - Parameter memory: of solves of the same program for other betas; it takes what this one leaves.
  func solve(
    _ settings: SolverSettings, from start: BlockPoint?, _ workers: Workers, until stop: StopCondition,
    memory: SolveMemory? = nil
  ) throws(ZonotopeError) -> Solution {
    let solution = try solved(settings, from: start, workers, until: stop, memory: memory)
    memory?.keep(solution, beta: beta)
    return solution
  }

  private func solved(
    _ settings: SolverSettings, from start: BlockPoint?, _ workers: Workers, until stop: StopCondition,
    memory: SolveMemory?
  ) throws(ZonotopeError) -> Solution {
    let started = monotonicSeconds()
    if let answer = try byActiveSet(settings, start, workers, stop, started) { return answer }
    let (kind, why) = try choose(settings, threads: workers.threads)
    let precision = precision(settings, kind, threads: workers.threads)
    // Nobody asked for single precision where it is a matter of speed: it has to show that soon.
    let isTrial = precision.used == .float && settings.precision == .double
    var limited = settings
    if isTrial { limited.iterations = min(settings.iterations ?? .max, singleSteps) }
    let run = SolveRun(
      settings: limited, start: start, workers: workers, stop: stop, started: started, choice: why,
      precision: precision.used, memory: memory)
    var solution = try solved(by: kind, run)
    if let note = precision.note { solution.choice += "; \(note)" }
    let isShort =
      solution.status == .stalled || solution.status == .numericalBreakdown
      || solution.status == .iterationLimit && solution.iterations < settings.iterations ?? .max
    return isTrial && isShort ? try goingOn(from: solution, settings, run) : solution
  }

  /// From the best point of single precision that nobody asked for, and that did not reach the tolerance, on in double, or
  /// where there is no room for that as before.
  private func goingOn(
    from best: Solution, _ settings: SolverSettings, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution {
    var settings = settings
    settings.iterations = settings.iterations.map { max(0, $0 - best.iterations) }
    var double = settings
    double.refusesSingle = true
    let choice = try? choose(double, threads: run.workers.threads)
    guard choice != nil || best.status == .iterationLimit else { return best }
    var solution = try solved(
      by: choice?.0 ?? best.solver,
      SolveRun(
        settings: choice == nil ? settings : double, start: best.point, workers: run.workers, stop: run.stop,
        started: run.started, choice: choice?.1 ?? run.choice, precision: choice == nil ? .float : .double,
        memory: nil))
    if best.dual > solution.dual {
      (solution.dual, solution.dualPoint) = (best.dual, best.dualPoint)
      if solution.status == .stalled, solution.relativeGap <= settings.tolerance {
        solution.status = .optimal
      }
    }
    solution.iterations += best.iterations
    solution.choice +=
      choice == nil
      ? "; in single precision, as there is no room for double"
      : "; single precision was left after \(best.iterations) steps"
    return solution
  }

  private func solved(by kind: SolverKind, _ run: SolveRun) throws(ZonotopeError) -> Solution {
    let settings = run.settings
    if settings.kind == .automatic, kind == .fista, let map = map as? any GramMap & PatternMap,
      let penalty = penalty as? any UniformPenalty, penalty.hasEuclideanDualNorm, map.units > fewestUnits,
      let loss = loss as? any SmoothLoss & ProximableLoss,
      try admmMemory(precision: run.precision, threads: run.workers.threads) <= settings.memoryBudget
    {
      return try bySwitching(map, penalty, loss, run)
    }
    if kind == .fista, let smooth = loss as? any SmoothLoss { return try byFISTA(smooth, run) }
    if settings.kind == .automatic, kind == .newton, let loss = loss as? any ConjugateLoss & ProximableLoss {
      return try byNewtonFirst(loss, run)
    }
    if kind == .newton || kind == .augmentedLagrangian, let loss = loss as? any ConjugateLoss {
      return try byDualNewton(loss, run, isFactored: kind == .newton)
    }
    guard let proximable = loss as? any ProximableLoss else {
      throw .invalid(place: "loss", reason: "\(loss.name) has neither a gradient nor a proximal step")
    }
    return try byADMM(proximable, run)
  }

  /// Nil where the program is not that of thresholds with squares, or another algorithm was asked for.
  private func byActiveSet(
    _ settings: SolverSettings, _ start: BlockPoint?, _ workers: Workers, _ stop: StopCondition,
    _ started: Double
  ) throws(ZonotopeError) -> Solution? {
    guard settings.kind == .automatic || settings.kind == .activeSet, let map = map as? MaskedMap,
      map.isIndicator, loss.quadraticScale != nil, free == nil
    else { return nil }
    let program = try ConvexProgram<MaskedMap, Penalty, Objective>(
      map: map, penalty: penalty, loss: loss, targets: targets, beta: beta)
    let run = SolveRun(
      settings: settings, start: start, workers: workers, stop: stop, started: started,
      choice: settings.kind == .activeSet ? "asked for" : "few of the patterns are active",
      precision: .double,
      memory: nil)
    return try program.iterate(run) { (evaluator, _) throws(ZonotopeError) in
      guard let iteration = try ActiveSet(evaluator, tolerance: 0.2 * settings.tolerance) else {
        throw .unsupported(key: "solver.kind", reason: "\"active-set\" is for thresholds with squares")
      }
      return iteration
    }
  }

  fileprivate func byFISTA<Smooth: SmoothLoss>(_ loss: Smooth, _ run: SolveRun) throws(ZonotopeError)
    -> Solution
  {
    let program = try with(loss: loss)
    if let map = map as? any PatternMap, let penalty = penalty as? any UniformPenalty,
      penalty.hasEuclideanDualNorm, map.units > fewestUnits
    {
      return try program.byWorkingSet(map, penalty, run)
    }
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try FISTA(evaluator, from: start, precision: run.precision)
    }
  }

  private func byADMM<Proximable: ProximableLoss>(
    _ loss: Proximable, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution {
    let program = try with(loss: loss)
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try ADMM(evaluator, from: start, precision: run.precision)
    }
  }

  private func byDualNewton<Conjugate: ConjugateLoss>(
    _ loss: Conjugate, _ run: SolveRun, isFactored: Bool
  ) throws(ZonotopeError) -> Solution {
    let program = try with(loss: loss)
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try DualNewton(evaluator, from: start, isFactored: isFactored)
    }
  }

  private func byNewtonFirst<Both: ConjugateLoss & ProximableLoss>(
    _ loss: Both, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution {
    let program = try with(loss: loss)
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try NewtonFirst(evaluator, from: start, precision: run.precision)
    }
  }

  /// The smallest beta whose solution is the zero network.
  public func betaMax(threads: Int = 0) throws(ZonotopeError) -> Double {
    try Evaluator(self, Workers(threads: threads)).betaMax()
  }
}

extension ConvexProgram {
  fileprivate func bySwitching<
    Patterns: GramMap & PatternMap, Uniform: UniformPenalty, Both: SmoothLoss & ProximableLoss
  >(
    _ map: Patterns, _ penalty: Uniform, _ loss: Both, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution {
    let program = try ConvexProgram<Patterns, Uniform, Both>(
      map: map, penalty: penalty, loss: loss, targets: targets, beta: beta, free: free)
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try Switching(evaluator, from: start, run.settings, precision: run.precision)
    }
  }

  fileprivate func byWorkingSet<Patterns: PatternMap, Uniform: UniformPenalty>(
    _ map: Patterns, _ penalty: Uniform, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution where Objective: SmoothLoss {
    let program = try ConvexProgram<Patterns, Uniform, Objective>(
      map: map, penalty: penalty, loss: loss, targets: targets, beta: beta, free: free)
    return try program.iterate(run) { (evaluator, start) throws(ZonotopeError) in
      try WorkingSet(
        evaluator, from: start, tolerance: run.settings.tolerance, precision: run.precision)
    }
  }

  fileprivate func iterate<Iteration: SolverIteration>(
    _ run: SolveRun,
    by make: (Evaluator<Map, Penalty, Objective>, BlockPoint?) throws(ZonotopeError) -> Iteration
  ) throws(ZonotopeError) -> Solution {
    let evaluator = try Evaluator(self, run.workers)
    let pulse = Pulse(run.settings, started: run.started, objective: evaluator.withoutNetwork())
    evaluator.workers = run.workers.stopping(at: run.stop, pulse)
    evaluator.memory = run.memory
    let start = try run.start.flatMap { (start) throws(ZonotopeError) in try feasible(start, evaluator) }
    var iteration = try make(evaluator, start)
    return try minimise(
      evaluator, by: &iteration, run.settings, until: run.stop, pulse, started: run.started,
      choice: run.choice)
  }

  /// Nil where the workers were stopped.
  private func feasible(
    _ start: BlockPoint, _ evaluator: Evaluator<Map, Penalty, Objective>
  ) throws(ZonotopeError) -> BlockPoint? {
    guard start.blocks.count == size else {
      throw .invalid(place: "start", reason: "\(start.blocks.count) numbers, the program has \(size)")
    }
    let coefficients = (free?.columns.columns ?? 0) * map.outputs
    guard start.free.isEmpty || start.free.count == coefficients else {
      throw .invalid(
        place: "start", reason: "\(start.free.count) free numbers, the program has \(coefficients)")
    }
    guard start.free.allSatisfy(\.isFinite), start.blocks.allSatisfy(\.isFinite) else {
      throw .invalid(place: "start", reason: "holds a number that is not finite")
    }
    let blocks = try Vector(copying: start.blocks)
    guard try evaluator.project(blocks) else { return nil }
    return try BlockPoint(blocks: blocks.list(), free: start.free)
  }
}

/// Steps in single precision that nobody asked for; solves that it makes faster need a fraction of them.
private let singleSteps = 1500

/// Patterns up to which a working set saves nothing.
private let fewestUnits = 32

/// What one solve is given.
private struct SolveRun {
  let settings: SolverSettings
  let start: BlockPoint?
  let workers: Workers
  let stop: StopCondition
  let started: Double
  let choice: String
  let precision: Precision
  let memory: SolveMemory?
}
