import ArgumentParser
import Zonotope

struct Certify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how far a trained network is from the best there can be.",
    discussion: """
      MODEL is a model file of this program, a .safetensors file with the two dense layers of another framework \
      (W, V and their biases, told by their shapes), or .npy files: W, V, and the hidden and the output bias where \
      there are any.

      Training minimises the loss plus beta times the weight decay, half the squares of all weights but the output \
      biases. The lower bound is one on that objective for networks of any width: no network of the same kind, \
      however it is trained, has a lower one. The optimum over the network's own patterns is what is left to gain \
      without a neuron changing the set of rows it is active on.
      """)

  @Argument(help: "The network.") var model: [String]
  @Option(help: "A CSV file with a header, or sparse rows: those that the network is trained on.") var data:
    String
  @Option(help: "The column it predicts; a model file knows.") var target: String?
  @Option(help: "The columns it predicts from, in the order of its weights, separated by commas.")
  var columns: String?
  @Option(help: "squared, logistic, softmax or huber; a model file knows, else by the target.")
  var loss: TrainingPlan.LossKind?
  @Option(parsing: .unconditional, help: "The weight of the penalty; a model file knows.") var beta: Double?
  @Option(parsing: .unconditional, help: "The factor of the summed loss; 1 / rows without it.")
  var scale: Double?
  @Option(help: "Of another framework's network: relu, abs, or leaky:SLOPE.") var activation = Slopes(.relu)
  @Option(parsing: .unconditional, help: "The relative gap that is enough.") var tolerance = 1e-6
  @Option(parsing: .unconditional, help: "Seconds at most.") var seconds = 20.0
  @OptionGroup var path: PathLineOptions
  @OptionGroup var limits: Limits
  @Option(help: "Save the best network found, never a worse one, to this .safetensors file.")
  var polish: String?
  @Flag(help: "Print one JSON document.") var json = false
  @OptionGroup var verbosity: Verbosity

  func validate() throws {
    if model.count > 4 { throw ValidationError("There are four .npy files at most: W, V, and two biases.") }
    if model.count > 1, path.choice != nil {
      throw ValidationError("--index and --best belong to a file of zonotope path.")
    }
  }

  func run() throws {
    try check([.model("--polish", polish)], reading: model + [data])
    var plan = CertificationPlan()
    (plan.target, plan.loss, plan.beta, plan.scale) = (target, loss, beta, scale)
    plan.features = columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    plan.settings.tolerance = tolerance
    plan.settings.seconds = seconds
    plan.settings.cancellation = Signals.cancellation
    limits.apply(to: &plan.settings)
    Signals.cancelOnInterrupt()
    let report = try report(plan)
    if let polish, let polished = report.polished {
      try writing { () throws(ZonotopeError) in try polished.save(to: polish) }
    }
    if json { return try print(report.json(savedTo: report.polished == nil ? nil : polish)) }
    try print(AuditText.facts(report, model: model[0], data: data).text())
    if verbosity.quiet { return }
    try print("\n" + AuditText.verdict(report))
    guard let polish else { return }
    try print(
      report.polished == nil
        ? "Nothing was saved: no better network was found." : "The better network is in \(polish).")
  }

  private func report(_ plan: CertificationPlan) throws -> CertificationPlan.Report {
    let slopes = activation.activation, budget = try limits.fileBudget()
    func rows(_ columns: Int) throws(ZonotopeError) -> DataFile {
      try DataFile(path: data, columns: columns, memory: budget)
    }
    if model.count > 1 {
      let network = try TwoLayerNetwork(
        hidden: model[0], output: model[1], hiddenBias: model.count > 2 ? model[2] : nil,
        outputBias: model.count > 3 ? model[3] : nil, activation: slopes)
      return try plan.run(network, on: rows(network.features))
    }
    if try Model.isModel(path: model[0]) {
      let model = try Model(path: model[0], memory: budget, choosing: path.choice)
      return try plan.run(model, on: rows(model.columns))
    }
    guard path.choice == nil else {
      throw ZonotopeError.invalid(place: model[0], reason: "holds one network, and no path to choose from")
    }
    let network = try TwoLayerNetwork(importing: model[0], activation: slopes)
    return try plan.run(network, on: rows(network.features))
  }

  struct Slopes: ExpressibleByArgument {
    let activation: Activation
    init(_ activation: Activation) { self.activation = activation }
    var defaultValueDescription: String { "relu" }

    init?(argument: String) {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
      switch (parts[0], parts.count) {
      case ("relu", 1): activation = .relu
      case ("abs", 1): activation = .abs
      case ("leaky", 2):
        guard let slope = Double(parts[1]) else { return nil }
        activation = .leaky(slope)
      default: return nil
      }
    }
  }
}
