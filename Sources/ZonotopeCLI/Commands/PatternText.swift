import Zonotope

/// What is known of the patterns of a file, for people.
enum PatternText {
  static func facts(_ report: PatternReport, file: String, seed: UInt64) -> String {
    var facts = Facts()
    facts.add("data", "\(file): \(report.rows) rows of \(report.columns)")
    if let count = report.count {
      facts.add("rank", "\(count.rank), \(count.hyperplanes) distinct hyperplanes")
      let text =
        switch count.status {
        case .complete: "\(count.cells), all of them"
        case .cancelled: "at least \(count.cells), counted until it was cancelled"
        case .budget: "more than --cells allows: at least \(count.cells)"
        }
      facts.add("patterns", text)
    }
    if let sample = report.sample {
      let cancelled = sample.ending == .cancelled ? ", cancelled" : ""
      facts.add(
        "patterns", "\(sample.patterns.count) distinct in \(sample.draws) draws with seed \(seed)\(cancelled)"
      )
      facts.add(
        "unseen",
        "a new pattern at the next draw, with an estimated probability of \(short(sample.unseenProbability, 3))"
          + "; of \(short(sample.unseenBound(), 3)) at most, with 95 % confidence")
    }
    if let guarantee = report.guarantee, guarantee.angle < 1.5 {
      facts.add(
        "promise",
        "a gate within \(short(guarantee.angle * 180 / Double.pi, 3)) degrees of each of \(guarantee.neurons) neurons, "
          + "with 95 % confidence")
    }
    return facts.text()
  }
}
