/// The linear algebra of a step of ADMM, in sample space:
///
///     (delta I + A A') z = A w - T,   and A'z.
///
/// for every output by itself. With free columns A and T are projected to what is orthogonal to them, and so is z.
protocol SampleSystem: AnyObject {
  /// Prepares for another delta. False, with the system unusable, when the matrix is not positive definite to working
  /// precision or the workers were stopped.
  func factor(shift: Double, _ workers: Workers) -> Bool

  func solve(
    _ w: Values, target: Values, into z: MutableValues, adjoint: MutableValues, _ workers: Workers)

  /// Whether the adjoint is A'z to double precision, so that a bound may rest on it.
  var isExact: Bool { get }
}

/// A map with a system of another kind than that of its Gram matrix.
protocol SystemMap: FactoredMap {
  func makeOwnSystem(_ workers: Workers) throws(ZonotopeError) -> (
    system: any SampleSystem, meanDiagonal: Double
  )
  /// Doubles that it takes.
  func ownSystemSize() throws(ZonotopeError) -> Int
}

extension FactoredMap {
  /// The system of a solve, not factored yet, and the mean of the diagonal of A A'.
  func makeSystem(
    _ workspace: Workspace, free: FreeBlock?, precision: Precision, _ workers: Workers
  ) throws(ZonotopeError) -> (system: any SampleSystem, meanDiagonal: Double) {
    if let map = self as? any SystemMap, free == nil { return try map.makeOwnSystem(workers) }
    guard let map = self as? any GramMap else {
      throw .unsupported(key: "model", reason: "this map has no system with unpenalised columns")
    }
    return try gramSystem(map, workspace, free: free, precision: precision, workers)
  }

  /// Doubles that it takes.
  func systemSize(precision: Precision, threads: Int) throws(ZonotopeError) -> Int {
    if let map = self as? any SystemMap { return try map.ownSystemSize() }
    let square = try product(samples, samples, place: "samples")
    guard precision == .float, let map = self as? any GramMap else {
      return try product(2, square, place: "samples")
    }
    return square + mixedSize(map) + singleProductsSize(threads: threads)
  }
}

private func mixedSize<Map: GramMap>(_ map: Map) -> Int { MixedSampleSystem.size(map) }

private func gramSystem<Map: GramMap>(
  _ map: Map, _ workspace: Any, free: FreeBlock?, precision: Precision, _ workers: Workers
) throws(ZonotopeError) -> (system: any SampleSystem, meanDiagonal: Double) {
  let known = workspace as? Map.Workspace
  let workspace = if let known { known } else { try map.makeWorkspace(threads: workers.threads) }
  let order = map.samples, gram = try sampleGram(map, free, workers)
  let trace = (0..<order).reduce(0.0) { $0 + gram[$1 * order + $1] }
  let meanDiagonal = trace / Double(max(1, order))
  if precision == .float, let products = try map.makeSingleProducts(threads: workers.threads) {
    let system = try MixedSampleSystem(map, workspace, products, gram: gram, free: free)
    return (system, meanDiagonal)
  }
  return (try DoubleSampleSystem(map, workspace, gram: gram, free: free), meanDiagonal)
}

/// The system in double precision.
final class DoubleSampleSystem<Map: GramMap>: SampleSystem {
  private let map: Map
  private let workspace: Map.Workspace
  private let free: FreeBlock?
  private let coefficients: Vector
  /// A A', projected on both sides where there are free columns; lower triangle.
  private let gram: Vector
  private var cholesky: CholeskyFactor<Double>

  /// - Parameter gram: see ``sampleGram(_:_:_:)``.
  init(_ map: Map, _ workspace: Map.Workspace, gram: Vector, free: FreeBlock?) throws(ZonotopeError) {
    self.map = map
    self.workspace = workspace
    self.free = free
    self.gram = gram
    coefficients = try Vector((free?.rank ?? 0) * map.outputs)
    cholesky = try CholeskyFactor(order: map.samples)
  }

  var isExact: Bool { true }

  func factor(shift: Double, _ workers: Workers) -> Bool {
    cholesky.factor(gram.values, shift: shift, workers)
  }

  func solve(
    _ w: Values, target: Values, into z: MutableValues, adjoint: MutableValues, _ workers: Workers
  ) {
    map.forward(w, into: z, workspace, workers)
    for k in 0..<z.count { z[k] -= target[k] }
    free?.project(z, outputs: map.outputs, scratch: coefficients.mutable)
    cholesky.solve(z, width: map.outputs)
    free?.project(z, outputs: map.outputs, scratch: coefficients.mutable)
    map.adjoint(Values(z), into: adjoint, workspace, workers)
  }
}

/// A A', projected on both sides where there are free columns; lower triangle.
func sampleGram(
  _ map: some GramMap, _ free: FreeBlock?, _ workers: Workers
) throws(ZonotopeError) -> Vector {
  let gram = try Vector(product(map.samples, map.samples, place: "samples"))
  try map.gram(into: gram.mutable, workers)
  if let free, !workers.isStopped { try free.project(gram: gram.mutable) }
  return gram
}
