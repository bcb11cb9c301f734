/// scale * 1/2 * sum (f - y)^2
public struct SquaredLoss: SmoothLoss, ProximableLoss {
  public var name: String { "squared" }
  public let scale: Double
  public var curvatureBound: Double { scale }
  public var quadraticScale: Double? { scale }
  public var isTranslationInvariant: Bool { true }

  public init(scale: Double = 1) { self.scale = scale }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    try checkFinite(y)
  }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<f.count {
      let residual = f[k] - y[k]
      total.add(residual * residual)
    }
    return 0.5 * scale * total.value
  }

  public func meanCurvature(_ f: Values, _ y: Values) -> Double { scale }

  public func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    for k in 0..<f.count { h[k] = scale }
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for k in 0..<f.count { z[k] = scale * (f[k] - y[k]) }
  }

  public func divergence(_ f: Values, from g: Values, _ y: Values) -> Double {
    var total = 0.0
    for k in 0..<f.count {
      let difference = f[k] - g[k]
      total += difference * difference
    }
    return 0.5 * scale * total
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    for k in 0..<t.count { f[k] = (t[k] + weight * y[k]) / (1 + weight) }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count {
      total.add(-z[k] * z[k] / (2 * scale))
      total.add(-z[k] * y[k])
    }
    return total.roundedDown
  }

  /// The maximiser of the dual along z, cut at the limit.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    let squares = dot(z, z)
    guard squares > 0 else { return 0 }
    return min(limit, max(0, -scale * dot(z, y) / squares))
  }

  public func balance(_ z: MutableValues, _ y: Values) {
    guard z.count > 0 else { return }
    let mean = sum(Values(z)) / Double(z.count)
    for k in 0..<z.count { z[k] -= mean }
  }

  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return 0 }
    var total = 0.0
    for k in 0..<f.count { total += y[k] - f[k] }
    return total / Double(f.count)
  }
}
