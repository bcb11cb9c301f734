import ArgumentParser
import Zonotope

/// Which model of a file with those of a path, for commands whose --beta is something else.
struct PathLineOptions: ParsableArguments {
  @Option(help: "Of a file of zonotope path, the model in this line of its table.") var index: Int?
  @Flag(help: "The same of least validation loss; without any, that of the one-standard-error rule.")
  var best = false

  func validate() throws {
    if index != nil, best { throw ValidationError("--index and --best exclude each other.") }
  }

  var choice: PathChoice? { index.map { .index($0) } ?? (best ? .best : nil) }
}

/// Which model of a file with those of a path.
struct PathChoiceOptions: ParsableArguments {
  @OptionGroup var line: PathLineOptions
  @Option(parsing: .unconditional, help: "The same by its beta.") var beta: Double?
  @Option(parsing: .unconditional, help: "The same by its share of betaMax.") var betaRatio: Double?

  func validate() throws {
    let given = [line.choice != nil, beta != nil, betaRatio != nil].reduce(0) { $0 + ($1 ? 1 : 0) }
    if given > 1 { throw ValidationError("--index, --beta, --beta-ratio and --best exclude each other.") }
  }

  var choice: PathChoice? {
    if let beta { return .beta(beta) }
    if let betaRatio { return .ratio(betaRatio) }
    return line.choice
  }
}
