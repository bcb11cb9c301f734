import Zonotope

/// A path for people.
enum PathText {
  static func settings(_ report: PathReport, file: String, folds: Int) -> String {
    var facts = Facts()
    let test = report.testRows > 0 ? ", \(report.testRows) for the test" : ", none for a test"
    facts.add("data", "\(file): \(report.rows) rows to train on\(test)")
    if let model = report.models.models.first { CardText.addNetwork(model.content, to: &facts) }
    facts.add(
      "path",
      "\(report.ratios.count) values of beta from \(short(report.ratios[0])) to "
        + "\(short(report.ratios[report.ratios.count - 1])) times betaMax = \(short(report.betaMax))")
    let validation = folds == 0 ? "none" : "\(folds) folds, each at the same betas per row"
    facts.add("validation", validation)
    facts.add("seconds", seconds(report.seconds))
    return facts.text()
  }

  /// One line a beta.
  static func table(_ models: PathModels, stages: [PathReport.Stage]? = nil) -> String {
    let curve = models.validation, hasAccuracy = curve?.points.contains { $0.accuracy != nil } == true
    var heads = ["", "beta", "beta/betaMax", "objective", "gap", CardText.units(models.models[0].content)]
    if curve != nil { heads.append("validation loss") }
    if hasAccuracy { heads.append("accuracy") }
    var table = Table(gaps: [Int](repeating: 3, count: heads.count))
    table.add(heads + [""])
    for (k, model) in models.models.enumerated() {
      let proof = model.card.proof
      let isCut = proof.status == .optimal ? "" : ", \(proof.status.rawValue)"
      var cells = [
        "\(k)", short(models.betas[k], 4), short(stages?[k].ratio ?? models.ratios[k], 4),
        short(proof.certificate.objective, 6), short(proof.certificate.relativeGap, 1) + isCut,
        "\(model.units)",
      ]
      let point = curve?.points[k]
      if curve != nil { cells.append(estimate(point?.loss, 4)) }
      if hasAccuracy { cells.append(estimate(point?.accuracy, 3)) }
      table.add(cells + [mark(k, curve)])
    }
    return table.text()
  }

  /// Both with as many decimals as give the mean its digits.
  private static func estimate(_ value: ValidationCurve.Estimate?, _ digits: Int) -> String {
    guard let value else { return "-" }
    var decimals = digits - 1, size = abs(value.mean)
    while size > 0, size < 1, decimals < 12 {
      size *= 10
      decimals += 1
    }
    while size >= 10, decimals > 0 {
      size /= 10
      decimals -= 1
    }
    return "\(fixed(value.mean, decimals)) ± \(fixed(value.standardError, decimals))"
  }

  private static func mark(_ index: Int, _ curve: ValidationCurve?) -> String {
    (index == curve?.best ? "*" : "") + (index == curve?.oneStandardError ? "1" : "")
  }

  /// What was chosen, and how it does on the rows of the test.
  static func choice(_ report: PathReport) -> String {
    var text = ""
    if let stopped = report.stopped {
      text +=
        "Stopped (\(stopped.rawValue)) after \(report.stages.count) of \(report.ratios.count) values of beta. "
    }
    guard let curve = report.validation, let best = curve.best, let simplest = curve.oneStandardError else {
      return text + "No beta was chosen, as there is no complete cross-validation."
    }
    func score(_ index: Int) -> String {
      let stage = report.stages[index]
      let test = stage.testScore.map { ", test \(report.score.rawValue) \(fixed($0, 4))" } ?? ""
      let model = report.models.models[index], units = CardText.units(model.content)
      return "\(short(report.models.betas[index], 4)) (\(index)), \(model.units) \(units)\(test)"
    }
    return text
      + "* least validation loss: beta \(score(best))\n1 one-standard-error rule: beta \(score(simplest))"
  }
}
