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
    guard isTrial, isShort else { return solution }
    return try inDouble(solution, settings, run) ?? solution
  }

  /// From the best point of single precision that nobody asked for, and that did not reach the tolerance, on in double; nil
  /// where there is no room for it.
  private func inDouble(
    _ best: Solution, _ settings: SolverSettings, _ run: SolveRun
  ) throws(ZonotopeError) -> Solution? {
    var settings = settings
    settings.refusesSingle = true
    settings.iterations = settings.iterations.map { max(0, $0 - best.iterations) }
    guard let (kind, why) = try? choose(settings, threads: run.workers.threads) else { return nil }
    var solution = try solved(
      by: kind,
      SolveRun(
        settings: settings, start: best.point, workers: run.workers, stop: run.stop, started: run.started,
        choice: why, precision: .double, memory: nil))
    if best.dual > solution.dual {
      (solution.dual, solution.dualPoint) = (best.dual, best.dualPoint)
      if solution.status == .stalled, solution.relativeGap <= settings.tolerance {
        solution.status = .optimal
      }
    }
    solution.iterations += best.iterations
    solution.choice += "; single precision was left after \(best.iterations) steps"
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

  /// The algorithm for `automatic`, with its reason.
  ///
  /// One step of ADMM costs two products and 2 n^2 for its two triangular solves, its set-up n^3 / 3; a step of FISTA
  /// costs two products. ADMM needs an order of magnitude fewer steps where beta is small or blocks lie in cones, and
  /// its factor must fit the budget.
  private func choose(
    _ settings: SolverSettings, threads: Int
  ) throws(ZonotopeError) -> (SolverKind, String) {
    let budget = settings.memoryBudget
    // A square that overflows is more than any budget, and no reason against FISTA.
    let precision = precision(settings, .admm, threads: threads).used
    let canADMM = loss is any ProximableLoss, canFISTA = loss is any SmoothLoss
    let admm = canADMM ? (try? admmMemory(precision: precision, threads: threads)) ?? .max : .max
    let fista = canFISTA ? try fistaMemory(precision: precision, threads: threads) : .max
    switch settings.kind {
    case .admm:
      guard canADMM else {
        throw .invalid(place: "solver.kind", reason: "admm needs a proximal step, which \(loss.name) has not")
      }
      guard admm <= budget else {
        throw .memoryBudget(purpose: "admm on \(map.samples) samples", needed: admm, budget: budget)
      }
      return (.admm, "asked for")
    case .fista:
      guard canFISTA else {
        throw .invalid(place: "solver.kind", reason: "fista needs a gradient, which \(loss.name) has not")
      }
      guard fista <= budget else {
        throw .memoryBudget(purpose: "fista on \(size) unknowns", needed: fista, budget: budget)
      }
      return (.fista, "asked for")
    case .newton, .augmentedLagrangian:
      let name = settings.kind.rawValue
      guard loss is any ConjugateLoss else {
        throw .invalid(
          place: "solver.kind",
          reason: "\(name) needs a conjugate with second derivatives, which \(loss.name) has not")
      }
      guard penalty.hasFaces else {
        throw .invalid(
          place: "solver.kind", reason: "\(name) needs the norm of blocks or columns, not the nuclear one")
      }
      let needed = try dualNewtonMemory(isFactored: settings.kind == .newton, threads: threads)
      guard needed <= budget else {
        throw .memoryBudget(purpose: "\(name) on \(map.samples) samples", needed: needed, budget: budget)
      }
      return (settings.kind, "asked for")
    case .activeSet, .direct, .factored, .local:
      throw .unsupported(
        key: "solver.kind",
        reason:
          "\"\(settings.kind.rawValue)\" is a method for other networks; here there are fista, admm and newton"
      )
    case .automatic:
      let factorisation = map.systemOrders.reduce(0.0) {
        let n = Double($1)
        return $0 + n * n * n / 3 + 100 * 2 * n * n
      }
      let order = map.systemOrders.max() ?? 0
      let products = 4 * Double(map.samples) * Double(size)
      // Working sets need so few products that they are tried first; they can still be left.
      let hasSets =
        canFISTA && map is any PatternMap && penalty is any UniformPenalty
        && penalty.hasEuclideanDualNorm
      if !hasSets, !(penalty is any UniformPenalty), penalty.hasFaces, map.outputs == 1, beta > 0,
        settings.precision == .double,
        loss is any ConjugateLoss,
        let newton = try? dualNewtonMemory(isFactored: true, threads: threads),
        newton <= budget - min(admm, budget)
      {
        return (.newton, "few cones hold active blocks, and their faces make a small system")
      }
      let isCheap = order <= (hasSets ? 250 : 1000) || (!hasSets && factorisation <= 200 * products)
      if admm <= budget && (isCheap || fista > budget) {
        return (.admm, "the \(order) x \(order) system is cheap to factor")
      }
      if admm <= budget && !canFISTA { return (.admm, "the loss has no gradient everywhere") }
      if fista <= budget {
        let reason =
          admm > budget
          ? "the factor of the sample system exceeds the memory budget"
          : "factoring the sample system costs more than the steps it saves"
        return (.fista, reason)
      }
      throw .memoryBudget(purpose: "\(size) unknowns", needed: min(admm, fista), budget: budget)
    }
  }

  /// What there is of the precision asked for, or is as good, and what to say about it.
  private func precision(
    _ settings: SolverSettings, _ kind: SolverKind, threads: Int
  ) -> (used: Precision, note: String?) {
    let isAsked = settings.precision == .float
    guard isAsked || singleServes(settings, threads: threads) else { return (.double, nil) }
    if loss.isEquality {
      return (.double, isAsked ? "in double precision, as the targets are to be met" : nil)
    }
    guard map.singleProductsSize(threads: 1) > 0, kind != .newton, kind != .augmentedLagrangian else {
      return (.double, isAsked ? "in double precision, as the products of this program always are" : nil)
    }
    return (.float, "products and factor in single precision, refined in double")
  }

  /// Whether steps in single precision, whose errors are refined away as those shorten, save time where nobody asked for
  /// them: `automatic` chooses them for many samples and for gaps that leave room.
  private func singleServes(_ settings: SolverSettings, threads: Int) -> Bool {
    guard settings.kind == .automatic, !settings.refusesSingle, settings.tolerance >= singleTolerance,
      (map.systemOrders.max() ?? 0) > singleSamples,
      let memory = try? admmMemory(precision: .float, threads: threads)
    else { return false }
    return memory <= settings.memoryBudget
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

/// The smallest tolerance and the most samples for which single precision is not worth its refinements, unless asked for.
private let singleTolerance = 1e-8
private let singleSamples = 1000

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
