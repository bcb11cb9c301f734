import ArgumentParser
import Zonotope

/// The data, the network and the loss, and what a run may spend: what all commands that train have in common.
struct TrainingOptions: ParsableArguments {
  @Argument(help: "A CSV file with a header.") var file: String
  @Option(help: "The column to predict.") var target: String
  @Option(help: "The columns to predict it from, separated by commas; all others without it.")
  var columns: String?
  @Option(help: "squared, logistic or softmax; by the target without it.") var loss: TrainingPlan.LossKind?
  @Option(help: "two-layer, or one-dimensional for one column, exact in linear time.") var model = NetworkKind
    .twoLayer
  @OptionGroup var line: LineOptions
  @Flag(help: "Fixed gates in place of the exact activation.") var gated = false
  @Option(parsing: .unconditional, help: "How many gates to draw for patterns, or all.")
  var patterns: String?
  @Flag(
    help: "Add patterns while a neuron with another one would help, and prove the bound for all neurons."
  ) var grow = false
  @Flag(name: .customLong("no-input-bias"), help: "No column of ones.") var noInputBias = false
  @Flag(name: .customLong("no-output-bias"), help: "No constant at the output.") var noOutputBias = false
  @Option(parsing: .unconditional, help: "The share of rows held back for the test; 0 for none.") var test =
    0.2
  @Flag(name: .customLong("no-standardize"), help: "Take the columns as they are.") var noStandardize = false
  @Option(parsing: .unconditional, help: "The relative gap that is enough.") var tolerance = 1e-6
  @Option(help: "automatic, fista, admm, newton or augmented-lagrangian.") var solver = SolverKind.automatic
  @Option(help: "double, or float: faster steps of admm, the same proof.") var precision = Precision.double
  @Option(parsing: .unconditional, help: "Seconds at most.") var seconds: Double?
  @Option(parsing: .unconditional, help: "Decides the splits and the sampled patterns.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits

  enum NetworkKind: String, ExpressibleByArgument, CaseIterable {
    case twoLayer = "two-layer"
    case oneDimensional = "one-dimensional"
  }

  func validate() throws {
    if model == .oneDimensional, gated || patterns != nil || noInputBias || solver != .automatic {
      throw ValidationError("--gated, --patterns, --no-input-bias and --solver belong to two-layer networks.")
    }
    if model == .oneDimensional, names?.count ?? 1 > 1 {
      throw ValidationError("--model one-dimensional takes one column, not \(names?.count ?? 0).")
    }
    if model == .twoLayer, line.isGiven {
      throw ValidationError("--activation, --slope, --depth and --widths belong to --model one-dimensional.")
    }
    if let patterns, patterns != "all", Int(patterns) == nil {
      throw ValidationError("--patterns takes a number or all, not '\(patterns)'.")
    }
  }

  /// The columns to predict from.
  var names: [String]? {
    columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// Where the network is one on one column.
  func lineNetwork() throws -> OneDimensionalNetwork { try line.network(outputBias: !noOutputBias) }

  var plan: TrainingPlan {
    var plan = TrainingPlan(target: target)
    plan.features = names
    plan.loss = loss
    plan.gated = gated
    plan.grows = grow
    plan.inputBias = !noInputBias
    plan.outputBias = !noOutputBias
    if let patterns { plan.patterns = Int(patterns).map { .sampled($0) } ?? .all }
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

  /// Says that a target may be meant as classes.
  func noteTwoValues(of table: CSVTable) throws {
    guard loss == nil, try !table.isText(column: target), try Set(table.numbers(column: target)).count == 2
    else { return }
    try print(
      "The target has two values and is fitted as a number; --loss logistic separates two classes.\n")
  }
}
