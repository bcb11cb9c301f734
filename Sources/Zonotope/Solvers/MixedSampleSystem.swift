/// The system of ``SampleSystem`` with products and factor in single precision.
///
/// Single precision alone stalls at gaps of 1e-5. Here it only ever sees differences: w and z are those of a base, known in
/// double precision with its residual, plus a correction that is solved for in single precision. As the steps of the method
/// shorten, the error of the correction would in the end be as long as a step; before that the base moves to the last
/// solution, which costs one product of either kind in double. That is iterative refinement (Higham, "Accuracy and
/// Stability of Numerical Algorithms", chapter 12) along a sequence of right-hand sides.
final class MixedSampleSystem<Map: GramMap>: SampleSystem {
  private let map: Map
  private let workspace: Map.Workspace
  private let products: any SingleProducts
  private let free: FreeBlock?
  private let coefficients: Vector
  private let gram: SampleGram<Map>
  private var cholesky: CholeskyFactor<Float>
  private var shift = 0.0
  /// That of the last solve.
  private var lastShift = 0.0

  /// w, T, z.
  private struct Point {
    let w: Vector, target: Vector, z: Vector

    init(_ map: Map) throws(ZonotopeError) {
      w = try Vector(map.blocks * map.blockSize)
      target = try Vector(map.fitSize)
      z = try Vector(map.fitSize)
    }

    func copy(from other: Self) {
      w.copy(from: other.w)
      target.copy(from: other.target)
      z.copy(from: other.z)
    }
  }
  private let base: Point
  private let last: Point
  /// A'z of the base, and A w - T - A A'z.
  private let baseAdjoint: Vector
  private let baseResidual: Vector

  private let difference: Vector
  private let right: Vector
  private let lastRight: Vector
  private let single: Buffer<Float>

  /// The residual that a solve leaves, as a share of its right-hand side: measured whenever the base moves.
  private var error = 1e-6
  private var mustRefine = false
  /// What serves once single precision has turned out not to pay.
  private var exact: DoubleSampleSystem<Map>?
  private var solvesAtBase = 0
  private var shortVisits = 0

  init(
    _ map: Map, _ workspace: Map.Workspace, _ products: any SingleProducts, gram: SampleGram<Map>,
    free: FreeBlock?
  ) throws(ZonotopeError) {
    self.map = map
    self.workspace = workspace
    self.products = products
    self.free = free
    coefficients = try Vector((free?.rank ?? 0) * map.outputs)
    self.gram = gram
    cholesky = try CholeskyFactor(order: map.samples)
    base = try Point(map)
    last = try Point(map)
    baseAdjoint = try Vector(base.w.count)
    baseResidual = try Vector(map.fitSize)
    difference = try Vector(base.w.count)
    right = try Vector(map.fitSize)
    lastRight = try Vector(map.fitSize)
    single = try Buffer(map.fitSize)
  }

  /// Doubles that it takes beside the Gram matrix and the products: a factor in single precision, and one in double that
  /// takes over where the first does not exist.
  static func size(_ map: Map) -> Int {
    CholeskyFactor<Double>.size(order: map.samples) / 2 * 3 + 4 * map.blocks * map.blockSize + 8 * map.fitSize
  }

  var isExact: Bool { exact != nil }

  func factor(shift: Double, _ workers: Workers) -> Bool {
    self.shift = shift
    if let exact { return exact.factor(shift: shift, workers) }
    if gram.factor(into: &cholesky, shift: shift, workers) { return true }
    // Positive definite to double precision only, if at all.
    return !workers.isStopped && becomeExact(workers)
  }

  func solve(
    _ w: Values, target: Values, into z: MutableValues, adjoint: MutableValues, _ workers: Workers
  ) {
    if mustRefine { refine(workers) }
    if let exact { return exact.solve(w, target: target, into: z, adjoint: adjoint, workers) }
    let n = right.count, size = difference.count
    for j in 0..<size { difference[j] = w[j] - base.w[j] }
    products.forward(difference.values, into: right.mutable, workers)
    for k in 0..<n {
      right[k] += baseResidual[k] - shift * base.z[k] - (target[k] - base.target[k])
    }
    project(right.mutable)
    let unit = single.round(right.values) * cholesky.scale
    cholesky.solve(single.pointer, width: map.outputs)
    for k in 0..<n { z[k] = unit * Double(single[k]) }
    project(z)
    products.adjoint(Values(z), into: adjoint, workers)
    for k in 0..<n { z[k] += base.z[k] }
    for j in 0..<size { adjoint[j] += baseAdjoint[j] }
    remember(w, target, Values(z))
  }

  private func project(_ z: MutableValues) {
    free?.project(z, outputs: map.outputs, scratch: coefficients.mutable)
  }

  /// Keeps the solution as the next base, and decides whether it is time to move there.
  private func remember(_ w: Values, _ target: Values, _ z: Values) {
    var size = 0.0, change = 0.0
    for k in 0..<right.count {
      let step = right[k] - lastRight[k]
      size += right[k] * right[k]
      change += step * step
    }
    mustRefine = error * size.squareRoot() > tolerated * change.squareRoot()
    lastRight.copy(from: right)
    lastShift = shift
    if let source = w.baseAddress { last.w.pointer.update(from: source, count: w.count) }
    if let source = target.baseAddress { last.target.pointer.update(from: source, count: target.count) }
    if let source = z.baseAddress { last.z.pointer.update(from: source, count: z.count) }
    solvesAtBase += 1
  }

  /// Moves the base to the last solution and measures what was left of the residual there.
  private func refine(_ workers: Workers) {
    mustRefine = false
    base.copy(from: last)
    map.adjoint(base.z.values, into: baseAdjoint.mutable, workspace, workers)
    for j in 0..<difference.count { difference[j] = base.w[j] - baseAdjoint[j] }
    map.forward(difference.values, into: baseResidual.mutable, workspace, workers)
    for k in 0..<baseResidual.count { baseResidual[k] -= base.target[k] }
    project(baseResidual.mutable)
    let size = norm(lastRight.values)
    for k in 0..<lastRight.count { lastRight[k] = baseResidual[k] - lastShift * base.z[k] }
    error = size > 0 ? max(1e-8, norm(lastRight.values) / size) : error
    shortVisits = solvesAtBase < worthwhile ? shortVisits + 1 : 0
    solvesAtBase = 0
    if !(error < 0.1) || shortVisits > 3 { _ = becomeExact(workers) }
  }

  /// False when there is no memory for that, and single precision has to do, or no factor.
  private func becomeExact(_ workers: Workers) -> Bool {
    guard exact == nil,
      let system = try? DoubleSampleSystem(map, workspace, gram: gram, free: free),
      system.factor(shift: shift, workers)
    else { return false }
    exact = system
    return true
  }
}

/// The residual of a solve that the method does not notice, as a share of the change of the right-hand side.
private let tolerated = 0.02

/// Solves at one base that pay for the products in double.
private let worthwhile = 3
