/// The oracle of gated networks: the gain of a gate is the dual norm of its block, so the cells of the arrangement are gone
/// through, in batches, where there are not too many; else gates are drawn, and nothing is claimed.
struct GatedOracle: NeuronOracle {
  /// Cells that are gone through at most.
  private static let cellLimit = 20_000_000
  private static let batch = 1024

  private let architecture: GatedReLU
  private let formulation: Formulation<PooledMap, OutputPenalty>
  private let arrangement: Arrangement?

  init(_ architecture: GatedReLU, _ formulation: Formulation<PooledMap, OutputPenalty>) throws(ZonotopeError)
  {
    (self.architecture, self.formulation) = (architecture, formulation)
    let arrangement = try? Arrangement(of: formulation.rows)
    self.arrangement = arrangement.flatMap { $0.coverBound <= Self.cellLimit ? $0 : nil }
  }

  func search(
    _ z: Values, _ request: NeuronSearch, _ workers: Workers
  ) throws(ZonotopeError) -> NeuronReport {
    var gains = Gains(request)
    let rows = formulation.rows, words = formulation.patterns.patternWords
    // A gate of zeros is open for all rows.
    let open = try PatternSet.masks([[Bool](repeating: true, count: rows.rows)], samples: rows.rows)
    try evaluate(open, z, &gains, workers)
    guard let arrangement else {
      let drawn = try PatternSet.sampled(from: rows, count: 2048, seed: request.seed &+ 1, workers)
      try evaluate(drawn, z, &gains, workers)
      return NeuronReport(found: gains.best, largest: gains.largest, bound: nil)
    }
    var failure: ZonotopeError?
    let result = try arrangement.forEachBatch(settings: EnumerationSettings(), batch: Self.batch) { cells in
      do throws(ZonotopeError) {
        let lines = try Buffer<UInt64>(product(cells.count, words, place: "patterns"))
        for i in 0..<cells.count {
          (lines.pointer + i * words).update(from: cells.bits + i * cells.stride, count: words)
        }
        let set = try PatternSet(
          distinct: lines, count: cells.count, samples: rows.rows, gates: nil, source: .enumerated, workers)
        try evaluate(set, z, &gains, workers)
      } catch { failure = error }
      return failure == nil && !workers.isStopped
    }
    if let failure { throw failure }
    let isComplete = result.status == .complete && !workers.isStopped
    return NeuronReport(
      found: gains.best, largest: gains.largest,
      bound: isComplete && distinctRows(arrangement) == arrangement.hyperplanes
        ? .enumeration(largest: gains.largest, patterns: result.cells, of: arrangement) : nil)
  }

  /// Rows that are not zero: parallel ones have faces of their own, on which both are open.
  private func distinctRows(_ arrangement: Arrangement) -> Int {
    let rows = formulation.rows
    return (0..<rows.rows).count { k in (0..<rows.columns).contains { rows[k, $0] != 0 } }
  }

  private func evaluate(
    _ patterns: PatternSet, _ z: Values, _ gains: inout Gains, _ workers: Workers
  ) throws(ZonotopeError) {
    let masked = try MaskedMap(
      x: formulation.rows, patterns: patterns, activation: architecture.options.activation,
      outputs: formulation.map.outputs, joinsOutputs: formulation.map.blocks == formulation.patterns.count)
    let map = try PooledMap(masked, patches: architecture.options.patches, memory: 0, workers)
    let product = try Vector(map.blocks * map.blockSize)
    map.adjoint(z, into: product.mutable, try map.makeWorkspace(threads: workers.threads), workers)
    let size = formulation.patternSize
    let penalty = formulation.penalty.restricted(toBlocks: map.blocks / max(1, patterns.count))
    let workspace = try penalty.makeWorkspace(threads: 1)
    for i in 0..<patterns.count {
      let gain = penalty.dualNorm(
        Values(rebasing: product.values[i * size..<(i + 1) * size]), floor: 0, workspace, workers)
      gains.offer(gain) {
        Array(
          UnsafeBufferPointer(
            start: patterns.patternBits.pointer + i * patterns.patternWords, count: patterns.patternWords))
      }
    }
  }
}

/// The best of many gains.
private struct Gains {
  private let request: NeuronSearch
  private(set) var largest = 0.0
  private var found: [FoundPattern] = []

  init(_ request: NeuronSearch) { self.request = request }

  var best: [FoundPattern] { FoundPattern.best(of: found, limit: request.limit) }

  mutating func offer(_ gain: Double, bits: () -> [UInt64]) {
    largest = nanMax(largest, gain)
    guard gain > request.threshold else { return }
    found.append(FoundPattern(gain: gain, bits: bits()))
    if found.count > 64 * max(1, request.limit) { found = best }
  }
}
