/// Exact piecewise constant fits with few jumps, in linear time:
///
///     minimise  1/2 sum_i w_i (f_i - t_i)^2 + m f_1 + sum_j (rise max(d_j, 0) + fall max(-d_j, 0)),   d_j = f_j - f_{j-1}
///
/// The sums F_j = w_1 f_1 + ... + w_j f_j run through a tube around those of the targets, and the shortest way through it, a
/// string pulled taut, has the optimal slopes f (Davies and Kovac, "Local extremes, runs, strings and multiresolution",
/// 2001). ``TubeCorners`` has the points that it may touch, ``StringFunnel`` those where it bends.
struct TautString {
  /// Runs of equal fit: the first sample of each.
  private(set) var starts: [Int] = []
  private(set) var levels: [Double] = []
  /// The weight of the samples of each run.
  private(set) var weights: [Double] = []
  /// What the fit does at the start of each run: +1 it rises, -1 it falls, 0 at the beginning and at the end.
  private var sides: [Double] = []

  /// - Parameters:
  ///   - costs: of a unit of rise and of fall; `slope` is m, the cost of a unit of f_1.
  init(
    count n: Int, w: UnsafePointer<Double>?, t: UnsafePointer<Double>, costs: KnotExchange.Costs
  ) throws(ZonotopeError) {
    let borders = try Self.borders(n, w, t, costs)
    // The levels again, from the targets of each run alone: differences of long sums have lost digits.
    sides = borders.map(\.side)
    let c = self.costs(costs)
    for run in 0..<borders.count - 1 {
      let (first, last) = (borders[run].place, borders[run + 1].place)
      var weight = Double(last - first), target = 0.0
      if let w {
        weight = sum(Values(start: w + first, count: last - first))
        for i in first..<last { target += w[i] * t[i] }
      } else {
        target = sum(Values(start: t + first, count: last - first))
      }
      starts.append(first)
      weights.append(weight)
      levels.append((target + c[run + 1] - c[run]) / weight)
    }
  }

  /// What a unit of each change costs, with its sign.
  private func costs(_ costs: KnotExchange.Costs) -> [Double] {
    sides.enumerated().map { k, side in
      k == 0 ? costs.slope : side > 0 ? costs.rise : side < 0 ? -costs.fall : 0
    }
  }

  /// How the levels change with the costs, at fixed runs.
  func levelRates(_ rates: KnotExchange.Costs) -> [Double] {
    let c = costs(rates)
    return levels.indices.map { (c[$0 + 1] - c[$0]) / weights[$0] }
  }

  private typealias Border = (place: Int, side: Double)

  /// Where the string bends, and both ends.
  private static func borders(
    _ n: Int, _ w: UnsafePointer<Double>?, _ t: UnsafePointer<Double>, _ costs: KnotExchange.Costs
  ) throws(ZonotopeError) -> [Border] {
    // F_j = Y_j - R_j with R_j between m - rise and m + fall.
    let up = costs.rise - costs.slope, down = costs.fall + costs.slope
    var funnel = try StringFunnel(), corners = try TubeCorners(count: n, w: w, t: t)
    while try corners.next(into: &funnel, up: up, down: down) {}
    // Both borders end in one point.
    var end = corners.end
    end.height -= costs.slope
    try funnel.addUpper(end)
    try funnel.addLower(end)
    return [(0, 0)] + funnel.bends + [(n, 0)]
  }
}
