/// The penalty max(TV / (1 - a), (TV + |S|) / 2) as a sum of costs: there is a multiplier m, between -beta and beta, at
/// which the fit for the costs below is the optimum.
///
/// Where m is 0 the first part is the larger one, |S| <= (1 + a) / (1 - a) TV; where m is +-beta the second; in between
/// both are equal. The optimal value is concave in m, and its derivative piecewise linear, so that Newton's method inside
/// a bracket ends after finitely many steps.
struct BoundaryMultiplier {
  let beta: Double
  let lean: Double

  /// What the derivative needs of a fit: its first slope or value, the sums of its rises and of its falls, and how the
  /// three change with the costs.
  struct Ends {
    var first: Double
    var rises: Double
    var falls: Double
  }

  /// The costs at a multiplier.
  func costs(_ m: Double) -> KnotExchange.Costs {
    let near = max(0, beta - abs(m)) / (1 - lean), far = (beta - lean * abs(m)) / (1 - lean)
    return m >= 0
      ? KnotExchange.Costs(rise: far, fall: near, slope: m)
      : KnotExchange.Costs(rise: near, fall: far, slope: m)
  }

  /// Half of |S| - (1 + a) / (1 - a) TV on the side of the sign.
  func excess(_ ends: Ends, _ sign: Double) -> Double {
    let (up, down) = sign > 0 ? (ends.rises, ends.falls) : (ends.falls, ends.rises)
    return sign * ends.first - (lean * up + down) / (1 - lean)
  }

  /// Finds the multiplier.
  ///
  /// - Parameters:
  ///   - solve: the fit for costs; nil where it was stopped.
  ///   - rates: how the last fit changes, given the rates at which the costs change.
  /// - Returns: false where it was stopped.
  func find(
    solve: (KnotExchange.Costs) throws(ZonotopeError) -> Ends?, rates: (KnotExchange.Costs) -> Ends
  ) throws(ZonotopeError) -> Bool {
    guard let plain = try solve(costs(0)) else { return false }
    let sign = 2 * plain.first + plain.rises - plain.falls >= 0 ? 1.0 : -1.0
    var value = excess(plain, sign)
    if value <= 0 { return true }
    let near = -1 / (1 - lean), far = -lean / (1 - lean)
    let direction =
      sign > 0
      ? KnotExchange.Costs(rise: far, fall: near, slope: 1)
      : KnotExchange.Costs(rise: near, fall: far, slope: -1)
    var m = 0.0, low = 0.0, high = beta, highIsKnown = false
    for _ in 0..<200 {
      let slope = excess(rates(direction), sign)
      var next = slope < 0 ? m - value / slope : high
      if abs(next - m) <= 1e-15 * beta { return true }
      if next >= high, !highIsKnown {
        next = high
      } else if !(next > low && next < high) {
        next = 0.5 * (low + high)
        if abs(next - m) <= 1e-15 * beta { return true }
      }
      m = next
      guard let ends = try solve(costs(sign * m)) else { return false }
      value = excess(ends, sign)
      if abs(value) <= 1e-15 * (abs(ends.first) + ends.rises + ends.falls) { return true }
      if value > 0 {
        if m >= beta { return true }
        low = m
      } else {
        (high, highIsKnown) = (m, true)
      }
    }
    return true
  }
}
