import ArgumentParser
import Zonotope

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a network on a CSV file, or on sparse rows, to a certified optimum.",
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

      Sparse rows are lines of a target and index:value. Targets are numbers, or classes with --loss logistic or \
      softmax. With --gated, without --grow and --patterns all, and with less than 5 % of the numbers other than \
      zero, they never get their zeros: columns are divided by the root of their mean square and not shifted \
      (--no-standardize: taken as they are), and there is no linear model beside the network.
      """)

  @OptionGroup var training: TrainingOptions
  @Option(parsing: .unconditional, help: "The weight of the penalty.") var beta: Double?
  @Option(parsing: .unconditional, help: "The weight of the penalty as a share of betaMax.") var betaRatio:
    Double?
  @Option(help: "Save the model to this .safetensors file.") var output: String?
  @Option(help: "Write its outputs on all rows of the file to this .csv or .npy file.")
  var predictions: String?
  @Flag(help: "Print one JSON document.") var json = false
  @OptionGroup var verbosity: Verbosity

  func validate() throws {
    if beta != nil && betaRatio != nil {
      throw ValidationError("--beta and --beta-ratio exclude each other.")
    }
  }

  var penalty: TrainingPlan.Penalty {
    if let beta { return .fixed(.absolute(beta)) }
    return betaRatio.map { .fixed(.ratio($0)) } ?? .search
  }

  func run() throws {
    let file = training.file
    try check(
      .model("--output", output), .predictions("--predictions", predictions), reading: file)
    let line = ProgressLine(quiet: verbosity.quiet)
    let data = try training.read()
    Signals.cancelOnInterrupt()
    switch try training.architecture() {
    case .line(var plan):
      plan.penalty = penalty
      try show(try plan.run(on: data), of: data)
    case .twoLayer(var plan):
      (plan.penalty, plan.progress) = (penalty, line.training(file))
      try show(try plan.run(on: data), line, of: data)
    case .tokens(var plan):
      (plan.plan.penalty, plan.plan.progress) = (penalty, line.training(file))
      try show(try plan.run(on: data), line, of: data)
    }
  }

  /// Writes and prints what came out.
  private func show(_ report: PlanReport<some StoredModel>, _ line: ProgressLine, of data: DataFile) throws {
    line.clear()
    if let output { try writing { () throws(ZonotopeError) in try report.model.save(to: output) } }
    if let predictions {
      let answers = Predictions(outputs: try report.model.predict(data), of: report.model)
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    if json { return try print(report.json(savedTo: output)) }
    if !verbosity.quiet {
      try print(ReportText.settings(report, file: training.file) + "\n")
      try training.noteTwoValues(of: data)
    }
    try print(ReportText.table(report))
    if verbosity.quiet { return }
    if report.result.wasStoppedInSetUp {
      try print(
        "\nStopped before the first step: there is no more than the network without \(CardText.units(report.model))."
      )
    }
    if let output {
      try print("\nThe model is in \(output).")
    } else {
      try print("\nThe model was not saved; --output MODEL.safetensors does that.")
    }
  }
}
