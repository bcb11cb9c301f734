/// The products of the steps of a method: in double precision, or in single precision with differences from a base.
protocol StepProducts: AnyObject {
  /// f = A z
  func forward(_ z: Values, into f: MutableValues, _ workers: Workers)

  /// g = A'r
  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers)

  /// A step is over: its point with its fit, the slope it came from, and the fit before.
  func settle(at z: Values, fit: Values, slope: Values, before: Values, _ workers: Workers)
}

final class DoubleProducts<Map: LinearMap>: StepProducts {
  private let map: Map
  private let workspace: Map.Workspace

  init(map: Map, workspace: Map.Workspace) { (self.map, self.workspace) = (map, workspace) }

  func forward(_ z: Values, into f: MutableValues, _ workers: Workers) {
    map.forward(z, into: f, workspace, workers)
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers) {
    map.adjoint(r, into: g, workspace, workers)
  }

  func settle(at z: Values, fit: Values, slope: Values, before: Values, _ workers: Workers) {}
}

/// Products in single precision of differences from a point whose products are known in double.
///
/// Their errors are some 1e-7 of the distance from there. The base moves to where the method is when a step has become so
/// short beside that distance that the errors would show in it.
final class DifferenceProducts<Map: LinearMap>: StepProducts {
  private let map: Map
  private let workspace: Map.Workspace
  private let single: any SingleProducts
  private let base: Vector, baseFit: Vector
  private let baseSlope: Vector, baseGradient: Vector
  private let difference: Vector, fitDifference: Vector
  /// Steps at the base.
  private var age = 0

  init(_ map: Map, _ workspace: Map.Workspace, _ single: any SingleProducts) throws(ZonotopeError) {
    (self.map, self.workspace, self.single) = (map, workspace, single)
    let size = map.blocks * map.blockSize
    (base, baseGradient, difference) = (try Vector(size), try Vector(size), try Vector(size))
    (baseFit, baseSlope) = (try Vector(map.fitSize), try Vector(map.fitSize))
    fitDifference = try Vector(map.fitSize)
  }

  func forward(_ z: Values, into f: MutableValues, _ workers: Workers) {
    for j in 0..<z.count { difference[j] = z[j] - base[j] }
    single.forward(difference.values, into: f, workers)
    for k in 0..<f.count { f[k] += baseFit[k] }
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers) {
    for k in 0..<r.count { fitDifference[k] = r[k] - baseSlope[k] }
    single.adjoint(fitDifference.values, into: g, workers)
    for j in 0..<g.count { g[j] += baseGradient[j] }
  }

  func settle(at z: Values, fit: Values, slope: Values, before: Values, _ workers: Workers) {
    age += 1
    guard age >= shortestStay else { return }
    var step = 0.0, distance = 0.0
    for k in 0..<fit.count {
      step += (fit[k] - before[k]) * (fit[k] - before[k])
      distance += (fit[k] - baseFit[k]) * (fit[k] - baseFit[k])
    }
    guard step < shortStep * shortStep * distance else { return }
    age = 0
    _ = base.mutable.update(fromContentsOf: z)
    _ = baseSlope.mutable.update(fromContentsOf: slope)
    map.forward(z, into: baseFit.mutable, workspace, workers)
    map.adjoint(slope, into: baseGradient.mutable, workspace, workers)
  }
}

/// Steps at a base that pay for the products in double.
private let shortestStay = 10

/// The share of the distance from the base below which a step needs another one.
private let shortStep = 1e-3
