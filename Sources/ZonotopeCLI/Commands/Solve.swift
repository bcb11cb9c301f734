import ArgumentParser
import Zonotope

struct Solve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Solves a problem file and prints one JSON result.",
    discussion: "The format of problems and results is described in docs/problem-format.md.")

  @Argument(help: "The problem file.") var file: String
  @Option(help: "Write the network to this .safetensors file.") var network: String?
  @Option(help: "Write its outputs on the training data to this .npy or .csv file.") var predictions: String?
  @OptionGroup var verbosity: Verbosity
  @Option(parsing: .unconditional, help: "Threads at most, in place of those of the file.") var threads: Int?
  @Option(parsing: .unconditional, help: "Bytes of memory at most, in place of those of the file.")
  var memory: Int?

  func run() throws {
    try check(
      .model("--network", network), .predictions("--predictions", predictions), reading: file)
    if let memory, memory <= 0 {
      throw ZonotopeError.invalid(place: "memory", reason: "\(memory) bytes are not above 0")
    }
    var problem = try Problem(path: file, memory: memory)
    if let threads { problem.settings.threads = threads }
    let line = ProgressLine(quiet: verbosity.quiet)
    problem.settings.progress = { progress in line.show(ProgressLine.text(progress)) }
    problem.settings.cancellation = Signals.cancellation
    Signals.cancelOnInterrupt()
    let result = try problem.solve()
    line.clear()
    if let network {
      try writing { () throws(ZonotopeError) in try TrainedModel(result, of: problem).save(to: network) }
    }
    if let predictions {
      let outputs = try problem.samples.outputs(of: result.network)
      let answers = Predictions(outputs: outputs, width: result.network.outputs)
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    try print(result.json())
  }
}
