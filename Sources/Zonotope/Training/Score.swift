#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How well outputs answer, on rows that may not be those of the fit.
public enum Score: String, Sendable {
  /// 1 - (sum of squared errors) / (sum of squares about the mean)
  case rSquared = "R^2"
  /// The share of rows whose class is right: that of the sign, 0 counting as +1, or of the largest of several outputs.
  case accuracy

  /// Nil where it is not defined: no rows, or targets without variance.
  func value(_ outputs: [Double], _ targets: [Double]) -> Double? {
    guard !targets.isEmpty else { return nil }
    let n = Double(targets.count)
    switch self {
    case .accuracy:
      let width = outputs.count / targets.count
      if width > 1 {
        let right = zip(choices(outputs, of: width), targets).reduce(0) {
          $0 + (Double($1.0) == $1.1 ? 1 : 0)
        }
        return Double(right) / n
      }
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

/// The mean loss by which candidates are compared on held-out rows: squared error, logistic loss, cross entropy, or twice the
/// Huber loss.
func meanLoss(
  _ kind: TrainingPlan.LossKind, delta: Double = 1, _ outputs: [Double], _ targets: [Double]
) -> Double {
  guard !targets.isEmpty else { return 0 }
  if kind == .softmax {
    let width = outputs.count / targets.count
    let entropies = targets.indices.map { k in
      let row = outputs[k * width..<(k + 1) * width], top = row.max()!
      return top + log(row.reduce(0) { $0 + exp($1 - top) }) - row[k * width + Int(targets[k])]
    }
    return entropies.reduce(0, +) / Double(targets.count)
  }
  let total = zip(outputs, targets).reduce(0.0) { sum, pair in
    switch kind {
    case .squared: sum + (pair.0 - pair.1) * (pair.0 - pair.1)
    case .huber:
      abs(pair.0 - pair.1) <= delta
        ? sum + (pair.0 - pair.1) * (pair.0 - pair.1) : sum + delta * (2 * abs(pair.0 - pair.1) - delta)
    case .logistic, .softmax: sum + softplus(-pair.1 * pair.0)
    }
  }
  return total / Double(targets.count)
}
