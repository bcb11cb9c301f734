import CZonotope

/// A number that the gain of no neuron exceeds.
///
/// It can only be made by the proofs in this file, which look at everything themselves.
public struct GainBound: Sendable, Equatable {
  public enum Proof: String, Sendable {
    /// Branch and bound over cones of directions.
    case branching
    /// A convex relaxation over all directions at once.
    case relaxation
    /// Branch and bound in a subspace, a relaxation on what is orthogonal to it.
    case projection
    /// Every pattern that there is was looked at.
    case enumeration
  }

  public let value: Double
  public let proof: Proof

  private init(_ value: Double, _ proof: Proof) { (self.value, self.proof) = (value, proof) }

  /// The bound of several outputs or signs together; nil where one of them has none.
  static func largest(_ bounds: [GainBound?]) -> GainBound? {
    let known = bounds.compactMap(\.self)
    guard known.count == bounds.count, let first = known.first else { return nil }
    return known.dropFirst().reduce(first) { $1.value > $0.value ? $1 : $0 }
  }

  /// The better of two bounds of the same.
  static func smaller(_ a: GainBound?, _ b: GainBound?) -> GainBound? {
    guard let a, let b else { return a ?? b }
    return b.value < a.value ? b : a
  }

  // MARK: Branching

  /// Cones that a search may look at unless it is told otherwise: some ten seconds.
  static func affordableNodes(_ rows: ResponseRows) -> Int {
    let work = Double(max(1, rows.count)) * Double(max(1, rows.rank * rows.rank))
    return Int(max(1e5, min(1.6e7, 1e10 / work)))
  }

  /// Branch and bound of `zt_response_bound_f64`, one orthant a task; nil where the rank is too high, the
  /// memory too small, or the workers were stopped.
  ///
  /// - Parameters:
  ///   - known: a gain that is known to be reached.
  ///   - found: takes the neurons above the floor that come up.
  static func branching(
    _ response: NeuronResponse, floor: Double, known: Double, tolerance: Double, nodes: Int? = nil,
    memory: Int = .max, _ workers: Workers, found: inout [FoundPattern]
  ) throws(ZonotopeError) -> GainBound? {
    let rows = response.rows
    guard rows.rank <= Int(ZT_RESPONSE_RANK_LIMIT) else { return nil }
    guard rows.rank > 0 else { return GainBound(0, .branching) }
    let tasks = zt_response_tasks(rows.rank), bytes = zt_response_bound_f64_workspace(rows.count, rows.rank)
    guard bytes >= 0, saturatingProduct(bytes, min(workers.threads, tasks)) <= memory else { return nil }
    let threads = min(workers.threads, tasks), size = (bytes + 63) / 64 * 8
    let scratch = try Vector(product(threads, size, place: "threads"))
    let uppers = try Vector(tasks)
    let visitors = (0..<tasks).map { _ in GainVisitor(rows, workers) }
    let kernel = response.kernel
    let spent = try Buffer<Int>(tasks)
    for task in 0..<tasks { uppers[task] = .infinity }
    /// Returns the orthants that were not searched to the end.
    func search(_ open: [Int], tolerance: Double, nodes limit: Int) throws(ZonotopeError) -> [Int] {
      let search = zt_response_search(floor: floor, known: known, tolerance: tolerance, nodes: limit)
      let isOpen = try Buffer<Bool>(tasks)
      workers.run(open.count) { index, slot in
        let task = open[index]
        var kernel = kernel
        let result = withUnsafePointer(to: search) {
          zt_response_bound_f64(
            &kernel, task, task + 1, $0,
            { context, _, pattern, value in
              Unmanaged<GainVisitor>.fromOpaque(context!).takeUnretainedValue().add(pattern!, value)
              return 0
            },
            { Unmanaged<GainVisitor>.fromOpaque($0!).takeUnretainedValue().workers.isStopped ? 1 : 0 },
            Unmanaged.passUnretained(visitors[task]).toOpaque(), scratch.pointer + slot * size)
        }
        uppers[task] = min(uppers[task], result.upper)
        spent[task] = result.nodes
        isOpen[task] = result.status != ZT_RESPONSE_COMPLETE && result.nodes >= limit
      }
      return open.filter { isOpen[$0] }
    }
    func spentNodes(_ open: [Int]) -> Int { open.reduce(0) { $0 + spent[$1] } }
    // Few orthants need most of the nodes, and nobody knows which: those that have too few begin again with more.
    let affordable = nodes ?? affordableNodes(rows)
    var (open, left, limit) = (Array(0..<tasks), affordable, max(16, affordable / (8 * tasks)))
    while !open.isEmpty, !workers.isStopped {
      let searched = open
      open = try search(open, tolerance: tolerance, nodes: limit)
      left -= spentNodes(searched)
      guard !open.isEmpty, left / open.count > 2 * limit else { break }
      limit = min(8 * limit, left / open.count)
    }
    // A search that is cut short has looked at one corner closely and at the others hardly at all. The best bound for as many
    // nodes is that of the finest search that comes to its end.
    var (coarse, rest) = (0.5, affordable / 2)
    while !open.isEmpty, coarse > tolerance, !workers.isStopped {
      guard try search(open, tolerance: coarse, nodes: rest / open.count).isEmpty else { break }
      rest -= spentNodes(open)
      coarse /= 2
    }
    for visitor in visitors { found += visitor.found.filter { $0.gain > floor } }
    let upper = uppers.values.reduce(0, nanMax)
    // Where the workers were stopped, what was found before.
    return upper.isFinite ? GainBound(upper, .branching) : nil
  }

  // MARK: Relaxation

  /// ``ResponseRelaxation``. Nil where the workers were stopped or a number is not finite.
  static func relaxation(_ response: NeuronResponse, _ workers: Workers) throws(ZonotopeError) -> GainBound? {
    let bound = try ResponseRelaxation(response, workers).bound()
    return workers.isStopped || !bound.isFinite ? nil : GainBound(bound, .relaxation)
  }

  // MARK: Projection

  /// A known bound, or the best of ``ResponseProjection`` over subspaces of 2, 3, ... dimensions where one is better: until
  /// more of them no longer help.
  ///
  /// - Parameter sufficient: a bound that need not be lowered.
  static func projection(
    _ response: NeuronResponse, sufficient: Double, tolerance: Double, known: GainBound?, nodes: Int,
    memory: Int,
    _ workers: Workers
  ) throws(ZonotopeError) -> GainBound? {
    let rank = response.rows.rank
    var best = known, worse = 0
    guard rank > 2, let axes = try ResponseProjection.axes(of: response) else { return best }
    for dimension in 2..<min(8, rank) where !workers.isStopped && worse < 2 {
      let split = try ResponseProjection(response, axes: axes, dimension: dimension)
      guard let outer = try relaxation(split.outer, workers) else { break }
      // Nothing inside makes up for what is lost outside.
      if let best, outer.value >= best.value { continue }
      var met: [FoundPattern] = []
      let inner = try branching(
        split.inner, floor: sufficient, known: 0, tolerance: tolerance,
        nodes: min(nodes, affordableNodes(split.inner.rows)), memory: memory, workers, found: &met)
      guard let inner else { break }
      let value = ResponseProjection.bound(inner: inner.value, outer: outer.value, rank: rank)
      if let best, value >= best.value {
        worse += 1
      } else {
        (best, worse) = (GainBound(value, .projection), 0)
      }
      if let best, best.value <= sufficient * (1 + tolerance) { break }
    }
    return best
  }

  // MARK: Enumeration

  /// The gains of all patterns that gates can have, in batches; nil where these are not known to be all, or the workers were
  /// stopped.
  ///
  /// Gates on faces of cells have patterns too. Where rows are in general position (as many cells as there can be, and no
  /// two rows on one line) each is also that of a cell beside the face, but for the gate of zeros, which is open for all.
  ///
  /// - Parameter gains: of the patterns of a set, one each.
  static func enumeration(
    of arrangement: Arrangement, rows: MatrixView, _ workers: Workers,
    gains: (PatternSet) throws(ZonotopeError) -> [Double]
  ) throws(ZonotopeError) -> GainBound? {
    var largest = 0.0, failure: ZonotopeError?
    func look(_ patterns: PatternSet) throws(ZonotopeError) {
      for gain in try gains(patterns) { largest = nanMax(largest, gain) }
    }
    try look(.masks([[Bool](repeating: true, count: rows.rows)], samples: rows.rows))
    let words = zt_words(rows.rows)
    let result = try arrangement.forEachBatch(settings: EnumerationSettings(), batch: 1024) { cells in
      do throws(ZonotopeError) {
        let lines = try Buffer<UInt64>(product(cells.count, words, place: "patterns"))
        for i in 0..<cells.count {
          (lines.pointer + i * words).update(from: cells.bits + i * cells.stride, count: words)
        }
        try look(
          PatternSet(
            distinct: lines, count: cells.count, samples: rows.rows, gates: nil, source: .enumerated, workers)
        )
      } catch { failure = error }
      return failure == nil && !workers.isStopped
    }
    if let failure { throw failure }
    let open = (0..<rows.rows).count { k in (0..<rows.columns).contains { rows[k, $0] != 0 } }
    guard result.status == .complete, !workers.isStopped, largest.isFinite,
      result.cells == arrangement.coverBound, open == arrangement.hyperplanes
    else { return nil }
    return GainBound(largest, .enumeration)
  }
}

/// Takes what a search finds from C. Belongs to one task.
private final class GainVisitor {
  let workers: Workers
  private let rows: ResponseRows
  var found: [FoundPattern] = []

  init(_ rows: ResponseRows, _ workers: Workers) { (self.rows, self.workers) = (rows, workers) }

  func add(_ pattern: UnsafePointer<UInt64>, _ gain: Double) {
    found.append(FoundPattern(gain: gain, bits: rows.expand(pattern)))
  }
}
