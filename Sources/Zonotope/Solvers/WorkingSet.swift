/// FISTA on the few patterns that matter so far: the largest norms of A_i'z first, then whatever violates the dual
/// constraint at the answer of those (Massias, Gramfort and Salmon 2018).
///
/// Each solve over the set ends at a tenth of the gap over all patterns, so little is wasted on a set that is still to
/// change; blocks outside are zero. A step costs what the set has patterns and not what there are.
struct WorkingSet<Map: PatternMap, Penalty: UniformPenalty, Objective: SmoothLoss>: SolverIteration {
  var kind: SolverKind { .fista }

  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let tolerance: Double
  private let precision: Precision
  private var workers: Workers { evaluator.workers }

  /// The patterns of the set, ascending.
  private var members: [Int]
  private var inner: FISTA<Map, Penalty, Objective>
  private let full: Vector
  /// Of the patterns that are left to look at, the largest norm of a block of A'z each.
  private let norms: Vector
  /// What screening has left, and the map of these patterns once it has left few; nil with free columns, whose dual points
  /// are others.
  private(set) var screen: GapSafeScreen?
  private var left: (map: Map, workspace: Map.Workspace)?
  private let slope: Vector
  private let scratch: Vector
  /// Over all patterns, at the last look at them.
  private(set) var outerGap = Double.infinity
  /// Times that the set has become smaller.
  private var shrinks = 0
  /// Looks at all patterns so far.
  private(set) var looks = 0
  /// Patterns in the set.
  var size: Int { members.count }
  /// Whether the set has been solved as far as it is worth.
  private(set) var isReady = false
  private(set) var iteration = 0
  private(set) var isBroken = false
  /// Steps since the gap over the set was looked at.
  private var sinceGap = 0

  /// Numbers of a pattern.
  private var unitSize: Int { program.size / max(1, program.map.units) }

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, tolerance: Double,
    precision: Precision
  ) throws(ZonotopeError) {
    let program = evaluator.program, full = try Vector(program.size), norms = try Vector(program.map.units)
    let slope = try Vector(program.map.fitSize), scratch = try Vector(program.size)
    if let start, start.blocks.count == full.count {
      start.blocks.withUnsafeBufferPointer { _ = full.mutable.update(fromContentsOf: $0) }
    }
    _ = evaluator.primal(full.values)
    evaluator.gradientAtPrimal(into: slope.mutable)
    program.map.unitNorms(
      slope.values, into: norms.mutable, scratch: scratch.mutable, evaluator.mapWorkspace, evaluator.workers)
    let units = program.map.units, unitSize = program.size / max(1, units)
    // From an answer for a larger beta, whose norms are at most that beta: what can have reached the new one while the
    // dual point moved no faster than beta did (Tibshirani et al. 2012, the sequential strong rule).
    let last = norms.values.reduce(0, nanMax)
    let strong = norms.values.reduce(0) { $0 + ($1 >= 2 * program.beta - last ? 1 : 0) }
    let isWarm = full.values.contains { $0 != 0 } && last > program.beta && last < 2 * program.beta
    let support = Self.support(full.values, unitSize)
    // Where beta falls fast the rule leaves nearly all; as many again as there were is what a path takes in at most.
    let least = min(units, max(16, isWarm ? min(strong, max(2 * support.count, units / 8)) : units / 8))
    let members = Self.largest(least, of: norms, always: support)
    inner = try Self.restrict(program, evaluator.workers, to: members, from: full, unitSize, precision)
    (self.evaluator, self.program, self.tolerance) = (evaluator, program, tolerance)
    (self.precision, self.full, self.norms) = (precision, full, norms)
    (self.slope, self.scratch, self.members) = (slope, scratch, members)
    if program.free == nil, program.beta > 0 {
      screen = GapSafeScreen(
        units: units, gain: program.map.largestGain(), beta: program.beta,
        curvatureBound: program.loss.curvatureBound)
    }
  }

  private static func support(_ blocks: Values, _ size: Int) -> [Int] {
    guard size > 0 else { return [] }
    return (0..<blocks.count / size).filter { unit in
      blocks[unit * size..<(unit + 1) * size].contains { $0 != 0 }
    }
  }

  /// Those named and as many of the others, by their norms, as make the count.
  private static func largest(_ count: Int, of norms: Vector, always: [Int]) -> [Int] {
    let named = Set(always)
    let others = (0..<norms.count).filter { !named.contains($0) }.sorted { norms[$0] > norms[$1] }
    return (always + others.prefix(max(0, count - always.count))).sorted()
  }

  private static func restrict(
    _ program: ConvexProgram<Map, Penalty, Objective>, _ workers: Workers, to members: [Int],
    from full: Vector, _ unitSize: Int, _ precision: Precision,
    like last: FISTA<Map, Penalty, Objective>? = nil
  ) throws(ZonotopeError) -> FISTA<Map, Penalty, Objective> {
    let map = try program.map.restricted(to: members)
    let restricted = try ConvexProgram(
      map: map, penalty: program.penalty.restricted(toBlocks: map.blocks), loss: program.loss,
      targets: program.targets, beta: program.beta, free: program.free)
    var blocks: [Double] = []
    blocks.reserveCapacity(members.count * unitSize)
    for unit in members { blocks += full.elements[unit * unitSize..<(unit + 1) * unitSize] }
    let evaluator = try Evaluator(restricted, workers)
    return try FISTA(
      evaluator, from: BlockPoint(blocks: blocks), precision: precision,
      lipschitz: last.map { ($0.lipschitz, $0.freeUnit) })
  }

  mutating func advance(upTo limit: Int) {
    if isReady { revise() }
    guard !isBroken, !workers.isStopped else { return }
    inner.advance(upTo: limit)
    iteration += 1
    sinceGap += 1
    isBroken = inner.isBroken
    if isBroken || workers.isStopped { return }
    guard sinceGap >= gapInterval else { return }
    sinceGap = 0
    // A gap from what the step has at hand: accurate enough to tell when to stop, and proved by nobody.
    let gap = inner.gapAtHand()
    if gap <= max(0.1 * outerGap, 0.6 * tolerance) { isReady = true }
    scatter()
  }

  /// The answer over the set among all blocks.
  private func scatter() {
    for (k, unit) in members.enumerated() {
      (full.pointer + unit * unitSize).update(
        from: inner.blocks.baseAddress! + k * unitSize, count: unitSize)
    }
  }

  /// Takes in what violates the dual constraint at the answer. Where nothing does and the answer is near, lets go of most of what
  /// is not active: steps cost as much as the set is large, and a pattern that was needed after all is seen at the next look.
  private mutating func revise() {
    isReady = false
    scatter()
    let objective = evaluator.primal(full.values)
    evaluator.gradientAtPrimal(into: slope.mutable)
    let bound = look(objective)
    if workers.isStopped { return }
    looks += 1
    outerGap = max(0, (objective - bound) / max(abs(objective), 1e-300))
    let support = Self.support(full.values, unitSize)
    let inside = Set(members)
    let violators = (0..<norms.count).filter { norms[$0] > program.beta && !inside.contains($0) }
    let units = program.map.units
    if violators.isEmpty {
      let few = support.count + max(16, support.count / 4)
      guard shrinks < mostShrinks, outerGap <= nearGap, few <= members.count * 3 / 4 else { return }
      shrinks += 1
      members = Self.largest(few, of: norms, always: support)
    } else {
      let size = min(units, min(support.count + violators.count, max(2 * support.count + 16, units / 8)))
      members = Self.largest(max(size, min(units, members.count)), of: norms, always: support)
    }
    guard
      let restricted = try? Self.restrict(
        program, workers, to: members, from: full, unitSize, precision, like: inner)
    else {
      isBroken = true
      return
    }
    for j in 0..<full.count { full[j] = 0 }
    inner = restricted
    scatter()
  }

  /// The norms of the patterns that are left, zero for the others, and a bound; leaves out what is inactive from now on.
  private mutating func look(_ objective: Double) -> Double {
    if let left {
      left.map.unitNorms(
        slope.values, into: norms.mutable, scratch: scratch.mutable, left.workspace, workers)
      // From the last place on, so that none is overwritten before it is read.
      let alive = screen?.alive ?? []
      for k in alive.count..<norms.count { norms[k] = 0 }
      for (k, unit) in alive.enumerated().reversed() where unit != k {
        norms[unit] = norms[k]
        norms[k] = 0
      }
    } else {
      program.map.unitNorms(
        slope.values, into: norms.mutable, scratch: scratch.mutable, evaluator.mapWorkspace, workers)
    }
    if workers.isStopped { return 0 }
    // Patterns that were left out have slack at the optimum, and here as well or the certificate will say so.
    let bound = evaluator.lowerBound(slope.values, dualNorm: norms.values.reduce(0, nanMax))
    let size = norm(slope.values), scale = size > 0 ? norm(bound.point) / size : 0
    guard var screen, left == nil || screen.alive.count > fewestLeft else { return bound.value }
    let alive = screen.alive.map { norms[$0] }
    let isShorter = alive.withUnsafeBufferPointer {
      screen.discard(norms: $0, scale: scale, gap: objective - bound.value)
    }
    guard isShorter else { return bound.value }
    // Another map pays when it is much smaller than the last.
    guard screen.alive.count <= (left?.map.units ?? program.map.units) / 2, !screen.alive.isEmpty,
      let map = try? program.map.restricted(to: screen.alive),
      let workspace = try? map.makeWorkspace(threads: workers.threads)
    else { return bound.value }
    self.screen = screen
    left = (map, workspace)
    return bound.value
  }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    _ = full.mutable.update(fromContentsOf: blocks)
    members = Array(Set(members).union(Self.support(blocks, unitSize))).sorted()
    guard
      let restricted = try? Self.restrict(
        program, workers, to: members, from: full, unitSize, precision, like: inner)
    else { return }
    inner = restricted
    isReady = false
  }

  var checkInterval: Int { 1 }
  var blocks: Values { full.values }
  var dualCandidate: (point: Values, adjoint: Values?)? { nil }
  var fitCandidate: Values? { nil }
}

/// Patterns so few that looking at fewer saves nothing.
private let fewestLeft = 32

/// The gap from which on patterns are let go of, and how often, so that a set that needs them back comes to an end.
private let nearGap = 1e-2
private let mostShrinks = 3

/// Steps between two looks at the gap over the set.
private let gapInterval = 5
