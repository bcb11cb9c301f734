/// Newton's method on the dual for the few steps that it needs where few blocks are active, then, where it needs more, ADMM:
/// at small beta the faces of many cones change with every step.
///
/// Newton's method that ends soon has a small gap soon, and where its gap lags it is left at once. Squares at the smallest
/// betas go to ADMM without it. Other losses cost ADMM a splitting, and it must be far ahead to be taken.
struct NewtonFirst<Map: FactoredMap, Penalty: BlockPenalty, Objective: ConjugateLoss & ProximableLoss>:
  SolverIteration
{
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let precision: Precision
  /// Nil where ADMM came at once.
  private var first: DualNewton<Map, Penalty, Objective>?
  private var second: ADMM<Map, Penalty, Objective>?
  /// Blocks of zeros.
  private let nothing: Vector
  private var firstSteps: Int { first?.iteration ?? 0 }
  private var isQuadratic: Bool { evaluator.program.loss.quadraticScale != nil }
  /// As far as it has been proved.
  private var gap = 1.0

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, precision: Precision
  ) throws(ZonotopeError) {
    (self.evaluator, self.precision) = (evaluator, precision)
    nothing = try Vector(evaluator.program.size)
    // Faces that kept changing at a larger beta do so here.
    let isLast = start != nil && evaluator.memory?.kind == .admm
    let program = evaluator.program
    let isSmall =
      start == nil && program.loss.quadraticScale != nil && program.beta < smallBeta * evaluator.betaMax()
    if isLast || isSmall {
      second = try ADMM(evaluator, from: start, precision: precision)
    } else {
      first = try DualNewton(evaluator, from: start, isFactored: true)
    }
  }

  mutating func advance(upTo limit: Int) {
    if second != nil {
      let left = limit - firstSteps
      second?.advance(upTo: left)
      return
    }
    guard first != nil else { return }
    first?.advance(upTo: limit)
    if isOver, !evaluator.workers.isStopped { switchOver() }
  }

  mutating func heed(relativeGap: Double) { gap = relativeGap }

  private var isOver: Bool {
    guard let first else { return false }
    let most = isQuadratic ? mostSteps : mostOtherSteps
    if first.iteration >= most || first.evaluations >= 3 * most || first.isBroken { return true }
    return isQuadratic && lagging.contains { first.iteration >= $0.steps && gap > $0.gap }
  }

  /// From the beginning: the best answer so far is kept outside, and where many faces keep changing the step sizes that its
  /// blocks suggest can be so wrong that ADMM stands still.
  private mutating func switchOver() {
    guard let admm = try? ADMM(evaluator, from: nil, precision: precision), !evaluator.workers.isStopped
    else { return }
    second = admm
  }

  var kind: SolverKind { second == nil ? .newton : .admm }

  var note: String? {
    guard let second else { return nil }
    if firstSteps > 0 {
      return "\(second.iteration) steps after \(firstSteps) of newton, whose faces kept changing"
    }
    return evaluator.memory?.kind == .admm
      ? "as for the beta before, whose faces kept changing"
      : "beta is so small that the faces of newton would keep changing"
  }

  /// The first, whose state is kept, is none where ADMM came at once, which is never left.
  private var current: (any SolverIteration)? { second ?? first }
  var iteration: Int { firstSteps + (second?.iteration ?? 0) }
  var isBroken: Bool { current?.isBroken ?? true }
  var checkInterval: Int { current?.checkInterval ?? 1 }
  var blocks: Values { current?.blocks ?? nothing.values }
  var fitCandidate: Values? { current?.fitCandidate }
  var dualCandidate: (point: Values, adjoint: Values?)? { current?.dualCandidate }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    if second != nil {
      second?.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    } else {
      first?.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    }
  }
}

/// The share of betaMax below which squares go to ADMM at once.
private let smallBeta = 0.004

/// Gaps that after so many steps tell that there will be many more: most solves end within 45.
private let lagging: [(steps: Int, gap: Double)] = [(8, 0.45), (18, 0.3), (25, 0.08)]

/// Steps, of at most three evaluations, after which ADMM is likely to be the faster.
private let mostSteps = 70
private let mostOtherSteps = 150
