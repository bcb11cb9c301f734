/// Newton's method on the dual for the few steps that it needs where few blocks are active, then, where it needs more, ADMM:
/// at small beta the faces of many cones change with every step.
struct NewtonFirst<Map: FactoredMap, Penalty: BlockPenalty, Objective: ConjugateLoss & ProximableLoss>:
  SolverIteration
{
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let precision: Precision
  private var first: DualNewton<Map, Penalty, Objective>
  private var second: ADMM<Map, Penalty, Objective>?

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?, precision: Precision
  ) throws(ZonotopeError) {
    (self.evaluator, self.precision) = (evaluator, precision)
    first = try DualNewton(evaluator, from: start, isFactored: true)
    // Faces that kept changing at a larger beta do so here.
    if start != nil, evaluator.memory?.kind == .admm {
      second = try ADMM(evaluator, from: start, precision: precision)
    }
  }

  mutating func advance(upTo limit: Int) {
    if second != nil {
      second?.advance(upTo: limit - first.iteration)
      return
    }
    first.advance(upTo: limit)
    let isOver = first.iteration >= newtonSteps || first.evaluations >= 2 * newtonSteps || first.isBroken
    if isOver, !evaluator.workers.isStopped { switchOver() }
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
    if first.iteration == 0 { return "as for the beta before, whose faces kept changing" }
    return "\(second.iteration) steps after \(first.iteration) of newton, whose faces kept changing"
  }

  var iteration: Int { first.iteration + (second?.iteration ?? 0) }
  var isBroken: Bool { second?.isBroken ?? first.isBroken }
  var checkInterval: Int { second?.checkInterval ?? first.checkInterval }
  var blocks: Values { second?.blocks ?? first.blocks }
  var fitCandidate: Values? { second == nil ? first.fitCandidate : second?.fitCandidate }

  var dualCandidate: (point: Values, adjoint: Values?)? {
    if let second { return second.dualCandidate }
    return first.dualCandidate
  }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    if second != nil {
      second?.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    } else {
      first.restart(at: blocks, free: free, fit: fit, gradient: gradient)
    }
  }
}

/// Steps, of two evaluations, after which another method is likely to be the faster: most solves end in half as many.
private let newtonSteps = 45
