import ArgumentParser
import Zonotope

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the card and the network of a model file.",
    discussion: "Of a file of zonotope path it shows the table, or one of the models where one is named.")

  @Argument(help: "The model file.") var model: String
  @Flag(help: "Print the card as a JSON document.") var json = false
  @Option(help: "Show this many neurons at most.") var neurons = 10
  @Option(help: "Show this many weights of each at most.") var weights = 4

  @OptionGroup var path: PathChoiceOptions

  func validate() throws {
    if neurons < 0 || weights < 0 { throw ValidationError("A number to show is negative.") }
  }

  func run() throws {
    if path.choice == nil, try PathModels.isPath(self.model) {
      let models = try PathModels(path: self.model)
      return try print(json ? models.json() : PathText.table(models))
    }
    let model = try TrainedModel(path: self.model, choosing: path.choice)
    if json { return try print(model.content.cardText()) }
    try show(model.content)
    switch model {
    case .twoLayer(let model): try print("\n" + network(model))
    case .parallel: break
    case .tokens(let model): try print("\n" + TokenText.heads(model, most: neurons, weights: weights))
    }
  }

  private func show(_ model: some StoredModel) throws {
    let card = model.trainingCard, proof = card.proof
    var facts = Facts()
    facts.add("model", "\(self.model), written by version \(card.library)")
    CardText.add(model, to: &facts)
    if let run = card.run {
      facts.add("rows", "\(run.rows) to train on, \(run.testRows) for the test, seed \(run.seed)")
      facts.add(
        run.score, "\(fixed(run.trainScore, 4)) on the training rows, \(fixed(run.testScore, 4)) on the test")
    }
    facts.add("objective", short(proof.certificate.objective, 10))
    facts.add("lower bound", short(proof.certificate.lowerBound, 10))
    facts.add("relative gap", "\(short(proof.certificate.relativeGap, 2)), \(proof.status.rawValue)")
    facts.add("certificate", CardText.scope(card, isOfTokens: model is TokenModel))
    try print(facts.text())
  }

  /// The neurons, largest first.
  private func network(_ model: Model) -> String {
    let network = model.network
    let sizes = network.neurons.map { length($0.outputs) * length($0.weights) }
    let order = sizes.indices.sorted { sizes[$0] > sizes[$1] }
    let biases = zip(labels(of: model), network.biases).map { $0 + short($1) }.joined(separator: ", ")
    var text =
      "\(network.neurons.count) neurons, output \(network.outputs == 1 ? "bias" : "biases") \(biases)"
    if order.isEmpty { return text }
    let scale = model.card.preprocessing.standardization == nil ? "" : " (of standardised features)"
    text += ". By |alpha| ||w||, with the largest weights\(scale):\n\n"
    let names = weightNames(of: model), labels = labels(of: model)
    var table = Table(gaps: [3, 3, 3])
    table.add(["neuron", "size", "alpha"])
    var lines: [(cells: [String], weights: String)] = []
    for j in order.prefix(neurons) {
      let neuron = network.neurons[j]
      let shown = largest(neuron.weights).map { "\(names[$0]) \(short(neuron.weights[$0], 3))" }
      // A neuron with weights for every output has one alpha for all.
      let alphas =
        neuron.outputs.count == 1
        ? short(neuron.output, 4)
        : largest(neuron.outputs).filter { neuron.outputs[$0] != 0 }
          .map { outputLabel($0, of: neuron, labels) + short(neuron.outputs[$0], 4) }.joined(separator: ", ")
      lines.append((["\(j)", short(sizes[j], 4), alphas], shown.joined(separator: ", ")))
    }
    // Cells go to the right; texts of equal length go to the left.
    let width = lines.map(\.weights.count).max() ?? 0
    for line in lines {
      let padding = String(repeating: " ", count: width - line.weights.count)
      table.add(line.cells + [line.weights + padding])
    }
    text += table.text()
    if order.count > neurons { text += "\n... \(order.count - neurons) more; --neurons shows them" }
    return text
  }

  /// What stands before a number of each output; nothing where there is one.
  private func labels(of model: Model) -> [String] {
    model.network.outputs == 1 ? [""] : model.outputNames.map { "\($0) " }
  }

  /// What stands before an output weight: its output, and its patch where every patch has one.
  private func outputLabel(_ index: Int, of neuron: TwoLayerNetwork.Neuron, _ labels: [String]) -> String {
    let heads = max(1, neuron.outputs.count / labels.count)
    return labels[index / heads] + (heads == 1 ? "" : "patch \(index % heads) ")
  }

  /// A name for each hidden weight of a neuron.
  private func weightNames(of model: Model) -> [String] {
    let network = model.network
    let inputs = network.inputBias ? network.width - 1 : network.width
    var names = (0..<inputs).map { "x\($0)" }
    // The columns of the data are those of all patches, the weights those of one.
    if let features = model.card.preprocessing.features, features.count == inputs { names = features }
    if network.inputBias { names.append("(bias)") }
    guard let count = network.neurons.first?.weights.count, count > names.count else { return names }
    return model.outputNames.flatMap { output in names.map { "\(output): \($0)" } }
  }

  /// The places of the largest in size, as many as are to be shown.
  private func largest(_ values: [Double]) -> [Int] {
    Array(values.indices.sorted { abs(values[$0]) > abs(values[$1]) }.prefix(weights))
  }

  private func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
