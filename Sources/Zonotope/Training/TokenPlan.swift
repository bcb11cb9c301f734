/// Ordinary training of a network on tokens from a table whose columns are the numbers of all tokens of a sample: split, scale,
/// choose beta, fit, test. The output is one a sample, the mean over its tokens.
///
/// All columns have one mean and one scale, since a layer treats all tokens alike.
public struct TokenPlan: Sendable {
  /// The target, the loss, the split, beta and the settings. What belongs to networks of two layers is not used; of
  /// ``TrainingPlan/inputBias`` it is whether every token has a constant beside it.
  public var plan: TrainingPlan
  public var kind: TokenLayer.Kind
  public var layout: TokenLayout
  public var gates: TokenGates
  /// On the grid of the layout.
  public var positions: TokenPositions.Kind
  /// Whether heads with an exact ReLU are trained from the gated ones, locally: ``TrainingOutcome/rectified(on:loss:settings:)``.
  public var rectifies = false

  public init(
    _ plan: TrainingPlan, kind: TokenLayer.Kind, layout: TokenLayout, gates: TokenGates = .linear,
    positions: TokenPositions.Kind = .none
  ) {
    (self.plan, self.kind, self.layout, self.gates, self.positions) = (plan, kind, layout, gates, positions)
  }

  /// Carries the plan out.
  ///
  /// - Throws: misuse only, before any solving, as ``TrainingPlan/run(on:)``; also columns that are no such tokens.
  public func run(on file: DataFile) throws(ZonotopeError) -> PlanReport<TokenModel> {
    let head = try head(), plan = scaled
    let data = try plan.data(of: file) { (x) throws(ZonotopeError) in try layout.applied(to: x) }
    var fit = try plan.fit(head, data)
    // Who cancels wants what there is.
    if rectifies, fit.result.solution.status != .cancelled { fit = try plan.rectified(fit, data) }
    let card = plan.card(of: fit, data, selection: selection)
    return PlanReport(
      model: TokenModel(network: fit.result.network, layout: layout, card: card), result: fit.result,
      baseline: fit.baseline, seconds: fit.seconds)
  }

  /// Carries the plan out on a table.
  public func run(on table: CSVTable) throws(ZonotopeError) -> PlanReport<TokenModel> {
    try run(on: .table(table))
  }

  /// The plan with one scale for all columns.
  var scaled: TrainingPlan {
    var plan = plan
    plan.sharesScale = true
    return plan
  }

  /// The gated network of a program, with nothing local after it.
  func head() throws(ZonotopeError) -> TokenHead {
    guard kind != .sequence else {
      throw .unsupported(key: "model", reason: "a row of a table has one answer, not one for every token")
    }
    try gates.check()
    if rectifies {
      guard gates != .linear, gates != .own else {
        throw .invalid(place: "relu", reason: "heads with a ReLU begin as gated ones: give gates")
      }
      if case .simplex = kind {
        throw .unsupported(key: "relu", reason: "a ReLU belongs to attention, mixers and Fourier operators")
      }
    }
    let columns = layout.gridColumns
    let positions = TokenPositions(
      positions, gridColumns: columns == layout.tokens ? nil : columns, constant: plan.inputBias)
    try positions.check(tokens: layout.tokens)
    return TokenHead(
      layer: TokenLayer(
        kind: kind, tokens: layout.tokens, gates: gates, pooled: true, positions: positions))
  }

  /// How gates were drawn, for cards.
  var selection: PatternSelection {
    switch gates {
    case .sampled(let count, let seed), .quantiles(let count, let seed): .sampled(count: count, seed: seed)
    case .linear, .given, .all, .own: .all
    }
  }
}

extension TrainingPlan {
  /// The heads of a gated fit with an exact ReLU, on the same rows and in the time that is left.
  fileprivate func rectified(
    _ gated: Fit<TokenNetwork, MatrixView>, _ data: Columns<MatrixView>
  ) throws(ZonotopeError) -> Fit<TokenNetwork, MatrixView> {
    let started = monotonicSeconds(), rows = gated.rows, run = gated.run
    var settings = settings
    settings.seconds = settings.seconds.map { max(0, $0 - gated.seconds) }
    settings.iterations = nil
    let local = try gated.result.rectified(
      on: Dataset(x: rows.x, y: rows.y), loss: gated.loss, settings: settings)
    return Fit(
      result: local.outcome, loss: gated.loss, rows: rows,
      run: try TrainingCard.Run(
        local.network, self, target: data.target, train: rows, test: data.rows.test,
        betaRatio: run.betaRatio, candidates: run.candidates, holdoutFraction: run.holdoutFraction),
      baseline: gated.baseline, seconds: gated.seconds + monotonicSeconds() - started)
  }
}

/// Any layer with one output a sample.
struct TokenHead: TokenArchitecture {
  var layer: TokenLayer
}
