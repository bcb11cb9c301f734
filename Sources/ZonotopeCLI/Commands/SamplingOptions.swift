import ArgumentParser
import Zonotope

/// Which gates are drawn, and how many.
struct SamplingOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Draw this many random gates at most.") var sample: Int?
  @Option(parsing: .unconditional, help: "Seed of the draws.") var seed: UInt64 = 0
  @Option(
    help: """
      Gates to draw: gaussian; rows:K, combinations of K rows; windows:W, on W adjacent columns; patches:HxW/HxW, on \
      parts of images; active:P, towards patterns with the part P of the rows.
      """)
  var gates = Gates(distribution: .gaussian)
  @Option(parsing: .unconditional, help: "End with this many distinct patterns.") var distinct: Int?
  @Option(
    parsing: .unconditional,
    help: "End once the probability of a pattern not seen yet is below this, with 95 % confidence.")
  var unseen: Double?

  func validate() throws {
    if sample == nil && (distinct != nil || unseen != nil || gates.distribution != .gaussian) {
      throw ValidationError("--gates, --distinct and --unseen belong to --sample.")
    }
  }

  func question() throws -> PatternReport.Question? {
    sample.map {
      .sample(
        SamplingRule(draws: $0, distinct: distinct, unseenBelow: unseen), gates.distribution, seed: seed)
    }
  }

  struct Gates: ExpressibleByArgument {
    let distribution: GateDistribution

    init(distribution: GateDistribution) { self.distribution = distribution }

    var defaultValueDescription: String { "gaussian" }

    init?(argument: String) {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
      let value = parts.count == 2 ? String(parts[1]) : ""
      switch (parts[0], parts.count) {
      case ("gaussian", 1): distribution = .gaussian
      case ("rows", 2):
        guard let count = Int(value) else { return nil }
        distribution = .rows(count)
      case ("windows", 2):
        guard let width = Int(value) else { return nil }
        distribution = .windows(width: width)
      case ("active", 2):
        guard let fraction = Double(value) else { return nil }
        distribution = .active(fraction: fraction)
      case ("patches", 2):
        let sizes = value.split(separator: "/").flatMap { $0.split(separator: "x").map { Int($0) } }
        guard sizes.count == 4, let h = sizes[0], let w = sizes[1], let imageH = sizes[2],
          let imageW = sizes[3]
        else { return nil }
        distribution = .patches(height: h, width: w, imageHeight: imageH, imageWidth: imageW)
      default: return nil
      }
    }
  }
}
