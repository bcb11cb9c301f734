import ArgumentParser
import Zonotope

extension Train {
  /// Writes and prints a network on one column.
  func show(_ report: LinePlan.Report, of data: DataFile) throws {
    if let output { try writing { () throws(ZonotopeError) in try report.model.save(to: output) } }
    if let predictions {
      let answers = Predictions(outputs: try report.model.predict(data), of: report.model)
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    if json { return try print(report.json(savedTo: output)) }
    let proof = report.model.card.proof
    var facts = Facts()
    facts.add("data", "\(training.file): \(report.rows) rows to train on, \(report.testRows) for the test")
    facts.add("beta", "\(short(report.result.beta)) = \(short(report.betaRatio, 3)) betaMax")
    facts.add("objective", short(proof.certificate.objective))
    facts.add("lower bound", short(proof.certificate.lowerBound))
    facts.add("relative gap", "\(short(proof.certificate.relativeGap, 2)), \(proof.status.rawValue)")
    facts.add("certified over", "all networks of this kind")
    facts.add("units", "\(report.result.network.units)")
    facts.add("train \(report.score.rawValue)", fixed(report.trainScore, 4))
    facts.add("test \(report.score.rawValue)", fixed(report.testScore, 4))
    facts.add("seconds", short(report.seconds, 3))
    try print(facts.text())
    if !verbosity.quiet {
      try print(
        output.map { "\nThe model is in \($0)." }
          ?? "\nThe model was not saved; --output MODEL.safetensors does that.")
    }
  }
}
