extension ConvexProgram where Map: GramMap, Objective: SmoothLoss & ProximableLoss {
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
    let started = monotonicSeconds()
    try settings.check()
    let (kind, choice) = try choose(settings, threads: workers.threads)
    let evaluator = try Evaluator(self, workers)
    let start = try start.map { (start) throws(ZonotopeError) in try feasible(start, evaluator) }
    switch kind {
    case .fista:
      var iteration = try FISTA(evaluator, from: start)
      return try minimise(evaluator, by: &iteration, settings, started: started, choice: choice)
    case .admm, .automatic:
      var iteration = try ADMM(evaluator, from: start)
      return try minimise(evaluator, by: &iteration, settings, started: started, choice: choice)
    }
  }

  /// The smallest beta whose solution is the zero network.
  public func betaMax(threads: Int = 0) throws(ZonotopeError) -> Double {
    try Evaluator(self, Workers(threads: threads)).betaMax()
  }

  private func feasible(
    _ start: BlockPoint, _ evaluator: Evaluator<Map, Penalty, Objective>
  ) throws(ZonotopeError) -> BlockPoint {
    guard start.blocks.count == size else {
      throw .invalid(place: "start", reason: "\(start.blocks.count) numbers, the program has \(size)")
    }
    guard start.bias.isFinite, start.blocks.allSatisfy(\.isFinite) else {
      throw .invalid(place: "start", reason: "holds a number that is not finite")
    }
    let blocks = try start.blocks.withUnsafeBufferPointer { (values) throws(ZonotopeError) in
      try Vector(copying: values)
    }
    try evaluator.project(blocks)
    return try BlockPoint(blocks: blocks.list(), bias: start.bias - evaluator.shift)
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
    let admm = (try? ADMM<Map, Penalty, Objective>.memory(self, threads: threads)) ?? .max
    let fista = try FISTA<Map, Penalty, Objective>.memory(self, threads: threads)
    switch settings.kind {
    case .admm:
      guard admm <= budget else {
        throw .memoryBudget(purpose: "admm on \(map.samples) samples", needed: admm, budget: budget)
      }
      return (.admm, "asked for")
    case .fista:
      guard fista <= budget else {
        throw .memoryBudget(purpose: "fista on \(size) unknowns", needed: fista, budget: budget)
      }
      return (.fista, "asked for")
    case .automatic:
      let n = Double(map.samples)
      let factorisation = n * n * n / 3 + 100 * 2 * n * n
      let products = 4 * n * Double(size)
      if admm <= budget && (map.samples <= 1000 || factorisation <= 200 * products) {
        return (.admm, "the \(map.samples) x \(map.samples) system is cheap to factor")
      }
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
}
