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
/// Unpenalised coefficients are variables too, in units in which their columns are as long as the longest direction of A.
struct FISTA<Map: LinearMap, Penalty: BlockPenalty, Objective: SmoothLoss>: SolverIteration {
  var kind: SolverKind { .fista }

  private let program: ConvexProgram<Map, Penalty, Objective>
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let penaltyWorkspace: Penalty.Workspace
  private var workers: Workers { evaluator.workers }

  /// The answer, the one before, and their fits, free columns included.
  private var current: Vector
  private var previous: Vector
  private var fit: Vector
  private var previousFit: Vector
  private var free: Vector
  private var previousFree: Vector
  private let aheadFree: Vector
  private let freeSlope: Vector
  /// Extrapolated point and its fit.
  private let ahead: Vector
  private let aheadFit: Vector
  private let slope: Vector
  private let gradient: Vector
  private let trial: Vector

  private(set) var lipschitz: Double
  private let products: any StepProducts
  private var momentum = 1.0
  /// The square of one unit of the free variables.
  let freeUnit: Double
  private(set) var iteration = 0
  private(set) var isBroken = false

  /// - Parameters:
  ///   - precision: of the products; single precision needs a map that has them.
  ///   - lipschitz: the constant that a solve of nearly the same program ended with.
  init(
    _ evaluator: Evaluator<Map, Penalty, Objective>, from start: BlockPoint?,
    precision: Precision = .double, lipschitz known: (lipschitz: Double, freeUnit: Double)? = nil
  ) throws(ZonotopeError) {
    let program = evaluator.program, n = program.map.fitSize, size = program.size
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
    free = try Vector(program.freeSize)
    previousFree = try Vector(program.freeSize)
    aheadFree = try Vector(program.freeSize)
    freeSlope = try Vector(program.freeSize)
    if let known {
      (lipschitz, freeUnit) = known
    } else {
      freeUnit = largestSquaredGain(evaluator, scratch: slope, block: trial)
      lipschitz = max(program.loss.curvatureBound * freeUnit, 1e-300)
    }
    let single =
      precision == .float
      ? try program.map.makeSingleProducts(threads: evaluator.workers.threads) : nil
    if let single {
      products = try DifferenceProducts(program.map, evaluator.mapWorkspace, single)
    } else {
      products = DoubleProducts(map: program.map, workspace: evaluator.mapWorkspace)
    }
    if let start, start.blocks.count == size {
      start.blocks.withUnsafeBufferPointer {
        if let base = $0.baseAddress { current.pointer.update(from: base, count: size) }
      }
    }
    _ = evaluator.primal(current.values)
    _ = fit.mutable.update(fromContentsOf: evaluator.lastFit)
    _ = free.mutable.update(fromContentsOf: evaluator.lastCoefficients)
    previous.copy(from: current)
    previousFit.copy(from: fit)
    previousFree.copy(from: free)
  }

  mutating func advance(upTo limit: Int) {
    let next = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
    let weight = (momentum - 1) / next
    for j in 0..<current.count { ahead[j] = current[j] + weight * (current[j] - previous[j]) }
    for k in 0..<fit.count { aheadFit[k] = fit[k] + weight * (fit[k] - previousFit[k]) }
    for i in 0..<free.count { aheadFree[i] = free[i] + weight * (free[i] - previousFree[i]) }

    let y = evaluator.targets.values
    program.loss.gradient(aheadFit.values, y, into: slope.mutable)
    products.adjoint(slope.values, into: gradient.mutable, workers)
    program.free?.coefficients(of: slope.values, outputs: program.map.outputs, into: freeSlope.mutable)

    swap(&current, &previous)
    swap(&fit, &previousFit)
    swap(&free, &previousFree)
    // Until a step is accepted.
    isBroken = true
    for _ in 0..<100 {
      for j in 0..<trial.count { trial[j] = ahead[j] - gradient[j] / lipschitz }
      _ = program.penalty.prox(
        trial.values, threshold: program.beta / lipschitz, into: current.mutable, penaltyWorkspace, workers)
      for i in 0..<free.count { free[i] = aheadFree[i] - freeUnit * freeSlope[i] / lipschitz }
      products.forward(current.values, into: fit.mutable, workers)
      program.free?.add(free.values, outputs: program.map.outputs, to: fit.mutable)
      guard let isAccepted = accepts(y), !workers.isStopped else { break }
      isBroken = !isAccepted
      if isAccepted { break }
    }

    if pointsBack() {
      // The next step starts from here without a direction.
      momentum = 1
    } else {
      momentum = next
    }
    lipschitz *= 0.97
    iteration += 1
    products.settle(
      at: current.values, fit: fit.values, slope: slope.values, before: previousFit.values, workers)
  }

  /// The relative gap between the answer and a dual point of the last step, from what that has at hand.
  func gapAtHand() -> Double {
    let y = evaluator.targets.values
    let objective = program.loss.value(fit.values, y) + program.beta * program.penalty.value(current.values)
    let bound = evaluator.lowerBound(slope.values, adjoint: gradient.values).value
    return max(0, objective - bound) / max(abs(objective), 1e-300)
  }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {
    current.pointer.update(from: blocks.baseAddress!, count: blocks.count)
    self.fit.pointer.update(from: fit.baseAddress!, count: fit.count)
    _ = self.free.mutable.update(fromContentsOf: free)
    previous.copy(from: current)
    previousFit.copy(from: self.fit)
    previousFree.copy(from: self.free)
    momentum = 1
  }

  /// loss(new) <= model of it at the extrapolated point with this Lipschitz constant; raises the constant if not. Nil
  /// where no constant helps, because the step itself is not finite.
  private mutating func accepts(_ y: Values) -> Bool? {
    var squares = 0.0
    for j in 0..<current.count {
      let step = current[j] - ahead[j]
      squares += step * step
    }
    for i in 0..<free.count {
      let step = free[i] - aheadFree[i]
      squares += step * step / freeUnit
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
  private func pointsBack() -> Bool {
    var product = 0.0
    for j in 0..<current.count { product += (ahead[j] - current[j]) * (current[j] - previous[j]) }
    for i in 0..<free.count {
      product += (aheadFree[i] - free[i]) * (free[i] - previousFree[i]) / freeUnit
    }
    return product > 0
  }

  var checkInterval: Int { 10 }
  var blocks: Values { current.values }
  var dualCandidate: (point: Values, adjoint: Values?)? { nil }
  var fitCandidate: Values? { nil }
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

extension ConvexProgram {
  /// Bytes that a solve by FISTA takes beyond the data, with a working set that has come to hold all patterns.
  func fistaMemory(precision: Precision, threads: Int) throws(ZonotopeError) -> Int {
    let vectors = try product(9, size + map.fitSize, place: "blocks")
    let single =
      precision == .float
      ? 3 * (size + map.fitSize) + map.singleProductsSize(threads: threads) : 0
    let set =
      map is any PatternMap
      ? 3 * size + 6 * map.fitSize + map.workspaceSize(threads: threads)
        + 2 * penalty.workspaceSize(threads: threads) : 0
    return try product(8, vectors + single + set + sharedMemory(threads: threads), place: "memory")
  }
}
