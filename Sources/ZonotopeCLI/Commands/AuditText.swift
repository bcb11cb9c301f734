import Zonotope

/// The comparison of a network with the global optimum, for people.
enum AuditText {
  static func facts(_ report: CertificationPlan.Report, model: String, data: String) -> Facts {
    let audit = report.audit, certificate = audit.certificate
    var facts = Facts()
    facts.add("network", "\(model), \(report.network.neurons.count) neurons")
    let origin =
      switch report.areTrainingRows {
      case true?: ", those it was trained on"
      case false?: ", not those it was trained on"
      case nil: ""
      }
    facts.add("data", "\(data), \(report.rows) rows\(origin)")
    facts.add("loss", "\(report.loss), times \(short(report.scale)); beta \(short(report.beta))")
    facts.add("objective", short(audit.objective, 10))
    facts.add("own optimum", "\(short(audit.ownOptimum, 10)), over the patterns of its neurons")
    if let best = audit.best {
      facts.add(
        "best found", "\(short(best.networkObjective, 10)), with \(best.network.neurons.count) neurons")
    }
    facts.add("lower bound", "\(short(certificate.lowerBound, 10)), \(scope(audit))")
    facts.add("gap", percent(certificate.relativeGap))
    return facts
  }

  private static func scope(_ audit: NetworkAudit) -> String {
    guard certificateIsGlobal(audit) else { return "over the network's own patterns" }
    let isCoarse = audit.proof == .relaxation || audit.proof == .projection
    return "over networks of any width" + (isCoarse ? ", from a relaxation" : "")
  }

  private static func certificateIsGlobal(_ audit: NetworkAudit) -> Bool {
    audit.certificate.scope == .allNeurons
  }

  /// What it means, in sentences.
  static func verdict(_ report: CertificationPlan.Report) -> String {
    let audit = report.audit, gap = audit.certificate.relativeGap
    var sentences: [String] = []
    if certificateIsGlobal(audit) {
      sentences.append(
        gap <= 1e-5
          ? "No network of this kind, of any width, is better: this one is the global optimum."
          : "At most \(percent(gap)) of the objective could be gained by any network of this kind, of any width."
      )
    } else {
      sentences.append("Nothing was proved about networks with other activation patterns.")
    }
    if let best = audit.best {
      let gain = (audit.objective - best.networkObjective) / abs(audit.objective)
      sentences.append("A network that is better by \(percent(gain)) was found.")
      let bestGap = relative(best.networkObjective, audit.certificate.lowerBound)
      if certificateIsGlobal(audit), bestGap <= 1e-5 { sentences.append("That one is the global optimum.") }
    }
    if audit.isStationary {
      sentences.append(
        "Over its own patterns it is optimal: training from here by gradients would gain nothing.")
    } else if audit.ownOptimum < audit.objective {
      sentences.append(
        "It is not yet optimal over its own patterns: training was ended early, or stuck at a kink.")
    } else {
      sentences.append("Whether it is optimal over its own patterns was not settled.")
    }
    return sentences.joined(separator: "\n")
  }

  private static func relative(_ objective: Double, _ bound: Double) -> Double {
    objective == bound ? 0 : (objective - bound) / abs(objective)
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? "\(short(100 * share, 3)) %" : "unbounded"
  }
}
