#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Accelerated proximal gradient with restarts and a line search that never subtracts objectives.
///
/// Beck and Teboulle 2009 for the method; O'Donoghue and Candes 2015 for the restart on the gradient mapping. A step is
/// accepted on the divergence of the loss between the two fits, which is exact to working precision however short the
/// step, so the search does not stall at the noise of the objective.
///
/// An unpenalised bias is one more variable, in units in which its column is as long as the longest direction of A.
struct FISTA<Map: LinearMap, Penalty: BlockPenalty, Objective: SmoothLoss>: SolverIteration {
  static var kind: SolverKind { .fista }

  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let penaltyWorkspace: Penalty.Workspace
  private var workers: Workers { evaluator.workers }

  /// The answer, the one before, and their fits, bias included.
  private var current: Vector
  private var previous: Vector
  private var fit: Vector
  private var previousFit: Vector
  private var bias = 0.0
  private var previousBias = 0.0
  /// Extrapolated point and its fit.
  private let ahead: Vector
  private let aheadFit: Vector
  private let slope: Vector
  private let gradient: Vector
  private let trial: Vector

  private var lipschitz: Double
  private var momentum = 1.0
  /// Length of one unit of the bias variable.
  private let biasUnit: Double
  private(set) var iteration = 0
  private(set) var isBroken = false

  /// Bytes that a solve takes beyond the data.
  static func memory(
    _ program: ConvexProgram<Map, Penalty, Objective>, threads: Int
  ) throws(ZonotopeError) -> Int {
    let vectors = try product(9, program.size, place: "blocks")
    return try product(8, vectors + program.sharedMemory(threads: threads), place: "memory")
  }

  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?
  ) throws(ZonotopeError) {
    let program = evaluator.program, n = program.map.samples, size = program.size
    self.program = program
    self.evaluator = evaluator
    penaltyWorkspace = try program.penalty.makeWorkspace(threads: evaluator.workers.threads)
    current = try Vector(size)
    previous = try Vector(size)
    ahead = try Vector(size)
    gradient = try Vector(size)
    trial = try Vector(size)
    fit = try Vector(n)
    previousFit = try Vector(n)
    aheadFit = try Vector(n)
    slope = try Vector(n)
    let largest = largestSquaredGain(evaluator, scratch: slope, block: trial)
    biasUnit = program.hasBias ? (largest / Double(max(1, n))).squareRoot() : 0
    lipschitz = max(program.loss.curvatureBound * largest, 1e-300)
    if let start, start.blocks.count == size {
      start.blocks.withUnsafeBufferPointer {
        if let base = $0.baseAddress { current.pointer.update(from: base, count: size) }
      }
    }
    program.map.forward(current.values, into: fit.mutable, evaluator.mapWorkspace, workers)
    if program.hasBias { bias = program.loss.optimalBias(fit.values, evaluator.targets.values) }
    for k in 0..<n { fit[k] += bias }
    previous.copy(from: current)
    previousFit.copy(from: fit)
    previousBias = bias
  }

  mutating func advance(upTo limit: Int) {
    let next = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
    let weight = (momentum - 1) / next
    for j in 0..<current.count { ahead[j] = current[j] + weight * (current[j] - previous[j]) }
    for k in 0..<fit.count { aheadFit[k] = fit[k] + weight * (fit[k] - previousFit[k]) }
    let aheadBias = bias + weight * (bias - previousBias)

    let y = evaluator.targets.values
    program.loss.gradient(aheadFit.values, y, into: slope.mutable)
    program.map.adjoint(slope.values, into: gradient.mutable, evaluator.mapWorkspace, workers)
    let biasSlope = program.hasBias ? sum(slope.values) : 0

    swap(&current, &previous)
    swap(&fit, &previousFit)
    previousBias = bias
    // Until a step is accepted.
    isBroken = true
    for _ in 0..<100 {
      for j in 0..<trial.count { trial[j] = ahead[j] - gradient[j] / lipschitz }
      _ = program.penalty.prox(
        trial.values, threshold: program.beta / lipschitz, into: current.mutable, penaltyWorkspace, workers)
      bias = aheadBias - biasUnit * biasUnit * biasSlope / lipschitz
      program.map.forward(current.values, into: fit.mutable, evaluator.mapWorkspace, workers)
      if program.hasBias { for k in 0..<fit.count { fit[k] += bias } }
      guard let isAccepted = accepts(aheadBias, y), !workers.isStopped else { break }
      isBroken = !isAccepted
      if isAccepted { break }
    }

    if pointsBack(aheadBias) {
      // The next step starts from here without a direction.
      momentum = 1
    } else {
      momentum = next
    }
    lipschitz *= 0.97
    iteration += 1
  }

  mutating func restart(at blocks: Values, bias: Double, fit: Values, gradient: Values) {
    current.pointer.update(from: blocks.baseAddress!, count: blocks.count)
    self.fit.pointer.update(from: fit.baseAddress!, count: fit.count)
    self.bias = bias
    previous.copy(from: current)
    previousFit.copy(from: self.fit)
    previousBias = bias
    momentum = 1
  }

  /// loss(new) <= model of it at the extrapolated point with this Lipschitz constant; raises the constant if not. Nil
  /// where no constant helps, because the step itself is not finite.
  private mutating func accepts(_ aheadBias: Double, _ y: Values) -> Bool? {
    var squares = 0.0
    for j in 0..<current.count {
      let step = current[j] - ahead[j]
      squares += step * step
    }
    if biasUnit > 0 {
      let step = (bias - aheadBias) / biasUnit
      squares += step * step
    }
    guard !squares.isNaN else { return nil }
    let divergence = program.loss.divergence(fit.values, from: aheadFit.values, y)
    guard divergence.isFinite else {
      lipschitz *= 10
      return false
    }
    guard divergence > 0.5 * lipschitz * squares * (1 + 1e-4), squares > 0 else { return true }
    lipschitz = max(1.1 * lipschitz, 1.02 * 2 * divergence / squares)
    return false
  }

  /// Whether the momentum points away from where the step went.
  private func pointsBack(_ aheadBias: Double) -> Bool {
    var product = 0.0
    for j in 0..<current.count { product += (ahead[j] - current[j]) * (current[j] - previous[j]) }
    if biasUnit > 0 {
      product += (aheadBias - bias) * (bias - previousBias) / (biasUnit * biasUnit)
    }
    return product > 0
  }

  var checkInterval: Int { 10 }
  var blocks: Values { current.values }
  var dualCandidate: (point: Values, adjoint: Values?)? { nil }
}

/// The largest eigenvalue of A'A to a tenth or so, from below, by eight power steps.
private func largestSquaredGain<Map, Penalty, Objective>(
  _ evaluator: Evaluator<Map, Penalty, Objective>, scratch r: Vector, block: Vector
) -> Double {
  guard r.count > 0, block.count > 0 else { return 1 }
  // A fixed start that no structured data is orthogonal to.
  for k in 0..<r.count { r[k] = 1 + 0.3 * sin(Double(k + 1) * 1.7) }
  var value = 1.0
  for _ in 0..<8 {
    let length = norm(r.values)
    guard length > 0, length.isFinite else { return 1 }
    scale(r.mutable, by: 1 / length)
    evaluator.program.map.adjoint(r.values, into: block.mutable, evaluator.mapWorkspace, evaluator.workers)
    value = dot(block.values, block.values)
    evaluator.program.map.forward(block.values, into: r.mutable, evaluator.mapWorkspace, evaluator.workers)
  }
  return value > 0 && value.isFinite ? value : 1
}
