/// Exact piecewise linear fits with few bends, in linear time:
///
///     minimise  1/2 sum_i w_i (f_i - t_i)^2 + m s_1 + sum_j (rise max(d_j, 0) + fall max(-d_j, 0))
///
/// where s_1 is the first slope of f and d_j the change of its slope at x_j. At fixed knots and signs of the changes this
/// is a tridiagonal system in the values at the knots. One pass over the samples prices all knots that are not there,
///
///     z_j = sum_i w_i (t_i - f_i) max(x_i - x_j, 0),   optimal where  -fall <= z_j <= rise,
///
/// and in every interval the knots with the largest violations enter; knots whose change has lost its sign leave. Every
/// reduced problem is solved exactly, so the objective falls monotonically (active sets as in Osborne, Presnell and Turlach,
/// "A new approach to variable selection in least squares problems", 2000, in the basis of hat functions).
///
/// With flat ends f is constant before the first and after the last knot, and changes of slope there cost like the others.
final class KnotExchange {
  struct Costs: Equatable {
    /// Of a unit of rising slope, and of falling slope.
    var rise: Double
    var fall: Double
    /// Of a unit of the first slope; without meaning with flat ends.
    var slope = 0.0
  }

  let count: Int
  let flatEnds: Bool
  var costs: Costs
  /// Knots, ascending; without flat ends the first and the last sample are always among them.
  private(set) var knots: [Int] = []
  /// +1 where the slope rises, -1 where it falls, 0 for ends that are no bends.
  private(set) var signs: [Double] = []
  /// The fit at the knots.
  private(set) var values: [Double] = []
  /// Passes over the samples.
  private(set) var passes = 0

  private let x: UnsafePointer<Double>
  private let w: UnsafePointer<Double>?
  private let t: UnsafePointer<Double>
  private var sums: [KnotSums] = []
  /// Samples before the first knot, and from the last one on.
  private var before = (weight: 0.0, target: 0.0), after = (weight: 0.0, target: 0.0)
  /// sum w t^2 / 2
  private let base: Double
  private let mean: Double
  /// The fit where there are no knots.
  var constant: Double { mean }

  /// - Parameters:
  ///   - t: targets; what is far from zero in them is best subtracted by the caller.
  ///   - start: knots that are likely, with their signs, such as those for other targets.
  init(
    count: Int, x: UnsafePointer<Double>, w: UnsafePointer<Double>?, t: UnsafePointer<Double>, flatEnds: Bool,
    costs: Costs, start: (knots: [Int], signs: [Double])? = nil
  ) {
    (self.count, self.x, self.w, self.t, self.flatEnds, self.costs) = (count, x, w, t, flatEnds, costs)
    var weight = 0.0, target = 0.0, squares = 0.0
    for i in 0..<count {
      let v = w?[i] ?? 1
      weight += v
      target += v * t[i]
      squares += v * t[i] * t[i]
    }
    base = 0.5 * squares
    mean = target / weight
    after = (weight, target)
    guard count > 1 else { return }
    if let start, !start.knots.isEmpty {
      (knots, signs) = start
    } else if flatEnds {
      return
    } else {
      (knots, signs) = ([0, count - 1], [0, 0])
    }
    sums = (1..<knots.count).map { KnotSums(knots[$0 - 1], knots[$0], x: x, w: w, t: t) }
    before = total(0..<knots[0])
    after = total(knots[knots.count - 1]..<count)
    values = [Double](repeating: mean, count: knots.count)
    while !knots.isEmpty {
      values = solve()
      let wrong = lost(values)
      if wrong.isEmpty { break }
      drop(wrong)
    }
  }

  // MARK: The fit

  private static func bends(_ v: [Double], _ knots: [Int], _ x: UnsafePointer<Double>) -> [Double] {
    var result = [Double](repeating: 0, count: knots.count)
    var previous = 0.0
    for k in 0..<knots.count {
      let next = k + 1 < knots.count ? (v[k + 1] - v[k]) / (x[knots[k + 1]] - x[knots[k]]) : 0
      result[k] = next - previous
      previous = next
    }
    return result
  }

  /// The change of slope at each knot; at the ends with a slope of zero outside.
  var bends: [Double] { Self.bends(values, knots, x) }

  // MARK: The optimum

  /// Runs to the optimum for the costs, from the knots that are there.
  ///
  /// - Parameters:
  ///   - tolerance: a bound of the relative gap at which to stop.
  ///   - stop: asked between passes.
  /// - Returns: false where it was stopped, or no knot that enters lowers the objective any more although some should.
  func run(tolerance: Double, while mayGoOn: () -> Bool) -> Bool {
    guard count > 1 else { return true }
    if !knots.isEmpty { settle() }
    var single = false
    while mayGoOn() {
      passes += 1
      let found = price()
      if found.entering.isEmpty || found.gap <= tolerance * found.objective { return true }
      let before = objective(values)
      var entering = found.entering
      if single, let worst = entering.max(by: { $0.excess < $1.excess }) {
        // With flat ends the first two enter together.
        if !knots.isEmpty { entering = [worst] }
      }
      insert(entering)
      settle()
      // Less is rounding, and would go to and fro.
      if objective(values) < before - 1e-15 * max(base, abs(before)) {
        single = false
      } else if single {
        return false
      } else {
        single = true
      }
    }
    return false
  }

  /// The values at the knots for other costs, at fixed knots and signs; without the targets, how values change with costs.
  func values(targets: Bool, _ costs: Costs) -> [Double] {
    var c = signs.map { $0 > 0 ? costs.rise : $0 < 0 ? -costs.fall : 0 }
    if !flatEnds, !c.isEmpty { c[0] = costs.slope }
    return solve(targets: targets, costs: c)
  }

  /// The change of slope at each knot for values there.
  func bends(of values: [Double]) -> [Double] { Self.bends(values, knots, x) }

  /// The first slope of values at the knots, and the sums of their rising and of their falling bends.
  func ends(of values: [Double]) -> BoundaryMultiplier.Ends {
    let bends = Self.bends(values, knots, x)
    var ends = BoundaryMultiplier.Ends(first: bends.first ?? 0, rises: 0, falls: 0)
    for k in knots.indices where signs[k] != 0 {
      if signs[k] > 0 { ends.rises += bends[k] } else { ends.falls -= bends[k] }
    }
    return ends
  }

  // MARK: Fixed knots

  private func cost(_ sign: Double) -> Double { sign > 0 ? costs.rise : sign < 0 ? -costs.fall : 0 }

  private func knotCosts() -> [Double] {
    var result = signs.map(cost)
    if !flatEnds, !result.isEmpty { result[0] = costs.slope }
    return result
  }

  private func solve() -> [Double] { solve(targets: true, costs: knotCosts()) }

  /// The values at the knots for linear costs of the changes of slope.
  private func solve(targets: Bool, costs c: [Double]) -> [Double] {
    let k = knots.count
    guard k > 0 else { return [] }
    var diagonal = [Double](repeating: 0, count: k), upper = diagonal, v = diagonal
    diagonal[0] = before.weight
    diagonal[k - 1] += after.weight
    if targets {
      v[0] = before.target
      v[k - 1] += after.target
    }
    for j in 0..<k - 1 {
      let s = sums[j], pull = (c[j] - c[j + 1]) / (x[knots[j + 1]] - x[knots[j]])
      diagonal[j] += s.pp
      diagonal[j + 1] += s.qq
      upper[j] = s.pq
      v[j] += (targets ? s.tp : 0) + pull
      v[j + 1] += (targets ? s.tq : 0) - pull
    }
    for j in 1..<max(1, k) {
      let factor = upper[j - 1] / diagonal[j - 1]
      diagonal[j] -= factor * upper[j - 1]
      v[j] -= factor * v[j - 1]
    }
    v[k - 1] /= diagonal[k - 1]
    for j in stride(from: k - 2, through: 0, by: -1) { v[j] = (v[j] - upper[j] * v[j + 1]) / diagonal[j] }
    return v
  }

  /// The objective of values at the knots.
  private func objective(_ v: [Double]) -> Double {
    let k = knots.count
    guard k > 0 else {
      // A constant.
      return base - 0.5 * after.target * mean
    }
    var value = base
    value += v[0] * (0.5 * before.weight * v[0] - before.target)
    value += v[k - 1] * (0.5 * after.weight * v[k - 1] - after.target)
    for j in 0..<k - 1 {
      let s = sums[j], a = v[j], b = v[j + 1]
      value += 0.5 * (s.pp * a * a + 2 * s.pq * a * b + s.qq * b * b) - s.tp * a - s.tq * b
    }
    return value + penalty(v)
  }

  private func penalty(_ v: [Double]) -> Double {
    let bends = Self.bends(v, knots, x)
    var value = 0.0
    for k in 0..<knots.count where signs[k] != 0 {
      value += bends[k] > 0 ? costs.rise * bends[k] : -costs.fall * bends[k]
    }
    if !flatEnds, let first = bends.first { value += costs.slope * first }
    return value
  }

  /// Makes the fit optimal for its knots, some of which may leave.
  private func settle() {
    guard !knots.isEmpty else { return }
    let start = objective(values)
    let saved = (knots, signs, values, sums, before, after)
    // All that have lost their sign at once, which mostly does it.
    for attempt in 0..<40 {
      let v = solve()
      let wrong = lost(v)
      if wrong.isEmpty {
        if attempt == 0 || objective(v) <= start {
          values = v
          return
        }
        break
      }
      drop(wrong)
      if knots.isEmpty {
        if objective(values) <= start { return }
        break
      }
    }
    (knots, signs, values, sums, before, after) = saved
    // One after the other, along the way to the optimum for the signs: the objective falls on it.
    while !knots.isEmpty {
      let v = solve()
      let wrong = lost(v)
      guard !wrong.isEmpty else {
        values = v
        return
      }
      let old = bends, new = Self.bends(v, knots, x)
      var step = 1.0
      let steps = wrong.map { k -> Double in
        let now = max(0, signs[k] * old[k])
        let length = now > 0 ? now / (now - signs[k] * new[k]) : 0
        step = min(step, length)
        return length
      }
      for k in 0..<values.count { values[k] += step * (v[k] - values[k]) }
      drop(zip(wrong, steps).filter { $0.1 <= step }.map(\.0))
    }
  }

  /// The knots whose change has not the sign it should have.
  private func lost(_ v: [Double]) -> [Int] {
    var result: [Int] = [], previous = 0.0
    for k in 0..<knots.count {
      let next = k + 1 < knots.count ? (v[k + 1] - v[k]) / (x[knots[k + 1]] - x[knots[k]]) : 0
      if signs[k] != 0, !(signs[k] * (next - previous) > 0) { result.append(k) }
      previous = next
    }
    return result
  }

  private func drop(_ places: [Int]) {
    guard !places.isEmpty else { return }
    var kept: (knots: [Int], signs: [Double], values: [Double], sums: [KnotSums]) = ([], [], [], [])
    kept.knots.reserveCapacity(knots.count)
    kept.signs.reserveCapacity(knots.count)
    kept.values.reserveCapacity(knots.count)
    kept.sums.reserveCapacity(knots.count)
    var next = 0
    /// Of the interval from the last knot kept.
    var open: KnotSums?
    for k in 0..<knots.count {
      let leaves = next < places.count && places[next] == k
      if leaves { next += 1 }
      if k > 0 {
        if let last = kept.knots.last {
          let width = x[knots[k]] - x[knots[k - 1]]
          open =
            open.map { KnotSums($0, sums[k - 1], widths: (x[knots[k - 1]] - x[last], width)) } ?? sums[k - 1]
        } else {
          let total = sums[k - 1].total
          before.weight += total.weight
          before.target += total.target
        }
      }
      guard !leaves else { continue }
      if let open { kept.sums.append(open) }
      open = nil
      kept.knots.append(knots[k])
      kept.signs.append(signs[k])
      kept.values.append(values[k])
    }
    if let open {
      let total = open.total
      after.weight += total.weight
      after.target += total.target
    }
    if kept.knots.isEmpty {
      after.weight += before.weight
      after.target += before.target
      before = (0, 0)
    }
    (knots, signs, values, sums) = kept
  }

  // MARK: Prices

  private struct Entering {
    let knot: Int
    let sign: Double
    let excess: Double
  }

  /// One pass over the samples.
  private func price() -> (entering: [Entering], gap: Double, objective: Double) {
    var entering: [Entering] = []
    var running = PriceSweep()
    let c = knotCosts()
    // A price beyond its bound by less than rounding is none.
    let slack = 1e-13 * (costs.rise + costs.fall)
    func take(_ range: PriceSweep.Extremes, shift: Double) {
      let up = range.largest + shift - costs.rise, down = -costs.fall - range.smallest - shift
      let rises = up > slack, falls = down > slack
      if rises && (!falls || range.placeOfLargest < range.placeOfSmallest) {
        entering.append(Entering(knot: range.placeOfLargest, sign: 1, excess: up))
      }
      if falls { entering.append(Entering(knot: range.placeOfSmallest, sign: -1, excess: down)) }
      if rises && falls && range.placeOfLargest > range.placeOfSmallest {
        entering.append(Entering(knot: range.placeOfLargest, sign: 1, excess: up))
      }
    }
    if knots.isEmpty {
      // Prices are known up to a constant, which is free as long as the ends of their range are closer than the costs.
      running.z = 0
      let range = running.pass(
        0, count, end: count - 1, from: mean, slope: 0, x: x, w: w, t: t, of: count, startIsFree: true)
      let excess = range.largest - range.smallest - costs.rise - costs.fall
      let objective = objective([])
      guard excess > slack else { return ([], 0, objective) }
      let ends = [
        Entering(knot: range.placeOfLargest, sign: 1, excess: excess),
        Entering(knot: range.placeOfSmallest, sign: -1, excess: excess),
      ]
      return (ends.sorted { $0.knot < $1.knot }, .infinity, objective)
    }
    if knots[0] > 0 {
      running.z = 0
      let range = running.pass(
        0, knots[0], end: knots[0] - 1, from: values[0], slope: 0, x: x, w: w, t: t, of: count,
        startIsFree: true)
      take(range, shift: c[0] - running.z)
    }
    for k in 0..<knots.count - 1 {
      running.z = c[k]
      let a = knots[k], b = knots[k + 1], slope = (values[k + 1] - values[k]) / (x[b] - x[a])
      take(
        running.pass(a, b, end: b - 1, from: values[k], slope: slope, x: x, w: w, t: t, of: count), shift: 0)
    }
    let last = knots.count - 1
    running.z = c[last]
    take(
      running.pass(
        knots[last], count, end: count - 1, from: values[last], slope: 0, x: x, w: w, t: t, of: count),
      shift: 0)
    let excess = entering.reduce(0) { max($0, $1.excess) }
    let size = bends.reduce(0) { $0 + abs($1) }
    // What scaling the residual into its bounds costs the dual.
    let part = excess / max(costs.rise, costs.fall)
    let gap = excess * size + 0.5 * part * part * running.squares
    return (entering, gap, 0.5 * running.squares + penalty(values))
  }

  private func insert(_ entering: [Entering]) {
    var made: (knots: [Int], signs: [Double], values: [Double], sums: [KnotSums]) = ([], [], [], [])
    let size = knots.count + entering.count
    made.knots.reserveCapacity(size)
    made.signs.reserveCapacity(size)
    made.values.reserveCapacity(size)
    made.sums.reserveCapacity(size)
    var next = 0
    /// Whether the interval before a knot is not as it was.
    var isNew = false
    func append(_ knot: Int, _ sign: Double, _ value: Double, _ known: KnotSums?) {
      if let last = made.knots.last { made.sums.append(known ?? KnotSums(last, knot, x: x, w: w, t: t)) }
      made.knots.append(knot)
      made.signs.append(sign)
      made.values.append(value)
    }
    for k in 0...knots.count {
      isNew = k == 0
      while next < entering.count, k == knots.count || entering[next].knot < knots[k] {
        let knot = entering[next].knot
        let value: Double
        if knots.isEmpty {
          value = mean
        } else if k == 0 {
          value = values[0]
        } else if k == knots.count {
          value = values[k - 1]
        } else {
          let a = x[knots[k - 1]], b = x[knots[k]]
          value = values[k - 1] + (values[k] - values[k - 1]) * ((x[knot] - a) / (b - a))
        }
        append(knot, entering[next].sign, value, nil)
        isNew = true
        next += 1
      }
      if k < knots.count { append(knots[k], signs[k], values[k], isNew ? nil : sums[k - 1]) }
    }
    if flatEnds {
      before = total(0..<made.knots[0])
      after = total(made.knots[made.knots.count - 1]..<count)
    }
    (knots, signs, values, sums) = made
  }

  private func total(_ range: Range<Int>) -> (weight: Double, target: Double) {
    var weight = 0.0, target = 0.0
    for i in range {
      let v = w?[i] ?? 1
      weight += v
      target += v * t[i]
    }
    return (weight, target)
  }
}
