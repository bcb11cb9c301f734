import ArgumentParser
import Zonotope

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a network on a CSV file to a certified optimum.",
    discussion: """
      A text column or --loss logistic makes a classification of two classes, a column of numbers a regression. \
      Without --beta or --beta-ratio the best of ten ratios beta / betaMax, 0.3 to 0.001, is chosen on 20 % of \
      the training rows, and the network is fitted again on all of them. A linear model, its penalty chosen on \
      the same rows, stands beside it.
      """)

  @Argument(help: "A CSV file with a header.") var file: String
  @Option(help: "The column to predict.") var target: String
  @Option(help: "The columns to predict it from, separated by commas; all others without it.")
  var columns: String?
  @Option(help: "squared or logistic; by the target without it.") var loss: TrainingPlan.LossKind?
  @Flag(help: "Fixed gates in place of the exact activation.") var gated = false
  @Option(help: "How many gates to draw for patterns, or all.") var patterns: String?
  @Flag(name: .customLong("no-input-bias"), help: "No column of ones.") var noInputBias = false
  @Flag(name: .customLong("no-output-bias"), help: "No constant at the output.") var noOutputBias = false
  @Option(help: "The weight of the penalty.") var beta: Double?
  @Option(help: "The weight of the penalty as a share of betaMax.") var betaRatio: Double?
  @Option(help: "The share of rows held back for the test; 0 for none.") var test = 0.2
  @Flag(name: .customLong("no-standardize"), help: "Take the columns as they are.") var noStandardize = false
  @Option(help: "The relative gap that is enough.") var tolerance = 1e-6
  @Option(help: "automatic, fista or admm.") var solver = SolverKind.automatic
  @Option(help: "Seconds at most.") var seconds: Double?
  @Option(help: "Decides the splits and the sampled patterns.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits
  @Option(help: "Save the model to this .safetensors file.") var output: String?
  @Option(help: "Write its outputs on all rows of the file to this .csv or .npy file.")
  var predictions: String?
  @Flag(help: "Print one JSON document.") var json = false
  @OptionGroup var verbosity: Verbosity

  func validate() throws {
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
    plan.gated = gated
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
    plan.settings.seconds = seconds
    plan.settings.cancellation = Signals.cancellation
    limits.apply(to: &plan.settings)
    return plan
  }

  func run() throws {
    try checkWritable(output, predictions)
    let table = try CSVTable(path: file, memory: limits.fileBudget())
    let line = ProgressLine(quiet: verbosity.quiet)
    var plan = plan
    plan.progress = line.training(file)
    Signals.cancelOnInterrupt()
    let report = try plan.run(on: table)
    line.clear()
    if let output { try writing { () throws(ZonotopeError) in try report.model.save(to: output) } }
    if let predictions {
      let outputs = try report.model.predict(table)
      let answers = Predictions(outputs: outputs, classes: report.model.classes(of: outputs))
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    if json { return try print(report.json(savedTo: output)) }
    if !verbosity.quiet { try print(ReportText.settings(report, file: file) + "\n") }
    try print(ReportText.table(report))
    if verbosity.quiet { return }
    if let output {
      try print("\nThe model is in \(output).")
    } else {
      try print("\nThe model was not saved; --output MODEL.safetensors does that.")
    }
  }
}
