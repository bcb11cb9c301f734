import ArgumentParser
import Zonotope

struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a trained network smaller without changing its answers on the training rows.",
    discussion: """
      Neurons whose contribution the others can take over go, and the objective does not grow: at most as many as \
      there are rows are left for each output. With --tolerance neurons that others come close to go too, for a price \
      that is printed.

      --ungate turns a gated network into an ordinary one with the same answers on the training rows: each neuron \
      becomes two. The penalty grows; the lower bound of the gated network holds for ordinary ones with its patterns.
      """)

  @Argument(help: "A model file of this program.") var model: String
  @Option(help: "The file that it was trained on.") var data: String
  @Option(help: "The model file to write.") var output: String
  @Option(
    parsing: .unconditional, help: "The share of a neuron's contribution that the others may leave uncovered."
  )
  var tolerance = 1e-9
  @Flag(help: "Take the gates away first.") var ungate = false
  @OptionGroup var path: PathChoiceOptions
  @OptionGroup var limits: Limits
  @OptionGroup var verbosity: Verbosity

  func run() throws {
    try check([.model("--output", output)], reading: [model, data])
    var plan = PruningPlan()
    (plan.tolerance, plan.ungates) = (tolerance, ungate)
    plan.memory = limits.memory
    let budget = try limits.fileBudget()
    let given = try Model(path: model, memory: budget, choosing: path.choice)
    let report = try plan.run(given, on: DataFile(path: data, columns: given.columns, memory: budget))
    try writing { () throws(ZonotopeError) in try report.model.save(to: output) }
    if verbosity.quiet { return }
    var facts = Facts()
    facts.add("model", output)
    facts.add("neurons", "\(report.neurons.1), before \(report.neurons.0)")
    facts.add("objective", "\(short(report.objective.1, 10)), before \(short(report.objective.0, 10))")
    if let decomposition = report.decomposition {
      facts.add(
        "without gates",
        "\(short(decomposition.objective, 10)), at most \(short(decomposition.bound, 5)) with the margin "
          + short(decomposition.margin, 3))
    }
    facts.add("lower bound", short(report.model.card.proof.certificate.lowerBound, 10))
    try print(facts.text())
  }
}
