/// The oracle of networks whose neurons decide their own pattern: climbs from many directions, and a bound by branching
/// where the rank allows it, by a relaxation, or by branching in a subspace, elsewhere.
struct ResponseOracle: NeuronOracle {
  /// Cones looked at for a bound that is not the last.
  private static let looseNodes = 1 << 16

  /// The rank up to which branching ends soon.
  private static let easyRank = 5
  /// The rank above which it has little to say before that.
  private static let hardRank = 8

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
    var bounds: [GainBound?] = responses.map { _ in nil }
    if let tolerance = found.isEmpty ? request.tolerance : request.looseTolerance, !workers.isStopped {
      // Where branching may not come to its end, what is quick comes first, and stands whatever happens later.
      if rows.rank > Self.easyRank {
        for (i, response) in responses.enumerated() {
          bounds[i] = try GainBound.relaxation(response.0, workers)
        }
      }
      let isWanted = found.isEmpty || request.isFinal, nodes = isWanted ? nil : Self.looseNodes
      for (i, (response, highest)) in responses.enumerated()
      where !workers.isStopped && (isWanted || rows.rank <= Self.hardRank) {
        var met: [FoundPattern] = []
        // A neuron of another output or sign that gains more makes this one's of no interest.
        let floor = max(request.floor, largest)
        if let bound = bounds[i], bound.value <= floor * (1 + tolerance) { continue }
        let branched = try GainBound.branching(
          response, floor: floor, known: highest, tolerance: tolerance, nodes: nodes,
          memory: request.memory, workers, found: &met)
        bounds[i] = .smaller(bounds[i], branched)
        if isWanted, let bound = bounds[i], bound.value > floor * (1 + tolerance) {
          let projected = try GainBound.projection(
            response, sufficient: floor, nodes: Self.looseNodes, memory: request.memory, workers)
          bounds[i] = .smaller(bound, projected)
        }
        found += met.filter { $0.gain > request.threshold }
        largest = met.map(\.gain).reduce(largest, max)
      }
    }
    return NeuronReport(
      found: FoundPattern.best(of: found, limit: request.limit), largest: largest, bound: .largest(bounds))
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
