/// Primal values and rigorous lower bounds of a convex program, in double precision.
///
/// The dual of the program is: maximise -loss*(z) over z with dualNorm(A'z) <= beta and, with a bias, sum z = 0.
/// Any such z bounds the optimum from below, whatever the solver did (weak duality).
final class Evaluator<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss> {
  let program: ConvexProgram<Map, Penalty, Objective>
  var workers: Workers
  let mapWorkspace: Map.Workspace
  private let penaltyWorkspace: Penalty.Workspace
  private let fit: Vector
  private let dual: Vector
  private let gradient: Vector
  /// The targets less `shift`.
  let targets: Vector
  /// With a bias, the mean of the targets where the loss allows it: large offsets would drown the rest in rounding. A
  /// bias in here is that of the program less the shift.
  let shift: Double

  init(
    _ program: ConvexProgram<Map, Penalty, Objective>, _ workers: Workers
  ) throws(ZonotopeError) {
    self.program = program
    self.workers = workers
    mapWorkspace = try program.map.makeWorkspace(threads: workers.threads)
    penaltyWorkspace = try program.penalty.makeWorkspace(threads: workers.threads)
    fit = try Vector(program.map.samples)
    dual = try Vector(program.map.samples)
    gradient = try Vector(program.size)
    targets = try program.targets.withUnsafeBufferPointer { (y) throws(ZonotopeError) in
      try Vector(copying: y)
    }
    let isCentred = program.hasBias && program.loss.isTranslationInvariant && targets.count > 0
    shift = isCentred ? sum(targets.values) / Double(targets.count) : 0
    for k in 0..<targets.count { targets[k] -= shift }
  }

  /// The value of the program at the blocks, with the best bias for them.
  ///
  /// - Parameter patiently: whether it is computed even where the workers are stopped.
  func primal(_ blocks: Values, patiently: Bool = false) -> (value: Double, bias: Double) {
    let workers = patiently ? workers.persistent : workers
    program.map.forward(blocks, into: fit.mutable, mapWorkspace, workers)
    let bias = addBestBias()
    let value =
      program.loss.value(fit.values, targets.values) + program.beta * program.penalty.value(blocks)
    return (value, bias)
  }

  /// The same for blocks of zeros, which need no product.
  func withoutNetwork() -> (value: Double, bias: Double) {
    fit.mutable.update(repeating: 0)
    let bias = addBestBias()
    return (program.loss.value(fit.values, targets.values), bias)
  }

  /// A lower bound of the optimum from any point z of the loss's domain, and the feasible dual point itself.
  ///
  /// - Parameter adjoint: A'z where the caller has it already; ignored with a bias, which changes z.
  func lowerBound(_ z: Values, adjoint: Values? = nil) -> (value: Double, point: Values) {
    dual.pointer.update(from: z.baseAddress!, count: z.count)
    var product = adjoint
    if program.hasBias {
      program.loss.balance(dual.mutable, targets.values)
      product = nil
    }
    let largest =
      product.map { program.penalty.dualNorm($0, floor: 0, penaltyWorkspace, workers) }
      ?? dualNormOfAdjoint()
    guard largest.isFinite else {
      dual.mutable.update(repeating: 0)
      return (0, dual.values)
    }
    // Rounded down, so that the scaled point is feasible in spite of the division and the scaling.
    let limit = largest > 0 ? program.beta / largest * (1 - 8 * Double.ulpOfOne) : .infinity
    let factor = program.loss.dualScaling(dual.values, targets.values, limit: limit)
    scale(dual.mutable, by: factor)
    let value = program.loss.dualValue(dual.values, targets.values)
    // Zero is feasible too, and no loss is negative.
    guard value > 0 else {
      dual.mutable.update(repeating: 0)
      return (0, dual.values)
    }
    return (value, dual.values)
  }

  /// The smallest beta whose solution is zero: the dual norm of A'z at the gradient z of the loss without a network.
  func betaMax() -> Double where Objective: SmoothLoss {
    _ = withoutNetwork()
    program.loss.gradient(fit.values, targets.values, into: dual.mutable)
    return dualNormOfAdjoint()
  }

  /// The dual norm of A'z at the point `dual`, without A'z where norms are all that is asked for.
  private func dualNormOfAdjoint() -> Double {
    if program.penalty.hasEuclideanDualNorm {
      return program.map.largestBlockNorm(dual.values, scratch: gradient.mutable, mapWorkspace, workers)
    }
    program.map.adjoint(dual.values, into: gradient.mutable, mapWorkspace, workers)
    return program.penalty.dualNorm(gradient.values, floor: 0, penaltyWorkspace, workers)
  }

  /// The fit of the last ``primal(_:)``, its bias included.
  var lastFit: Values { fit.values }

  /// Moves blocks that are inside their cones up to rounding to the closest points that are. False where the workers
  /// were stopped before all were.
  func project(_ blocks: Vector) throws(ZonotopeError) -> Bool {
    let copy = try Vector(copying: blocks.values)
    _ = program.penalty.prox(copy.values, threshold: 0, into: blocks.mutable, penaltyWorkspace, workers)
    return !workers.isStopped
  }

  /// The gradient of the loss at the fit of the last ``primal(_:)``.
  func gradientAtPrimal(into z: MutableValues) where Objective: SmoothLoss {
    program.loss.gradient(fit.values, targets.values, into: z)
  }

  private func addBestBias() -> Double {
    guard program.hasBias else { return 0 }
    let bias = program.loss.optimalBias(fit.values, targets.values)
    for k in 0..<fit.count { fit[k] += bias }
    return bias
  }
}
