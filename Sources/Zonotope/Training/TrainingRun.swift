extension TrainingPlan {
  /// Carries the plan out.
  ///
  /// - Throws: misuse only, before any solving: columns that do not exist or are not numbers, a target with other than
  ///   two classes for the logistic loss or fewer for softmax, settings out of range, memory.
  public func run(on table: CSVTable) throws(ZonotopeError) -> TrainingReport {
    try check()
    let (target, names, x) = try columns(of: table)
    let rows = try TrainingRows(x, target, plan: self)
    try target.checkVariation(of: rows.train.y, column: self.target)
    let selection = try selection(rows.train.x, outputs: target.outputs)
    if gated {
      let architecture = GatedReLU(patterns: selection, options: options)
      return try run(architecture, selection, names, target, rows)
    }
    let architecture = ReLU(patterns: selection, options: options)
    return try run(architecture, selection, names, target, rows)
  }

  /// The target of a table, the names of the features, and these.
  func columns(
    of table: CSVTable
  ) throws(ZonotopeError) -> (target: TargetColumn, names: [String], x: MatrixView) {
    let target = try TargetColumn(table, column: self.target, loss: loss)
    let names = features ?? table.columns.filter { !$0.equalsInBytes(self.target) }
    for (j, name) in names.enumerated() {
      if name.equalsInBytes(self.target) {
        throw .invalid(place: "columns[\(j)]", reason: "'\(name)' is the target")
      }
      if names[..<j].contains(where: { $0.equalsInBytes(name) }) {
        throw .invalid(place: "columns[\(j)]", reason: "'\(name)' is there twice")
      }
    }
    guard !names.isEmpty else { throw .invalid(place: "columns", reason: "there is no feature") }
    return (target, names, try table.matrix(columns: names))
  }

  var options: TwoLayerOptions {
    var options = TwoLayerOptions()
    (options.inputBias, options.outputBias, options.grows) = (inputBias, outputBias, grows)
    return options
  }

  func selection(_ x: MatrixView, outputs: Int) throws(ZonotopeError) -> PatternSelection {
    switch patterns {
    case .all: return .all
    case .sampled(let count): return .sampled(count: count, seed: seed)
    case .automatic:
      let rows = inputBias ? try x.appendingOnes() : x
      // A rank that is too high is no error here.
      if let arrangement = try? Arrangement(of: rows), arrangement.coverBound <= Self.enumerationLimit {
        return .all
      }
      let draws = Self.defaultDraws(rows: rows.rows, width: rows.columns, outputs: outputs)
      return .sampled(count: draws, seed: seed)
    }
  }

  private func run(
    _ architecture: some Architecture, _ selection: PatternSelection, _ names: [String],
    _ target: TargetColumn, _ rows: TrainingRows
  ) throws(ZonotopeError) -> TrainingReport {
    let scale = { (part: TrainingRows.Part) in 1 / Double(part.x.rows) }
    switch target.loss {
    case .squared:
      return try run(architecture, selection, names, target, rows) { SquaredLoss(scale: scale($0)) }
    case .logistic:
      return try run(architecture, selection, names, target, rows) { LogisticLoss(scale: scale($0)) }
    case .softmax:
      return try run(architecture, selection, names, target, rows) {
        SoftmaxLoss(classes: target.outputs, scale: scale($0))
      }
    }
  }

  private func run(
    _ architecture: some Architecture, _ selection: PatternSelection, _ names: [String],
    _ target: TargetColumn, _ rows: TrainingRows,
    loss: (TrainingRows.Part) -> some Loss
  ) throws(ZonotopeError) -> TrainingReport {
    let started = monotonicSeconds()
    var beta = Beta.absolute(0), fitted = rows.train, result: TrainingResult?, compared: [Double] = []
    var found: TrainingResult?
    if case .fixed(let given) = penalty { beta = given }
    if penalty == .search, let fit = rows.fit, let holdout = rows.holdout {
      let search = try BetaSearch(
        self, architecture, loss: loss(fit), kind: target.loss, fit: fit, holdout: holdout, started: started)
      beta = .ratio(search.ratio)
      (compared, found) = (search.compared, search.best)
      if search.isCancelled {
        // What was found so far, on the rows it was found on.
        result = search.best
        result?.solution.status = .cancelled
        fitted = fit
      }
    }
    var term = loss(fitted)
    if result == nil {
      var settings = limited(since: started, share: 1)
      settings.progress = reporter(.fit, beta)
      let session = try TrainingSession(
        architecture, data: Dataset(x: fitted.x, y: fitted.y), loss: term, settings: settings)
      result = try session.train(beta: beta)
      if let stopped = result, let best = found, let fit = rows.fit, stopped.wasStoppedInSetUp,
        !best.network.neurons.isEmpty
      {
        // What the search has found, on its rows, is more than the network without neurons.
        result = best
        result?.solution.status = stopped.solution.status
        (fitted, term) = (fit, loss(fit))
      }
    }
    guard let result else { preconditionFailure("a result is set above") }
    let seconds = monotonicSeconds() - started

    let score = target.loss == .squared ? Score.rSquared : .accuracy
    let baseline = try baseline(target.loss, rows, score)
    let run = ModelCard.Run(
      rows: fitted.y.count, testRows: rows.test.y.count, testFraction: testFraction, seed: seed,
      betaRatio: result.betaMax > 0 ? result.beta / result.betaMax : 0,
      candidates: compared,
      holdoutFraction: penalty == .search ? Self.holdoutFraction : nil, score: score.rawValue,
      trainScore: score.value(try result.network.predict(fitted.x), fitted.y),
      testScore: rows.test.y.isEmpty || result.network.isMasked
        ? nil : score.value(try result.network.predict(rows.test.x), rows.test.y))
    let card = ModelCard(
      result, options: options, loss: term, selection: selection, tolerance: settings.tolerance,
      preprocessing: ModelCard.Preprocessing(
        standardization: rows.standardization, features: names, target: self.target,
        classes: target.classes), run: run)
    return TrainingReport(
      model: Model(network: result.network, card: card), result: result, baseline: baseline, seconds: seconds)
  }

  private func baseline(
    _ loss: LossKind, _ rows: TrainingRows, _ score: Score
  ) throws(ZonotopeError) -> TrainingReport.Baseline? {
    guard loss != .softmax, let fit = rows.fit, let holdout = rows.holdout else { return nil }
    // The seconds are the network's; who cancels wants it now.
    if settings.cancellation?.isCancelled == true { return nil }
    let started = monotonicSeconds()
    var limits = settings
    limits.seconds = nil
    let workers = Workers(threads: settings.threads)
    let model = try LinearBaseline.fit(
      loss: loss, fit: (fit.x, fit.y), holdout: (holdout.x, holdout.y), all: (rows.train.x, rows.train.y),
      workers.stopping(at: StopCondition(limits, started: started)))
    guard let model else { return nil }
    return TrainingReport.Baseline(
      model: model, trainScore: score.value(model.predict(rows.train.x), rows.train.y),
      testScore: score.value(model.predict(rows.test.x), rows.test.y),
      seconds: monotonicSeconds() - started)
  }

  /// The settings with what is left of the seconds, of which a stage may take a share.
  func limited(since started: Double, share: Double) -> SolverSettings {
    var limited = settings
    if let seconds = settings.seconds {
      limited.seconds = max(0, share * seconds - (monotonicSeconds() - started))
    }
    return limited
  }

  func reporter(_ stage: TrainingProgress.Stage, _ beta: Beta) -> (@Sendable (Progress) -> Void)? {
    guard let progress else { return settings.progress }
    var ratio: Double?
    if case .ratio(let value) = beta { ratio = value }
    return { [ratio] in progress(TrainingProgress(stage: stage, betaRatio: ratio, solver: $0)) }
  }
}

extension TwoLayerNetwork {
  /// Whether some gate is known on the training rows only.
  var isMasked: Bool {
    guard case .fixed(let gates) = gates else { return false }
    return gates.contains { if case .mask = $0 { true } else { false } }
  }
}
