import ArgumentParser
import Zonotope

extension Train {
  /// Trains a network on one column.
  func runLine(on table: CSVTable) throws {
    var plan = LinePlan(target: target, network: try line.network(outputBias: !noOutputBias))
    let names = columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    if names.count > 1 {
      throw ValidationError("--model one-dimensional takes one column, not \(names.count).")
    }
    plan.feature = names.first
    plan.lag = line.lag
    plan.loss = loss
    if let delta { plan.huberDelta = delta }
    if let beta { plan.penalty = .fixed(.absolute(beta)) }
    if let betaRatio { plan.penalty = .fixed(.ratio(betaRatio)) }
    (plan.testFraction, plan.seed) = (test, seed)
    plan.settings.tolerance = tolerance
    plan.settings.seconds = seconds
    plan.settings.cancellation = Signals.cancellation
    limits.apply(to: &plan.settings)
    Signals.cancelOnInterrupt()
    let report = try plan.run(on: table)
    if let output { try writing { () throws(ZonotopeError) in try report.model.save(to: output) } }
    if let predictions {
      let answers = Predictions(outputs: try report.model.predict(table), of: report.model)
      try writing { () throws(ZonotopeError) in try answers.write(to: predictions) }
    }
    if json { return try print(report.json(savedTo: output)) }
    let proof = report.model.card.proof
    var facts = Facts()
    facts.add("data", "\(file): \(report.rows) rows to train on, \(report.testRows) for the test")
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
