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
