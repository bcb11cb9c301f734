extension TrainingPlan {
  /// Carries the plan out.
  ///
  /// - Throws: misuse only, before any solving: columns that do not exist or are not numbers, a target with other than
  ///   two classes for the logistic loss or fewer for softmax, settings out of range, memory.
  public func run(on table: CSVTable) throws(ZonotopeError) -> TrainingReport {
    let data = try data(of: table)
    let selection = try selection(data.rows.train.x, outputs: data.target.outputs)
    return gated
      ? try report(GatedReLU(patterns: selection, options: options), data, selection)
      : try report(ReLU(patterns: selection, options: options), data, selection)
  }

  /// Carries the plan out on sparse rows, whose target is what a line begins with; ``target`` and ``features`` name nothing
  /// there. Columns are scaled by the root of their mean square and not shifted, and there is no linear model beside it.
  ///
  /// - Throws: misuse only, before any solving, as ``run(on:)-(CSVTable)``; ``ZonotopeError/unsupported(key:reason:)`` for what
  ///   needs rows with their zeros: the exact activation, all patterns, column generation.
  public func run(on file: LibsvmFile) throws(ZonotopeError) -> TrainingReport {
    try check()
    guard gated else {
      throw .unsupported(
        key: "gated", reason: "sparse rows train gated networks: the cones of the exact activation are dense")
    }
    guard features == nil else {
      throw .unsupported(key: "columns", reason: "the columns of sparse rows have no names")
    }
    // Scales, and what lies between copies of the rows, are numbers for every column, however few have entries.
    let columns = saturatingProduct(72, file.x.columns), budget = settings.memoryBudget
    guard columns <= budget else {
      throw .memoryBudget(purpose: "\(file.x.columns) columns", needed: columns, budget: budget)
    }
    let target = try TargetColumn(numbers: file.y, loss: loss)
    let data = try data(file.x, names: nil, target: target)
    let selection = selection(sparse: data.rows.train.x, outputs: target.outputs)
    return try report(SparseGatedReLU(patterns: selection, options: options), data, selection)
  }

  private func report<A: Trainable>(
    _ architecture: A, _ data: Columns<A.Rows>, _ selection: PatternSelection
  ) throws(ZonotopeError) -> TrainingReport where A.Network == TwoLayerNetwork {
    let fit = try fit(architecture, data)
    let model = model(fit.result.network, card(of: fit, data, selection: selection))
    return TrainingReport(model: model, result: fit.result, baseline: fit.baseline, seconds: fit.seconds)
  }

  var options: TwoLayerOptions {
    var options = TwoLayerOptions()
    (options.inputBias, options.outputBias, options.grows) = (inputBias, outputBias, grows)
    return options
  }

  /// A network of two layers with its card.
  func model(_ network: TwoLayerNetwork, _ card: TrainingCard) -> Model {
    Model(network: network, card: ModelCard(network, options: options, training: card))
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

  private func selection(sparse x: SparseMatrix, outputs: Int) -> PatternSelection {
    switch patterns {
    case .all: return .all
    case .sampled(let count): return .sampled(count: count, seed: seed)
    case .automatic:
      let width = inputBias ? x.columns + 1 : x.columns
      let draws = Self.defaultDraws(
        rows: x.rows, width: width, entries: x.storedCount + (inputBias ? x.rows : 0), outputs: outputs)
      return .sampled(count: draws, seed: seed)
    }
  }
}
