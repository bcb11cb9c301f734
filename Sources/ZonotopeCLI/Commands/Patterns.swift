import ArgumentParser
import Zonotope

struct Patterns: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Counts, lists or samples the activation patterns of data.",
    discussion: """
      Every column of the file is a coordinate. Patterns are enumerated exactly for data of rank up to \
      \(Arrangement.rankLimit); --sample draws from data of any rank.
      """)

  @Option(help: "A CSV file with a header, or a .npy file.") var data: String
  @Flag(help: "Print one JSON document.") var json = false
  @Flag(help: "List the patterns, one bit a row in the order of the file.") var list = false
  @Flag(help: "Count only.") var count = false
  @Option(parsing: .unconditional, help: "Draw this many random gates.") var sample: Int?
  @Option(parsing: .unconditional, help: "Seed of the draws.") var seed: UInt64 = 0
  @OptionGroup var limits: Limits

  func validate() throws {
    if list && count { throw ValidationError("--list and --count exclude each other.") }
    if sample != nil && count { throw ValidationError("--sample and --count exclude each other.") }
  }

  func run() throws {
    let x = try readMatrix(path: data, memory: limits.fileBudget())
    let question: PatternReport.Question =
      if let sample { .sample(draws: sample, seed: seed) } else { list ? .list : .count }
    let report = try PatternReport(of: x, question, memory: limits.memory)
    if json { return try print(report.json()) }
    var facts = Facts()
    facts.add("data", "\(data): \(report.rows) rows of \(report.columns)")
    if let rank = report.rank, let hyperplanes = report.hyperplanes, let cells = report.cells {
      facts.add("rank", "\(rank), \(hyperplanes) distinct hyperplanes")
      facts.add("patterns", "\(cells), all of them")
    }
    if let sample = report.sample {
      facts.add("patterns", "\(sample.patterns.count) distinct in \(sample.draws) draws with seed \(seed)")
      facts.add(
        "unseen",
        "a new pattern at the next draw, with an estimated probability of \(short(sample.unseenProbability, 3))"
      )
    }
    try print(facts.text())
    if list, let patterns = report.patterns {
      try print((0..<patterns.count).map { patterns.text(of: $0) }.joined(separator: "\n"))
    }
  }
}
