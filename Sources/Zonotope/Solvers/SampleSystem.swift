/// The linear algebra of a step of ADMM, in sample space:
///
///     (delta I + A A') z = A w - T,   and A'z.
///
/// With a bias A and T are centred, and z sums to zero.
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
  private let isCentred: Bool
  /// A A', centred on both sides when there is a bias; lower triangle.
  private let gram: Vector
  private var cholesky: CholeskyFactor<Double>

  /// - Parameter gram: see ``gram(of:isCentred:_:)``.
  init(_ map: Map, _ workspace: Map.Workspace, gram: Vector, isCentred: Bool) throws(ZonotopeError) {
    self.map = map
    self.workspace = workspace
    self.isCentred = isCentred
    self.gram = gram
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
    if isCentred { centre(z) }
    cholesky.solve(z)
    if isCentred { centre(z) }
    map.adjoint(Values(z), into: adjoint, workspace, workers)
  }
}

/// A A', centred on both sides when there is a bias; lower triangle.
func sampleGram(_ map: some GramMap, isCentred: Bool, _ workers: Workers) throws(ZonotopeError) -> Vector {
  let gram = try Vector(product(map.samples, map.samples, place: "samples"))
  map.gram(into: gram.mutable, workers)
  if isCentred { centre(gram.mutable, order: map.samples) }
  return gram
}

/// z - mean(z)
func centre(_ z: MutableValues) {
  guard z.count > 0 else { return }
  let mean = sum(Values(z)) / Double(z.count)
  for k in 0..<z.count { z[k] -= mean }
}

/// The lower triangle of P K P with P = I - 1 1'/n.
private func centre(_ gram: MutableValues, order n: Int) {
  guard n > 0 else { return }
  var means = [Double](repeating: 0, count: n)
  for i in 0..<n {
    for j in 0..<i {
      means[i] += gram[i * n + j]
      means[j] += gram[i * n + j]
    }
    means[i] += gram[i * n + i]
  }
  var mean = 0.0
  for i in 0..<n {
    means[i] /= Double(n)
    mean += means[i]
  }
  mean /= Double(n)
  for i in 0..<n {
    for j in 0...i { gram[i * n + j] += mean - means[i] - means[j] }
  }
}
