import ArgumentParser
import Zonotope

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the card and the network of a model file.")

  @Argument(help: "The model file.") var model: String
  @Flag(help: "Print the card as a JSON document.") var json = false
  @Option(help: "Show this many neurons at most.") var neurons = 10
  @Option(help: "Show this many weights of each at most.") var weights = 4

  func validate() throws {
    if neurons < 0 || weights < 0 { throw ValidationError("A number to show is negative.") }
  }

  func run() throws {
    let model = try Model(path: self.model)
    if json { return try print(model.card.json()) }
    let card = model.card, proof = card.proof
    var facts = Facts()
    facts.add("model", "\(self.model), written by version \(card.library)")
    CardText.add(card, to: &facts)
    if let run = card.run {
      facts.add("rows", "\(run.rows) to train on, \(run.testRows) for the test, seed \(run.seed)")
      facts.add(
        run.score, "\(fixed(run.trainScore, 4)) on the training rows, \(fixed(run.testScore, 4)) on the test")
    }
    facts.add("objective", short(proof.certificate.objective, 10))
    facts.add("lower bound", short(proof.certificate.lowerBound, 10))
    facts.add("relative gap", "\(short(proof.certificate.relativeGap, 2)), \(proof.status.rawValue)")
    facts.add("certificate", CardText.scope(card))
    try print(facts.text() + "\n")
    try print(network(model))
  }

  /// The neurons, largest first.
  private func network(_ model: Model) -> String {
    let network = model.network
    let inputs = network.inputBias ? network.width - 1 : network.width
    var names = (0..<inputs).map { "x\($0)" }
    // The columns of the data are those of all patches, the weights those of one.
    if let features = model.card.preprocessing.features, features.count == inputs { names = features }
    if network.inputBias { names.append("(bias)") }
    let heads = network.neurons.map { length($0.outputs) }
    let sizes = network.neurons.indices.map { heads[$0] * length(network.neurons[$0].weights) }
    let order = sizes.indices.sorted { sizes[$0] > sizes[$1] }
    var text = "\(network.neurons.count) neurons, output bias \(short(network.bias))"
    if order.isEmpty { return text }
    let scale = model.card.preprocessing.standardization == nil ? "" : " (of standardised features)"
    text += ". By |alpha| ||w||, with the largest weights\(scale):\n\n"
    var table = Table(gaps: [3, 3, 3])
    table.add(["neuron", "size", "alpha"])
    var lines: [(cells: [String], weights: String)] = []
    for j in order.prefix(neurons) {
      let neuron = network.neurons[j]
      let largest = neuron.weights.indices.sorted { abs(neuron.weights[$0]) > abs(neuron.weights[$1]) }
      let shown = largest.prefix(weights).map {
        "\(names[$0 % network.width]) \(short(neuron.weights[$0], 3))"
      }
      // With several output weights their length.
      let alpha = neuron.outputs.count == 1 ? neuron.output : heads[j]
      lines.append((["\(j)", short(sizes[j], 4), short(alpha, 4)], shown.joined(separator: ", ")))
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
}

private func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
