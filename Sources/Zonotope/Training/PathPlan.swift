/// A path over the values of beta on a table: split, standardise, follow, validate, test. What `zonotope path` does.
public struct PathPlan: Sendable {
  /// The table, the network and the loss. Its penalty is not used; its seconds are those of the whole run.
  public var training: TrainingPlan
  /// A network on one column, in place of one of two layers. The column is then taken as it is.
  public var line: OneDimensionalNetwork?
  public var grid = BetaGrid.standard
  /// Parts of the cross-validation; 0 for none.
  public var folds = 5
  /// Called with every report of a solver.
  public var progress: (@Sendable (PathProgress) -> Void)?

  public init(_ training: TrainingPlan) { self.training = training }

  /// Carries the plan out.
  ///
  /// - Throws: misuse only, as ``TrainingPlan/run(on:)``.
  public func run(on table: CSVTable) throws(ZonotopeError) -> PathReport {
    try training.check()
    guard let line else { return try runTwoLayer(table) }
    var plan = LinePlan(target: training.target, network: line)
    (plan.feature, plan.loss) = (training.features?.first, training.loss)
    if let names = training.features, names.count > 1 {
      throw .invalid(place: "columns", reason: "\(names.count) names, a network on a line takes one")
    }
    let (name, target, x) = try plan.columns(of: table)
    let table = try Rows(x, target, plan: training)
    let preprocessing = ModelCard.Preprocessing(
      features: [name], target: training.target, classes: target.classes)
    let tolerance = training.settings.tolerance
    return try run(line, table, target, standardizes: false) { (result, loss, _, _) throws(ZonotopeError) in
      let card = ParallelCard(result, loss: loss, tolerance: tolerance, preprocessing: preprocessing)
      return .parallel(ParallelModel(network: result.network, card: card))
    }
  }

  private func runTwoLayer(_ table: CSVTable) throws(ZonotopeError) -> PathReport {
    let (target, names, x) = try training.columns(of: table)
    let rows = try Rows(x, target, plan: training)
    try target.checkVariation(of: rows.train.y, column: training.target)
    let selection = try training.selection(rows.train.x, outputs: target.outputs)
    let options = training.options, plan = training
    func model(
      _ result: TrainingResult, _ loss: any Loss, _ standardization: Standardization?, _ run: ModelCard.Run
    ) throws(ZonotopeError) -> TrainedModel {
      let card = ModelCard(
        result, options: options, loss: loss, selection: selection, tolerance: plan.settings.tolerance,
        preprocessing: ModelCard.Preprocessing(
          standardization: standardization, features: names, target: plan.target, classes: target.classes),
        run: run)
      return .twoLayer(Model(network: result.network, card: card))
    }
    if training.gated {
      let architecture = GatedReLU(patterns: selection, options: options)
      return try run(architecture, rows, target, standardizes: training.standardizes, model)
    }
    let architecture = ReLU(patterns: selection, options: options)
    return try run(architecture, rows, target, standardizes: training.standardizes, model)
  }

  /// The rows to train on and those of the test, as they are.
  private struct Rows {
    let train: TrainingRows.Part
    let test: TrainingRows.Part

    init(_ x: MatrixView, _ target: TargetColumn, plan: TrainingPlan) throws(ZonotopeError) {
      let (training, testing) = try TrainingRows.deal(x, target, plan: plan)
      train = TrainingRows.Part(x: try x.gathering(rows: training), y: training.map { target.values[$0] })
      test = TrainingRows.Part(x: try x.gathering(rows: testing), y: testing.map { target.values[$0] })
    }
  }

  private typealias MakeModel<Network> = (
    TrainingOutcome<Network>, any Loss, Standardization?, ModelCard.Run
  ) throws(ZonotopeError) -> TrainedModel

  private func run<A: PathTrainable>(
    _ architecture: A, _ rows: Rows, _ target: TargetColumn, standardizes: Bool, _ model: MakeModel<A.Network>
  ) throws(ZonotopeError) -> PathReport {
    var settings = PathSettings()
    (settings.grid, settings.folds, settings.seed) = (grid, folds, training.seed)
    (settings.standardizes, settings.solver, settings.progress) = (standardizes, training.settings, progress)
    let loss = target.term(scale: 1 / Double(rows.train.y.count))
    let path = try architecture.path(
      on: Dataset(x: rows.train.x, y: rows.train.y), loss: loss, settings: settings)
    func seen(_ part: TrainingRows.Part) throws(ZonotopeError) -> MatrixView {
      try path.standardization?.applied(to: part.x) ?? part.x
    }
    let score = target.loss == .squared ? Score.rSquared : .accuracy
    let train = try seen(rows.train), test = try seen(rows.test)
    var models: [TrainedModel] = [], stages: [PathReport.Stage] = []
    for stage in path.stages {
      let network = stage.result.network
      let isMasked = (network as? TwoLayerNetwork)?.isMasked == true
      let run = ModelCard.Run(
        rows: rows.train.y.count, testRows: rows.test.y.count, testFraction: training.testFraction,
        seed: training.seed, betaRatio: stage.ratio, candidates: [], holdoutFraction: nil,
        score: score.rawValue,
        trainScore: score.value(try network.predict(train), rows.train.y),
        testScore: rows.test.y.isEmpty || isMasked ? nil : score.value(try network.predict(test), rows.test.y)
      )
      models.append(try model(stage.result, loss, path.standardization, run))
      stages.append(
        PathReport.Stage(
          ratio: stage.ratio, seconds: stage.result.solution.seconds, trainScore: run.trainScore,
          testScore: run.testScore, neuronNorms: stage.neuronNorms))
    }
    return PathReport(
      models: try PathModels(models: models, validation: path.validation), stages: stages,
      betaMax: path.betaMax,
      ratios: path.ratios, score: score, loss: loss.name, rows: rows.train.y.count,
      testRows: rows.test.y.count,
      stopped: path.stopped, seconds: path.seconds)
  }
}
