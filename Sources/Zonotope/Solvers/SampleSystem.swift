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
  func systemSize(hasFree: Bool, precision: Precision, threads: Int) throws(ZonotopeError) -> Int {
    if let map = self as? any SystemMap { return try map.ownSystemSize() }
    _ = try product(samples, samples, place: "samples")
    guard let map = self as? any GramMap else { return 0 }
    return gramSystemSize(map, hasFree: hasFree, precision: precision, threads: threads)
  }
}

private func gramSystemSize<Map: GramMap>(
  _ map: Map, hasFree: Bool, precision: Precision, threads: Int
) -> Int {
  let factor =
    precision == .float
    ? MixedSampleSystem.size(map) + map.singleProductsSize(threads: threads)
    : CholeskyFactor<Double>.size(order: map.samples)
  return SampleGram.size(map, hasFree: hasFree, threads: threads) + factor
}

private func gramSystem<Map: GramMap>(
  _ map: Map, _ workspace: Any, free: FreeBlock?, precision: Precision, _ workers: Workers
) throws(ZonotopeError) -> (system: any SampleSystem, meanDiagonal: Double) {
  let known = workspace as? Map.Workspace
  let workspace = if let known { known } else { try map.makeWorkspace(threads: workers.threads) }
  let gram = try SampleGram(map, free, workers)
  if precision == .float, let products = try map.makeSingleProducts(threads: workers.threads) {
    let system = try MixedSampleSystem(map, workspace, products, gram: gram, free: free)
    return (system, gram.meanDiagonal)
  }
  return (try DoubleSampleSystem(map, workspace, gram: gram, free: free), gram.meanDiagonal)
}

/// The system in double precision.
final class DoubleSampleSystem<Map: GramMap>: SampleSystem {
  private let map: Map
  private let workspace: Map.Workspace
  private let free: FreeBlock?
  private let coefficients: Vector
  private let gram: SampleGram<Map>
  private var cholesky: CholeskyFactor<Double>

  init(_ map: Map, _ workspace: Map.Workspace, gram: SampleGram<Map>, free: FreeBlock?) throws(ZonotopeError)
  {
    self.map = map
    self.workspace = workspace
    self.free = free
    self.gram = gram
    coefficients = try Vector((free?.rank ?? 0) * map.outputs)
    cholesky = try CholeskyFactor(order: map.samples)
  }

  var isExact: Bool { true }

  func factor(shift: Double, _ workers: Workers) -> Bool {
    gram.factor(into: &cholesky, shift: shift, workers)
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
