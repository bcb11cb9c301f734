extension ConvexProgram where Map: FactoredMap {
  /// The algorithm for `automatic`, with its reason.
  ///
  /// One step of ADMM costs two products and 2 n^2 for its two triangular solves, its set-up n^3 / 3; a step of FISTA
  /// costs two products. ADMM needs an order of magnitude fewer steps where beta is small or blocks lie in cones, and
  /// its factor must fit the budget.
  func choose(
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
  func precision(
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

/// The smallest tolerance and the most samples for which single precision is not worth its refinements, unless asked for.
private let singleTolerance = 1e-8
private let singleSamples = 1000
