import Zonotope

/// A model card for people.
enum CardText {
  static func add(_ model: some StoredModel, to facts: inout Facts) {
    let card = model.trainingCard
    addNetwork(model, to: &facts)
    if let model = model as? ParallelModel {
      facts.add("units", "\(model.network.units), output bias \(short(model.network.bias))")
    }
    facts.add("beta", beta(card))
    let solver = card.solver
    facts.add(
      "solver", "\(solver.kind.rawValue), tolerance \(short(solver.tolerance)): \(solver.reason)")
  }

  /// What does not change with beta.
  static func addNetwork(_ model: some StoredModel, to facts: inout Facts) {
    let card = model.trainingCard, preprocessing = card.preprocessing
    if let target = preprocessing.target {
      let classes =
        preprocessing.classes.map { classes in
          card.loss.kind == "softmax"
            ? ", one output a class: \(classes.joined(separator: ", "))"
            : ": \(classes[0]) is -1, \(classes[1]) is +1"
        } ?? ""
      facts.add("target", target + classes)
    }
    if let features = preprocessing.features {
      // Of pixels the first tell the rest.
      let shown = features.prefix(20).joined(separator: ", ") + (features.count > 20 ? ", ..." : "")
      let lag = preprocessing.lag
      let earlier = lag == 0 ? "" : ", \(lag) row\(lag == 1 ? "" : "s") earlier"
      facts.add("features", "\(features.count), \(scaling(preprocessing)): \(shown)\(earlier)")
    }
    if preprocessing.features == nil, preprocessing.standardization != nil {
      facts.add("features", "\(model.network.features), \(scaling(preprocessing))")
    }
    facts.add("network", network(model))
    let delta = card.loss.delta.map { " with delta \(short($0))" } ?? ""
    facts.add("loss", "\(card.loss.kind)\(delta), times \(short(card.loss.scale))\(mean(card))")
    facts.add(model is TokenModel ? "gates" : "patterns", patterns(card.patterns, of: model))
  }

  private static func scaling(_ preprocessing: TrainingCard.Preprocessing) -> String {
    guard let standardization = preprocessing.standardization else { return "as they are" }
    guard standardization.shifts else { return "divided by the roots of their mean squares" }
    let means = standardization.means, scales = standardization.scales
    let isShared =
      means.count > 1 && means.allSatisfy { $0 == means[0] } && scales.allSatisfy { $0 == scales[0] }
    return isShared ? "standardised together" : "standardised"
  }

  private static func network(_ model: some StoredModel) -> String {
    switch model {
    case let model as Model:
      let card = model.card
      var network = layers(card)
      network += card.inputBias ? ", input bias" : ", no input bias"
      network += card.outputBias ? ", output bias" : ", no output bias"
      if card.skip { network += ", skip connection" }
      if card.outputNorm != .perClass {
        network += ", outputs penalised by the \(card.outputNorm.rawValue) norm"
      }
      return network
    case let model as ParallelModel:
      return "parallel units of \(model.network.depth) layers, activation \(model.network.activation)"
    case let model as TokenModel: return TokenText.network(model)
    default: return "\(model.network.units) units"
    }
  }

  /// What its network is a sum of.
  static func units(_ model: some StoredModel) -> String {
    switch model {
    case is TokenModel: "heads"
    case is ParallelModel: "units"
    default: "neurons"
    }
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

  private static func mean(_ card: TrainingCard) -> String {
    guard let run = card.run, card.loss.scale == 1 / Double(run.rows) else { return "" }
    return " (1/n, a mean over the rows)"
  }

  private static func patterns(_ patterns: TrainingCard.Patterns, of model: some StoredModel) -> String {
    if let model = model as? TokenModel { return TokenText.gates(model) }
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

  private static func beta(_ card: TrainingCard) -> String {
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
  static func scope(_ card: TrainingCard, isOfTokens: Bool) -> String {
    switch card.proof.certificate.scope {
    case .allNeurons: "no network of this kind, of any width, has an objective below the bound"
    case .givenPatterns:
      isOfTokens
        ? "no network of these gates, of any number of heads, has an objective below the bound"
        : "no network whose neurons have these \(card.patterns.count) patterns has an objective below the bound"
    }
  }
}
