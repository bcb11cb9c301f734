extension TrainingPlan {
  /// Carries the plan out.
  ///
  /// Gated networks whose gates are drawn are trained on sparse rows as these are, where fewer than ``fillShare`` of the numbers
  /// are not zero, or the memory has no room for the zeros: columns are then scaled by the root of their mean square and not shifted, and there is no linear model beside
  /// the network. In all other cases sparse rows get their zeros.
  ///
  /// - Throws: misuse only, before any solving: columns that do not exist or are not numbers, a target with other than
  ///   two classes for the logistic loss or fewer for softmax, settings out of range, memory.
  public func run(on file: DataFile) throws(ZonotopeError) -> TrainingReport {
    if case .sparse(let file) = file, keepsSparse(file.x) { return try run(sparse: file) }
    let data = try data(of: file)
    let selection = try selection(data.rows.train.x, outputs: data.target.outputs)
    return gated
      ? try report(GatedReLU(patterns: selection, options: options), data, selection)
      : try report(ReLU(patterns: selection, options: options), data, selection)
  }

  /// Carries the plan out on a table.
  public func run(on table: CSVTable) throws(ZonotopeError) -> TrainingReport {
    try run(on: .table(table))
  }

  /// Carries the plan out on sparse rows.
  public func run(on file: LibsvmFile) throws(ZonotopeError) -> TrainingReport {
    try run(on: .sparse(file))
  }

  private func run(sparse file: LibsvmFile) throws(ZonotopeError) -> TrainingReport {
    try check()
    let data = try data(columns(of: file))
    let selection = selection(sparse: data.rows.train.x, outputs: data.target.outputs)
    return try report(SparseGatedReLU(patterns: selection, options: options), data, selection)
  }

  /// Whether sparse rows are trained on without their zeros.
  func keepsSparse(_ x: SparseMatrix) -> Bool {
    guard gated, !grows, patterns != .all else { return false }
    let numbers = saturatingProduct(x.rows, x.columns)
    return Double(x.storedCount) < Self.fillShare * Double(numbers)
      || x.filledBytes(copies: Self.copies) > settings.memoryBudget
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

  func selection(sparse x: SparseMatrix, outputs: Int) -> PatternSelection {
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
