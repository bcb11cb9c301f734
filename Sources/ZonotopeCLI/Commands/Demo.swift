import ArgumentParser
import Zonotope

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains three networks on real data in seconds.",
    discussion: """
      A regression and a classification over sampled patterns, and a regression on one column over all patterns, \
      which is certified over all neurons. Any two CSV files will do in place of those in docs/data; the last \
      column of each is the target.
      """)

  @Argument(help: "A CSV file for the regression and one for the classification.") var files: [String] = []
  @Option(parsing: .unconditional, help: "Decides the splits and the sampled patterns.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits
  @OptionGroup var verbosity: Verbosity

  func validate() throws {
    if !files.isEmpty && files.count != 2 {
      throw ValidationError("The demo takes two files, or none for its own.")
    }
  }

  func run() throws {
    let files = self.files.isEmpty ? DemoData.paths() : self.files
    let budget = try limits.fileBudget()
    let regression = try CSVTable(path: files[0], memory: budget)
    let classification = try CSVTable(path: files[1], memory: budget)
    Signals.cancelOnInterrupt()
    let line = ProgressLine(quiet: verbosity.quiet)
    var reports: [(title: String, report: TrainingReport)] = []

    func train(
      _ table: CSVTable, _ file: String, _ loss: TrainingPlan.LossKind, column: String? = nil
    ) throws {
      let name = DemoData.name(of: file)
      let title = column.map { "\(name): \($0)" } ?? "\(name)"
      var plan = TrainingPlan(target: table.columns[table.columns.count - 1])
      plan.loss = loss
      plan.seed = seed
      if let column {
        plan.features = [column]
        plan.patterns = .all
      }
      limits.apply(to: &plan.settings)
      plan.settings.cancellation = Signals.cancellation
      plan.progress = line.training("[\(reports.count + 1)/3] \(title)")
      reports.append((title, try plan.run(on: table)))
    }

    let target = regression.columns[regression.columns.count - 1]
    try train(regression, files[0], .squared)
    try train(classification, files[1], .logistic)
    let column = try regression.mostCorrelated(with: target) ?? regression.columns[0]
    try train(regression, files[0], .squared, column: column)
    line.clear()

    if !verbosity.quiet {
      try print(
        "Three networks, each with a proof of how far from the best possible one it can be at most.\n")
    }
    try print(Self.table(reports))
    if verbosity.quiet { return }
    try print(Self.explanation(reports, files, column: column, target: target))
  }

  /// A pair of columns for each run: the network, and the linear model beside it.
  private static func table(_ reports: [(title: String, report: TrainingReport)]) -> String {
    var table = Table(gaps: reports.flatMap { _ in [5, 2] })
    let cards = reports.map(\.report.model.card)
    let baselines = reports.map(\.report.baseline)
    func add(_ name: String, _ cell: (Int) -> (String, String)) {
      table.add([name] + reports.indices.flatMap { [cell($0).0, cell($0).1] })
    }
    table.add([""] + reports.map(\.title), span: 2)
    add("") { ("network", baselines[$0]?.model.name ?? "") }
    let figures = reports.map { ReportText.figures($0.report.model) }
    for row in figures[0].indices { add(figures[0][row].name) { (figures[$0][row].value, "") } }
    add("score") { (cards[$0].run?.score ?? "", "") }
    add("train score") { (fixed(cards[$0].run?.trainScore, 3), fixed(baselines[$0]?.trainScore, 3)) }
    add("test score") { (fixed(cards[$0].run?.testScore, 3), fixed(baselines[$0]?.testScore, 3)) }
    add("seconds") {
      (seconds(reports[$0].report.seconds), baselines[$0].map { seconds($0.seconds) } ?? "")
    }
    return table.text()
  }

  private static func explanation(
    _ reports: [(title: String, report: TrainingReport)], _ files: [String], column: String, target: String
  ) -> String {
    let program = CommandLine.arguments.first ?? "zonotope"
    return """

      No network with these patterns has a training objective below its lower bound; where all neurons are covered,
      no network of any width has. Being optimal speaks of that objective: on new rows the linear model beside it
      may still score better. beta is the best of the ratios compared on held-out training rows.

      Try next:
        \(program) train \(files[0]) --target \(target) --output model.safetensors
        \(program) inspect model.safetensors
        \(program) predict model.safetensors --data \(files[0]) --output predictions.csv
      """
  }
}
