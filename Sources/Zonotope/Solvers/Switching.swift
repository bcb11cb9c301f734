#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// FISTA on working sets for as long as it is the cheaper way, then ADMM from where it came to.
///
/// Large n and few active blocks are the ground of the first, small beta that of the second, whose factorisation costs the
/// more the larger n is. Which it is shows after some tens of steps. The decision rests on counts of operations, not on a
/// clock: a solve that is repeated takes the same steps.
struct Switching<Map: GramMap & PatternMap, Penalty: UniformPenalty, Objective: SmoothLoss & ProximableLoss>:
  SolverIteration
{
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let settings: SolverSettings
  private let precision: Precision
  /// Nil, with its memory, once the second has begun.
  private var first: WorkingSet<Map, Penalty, Objective>?
  private var firstSteps = 0
  private var second: ADMM<Map, Penalty, Objective>?
  /// Blocks of zeros.
  private let nothing: Vector
  /// Looks of the first at all patterns, at the last decision.
  private var looks = 0
  /// The step of the first at which the second begins at the latest, once that is worth it.
  private var switchesAt: Int?

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, _ settings: SolverSettings,
    precision: Precision
  ) throws(ZonotopeError) {
    (self.evaluator, self.settings, self.precision) = (evaluator, settings, precision)
    nothing = try Vector(evaluator.program.size)
    let program = evaluator.program
    if start != nil, evaluator.memory?.kind == .admm {
      second = try ADMM(evaluator, from: start, precision: precision)
      return
    }
    if program.map.samples <= cheapSamples, program.beta < smallBeta * evaluator.betaMax() {
      second = try ADMM(evaluator, from: start, precision: precision)
      return
    }
    first = try WorkingSet(
      evaluator, from: start, tolerance: settings.tolerance, precision: precision)
  }

  mutating func advance(upTo limit: Int) {
    if second != nil {
      second?.advance(upTo: limit - firstSteps)
      return
    }
    first?.advance(upTo: limit)
    firstSteps = first?.iteration ?? 0
    guard !isBroken, !evaluator.workers.isStopped else { return }
    let seen = first?.looks ?? 0
    if seen > looks {
      looks = seen
      guard isWorthSwitching, let first else {
        switchesAt = nil
        return
      }
      // Blocks far from the answer have other norms, and would lead ADMM to a step size whose factor is of no use.
      if first.outerGap <= tellingGap { return switchOver() }
      if switchesAt == nil {
        let affordable = searchShare * systemCost / stepCost(first.size)
        switchesAt = firstSteps + min(searchSteps, Int(affordable))
      }
    }
    if let switchesAt, firstSteps >= switchesAt { switchOver() }
  }

  /// Whether the steps that are left, judged by those so far, cost more than a factorisation and the steps after it.
  private var isWorthSwitching: Bool {
    guard let first else { return false }
    let gap = first.outerGap, tolerance = settings.tolerance
    guard gap > 10 * tolerance, gap < 1 else { return false }
    let rate = -log(gap) / Double(first.iteration)
    let left = slowing * log(gap / tolerance) / rate
    // On a path the betas to come use it as well.
    let share = evaluator.memory?.kind == nil ? 1 : pathShare
    let n = Double(evaluator.program.map.samples), c = Double(evaluator.program.map.outputs)
    let admmStep = 4 * n * unitSize * Double(evaluator.program.map.units) / fullSpeed + solveCost * n * n * c
    return left * stepCost(first.size) > share * systemCost + admmSteps * admmStep
  }

  /// Numbers of a pattern.
  private var unitSize: Double {
    let map = evaluator.program.map
    return Double(map.blockSize * map.blocks / max(1, map.units))
  }

  private func stepCost(_ patterns: Int) -> Double {
    4 * Double(evaluator.program.map.samples) * unitSize * Double(patterns) / setSpeed
  }

  private var systemCost: Double {
    let n = Double(evaluator.program.map.samples)
    return factorisations * n * n * n / 3 + n * n * unitSize / Double(evaluator.program.map.outputs)
  }

  private mutating func switchOver() {
    let start = BlockPoint(blocks: Array(blocks))
    guard let gradient = try? Vector(evaluator.program.map.fitSize) else { return }
    // Before the factor takes its place.
    first = nil
    guard var admm = try? ADMM(evaluator, from: start, precision: precision), !evaluator.workers.isStopped
    else {
      first = try? WorkingSet(
        evaluator, from: start, tolerance: settings.tolerance, precision: precision)
      return
    }
    start.blocks.withUnsafeBufferPointer { blocks in
      _ = evaluator.primal(blocks)
      evaluator.gradientAtPrimal(into: gradient.mutable)
      admm.restart(
        at: blocks, free: evaluator.lastCoefficients, fit: evaluator.lastFit, gradient: gradient.values)
    }
    second = admm
  }

  /// That of the answer: the second may have come just before the end.
  var kind: SolverKind {
    second.map { $0.iteration > 0 } == true || firstSteps == 0 && second != nil ? .admm : .fista
  }

  var note: String? {
    guard let second else { return "working sets need few steps of few patterns" }
    if firstSteps == 0, evaluator.memory?.kind == .admm {
      return "as for the beta before, whose system is at hand"
    }
    if firstSteps == 0 { return "beta is small, and the system of the samples cheap to factor" }
    if second.iteration == 0 { return "working sets, finished on their faces" }
    return "\(second.iteration) steps after \(firstSteps) of fista, which would have needed many more"
  }

  var iteration: Int { firstSteps + (second?.iteration ?? 0) }
  /// Neither is there where memory ran out between them.
  private var current: (any SolverIteration)? { second ?? first }
  var isBroken: Bool { current?.isBroken ?? true }
  var isReady: Bool { current?.isReady ?? true }
  var checkInterval: Int { current?.checkInterval ?? 1 }
  var blocks: Values { current?.blocks ?? nothing.values }
  var fitCandidate: Values? { second?.fitCandidate }

  var dualCandidate: (point: Values, adjoint: Values?)? {
    current?.dualCandidate
  }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    if second != nil {
      second?.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    } else {
      first?.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    }
  }
}

/// Samples whose factor costs less than finding out whether it is needed, where beta is this share of betaMax or less.
private let cheapSamples = 1000
private let smallBeta = 0.05

/// The gap from which on the norms of active blocks are near enough to those of the answer.
private let tellingGap = 0.5
/// The share of the cost of a system that may be spent on getting there.
private let searchShare = 0.4
/// And the steps, short of those after which Newton's method on the faces may end it all.
private let searchSteps = 150

// Costs are in multiply-adds at the speed of the registers; the constants were measured on Zen 4 and are ratios.

/// How much slower the gap falls later than at first.
private let slowing = 2.5
/// Masked products over a small set and over all patterns, in multiples of the speed of multiply-adds.
private let setSpeed = 2.5
private let fullSpeed = 3.0
/// Two triangular solves, which wait for memory, over n^2.
private let solveCost = 45.0
/// What ADMM needs from a warm start.
private let factorisations = 2.0
private let admmSteps = 60.0
/// The part of a system that one beta of a path has to pay for.
private let pathShare = 0.25
