/// Fits whose penalty knows the extreme values alone: targets are cut off at levels above and below,
///
///     sum_i w_i (t_i - level)_+ = lambda,
///
/// found by Newton's method on a convex function, which drops the targets below the level on its way (Michelot 1986).
struct LevelClip {
  let count: Int
  let w: UnsafePointer<Double>?
  let t: UnsafePointer<Double>

  /// - Parameters:
  ///   - lean: 0 for patterns of zeros and ones, -1 for signs.
  ///   - bias: whether a constant is free.
  func fit(lean: Double, bias: Bool, lambda: Double) -> [Double] {
    if bias {
      // The range costs; both sides give way to the same force.
      let force = lambda / (1 - lean)
      let high = level(1, force, least: -.infinity), low = -level(-1, force, least: -.infinity)
      guard high > low else {
        let mean = mean()
        return [Double](repeating: mean, count: count)
      }
      return (0..<count).map { min(high, max(low, t[$0])) }
    }
    if lean < 0 {
      let level = absoluteLevel(lambda)
      return (0..<count).map { min(level, max(-level, t[$0])) }
    }
    let high = level(1, lambda, least: 0), low = -level(-1, lambda, least: 0)
    return (0..<count).map { t[$0] > 0 ? min(high, t[$0]) : max(low, t[$0]) }
  }

  private func mean() -> Double {
    var weight = 0.0, sum = 0.0
    for i in 0..<count {
      let v = w?[i] ?? 1
      weight += v
      sum += v * t[i]
    }
    return sum / weight
  }

  /// The level at which sum w (sign t - level)_+ is the force, or `least` where that is below it.
  private func level(_ sign: Double, _ force: Double, least: Double) -> Double {
    newton(force, least: least) { sign * $0 }
  }

  private func absoluteLevel(_ force: Double) -> Double { newton(force, least: 0) { abs($0) } }

  private func newton(_ force: Double, least: Double, _ size: (Double) -> Double) -> Double {
    var level = least, kept = (values: [Double](), weights: [Double]())
    kept.values.reserveCapacity(count)
    var weight = 0.0, sum = 0.0
    // The first pass bounds the level from below by the largest target, the second keeps what is above the bound.
    var largest = -Double.infinity, weightOfLargest = 0.0
    for i in 0..<count where size(t[i]) > largest { (largest, weightOfLargest) = (size(t[i]), w?[i] ?? 1) }
    // No more than the force may lie above.
    level = max(level, largest - force / weightOfLargest)
    for i in 0..<count where size(t[i]) > level {
      let v = w?[i] ?? 1
      kept.values.append(size(t[i]))
      if w != nil { kept.weights.append(v) }
      weight += v
      sum += v * (size(t[i]) - level)
    }
    guard sum > force else { return max(level, least) }
    while true {
      // Relative to the last level, so that large targets do not hide the force.
      let next = level + (sum - force) / weight
      guard next > level else { return level }
      var used = 0
      (weight, sum) = (0, 0)
      for i in 0..<kept.values.count where kept.values[i] > next {
        let v = w == nil ? 1 : kept.weights[i]
        kept.values[used] = kept.values[i]
        if w != nil { kept.weights[used] = v }
        used += 1
        weight += v
        sum += v * (kept.values[i] - next)
      }
      let unchanged = used == kept.values.count
      kept.values.removeLast(kept.values.count - used)
      level = next
      if unchanged || used == 0 { return level }
    }
  }
}
