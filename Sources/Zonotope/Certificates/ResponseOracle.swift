/// The oracle of networks whose neurons decide their own pattern: climbs from many directions, and a bound by branching
/// where the rank allows it, by a relaxation elsewhere.
struct ResponseOracle: NeuronOracle {
  /// Cones looked at for a bound that is not the last.
  private static let looseNodes = 1 << 16

  private let rows: ResponseRows
  private let activation: Activation
  private let outputs: Int
  /// Rows of the data that a sample has.
  private let patches: Int

  /// - Parameter x: the rows as neurons see them.
  init(_ x: MatrixView, _ activation: Activation, outputs: Int, patches: Int) throws(ZonotopeError) {
    rows = try ResponseRows(x)
    (self.activation, self.outputs, self.patches) = (activation, outputs, patches)
  }

  func search(
    _ z: Values, _ request: NeuronSearch, _ workers: Workers
  ) throws(ZonotopeError) -> NeuronReport {
    var found: [FoundPattern] = []
    var largest = 0.0
    let starts = starts(request)
    var responses: [(NeuronResponse, Double)] = []
    for output in 0..<outputs {
      for sign in [1.0, -1.0] {
        let response = try rows.response(to: { sign * z[$0 / patches * outputs + output] }, activation)
        let climbed = try response.climb(from: starts, above: 0, workers)
        let highest = climbed.map(\.gain).max() ?? 0
        largest = max(largest, highest)
        found += climbed.filter { $0.gain > request.threshold }
        responses.append((response, highest))
      }
    }
    var bound: GainBound?
    if let tolerance = found.isEmpty ? request.tolerance : request.looseTolerance, !workers.isStopped {
      var bounds: [GainBound] = []
      for (response, highest) in responses {
        var met: [FoundPattern] = []
        // A neuron of another output or sign that gains more makes this one's of no interest.
        let floor = max(request.floor, largest)
        let branched = try GainBound.branching(
          response, floor: floor, known: highest, tolerance: tolerance,
          nodes: found.isEmpty || request.isFinal ? GainBound.defaultNodes : Self.looseNodes, workers,
          found: &met)
        let relaxed = branched == nil || branched!.value > floor * (1 + 2 * tolerance)
        let bounded = relaxed && !workers.isStopped ? try GainBound.relaxation(response, workers) : nil
        guard let best = [branched, bounded].compactMap({ $0 }).min(by: { $0.value < $1.value }) else {
          break
        }
        bounds.append(best)
        found += met.filter { $0.gain > request.threshold }
        largest = met.map(\.gain).reduce(largest, max)
      }
      if bounds.count == responses.count { bound = .largest(bounds) }
    }
    return NeuronReport(
      found: FoundPattern.best(of: found, limit: request.limit), largest: largest,
      bound: workers.isStopped ? nil : bound)
  }

  /// Those asked for and random ones, fewer where each takes longer.
  private func starts(_ request: NeuronSearch) -> [[Double]] {
    let work = Double(rows.count) * Double(rows.rank) * Double(rows.rank)
    let count = Int(max(8, min(64, 1e7 / max(1, work))))
    var random = Xoshiro256(seed: request.seed, stream: 0x6E65_7572)
    return request.starts.map { rows.coordinates(of: $0) }
      + (0..<count).map { _ in (0..<rows.rank).map { _ in random.nextNormal() } }
  }
}
