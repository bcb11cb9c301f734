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
  func fit(lean: Double, bias: Bool, lambda: Double) throws(ZonotopeError) -> [Double] {
    try Allocation.probe(bytes: 8 * count)
    if bias {
      // The range costs; both sides give way to the same force.
      let force = lambda / (1 - lean)
      let high = try level(1, force, least: -.infinity), low = try -level(-1, force, least: -.infinity)
      return high > low ? clipped(low, high) : [Double](repeating: mean(), count: count)
    }
    if lean < 0 {
      let level = try newton(lambda, least: 0) { abs($0) }
      return clipped(-level, level)
    }
    return clipped(try -level(-1, lambda, least: 0), try level(1, lambda, least: 0))
  }

  private func clipped(_ low: Double, _ high: Double) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { values, used in
      let values = values.baseAddress!
      for i in 0..<count { values[i] = max(low, min(high, t[i])) }
      used = count
    }
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
  private func level(_ sign: Double, _ force: Double, least: Double) throws(ZonotopeError) -> Double {
    try newton(force, least: least) { sign * $0 }
  }

  @inline(__always)
  private func newton(
    _ force: Double, least: Double, _ size: (Double) -> Double
  ) throws(ZonotopeError) -> Double {
    var largest = -Double.infinity, place = 0
    for i in 0..<count where size(t[i]) > largest { (largest, place) = (size(t[i]), i) }
    // No more than the force may lie above.
    var level = max(least, largest - force / (w?[place] ?? 1))
    // What is above the level, without a branch on it.
    let kept = try Vector(count), weights = w == nil ? nil : try Vector(count), values = kept.pointer
    var used = 0
    if let weights = weights?.pointer, let w {
      for i in 0..<count {
        (values[used], weights[used]) = (size(t[i]), w[i])
        used &+= size(t[i]) > level ? 1 : 0
      }
    } else {
      for i in 0..<count {
        let value = size(t[i])
        values[used] = value
        used &+= Int(truncatingIfNeeded: (level - value).bitPattern &>> 63)
      }
    }
    while true {
      var weight = Double(used), sum = 0.0
      if let weights = weights?.pointer {
        weight = 0
        for i in 0..<used {
          weight += weights[i]
          sum += weights[i] * (values[i] - level)
        }
      } else {
        for i in 0..<used { sum += values[i] - level }
      }
      // Relative to the last level, so that large targets do not hide the force.
      let next = level + (sum - force) / weight
      guard sum > force, next > level else { return level }
      let before = used
      level = next
      used = 0
      for i in 0..<before {
        let value = values[i]
        values[used] = value
        if let weights = weights?.pointer { weights[used] = weights[i] }
        used &+= Int(truncatingIfNeeded: (level - value).bitPattern &>> 63)
      }
      if used == before || used == 0 { return level }
    }
  }
}
