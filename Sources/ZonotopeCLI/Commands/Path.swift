import ArgumentParser
import Zonotope

struct Path: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains for a whole range of penalties, and chooses one by cross-validation.",
    discussion: """
      The network is trained on the training rows for --count values of beta from betaMax, whose optimum is no \
      network at all, down to --smallest of it, each solve started at the answer before; every answer has its \
      certificate. Then each of --folds parts of the training rows is held out once: the path is followed on the \
      others, at the same betas per row, and its losses on the part averaged.

      In the table * marks the beta of least validation loss, and 1 the one of the one-standard-error rule, the \
      largest beta whose loss is at most one standard error above the least. --output saves the models of all \
      betas in one file; predict and inspect take that of the rule unless told otherwise. An interrupt ends the \
      run with what there is.
      """)

  @OptionGroup var training: TrainingOptions
  @Option(parsing: .unconditional, help: "Values of beta.") var count = 50
  @Option(parsing: .unconditional, help: "The smallest beta, as a share of betaMax.") var smallest = 1e-3
  @Option(help: "The shares of betaMax themselves, separated by commas, in place of these two.")
  var ratios: String?
  @Option(parsing: .unconditional, help: "Parts of the cross-validation; 0 for none.") var folds = 5
  @Option(help: "Save the models to this .safetensors file.") var output: String?
  @Option(help: "Draw the path and the validation curve to this .svg file.") var svg: String?
  @Flag(help: "Print one JSON document.") var json = false
  @OptionGroup var verbosity: Verbosity

  private func grid() throws -> BetaGrid {
    guard let ratios else { return try BetaGrid(count: count, smallest: smallest) }
    let numbers = ratios.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--ratios takes numbers separated by commas, not '\(ratios)'.")
    }
    return try BetaGrid(ratios: numbers.compactMap { $0 })
  }

  func run() throws {
    try check(
      .model("--output", output), OutputFile("--svg", svg, endings: [".svg"]), reading: training.file)
    var plan = PathPlan(try training.architecture())
    (plan.grid, plan.folds) = (try grid(), folds)
    let data = try training.read()
    let line = ProgressLine(quiet: verbosity.quiet)
    plan.progress = line.path(training.file)
    Signals.cancelOnInterrupt()
    let report = try plan.run(on: data)
    line.clear()
    if let output { try writing { () throws(ZonotopeError) in try report.models.save(to: output) } }
    if let svg {
      let target = training.target.map { "\($0), " } ?? ""
      let title = "\(training.file): \(target)\(report.stages.count) values of beta"
      try writing { () throws(ZonotopeError) in try report.drawing(title: title).write(to: svg) }
    }
    if json { return try print(report.json(savedTo: output)) }
    if !verbosity.quiet {
      try print(PathText.settings(report, file: training.file, folds: folds) + "\n")
      try training.noteTwoValues(of: data)
    }
    try print(PathText.table(report.models, stages: report.stages))
    if verbosity.quiet { return }
    try print("\n" + PathText.choice(report))
    if let output {
      try print("The models are in \(output).")
    } else {
      try print("The models were not saved; --output MODELS.safetensors does that.")
    }
  }
}
