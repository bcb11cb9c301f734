/// How well outputs answer, on rows that may not be those of the fit.
public enum Score: String, Sendable {
  /// 1 - (sum of squared errors) / (sum of squares about the mean)
  case rSquared = "R^2"
  /// The share of rows whose sign is right; an output of 0 counts as +1.
  case accuracy

  /// Nil where it is not defined: no rows, or targets without variance.
  func value(_ outputs: [Double], _ targets: [Double]) -> Double? {
    guard !targets.isEmpty else { return nil }
    let n = Double(targets.count)
    switch self {
    case .accuracy:
      let right = zip(outputs, targets).reduce(0) { $0 + (($1.0 >= 0) == ($1.1 > 0) ? 1 : 0) }
      return Double(right) / n
    case .rSquared:
      let mean = targets.reduce(0, +) / n
      let total = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      guard total > 0, total.isFinite else { return nil }
      return 1 - zip(outputs, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / total
    }
  }
}

/// The mean loss by which candidates are compared on held-out rows: squared error or logistic loss.
func meanLoss(_ kind: TrainingPlan.LossKind, _ outputs: [Double], _ targets: [Double]) -> Double {
  guard !targets.isEmpty else { return 0 }
  let total = zip(outputs, targets).reduce(0.0) { sum, pair in
    switch kind {
    case .squared: sum + (pair.0 - pair.1) * (pair.0 - pair.1)
    case .logistic: sum + softplus(-pair.1 * pair.0)
    }
  }
  return total / Double(targets.count)
}
