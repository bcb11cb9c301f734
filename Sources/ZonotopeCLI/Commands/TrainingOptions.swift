import ArgumentParser
import Zonotope

/// The data, the network and the loss, and what a run may spend: what all commands that train have in common.
struct TrainingOptions: ParsableArguments {
  @Argument(
    help:
      "A CSV file with a header, or sparse rows, each after its target, in a .svm, .libsvm or .svmlight file."
  ) var file: String
  @Option(help: "The column to predict; of a CSV file.") var target: String?
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
  @Option(parsing: .unconditional, help: "The share of rows held back for the test; 0 for none.") var test =
    0.2
  @Flag(name: .customLong("no-standardize"), help: "Take the columns as they are.") var noStandardize = false
  @Option(parsing: .unconditional, help: "The relative gap that is enough.") var tolerance = 1e-6
  @Option(help: "automatic, fista, admm, newton or augmented-lagrangian.") var solver = SolverKind.automatic
  @Option(help: "double, or float: faster steps, the same proof.") var precision = Precision.double
  @Option(parsing: .unconditional, help: "Seconds at most.") var seconds: Double?
  @Option(parsing: .unconditional, help: "Decides the splits and the sampled patterns.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits

  enum NetworkKind: String, ExpressibleByArgument, CaseIterable {
    case twoLayer = "two-layer"
    case oneDimensional = "one-dimensional"
    case attention, mixer, fourier
    case simplexAttention = "simplex-attention"

    var takesTokens: Bool { self != .twoLayer && self != .oneDimensional }
  }

  /// Whether nothing in the file has a name.
  private var isSparse: Bool { LibsvmFile.isNamed(file) }

  func validate() throws {
    if !isSparse, target == nil { throw ValidationError("Missing expected argument '--target <target>'") }
    if isSparse, target != nil || columns != nil {
      throw ValidationError(
        "--target and --columns name columns of CSV files; lines of sparse rows begin with their target.")
    }
    if model == .oneDimensional, gated || patterns != nil || noInputBias || solver != .automatic {
      throw ValidationError("--gated, --patterns, --no-input-bias and --solver belong to two-layer networks.")
    }
    if model == .oneDimensional, names?.count ?? 1 > 1 {
      throw ValidationError("--model one-dimensional takes one column, not \(names?.count ?? 0).")
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
    if let patterns, patterns != "all", Int(patterns) == nil {
      throw ValidationError("--patterns takes a number or all, not '\(patterns)'.")
    }
  }

  /// The rows and their targets.
  func read() throws -> DataFile { try DataFile(path: file, memory: limits.fileBudget()) }

  /// The columns to predict from.
  var names: [String]? {
    columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// What is trained. Its penalty is left to the command.
  func architecture() throws -> PathPlan.Training {
    switch model {
    case .twoLayer: return .twoLayer(plan)
    case .oneDimensional:
      let plan = plan
      var line = LinePlan(target: plan.target, network: try self.line.network(outputBias: !noOutputBias))
      (line.feature, line.lag) = (names?.first, self.line.lag)
      (line.loss, line.huberDelta) = (plan.loss, plan.huberDelta)
      (line.testFraction, line.seed, line.settings) = (plan.testFraction, plan.seed, plan.settings)
      return .line(line)
    case .attention, .mixer, .fourier, .simplexAttention: return .tokens(try tokens.plan(plan, model))
    }
  }

  private var plan: TrainingPlan {
    var plan = TrainingPlan(target: target ?? "")
    plan.features = names
    plan.loss = loss
    if let delta { plan.huberDelta = delta }
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
  func noteTwoValues(of file: DataFile) throws {
    guard loss == nil, try file.hasTwoNumbers(asTarget: target ?? "") else { return }
    try print(
      "The target has two values and is fitted as a number; --loss logistic separates two classes.\n")
  }
}
