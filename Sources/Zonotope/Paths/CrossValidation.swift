/// Follows the path with every part of the rows held out once.
struct CrossValidation<A: PathTrainable, Objective: Loss> {
  private let architecture: A
  private let data: LabelledRows<A.Rows>
  private let loss: Objective
  private let settings: PathSettings
  private let stop: StopCondition
  private let folds: Folds
  /// For each row its class, for losses with classes.
  private let classes: [Double]?

  /// - Throws: misuse.
  init(
    _ architecture: A, data: LabelledRows<A.Rows>, loss: Objective, settings: PathSettings,
    until stop: StopCondition
  ) throws(ZonotopeError) {
    guard !architecture.belongsToRows else {
      throw .unsupported(
        key: "folds",
        reason: "patterns given as bits belong to their rows, and say nothing about those held out")
    }
    (self.architecture, self.data, self.loss) = (architecture, data, loss)
    (self.settings, self.stop) = (settings, stop)
    classes = loss.isClassification ? try Self.classes(data.y) : nil
    let size = max(1, architecture.rowsPerSample)
    folds = try Folds(
      settings.folds, rows: data.samples, strata: size == 1 ? classes : nil, seed: settings.seed,
      rowsPerSample: size)
  }

  /// The class of each row: its target, or the first of the largest of several.
  private static func classes(_ y: MatrixView) throws(ZonotopeError) -> [Double] {
    try Allocation.probe(bytes: product(16 * y.columns, y.rows, place: "y"))
    return y.columns == 1 ? y.entries() : choices(y.entries(), of: y.columns).map(Double.init)
  }

  /// What a part found, for each beta that it reached.
  private struct Part {
    var losses: [Double] = []
    var accuracies: [Double] = []
  }

  /// - Parameters:
  ///   - betas: those of all rows; the last ratios may have none, and no part then.
  func run(ratios: [Double], betas: [Double]) throws(ZonotopeError) -> ValidationCurve {
    let count = folds.heldOut.count
    let threads = settings.solver.threads > 0 ? settings.solver.threads : Workers.available
    let team = Workers(threads: min(threads, count)), budget = settings.solver.memoryBudget
    let parts = Guarded([Result<Part, ZonotopeError>?](repeating: nil, count: count))
    team.run(count) { fold, _ in
      if stop.status != nil { return }
      let part = Result { () throws(ZonotopeError) -> Part in
        // A share that does not depend on the threads: what fits decides between methods.
        try self.part(fold, betas, threads: max(1, threads / team.threads), memory: budget / count)
      }
      parts.withLock { $0[fold] = part }
    }
    // Of several errors the first, whichever came first.
    let found = try parts.withLock { $0 }.enumerated().map { (fold, part) throws(ZonotopeError) -> Part in
      switch part {
      case nil: return Part()
      // Alone there is room for what all rows have had room for.
      case .failure(.memoryBudget), .failure(.outOfMemory):
        return try self.part(fold, betas, threads: threads, memory: budget)
      case .some(let part): return try part.get()
      }
    }
    let rows = folds.heldOut.map(\.count)
    let points = ratios.indices.map { k in
      let reached = found.indices.filter { found[$0].losses.count > k }
      let sizes = reached.map { rows[$0] }
      return ValidationCurve.Point(
        ratio: ratios[k], folds: reached.count,
        loss: .init(means: reached.map { found[$0].losses[k] }, rows: sizes),
        accuracy: classes == nil ? nil : .init(means: reached.map { found[$0].accuracies[k] }, rows: sizes))
    }
    return ValidationCurve(folds: count, seed: settings.seed, points: points)
  }

  /// - Parameter memory: bytes that may be used.
  private func part(
    _ fold: Int, _ betas: [Double], threads: Int, memory: Int
  ) throws(ZonotopeError) -> Part {
    let kept = folds.training(fold), out = folds.heldOut[fold]
    var rows = try data.rows(kept), held = try data.rows(out)
    if let standardization = try settings.standardization(of: rows.x) {
      rows = try LabelledRows(x: rows.x.standardized(by: standardization), y: rows.y)
      held = try LabelledRows(x: held.x.standardized(by: standardization), y: held.y)
    }
    var solver = settings.solver
    (solver.threads, solver.memory) = (threads, max(1, memory))
    solver.tolerance = max(solver.tolerance, settings.foldTolerance)
    solver.seconds = stop.secondsLeft
    solver.progress = settings.reporter(fold: fold, index: 0)
    let session = try architecture.session(on: rows, loss: loss, settings: solver)
    let share = Double(kept.count) / Double(data.samples)
    let targets = try loss.targets(of: held), classes = classes.map { classes in out.map { classes[$0] } }
    var part = Part()
    _ = try follow(session, betas: betas.map { .absolute($0 * share) }, until: stop) {
      (_, result) throws(ZonotopeError) in
      // A solve that was cut short says nothing about its beta.
      guard result.solution.status != .cancelled, result.solution.status != .timeLimit else { return }
      let outputs = try held.x.outputs(of: result.network)
      let total = outputs.withUnsafeBufferPointer { f in
        targets.withUnsafeBufferPointer { loss.value(f, $0) }
      }
      part.losses.append(total / (loss.scale * Double(out.count)))
      if let classes { part.accuracies.append(Score.accuracy.value(outputs, classes) ?? .nan) }
    } before: { index in
      session.settings.progress = settings.reporter(fold: fold, index: index)
    }
    return part
  }
}
