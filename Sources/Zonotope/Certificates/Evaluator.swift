/// Primal values and rigorous lower bounds of a convex program, in double precision.
///
/// The dual of the program is: maximise -loss*(z) over z with dualNorm(A'z) <= beta and, with free columns S, S'z = 0.
/// Any such z bounds the optimum from below, whatever the solver did (weak duality).
final class Evaluator<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss> {
  let program: ConvexProgram<Map, Penalty, Objective>
  var workers: Workers
  let mapWorkspace: Map.Workspace
  private let penaltyWorkspace: Penalty.Workspace
  private let fit: Vector
  private let dual: Vector
  private let gradient: Vector
  /// The targets less `shifts`.
  let targets: Vector
  /// With a constant, the mean of each output's targets where the loss allows it: large offsets would drown the rest in
  /// rounding. Coefficients in here are those of the program less the shifts.
  let shifts: [Double]
  private let free: FreeFit<Objective>?
  private var zero: Double?
  /// Of solves before, for other betas.
  var memory: SolveMemory?

  init(
    _ program: ConvexProgram<Map, Penalty, Objective>, _ workers: Workers
  ) throws(ZonotopeError) {
    self.program = program
    self.workers = workers
    let c = program.map.outputs, n = program.map.samples
    mapWorkspace = try program.map.makeWorkspace(threads: workers.threads)
    penaltyWorkspace = try program.penalty.makeWorkspace(threads: workers.threads)
    fit = try Vector(program.map.fitSize)
    dual = try Vector(program.map.fitSize)
    gradient = try Vector(program.size)
    let targets = try Vector(copying: program.targets)
    var shifts = [Double](repeating: 0, count: c)
    if program.free?.hasConstant == true, program.loss.isTranslationInvariant, n > 0 {
      for o in 0..<c { shifts[o] = (0..<n).reduce(0) { $0 + program.targets[$1 * c + o] } / Double(n) }
      for k in 0..<n { for o in 0..<c { targets[k * c + o] -= shifts[o] } }
    }
    (self.shifts, self.targets) = (shifts, targets)
    free = try program.free.map { (block) throws(ZonotopeError) in
      try FreeFit(block, program.loss, targets, outputs: c)
    }
  }

  /// The value of the program at the blocks, with the best free coefficients for them.
  ///
  /// - Parameters:
  ///   - near: a fit that the solver believes in, for losses whose best coefficients are not easily found.
  ///   - patiently: whether it is computed even where the workers are stopped.
  func primal(_ blocks: Values, near: Values? = nil, patiently: Bool = false) -> Double {
    let workers = patiently ? workers.persistent : workers
    program.map.forward(blocks, into: fit.mutable, mapWorkspace, workers)
    free?.add(to: fit.mutable, near: near)
    return program.loss.value(fit.values, targets.values) + program.beta * program.penalty.value(blocks)
  }

  /// The same at a point that brings free coefficients, from which better ones are looked for.
  func primal(_ point: BlockPoint) throws(ZonotopeError) -> Double {
    try point.blocks.withUnsafeBufferPointer { (blocks) throws(ZonotopeError) in
      guard let block = program.free, !point.free.isEmpty else { return primal(blocks) }
      let near = try Vector(program.map.fitSize), coefficients = try coefficients(point.free)
      program.map.forward(blocks, into: near.mutable, mapWorkspace, workers)
      coefficients.withUnsafeBufferPointer { block.add($0, outputs: program.map.outputs, to: near.mutable) }
      return primal(blocks, near: near.values)
    }
  }

  /// The same for blocks of zeros, which need no product.
  func withoutNetwork() -> Double {
    fit.mutable.update(repeating: 0)
    free?.addAlone(to: fit.mutable)
    return program.loss.value(fit.values, targets.values)
  }

  /// The loss of a fit of zeros: the targets' size, in its units.
  func lossAtZero() -> Double {
    dual.mutable.update(repeating: 0)
    return program.loss.value(dual.values, targets.values)
  }

  /// The dual norm of A'z at the gradient z of a fit of zeros, whatever is free.
  func dualNormAtZero() -> Double {
    dual.mutable.update(repeating: 0)
    program.loss.gradient(dual.values, targets.values, into: dual.mutable)
    return dualNormOfAdjoint()
  }

  /// The dual norm of A'z, whatever is free.
  func dualNorm(ofAdjointOf z: Values) -> Double {
    _ = dual.mutable.update(fromContentsOf: z)
    return dualNormOfAdjoint()
  }

  /// The free coefficients of the last primal value, in the basis of the free block.
  var lastCoefficients: Values { free?.coefficients ?? Values(start: nil, count: 0) }

  /// A lower bound of the optimum from any point z of the loss's domain, and the feasible dual point itself.
  ///
  /// - Parameters:
  ///   - adjoint: A'z where the caller has it already; ignored with free columns, which change z.
  ///   - known: the dual norm of A'z, where the caller has it already; of z as it is, whatever is free.
  func lowerBound(
    _ z: Values, adjoint: Values? = nil, dualNorm known: Double? = nil
  ) -> (value: Double, point: Values) {
    dual.pointer.update(from: z.baseAddress!, count: z.count)
    var product = adjoint
    if let free {
      guard free.balance(dual.mutable) else { return nothing() }
      product = nil
    }
    let largest =
      known ?? product.map { program.penalty.dualNorm($0, floor: 0, penaltyWorkspace, workers) }
      ?? dualNormOfAdjoint()
    guard largest.isFinite else { return nothing() }
    // Rounded down, so that the scaled point is feasible in spite of the division and the scaling.
    let limit = largest > 0 ? program.beta / largest * (1 - 8 * Double.ulpOfOne) : .infinity
    let factor = program.loss.dualScaling(dual.values, targets.values, limit: limit)
    scale(dual.mutable, by: factor)
    let value = program.loss.dualValue(dual.values, targets.values)
    return value > 0 ? (value, dual.values) : nothing()
  }

  /// Zero is feasible too, and no loss is negative.
  private func nothing() -> (value: Double, point: Values) {
    dual.mutable.update(repeating: 0)
    return (0, dual.values)
  }

  /// The smallest beta whose solution is zero: the dual norm of A'z at the gradient z of the loss without a network.
  ///
  /// Where the loss has several gradients there, that at the one chosen, which is not below the smallest beta. Infinite
  /// where no network is no answer for any beta.
  func betaMax() -> Double {
    if program.loss.isEquality { return withoutNetwork() == 0 ? 0 : .infinity }
    _ = gradientWithoutNetwork()
    return dualNormOfAdjoint()
  }

  /// The gradient of the loss without a network that has S'z = 0, as far as there is one.
  func gradientWithoutNetwork() -> Values {
    _ = withoutNetwork()
    if let free {
      free.gradient(at: fit.values, into: dual.mutable)
    } else {
      program.loss.gradient(fit.values, targets.values, into: dual.mutable)
    }
    return dual.values
  }

  /// The dual norm of A'z at the point `dual`, without A'z where norms are all that is asked for.
  private func dualNormOfAdjoint() -> Double {
    if program.penalty.hasEuclideanDualNorm {
      return program.map.largestBlockNorm(dual.values, scratch: gradient.mutable, mapWorkspace, workers)
    }
    program.map.adjoint(dual.values, into: gradient.mutable, mapWorkspace, workers)
    return program.penalty.dualNorm(gradient.values, floor: 0, penaltyWorkspace, workers)
  }

  /// The fit of the last ``primal(_:)``, its free part included.
  var lastFit: Values { fit.values }

  /// Moves blocks that are inside their cones up to rounding to the closest points that are. False where the workers
  /// were stopped before all were.
  func project(_ blocks: Vector) throws(ZonotopeError) -> Bool {
    let copy = try Vector(copying: blocks.values)
    _ = program.penalty.prox(copy.values, threshold: 0, into: blocks.mutable, penaltyWorkspace, workers)
    return !workers.isStopped
  }

  /// The gradient of the loss, or one of several, at the fit of the last ``primal(_:)``.
  func gradientAtPrimal(into z: MutableValues) { program.loss.gradient(fit.values, targets.values, into: z) }

  /// Coefficients of the columns of S, from those in the basis, with the shifts.
  func external(_ coefficients: Values) -> [Double] {
    guard let block = program.free else { return [] }
    let c = program.map.outputs
    var s = block.external(coefficients, outputs: c)
    for o in 0..<c where shifts[o] != 0 { s[o] += shifts[o] / block.columns[0, 0] }
    return s
  }

  /// Coefficients in the basis, from those of the columns of S.
  func coefficients(_ external: [Double]) throws(ZonotopeError) -> [Double] {
    guard let block = program.free else { return [] }
    var s = external
    for o in 0..<program.map.outputs where shifts[o] != 0 { s[o] -= shifts[o] / block.columns[0, 0] }
    return try block.coefficients(ofExternal: s, outputs: program.map.outputs)
  }
}
