import Zonotope

/// A training report for people.
enum ReportText {
  /// What was done, defaults included.
  static func settings(_ report: PlanReport<some StoredModel>, file: String) -> String {
    let card = report.model.trainingCard
    var facts = Facts()
    if let run = card.run {
      let test = run.testRows > 0 ? ", \(run.testRows) for the test" : ", none for a test"
      facts.add(
        "data",
        "\(file): \(run.rows) rows to train on\(test)"
          + " (--test \(short(run.testFraction)), --seed \(run.seed))")
    }
    CardText.add(report.model, to: &facts)
    return facts.text()
  }

  /// The figures, and the linear model beside them.
  static func table(_ report: PlanReport<some StoredModel>) -> String {
    let card = report.model.trainingCard, baseline = report.baseline, run = card.run
    var table = Table(gaps: [3, 3])
    table.add(["", "network", baseline?.model.name ?? ""])
    for (name, value) in figures(report.model) { table.add([name, value]) }
    let score = run?.score ?? "score"
    table.add(["train \(score)", fixed(run?.trainScore, 4), baseline.map { fixed($0.trainScore, 4) } ?? ""])
    table.add(["test \(score)", fixed(run?.testScore, 4), baseline.map { fixed($0.testScore, 4) } ?? ""])
    table.add(["seconds", seconds(report.seconds), baseline.map { seconds($0.seconds) } ?? ""])
    return table.text()
  }

  /// What was proved, in the order of every table.
  static func figures(_ model: some StoredModel) -> [(name: String, value: String)] {
    let card = model.trainingCard, proof = card.proof
    let units = CardText.units(model), tokens = model as? TokenModel
    let over = card.patterns.source == .enumerated || tokens == nil ? "patterns" : "gates"
    return [
      ("objective", short(proof.certificate.objective)),
      ("lower bound", short(proof.certificate.lowerBound)),
      ("relative gap", short(proof.certificate.relativeGap, 2)),
      ("status", proof.status.rawValue),
      ("certified over", proof.certificate.scope == .allNeurons ? "all \(units)" : "its \(over)"),
    ]
      + (tokens.map { TokenText.figures($0.network) } ?? [
        ("patterns", "\(card.patterns.count)"), ("active neurons", "\(model.network.units)"),
      ])
  }
}
