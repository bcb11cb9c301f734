import ArgumentParser
import Zonotope

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a network on a CSV file to a certified optimum.",
    discussion: """
      A text column makes a classification, by the logistic loss of two classes or softmax with an output for each \
      of more; a column of numbers makes a regression, and a classification with --loss. \
      Without --beta or --beta-ratio the best of ten ratios beta / betaMax, 0.3 to 0.001, is chosen on 20 % of \
      the training rows, and the network is fitted again on all of them. A linear model, its penalty chosen on \
      the same rows, stands beside it, except with more than two classes.

      betaMax is the smallest beta whose optimum is no network at all. The relative gap is the distance between the \
      objective and its proven lower bound, as a share of the objective. Patterns say which rows a neuron is active \
      on: without --patterns all of them are enumerated where there are at most a thousand (one feature, mostly), \
      and the proof then speaks of all networks of any width; else up to 500 are drawn at random.
      """)

  @Argument(help: "A CSV file with a header.") var file: String
  @Option(help: "The column to predict.") var target: String
  @Option(help: "The columns to predict it from, separated by commas; all others without it.")
  var columns: String?
  @Option(help: "squared, logistic, softmax or huber; by the target without it.")
  var loss: TrainingPlan.LossKind?
  @Option(parsing: .unconditional, help: "Where huber goes over from squares into absolute values.")
  var delta: Double?
  @Option(
    help: """
      two-layer; one-dimensional for one column, exact in linear time; attention, mixer, fourier or simplex-attention \
      for columns that are tokens, such as the pixels of images.
      """)
  var model = NetworkKind.twoLayer
  @OptionGroup var line: LineOptions
  @OptionGroup var tokens: TokenOptions
  @Flag(help: "Fixed gates in place of the exact activation.") var gated = false
  @Option(parsing: .unconditional, help: "How many gates to draw for patterns, or all.")
  var patterns: String?
  @Flag(
    help: "Add patterns while a neuron with another one would help, and prove the bound for all neurons."
  ) var grow = false
  @Flag(name: .customLong("no-input-bias"), help: "No column of ones.") var noInputBias = false
  @Flag(name: .customLong("no-output-bias"), help: "No constant at the output.") var noOutputBias = false
  @Option(parsing: .unconditional, help: "The weight of the penalty.") var beta: Double?
  @Option(parsing: .unconditional, help: "The weight of the penalty as a share of betaMax.") var betaRatio:
    Double?
  @Option(parsing: .unconditional, help: "The share of rows held back for the test; 0 for none.") var test =
    0.2
  @Flag(name: .customLong("no-standardize"), help: "Take the columns as they are.") var noStandardize = false
  @Option(parsing: .unconditional, help: "The relative gap that is enough.") var tolerance = 1e-6
  @Option(help: "automatic, fista, admm, newton or augmented-lagrangian.") var solver = SolverKind.automatic
  @Option(help: "double, or float: faster steps of admm, the same proof.") var precision = Precision.double
  @Option(parsing: .unconditional, help: "Seconds at most.") var seconds: Double?
  @Option(parsing: .unconditional, help: "Decides the splits and the sampled patterns.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits
  @Option(help: "Save the model to this .safetensors file.") var output: String?
  @Option(help: "Write its outputs on all rows of the file to this .csv or .npy file.")
  var predictions: String?
  @Flag(help: "Print one JSON document.") var json = false
  @OptionGroup var verbosity: Verbosity

  enum NetworkKind: String, ExpressibleByArgument, CaseIterable {
    case twoLayer = "two-layer"
    case oneDimensional = "one-dimensional"
    case attention, mixer, fourier
    case simplexAttention = "simplex-attention"

    var takesTokens: Bool { self != .twoLayer && self != .oneDimensional }
  }

  func validate() throws {
    if model == .oneDimensional, gated || patterns != nil || noInputBias || solver != .automatic {
      throw ValidationError("--gated, --patterns, --no-input-bias and --solver belong to two-layer networks.")
    }
    if model.takesTokens, gated || patterns != nil || grow || noOutputBias {
      throw ValidationError(
        "--gated, --patterns, --grow and --no-output-bias belong to two-layer networks; on tokens there is --gates."
      )
    }
    if !model.takesTokens, tokens.isGiven {
      throw ValidationError(
        "Options of tokens belong to --model attention, mixer, fourier and simplex-attention.")
    }
    if delta != nil, loss != .huber { throw ValidationError("--delta belongs to --loss huber.") }
    if model != .oneDimensional, line.isGiven {
      throw ValidationError(
        "--activation, --slope, --depth, --widths and --lag belong to --model one-dimensional.")
    }
    if beta != nil && betaRatio != nil {
      throw ValidationError("--beta and --beta-ratio exclude each other.")
    }
    if let patterns, patterns != "all", Int(patterns) == nil {
      throw ValidationError("--patterns takes a number or all, not '\(patterns)'.")
    }
  }

  var plan: TrainingPlan {
    var plan = TrainingPlan(target: target)
    plan.features = columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    plan.loss = loss
    if let delta { plan.huberDelta = delta }
    plan.gated = gated
    plan.grows = grow
    plan.inputBias = !noInputBias
    plan.outputBias = !noOutputBias
    if let patterns { plan.patterns = Int(patterns).map { .sampled($0) } ?? .all }
    if let beta { plan.penalty = .fixed(.absolute(beta)) }
    if let betaRatio { plan.penalty = .fixed(.ratio(betaRatio)) }
    plan.testFraction = test
    plan.standardizes = !noStandardize
    plan.seed = seed
    plan.settings.tolerance = tolerance
    plan.settings.kind = solver
    plan.settings.precision = precision
    plan.settings.seconds = seconds
    plan.settings.cancellation = Signals.cancellation
    limits.apply(to: &plan.settings)
    return plan
  }

  func run() throws {
    try check(
      .model("--output", output), .predictions("--predictions", predictions), reading: file)
    let table = try CSVTable(path: file, memory: limits.fileBudget())
    if model == .oneDimensional { return try runLine(on: table) }
    let line = ProgressLine(quiet: verbosity.quiet)
    var plan = plan
    plan.progress = line.training(file)
    Signals.cancelOnInterrupt()
    if model.takesTokens { return try show(try tokens.plan(plan, model).run(on: table), line, of: table) }
    try show(try plan.run(on: table), line, of: table)
  }

  /// Writes and prints what came out.
  private func show(_ report: PlanReport<some StoredModel>, _ line: ProgressLine, of table: CSVTable) throws {
    line.clear()
    if let output { try writing { () throws(ZonotopeError) in try report.model.save(to: output) } }
    if let predictions {
      let outputs = try report.model.predict(table)
      let answers = Predictions(outputs: outputs, of: report.model)
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    if json { return try print(report.json(savedTo: output)) }
    if !verbosity.quiet {
      try print(ReportText.settings(report, file: file) + "\n")
      if loss == nil, try !table.isText(column: target), try Set(table.numbers(column: target)).count == 2 {
        try print(
          "The target has two values and is fitted as a number; --loss logistic separates two classes.\n")
      }
    }
    try print(ReportText.table(report))
    if verbosity.quiet { return }
    if report.result.wasStoppedInSetUp {
      try print(
        "\nStopped before the first step: there is no more than the network without \(report.model is TokenModel ? "heads" : "neurons")."
      )
    }
    if let output {
      try print("\nThe model is in \(output).")
    } else {
      try print("\nThe model was not saved; --output MODEL.safetensors does that.")
    }
  }
}
