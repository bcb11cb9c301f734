/// Exact piecewise constant fits with few jumps, in linear time:
///
///     minimise  1/2 sum_i w_i (f_i - t_i)^2 + m f_1 + sum_j (rise max(d_j, 0) + fall max(-d_j, 0)),   d_j = f_j - f_{j-1}
///
/// The sums F_j = w_1 f_1 + ... + w_j f_j run through a tube around those of the targets, and the shortest way through it, a
/// string pulled taut, has the optimal slopes f (Davies and Kovac, "Local extremes, runs, strings and multiresolution",
/// 2001). Its bends follow from two convex hulls that move along with the samples.
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
      var weight = 0.0, target = 0.0
      for i in first..<last {
        let v = w?[i] ?? 1
        weight += v
        target += v * t[i]
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

  /// Where the string bends: +1 where the fit rises, -1 where it falls, and both ends.
  private static func borders(
    _ n: Int, _ w: UnsafePointer<Double>?, _ t: UnsafePointer<Double>, _ costs: KnotExchange.Costs
  ) throws(ZonotopeError) -> [Border] {
    var upper = try Hull(), lower = try Hull()
    var total = 0.0
    for i in 0..<n { total += (w?[i] ?? 1) * t[i] }
    // F_j = Y_j - R_j with R_j between m - rise and m + fall.
    let up = costs.rise - costs.slope, down = costs.fall + costs.slope
    var result: [Border] = [(0, 0)]
    var apex = Corner(place: 0, position: 0, height: 0)
    var position = 0.0, target = 0.0
    var j = 0
    while j < n {
      j &+= 1
      let weight = w?[j &- 1] ?? 1
      position += weight
      target += weight * t[j &- 1]
      let high = j < n ? target + up : total - costs.slope, low = j < n ? target - down : total - costs.slope
      // The greatest convex function below the upper border, the least concave one above the lower.
      try upper.push(Corner(place: j, position: position, height: high), apex: apex, turn: 1)
      try lower.push(Corner(place: j, position: position, height: low), apex: apex, turn: -1)
      // Where the tube has closed, the string bends at the border that is in its way.
      while upper.count == 1, lower.count > 1 {
        let bend = lower.first
        guard
          (high - apex.height) * (bend.position - apex.position)
            < (bend.height - apex.height) * (position - apex.position)
        else { break }
        result.append((bend.place, -1))
        apex = bend
        lower.pop()
      }
      while lower.count == 1, upper.count > 1 {
        let bend = upper.first
        guard
          (low - apex.height) * (bend.position - apex.position)
            > (bend.height - apex.height) * (position - apex.position)
        else { break }
        result.append((bend.place, 1))
        apex = bend
        upper.pop()
      }
    }
    result.append((n, 0))
    return result
  }

  /// A point that the string may touch: after so many samples, of so much weight.
  private struct Corner {
    var place: Int
    var position: Double
    var height: Double
  }

  /// The part of a convex hull from the apex on, without the apex.
  private struct Hull {
    private var corners: Buffer<Corner>
    private var pointer: UnsafeMutablePointer<Corner>
    private var room = 64
    private var head = 0, tail = 0

    init() throws(ZonotopeError) {
      corners = try Buffer(room)
      pointer = corners.pointer
    }

    var count: Int { tail &- head }
    var first: Corner { pointer[head] }

    mutating func pop() { head &+= 1 }

    /// Adds a point on the right; those that are no corners any more go.
    ///
    /// - Parameter turn: 1 where slopes grow along the hull, -1 where they fall.
    @inline(__always)
    mutating func push(_ corner: Corner, apex: Corner, turn: Double) throws(ZonotopeError) {
      while tail > head {
        let middle = pointer[tail &- 1], start = tail &- 1 > head ? pointer[tail &- 2] : apex
        let bend =
          (corner.height - middle.height) * (middle.position - start.position)
          - (middle.height - start.height) * (corner.position - middle.position)
        guard turn * bend <= 0 else { break }
        tail &-= 1
      }
      if tail == room { try makeRoom() }
      pointer[tail] = corner
      tail &+= 1
    }

    /// Moves the corners to the front, of a longer buffer where they fill it.
    private mutating func makeRoom() throws(ZonotopeError) {
      let count = count
      let target = 2 * count > room ? try Buffer<Corner>(2 * room) : corners
      for k in 0..<count { target[k] = pointer[head + k] }
      (corners, pointer, room, head, tail) = (target, target.pointer, target.count, 0, count)
    }
  }
}
