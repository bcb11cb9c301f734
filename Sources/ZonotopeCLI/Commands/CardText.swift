import Zonotope

/// A model card for people.
enum CardText {
  static func add(_ card: ModelCard, to facts: inout Facts) {
    addNetwork(card, to: &facts)
    facts.add("beta", beta(card))
    let solver = card.solver
    facts.add(
      "solver", "\(solver.kind.rawValue), tolerance \(short(solver.tolerance)): \(solver.reason)")
  }

  /// What does not change with beta.
  static func addNetwork(_ card: ModelCard, to facts: inout Facts) {
    let preprocessing = card.preprocessing
    if let target = preprocessing.target {
      let classes =
        preprocessing.classes.map { classes in
          card.loss.kind == "softmax"
            ? ", one output a class: \(classes.joined(separator: ", "))"
            : ": \(classes[0]) is -1, \(classes[1]) is +1"
        } ?? ""
      facts.add("target", target + classes)
    }
    let standardised = preprocessing.standardization == nil ? "as they are" : "standardised"
    if let features = preprocessing.features {
      facts.add("features", "\(features.count), \(standardised): \(features.joined(separator: ", "))")
    }
    var network = layers(card)
    network += card.inputBias ? ", input bias" : ", no input bias"
    network += card.outputBias ? ", output bias" : ", no output bias"
    if card.skip { network += ", skip connection" }
    if card.outputNorm != .perClass {
      network += ", outputs penalised by the \(card.outputNorm.rawValue) norm"
    }
    facts.add("network", network)
    let delta = card.loss.delta.map { " with delta \(short($0))" } ?? ""
    facts.add("loss", "\(card.loss.kind)\(delta), times \(short(card.loss.scale))\(mean(card))")
    facts.add("patterns", patterns(card.patterns))
  }

  private static func layers(_ card: ModelCard) -> String {
    let units = "\(card.gated ? "gated" : "exact") \(activation(card.activation))"
    return switch card.patches {
    case .whole: "two layers, \(units)"
    case .summed(let count): "two layers, \(units), summed over \(count) patches"
    case .weighted(let count): "two layers, linear, with a weight for each of \(count) patches"
    case .circular: "two layers, linear, a circular convolution"
    }
  }

  private static func activation(_ activation: Activation) -> String {
    switch activation {
    case .relu: "ReLU"
    case .abs: "absolute values"
    default: "slopes \(short(activation.on)) and \(short(activation.off))"
    }
  }

  private static func mean(_ card: ModelCard) -> String {
    guard let run = card.run, card.loss.scale == 1 / Double(run.rows) else { return "" }
    return " (1/n, a mean over the rows)"
  }

  private static func patterns(_ patterns: ModelCard.Patterns) -> String {
    switch patterns.source {
    case .sampled:
      let draws = patterns.draws.map { " in \($0) draws" } ?? ""
      let seed = patterns.seed.map { " with seed \($0)" } ?? ""
      return "\(patterns.count) distinct\(draws)\(seed)"
    case .enumerated: return "all \(patterns.count)"
    case .given: return "\(patterns.count) given"
    case .grown: return "\(patterns.count) grown"
    }
  }

  private static func beta(_ card: ModelCard) -> String {
    var text = short(card.beta)
    if card.betaMax > 0 { text += " = \(short(card.beta / card.betaMax, 3)) betaMax" }
    guard let run = card.run, let share = run.holdoutFraction else { return text }
    guard let low = run.candidates.min(), let high = run.candidates.max() else {
      return text + ", the first ratio of the search, which was cut short before it could compare"
    }
    let count = run.candidates.count
    let cut = count < TrainingPlan.candidates.count ? ", cut short" : ""
    return text + ", the best of \(count) ratios from \(short(high)) to \(short(low))\(cut)"
      + " on \(short(100 * share)) % of the training rows, compared at a gap of"
      + " \(short(TrainingPlan.searchTolerance))"
  }

  /// What the certificate says, in words.
  static func scope(_ card: ModelCard) -> String {
    switch card.proof.certificate.scope {
    case .allNeurons: "no network of this kind, of any width, has an objective below the bound"
    case .givenPatterns:
      "no network whose neurons have these \(card.patterns.count) patterns has an objective below the bound"
    }
  }
}
