/// A path over the values of beta on a file: split, standardise, follow, validate, test. What `zonotope path` does.
public struct PathPlan: Sendable {
  /// What is trained, as a plan for one beta says it.
  public enum Training: Sendable {
    case twoLayer(TrainingPlan)
    case line(LinePlan)
    case tokens(TokenPlan)
  }

  /// The columns, the network, the loss and the split. The penalty is not used; the seconds are those of the whole run.
  public var training: Training
  public var grid = BetaGrid.standard
  /// Parts of the cross-validation; 0 for none.
  public var folds = 5
  /// Called with every report of a solver.
  public var progress: (@Sendable (PathProgress) -> Void)?

  public init(_ training: Training) { self.training = training }

  /// Carries the plan out.
  ///
  /// - Throws: misuse only, as ``TrainingPlan/run(on:)``, ``LinePlan/run(on:)`` and ``TokenPlan/run(on:)``.
  public func run(on file: DataFile) throws(ZonotopeError) -> PathReport {
    switch training {
    case .twoLayer(let plan):
      let make = { (network: TwoLayerNetwork, card: TrainingCard) in
        TrainedModel.twoLayer(plan.model(network, card))
      }
      if case .sparse(let rows) = file, plan.keepsSparse(rows.x) {
        let data = try Columns(plan, try plan.columns(of: rows))
        let selection = plan.selection(sparse: data.train.x, outputs: data.target.outputs)
        return try run(SparseGatedReLU(patterns: selection, options: plan.options), data, selection, make)
      }
      let data = try Columns(plan, try plan.columns(of: file))
      let selection = try plan.selection(data.train.x, outputs: data.target.outputs)
      return plan.gated
        ? try run(GatedReLU(patterns: selection, options: plan.options), data, selection, make)
        : try run(ReLU(patterns: selection, options: plan.options), data, selection, make)
    case .line(let line):
      return try run(line.network, Columns(line.plan, try line.columns(of: file), lag: line.lag), .all) {
        .parallel(ParallelModel(network: $0, card: $1))
      }
    case .tokens(let tokens):
      guard !tokens.rectifies else {
        throw .unsupported(key: "relu", reason: "a path is one of optima, and heads with a ReLU are local")
      }
      let head = try tokens.head(), plan = tokens.scaled
      var columns = try plan.columns(of: file)
      // With one scale for all columns their order makes no difference to it.
      columns.x = try tokens.layout.applied(to: columns.x)
      return try run(head, Columns(plan, columns), tokens.selection) {
        .tokens(TokenModel(network: $0, layout: tokens.layout, card: $1))
      }
    }
  }

  /// Carries the plan out on a table.
  public func run(on table: CSVTable) throws(ZonotopeError) -> PathReport { try run(on: .table(table)) }

  /// The columns of a file with the rows to train on and those of the test, as they are.
  private struct Columns<Rows: SampleRows> {
    let plan: TrainingPlan
    let names: [String]?
    let target: TargetColumn
    /// As ``LinePlan/lag``.
    let lag: Int
    let train: TrainingRows<Rows>.Part
    let test: TrainingRows<Rows>.Part

    init(_ plan: TrainingPlan, _ columns: DataColumns<Rows>, lag: Int = 0) throws(ZonotopeError) {
      try plan.check()
      let target = columns.target, x = columns.x
      let (training, testing) = try TrainingRows<Rows>.deal(x, target, plan: plan)
      (self.plan, names, self.target, self.lag) = (plan, columns.names, target, lag)
      train = TrainingRows<Rows>.Part(
        x: try x.gathering(rows: training), y: training.map { target.values[$0] })
      test = TrainingRows<Rows>.Part(
        x: try x.gathering(rows: testing), y: testing.map { target.values[$0] })
      try target.checkVariation(of: train.y)
    }
  }

  private func run<A: PathTrainable>(
    _ architecture: A, _ data: Columns<A.Rows>, _ selection: PatternSelection,
    _ model: (A.Network, TrainingCard) -> TrainedModel
  ) throws(ZonotopeError) -> PathReport {
    let plan = data.plan, target = data.target
    var settings = PathSettings()
    (settings.grid, settings.folds, settings.seed) = (grid, folds, plan.seed)
    (settings.standardizes, settings.sharesScale) = (plan.standardizes, plan.sharesScale)
    (settings.solver, settings.progress) = (plan.settings, progress)
    let loss = target.term(scale: 1 / Double(data.train.y.count), delta: plan.huberDelta)
    let path = try architecture.path(
      on: LabelledRows(x: data.train.x, y: data.train.y), loss: loss, settings: settings)
    func seen(_ part: TrainingRows<A.Rows>.Part) throws(ZonotopeError) -> TrainingRows<A.Rows>.Part {
      guard let standardization = path.standardization else { return part }
      return TrainingRows<A.Rows>.Part(x: try part.x.standardized(by: standardization), y: part.y)
    }
    let train = try seen(data.train), test = try seen(data.test)
    let preprocessing = TrainingCard.Preprocessing(
      standardization: path.standardization, features: data.names,
      target: data.names == nil ? nil : plan.target,
      classes: target.classes, lag: data.lag)
    var models: [TrainedModel] = [], stages: [PathReport.Stage] = []
    for stage in path.stages {
      let run = try TrainingCard.Run(
        stage.result.network, plan, target: target, train: train, test: test, betaRatio: stage.ratio)
      let card = TrainingCard(
        stage.result, loss: loss, selection: selection, tolerance: plan.settings.tolerance,
        preprocessing: preprocessing, run: run)
      models.append(model(stage.result.network, card))
      stages.append(
        PathReport.Stage(
          ratio: stage.ratio, seconds: stage.result.solution.seconds, trainScore: run.trainScore,
          testScore: run.testScore, neuronNorms: stage.neuronNorms))
    }
    return PathReport(
      models: try PathModels(models: models, validation: path.validation), stages: stages,
      betaMax: path.betaMax, ratios: path.ratios, score: target.score, loss: loss.name,
      rows: train.y.count, testRows: test.y.count, stopped: path.stopped, seconds: path.seconds)
  }
}
