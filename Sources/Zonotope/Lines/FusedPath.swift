/// All optimal networks of two layers of thresholds or signs on one-dimensional data, with an output bias and the squared
/// loss, for every beta at once.
///
/// As beta grows, neighbouring runs of equal outputs only ever merge, and the level of a run moves linearly in between
/// (Friedman, Hastie, Hoefling and Tibshirani, "Pathwise coordinate optimization", 2007, section 4): the path is the
/// tree of mergers, found in O(n log n) steps. Which of two neighbours is the higher never changes before they merge, so the
/// level of a run is the mean of its targets plus its force times lambda, with a force of -2, -1, 0, 1 or 2 over its
/// weight. At beta = 0 it begins with the function through the targets, the limit of the least penalty.
public struct FusedPath: Sendable {
  /// A run of positions with the same output, from the beta of its merger to that of the next.
  private struct Run {
    var first: Int
    /// lambda, beta in the unit of the program, where it came up.
    var birth: Double
    /// The mean of its targets: where its line of levels begins, at lambda = 0.
    var mean: Double
    var slope: Double
    var children: (left: Int, right: Int)?

    func level(at lambda: Double) -> Double { mean + slope * lambda }
  }

  private var runs: [Run] = []
  private let root: Int
  private let samples: LineSamples
  /// lambda / beta
  private let unit: Double
  /// beta at each merger, ascending; the last is betaMax.
  public private(set) var mergers: [Double] = []
  public var betaMax: Double { mergers.last ?? 0 }

  /// - Parameters:
  ///   - network: of two layers, with an output bias.
  ///   - scale: that of the squared loss.
  public init(_ network: OneDimensionalNetwork, on data: Dataset, scale: Double = 1) throws(ZonotopeError) {
    try checkRange(data, SquaredLoss(scale: scale))
    guard data.y.columns == 1 else {
      throw .unsupported(key: "y", reason: "networks on one-dimensional data have one output")
    }
    let samples = try LineSamples(data.x)
    self.samples = samples
    guard case .jumps(let lean, bias: true) = try network.model(positions: max(3, samples.count)) else {
      throw .unsupported(
        key: "model",
        reason: "mergers alone are the path of two layers of thresholds or signs with an output bias")
    }
    unit = 1 / ((1 - lean) * scale)
    let n = samples.count
    try Allocation.probe(bytes: product(200, n, place: "x"))
    let targets = try Vector(samples.samples), means = try Vector(n)
    for k in 0..<samples.samples { targets[k] = data.y.row(k)[0] }
    samples.add(targets.values, into: means.mutable)
    var weights = (0..<n).map { samples.multiplicity?[$0] ?? 1 }
    for p in 0..<n { means[p] /= weights[p] }
    // Neighbours of every run alive; -1 is none.
    var left = Array(-1..<n - 1), right = Array(1..<n) + [-1]
    runs.reserveCapacity(2 * n)
    /// 1 where the targets rise from position p - 1 to p, -1 where they fall; 0 at both ends.
    var rises = [Double](repeating: 0, count: n + 1)
    for p in 1..<max(1, n) {
      rises[p] = means[p - 1] < means[p] ? 1 : means[p - 1] > means[p] ? -1 : 0
    }
    for p in 0..<n {
      let slope = (rises[p + 1] - rises[p]) / weights[p]
      runs.append(Run(first: p, birth: 0, mean: means[p], slope: slope, children: nil))
    }
    var heap = MergerHeap(), alive = [Bool](repeating: true, count: n)
    /// When a run meets the one on its right. The sign of their distance is known, and where rounding says otherwise they
    /// have met.
    func meeting(_ runs: [Run], _ a: Int, _ b: Int, now: Double) -> Double {
      let (p, q) = (runs[a], runs[b]), sign = rises[q.first]
      let gap = sign * (q.level(at: now) - p.level(at: now))
      guard gap > 0 else { return now }
      let rate = sign * (q.slope - p.slope)
      return rate < 0 ? now - gap / rate : .infinity
    }
    for p in 0..<max(0, n - 1) { heap.push(meeting(runs, p, p + 1, now: 0), p, p + 1) }
    while let (time, a, b) = heap.pop(), time.isFinite {
      guard alive[a], alive[b] else { continue }
      let (p, q) = (runs[a], runs[b]), new = runs.count
      let weight = weights[a] + weights[b], end = right[b] < 0 ? n : runs[right[b]].first
      let run = Run(
        first: p.first, birth: time, mean: (weights[a] * p.mean + weights[b] * q.mean) / weight,
        slope: (rises[end] - rises[p.first]) / weight, children: (a, b))
      runs.append(run)
      weights.append(weight)
      alive[a] = false
      alive[b] = false
      alive.append(true)
      left.append(left[a])
      right.append(right[b])
      if left[a] >= 0 {
        right[left[a]] = new
        heap.push(meeting(runs, left[a], new, now: time), left[a], new)
      }
      if right[b] >= 0 {
        left[right[b]] = new
        heap.push(meeting(runs, new, right[b], now: time), new, right[b])
      }
      mergers.append(time / unit)
    }
    root = runs.count - 1
  }

  /// The outputs of the optimal network for a beta, one a sample.
  public func outputs(at beta: Double) throws(ZonotopeError) -> [Double] {
    try Beta.absolute(beta).check()
    let lambda = beta * unit, n = samples.count
    let f = try Vector(n), all = try Vector(samples.samples)
    var stack: [(run: Int, end: Int)] = [(root, n)]
    while let (index, end) = stack.popLast() {
      let run = runs[index]
      if lambda < run.birth, let (a, b) = run.children {
        stack.append((a, runs[b].first))
        stack.append((b, end))
        continue
      }
      let level = run.level(at: lambda)
      for p in run.first..<end { f[p] = level }
    }
    samples.spread(f.values, into: all.mutable)
    return try all.list()
  }
}

/// Pairs of runs by the time they meet, the earliest first.
private struct MergerHeap {
  private var items: [(time: Double, a: Int, b: Int)] = []

  mutating func push(_ time: Double, _ a: Int, _ b: Int) {
    guard time.isFinite else { return }
    items.append((time, a, b))
    var k = items.count - 1
    while k > 0, items[k].time < items[(k - 1) / 2].time {
      items.swapAt(k, (k - 1) / 2)
      k = (k - 1) / 2
    }
  }

  mutating func pop() -> (time: Double, a: Int, b: Int)? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var k = 0
    while true {
      var least = k
      for child in [2 * k + 1, 2 * k + 2] where child < items.count && items[child].time < items[least].time {
        least = child
      }
      if least == k { return first }
      items.swapAt(k, least)
      k = least
    }
  }
}
