/// The part of a run that is the same for any architecture.
extension TrainingPlan {
  /// What a file has for a run.
  struct Columns<Rows: SampleRows> {
    /// Nil where columns have numbers only.
    let names: [String]?
    let target: TargetColumn
    let rows: TrainingRows<Rows>
  }

  /// Checks the plan and the columns, deals the rows.
  func data(
    of file: DataFile, arranging: ((MatrixView) throws(ZonotopeError) -> MatrixView)? = nil
  ) throws(ZonotopeError) -> Columns<MatrixView> {
    try check()
    return try data(columns(of: file), arranging: arranging)
  }

  /// Deals the rows.
  func data<Rows>(
    _ columns: DataColumns<Rows>, arranging: ((Rows) throws(ZonotopeError) -> Rows)? = nil
  ) throws(ZonotopeError) -> Columns<Rows> {
    let rows = try TrainingRows(columns.x, columns.target, plan: self, arranging: arranging)
    try columns.target.checkVariation(of: rows.train.y)
    return Columns(names: columns.names, target: columns.target, rows: rows)
  }

  /// The columns of a file; sparse rows get their zeros.
  func columns(of file: DataFile) throws(ZonotopeError) -> DataColumns<MatrixView> {
    switch file {
    case .table(let table): return try columns(of: table)
    case .sparse(let file):
      let sparse = try columns(of: file)
      return DataColumns(
        target: sparse.target,
        x: try file.x.filled(
          copies: Self.copies, memory: settings.memoryBudget, place: "data"))
    }
  }

  /// Sparse rows as they are, in whose files nothing has a name.
  func columns(of file: LibsvmFile) throws(ZonotopeError) -> DataColumns<SparseMatrix> {
    guard features == nil else {
      throw .unsupported(key: "columns", reason: "the columns of sparse rows have no names")
    }
    // Scales, and what lies between copies of the rows, are numbers for every column, however few have entries.
    let needed = saturatingProduct(72, file.x.columns), budget = settings.memoryBudget
    guard needed <= budget else {
      throw .memoryBudget(purpose: "\(file.x.columns) columns", needed: needed, budget: budget)
    }
    return DataColumns(target: try TargetColumn(numbers: file.y, loss: loss), x: file.x)
  }

  private func columns(of table: CSVTable) throws(ZonotopeError) -> DataColumns<MatrixView> {
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
    return DataColumns(names: names, target: target, x: try table.matrix(columns: names))
  }

  /// A network of any architecture, found by the search and the fit, with its scores.
  struct Fit<Network: NeuralNetwork, Rows: SampleRows> {
    let result: TrainingOutcome<Network>
    let loss: any Loss
    /// It was fitted on these.
    let rows: TrainingRows<Rows>.Part
    let run: TrainingCard.Run
    let baseline: TrainingReport.Baseline?
    let seconds: Double
  }

  func card<Network, Rows>(
    of fit: Fit<Network, Rows>, _ data: Columns<Rows>, selection: PatternSelection
  ) -> TrainingCard {
    TrainingCard(
      fit.result, loss: fit.loss, selection: selection, tolerance: settings.tolerance,
      preprocessing: TrainingCard.Preprocessing(
        standardization: data.rows.standardization, features: data.names,
        target: data.names == nil ? nil : target, classes: data.target.classes), run: fit.run)
  }

  func fit<A: Trainable>(_ architecture: A, _ data: Columns<A.Rows>) throws(ZonotopeError) -> Fit<
    A.Network, A.Rows
  > {
    func loss(_ part: TrainingRows<A.Rows>.Part) -> any Loss {
      data.target.term(scale: 1 / Double(part.y.count), delta: huberDelta)
    }
    let started = monotonicSeconds(), rows = data.rows, kind = data.target.loss
    var beta = Beta.absolute(0), fitted = rows.train, compared: [Double] = []
    var result: TrainingOutcome<A.Network>?, found: TrainingOutcome<A.Network>?
    if case .fixed(let given) = penalty { beta = given }
    if penalty == .search, let fit = rows.fit, let holdout = rows.holdout {
      let search = try BetaSearch(
        self, architecture, loss: loss(fit), kind: kind, fit: fit, holdout: holdout, started: started)
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
      result = try solve(architecture, fitted, term, beta, settings)
      if let stopped = result, let best = found, let fit = rows.fit, stopped.wasStoppedInSetUp,
        best.network.units > 0
      {
        // What the search has found, on its rows, is more than the network without neurons.
        result = best
        result?.solution.status = stopped.solution.status
        (fitted, term) = (fit, loss(fit))
      }
    }
    guard let result else { preconditionFailure("a result is set above") }
    let seconds = monotonicSeconds() - started

    let run = try TrainingCard.Run(
      result.network, self, target: data.target, train: fitted, test: rows.test,
      betaRatio: result.betaMax > 0 ? result.beta / result.betaMax : 0, candidates: compared,
      holdoutFraction: penalty == .search ? Self.holdoutFraction : nil)
    return Fit(
      result: result, loss: term, rows: fitted, run: run, baseline: try baseline(kind, data),
      seconds: seconds)
  }

  private func solve<A: Trainable>(
    _ architecture: A, _ part: TrainingRows<A.Rows>.Part, _ loss: some Loss, _ beta: Beta,
    _ settings: SolverSettings
  ) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    try TrainingSession(
      architecture, data: LabelledRows(x: part.x, y: part.y), loss: loss, settings: settings
    ).train(beta: beta)
  }

  /// Nil for sparse rows.
  private func baseline<Rows>(
    _ loss: LossKind, _ data: Columns<Rows>
  ) throws(ZonotopeError) -> TrainingReport.Baseline? {
    guard let rows = data.rows as? TrainingRows<MatrixView>, loss != .softmax, let fit = rows.fit,
      let holdout = rows.holdout
    else { return nil }
    let score = data.target.score
    // The seconds are the network's; who cancels wants it now.
    if settings.cancellation?.isCancelled == true { return nil }
    let started = monotonicSeconds()
    var limits = settings
    limits.seconds = nil
    let workers = Workers(threads: settings.threads)
    let model = try LinearBaseline.fit(
      loss: loss.isRegression ? .squared : loss, fit: (fit.x, fit.y), holdout: (holdout.x, holdout.y),
      all: (rows.train.x, rows.train.y), workers.stopping(at: StopCondition(limits, started: started)))
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

extension TrainingCard.Run {
  /// With the scores of a network on the rows that it was trained on and those of the test, both as it takes them.
  init<Rows>(
    _ network: some NeuralNetwork, _ plan: TrainingPlan, target: TargetColumn,
    train: TrainingRows<Rows>.Part, test: TrainingRows<Rows>.Part, betaRatio: Double,
    candidates: [Double] = [], holdoutFraction: Double? = nil
  ) throws(ZonotopeError) {
    let isTested = !test.y.isEmpty && !knowsTrainingRowsOnly(network)
    self.init(
      rows: train.y.count, testRows: test.y.count, testFraction: plan.testFraction, seed: plan.seed,
      betaRatio: betaRatio, candidates: candidates, holdoutFraction: holdoutFraction,
      score: target.score.rawValue, trainScore: target.score.value(try train.x.outputs(of: network), train.y),
      testScore: isTested ? target.score.value(try test.x.outputs(of: network), test.y) : nil)
  }
}

/// Whether a network has gates that are known on the training rows alone.
func knowsTrainingRowsOnly(_ network: some NeuralNetwork) -> Bool {
  (network as? TwoLayerNetwork)?.isMasked == true
}

extension TwoLayerNetwork {
  /// Whether some gate is known on the training rows only.
  var isMasked: Bool {
    guard case .fixed(let gates) = gates else { return false }
    return gates.contains { if case .mask = $0 { true } else { false } }
  }
}
