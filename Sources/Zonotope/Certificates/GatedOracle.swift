/// The oracle of gated networks: the gain of a gate is the dual norm of its block, so the cells of the arrangement are gone
/// through, in batches, where there are not too many; else gates are drawn, and nothing is claimed.
struct GatedOracle: NeuronOracle {
  /// Cells that are gone through at most.
  private static let cellLimit = 20_000_000
  /// Gates that are drawn where there are.
  private static let draws = 2048

  private let architecture: GatedReLU
  private let formulation: Formulation<MatrixView, PooledMap, OutputPenalty>
  private let arrangement: Arrangement?

  init(_ architecture: GatedReLU, _ formulation: Formulation<MatrixView, PooledMap, OutputPenalty>)
    throws(ZonotopeError)
  {
    (self.architecture, self.formulation) = (architecture, formulation)
    let arrangement = try? Arrangement(of: formulation.rows)
    self.arrangement = arrangement.flatMap { $0.coverBound <= Self.cellLimit ? $0 : nil }
  }

  func search(
    _ z: Values, _ request: NeuronSearch, _ workers: Workers
  ) throws(ZonotopeError) -> NeuronReport {
    var best = BestGains(request)
    guard let arrangement else {
      let drawn = try PatternSet.sampled(
        from: formulation.rows, count: Self.draws, seed: request.seed &+ 1, workers)
      best.offer(try gains(drawn, z, workers), drawn)
      return NeuronReport(found: best.found, largest: best.largest, bound: nil)
    }
    let bound = try GainBound.enumeration(of: arrangement, rows: formulation.rows, workers) {
      (patterns) throws(ZonotopeError) in
      let gains = try gains(patterns, z, workers)
      best.offer(gains, patterns)
      return gains
    }
    return NeuronReport(found: best.found, largest: best.largest, bound: bound)
  }

  /// The dual norms of the blocks of patterns, one for each.
  private func gains(
    _ patterns: PatternSet, _ z: Values, _ workers: Workers
  ) throws(ZonotopeError) -> [Double] {
    let masked = try MaskedMap(
      x: formulation.rows, patterns: patterns, activation: architecture.options.activation,
      outputs: formulation.map.outputs, joinsOutputs: formulation.map.blocks == formulation.patterns.count)
    let map = try PooledMap(masked, patches: architecture.options.patches, memory: 0, workers)
    let product = try Vector(map.blocks * map.blockSize)
    map.adjoint(z, into: product.mutable, try map.makeWorkspace(threads: workers.threads), workers)
    let size = formulation.patternSize
    let penalty = formulation.penalty.restricted(toBlocks: map.blocks / max(1, patterns.count))
    let workspace = try penalty.makeWorkspace(threads: 1)
    return (0..<patterns.count).map { i in
      penalty.dualNorm(
        Values(rebasing: product.values[i * size..<(i + 1) * size]), floor: 0, workspace, workers)
    }
  }
}

/// The best of many gains.
private struct BestGains {
  private let request: NeuronSearch
  private(set) var largest = 0.0
  private var kept: [FoundPattern] = []

  init(_ request: NeuronSearch) { self.request = request }

  var found: [FoundPattern] { FoundPattern.best(of: kept, limit: request.limit) }

  mutating func offer(_ gains: [Double], _ patterns: PatternSet) {
    let words = patterns.patternWords
    for (i, gain) in gains.enumerated() {
      largest = nanMax(largest, gain)
      guard gain > request.threshold else { continue }
      let line = UnsafeBufferPointer(start: patterns.patternBits.pointer + i * words, count: words)
      kept.append(FoundPattern(gain: gain, bits: Array(line)))
      if kept.count > 64 * max(1, request.limit) { kept = found }
    }
  }
}
