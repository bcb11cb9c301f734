/// scale * sum |f - y|
public struct AbsoluteLoss: ProximableLoss {
  public var name: String { "absolute" }
  public let scale: Double
  public var isTranslationInvariant: Bool { true }

  public init(scale: Double = 1) { self.scale = scale }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    try checkFinite(y)
  }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<f.count { total.add(abs(f[k] - y[k])) }
    return scale * total.value
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for k in 0..<f.count { z[k] = f[k] == y[k] ? 0 : f[k] < y[k] ? -scale : scale }
  }

  public func balancedGradient(_ f: Values, _ y: Values, into z: MutableValues) {
    let kinks = (0..<f.count).filter { abs(f[$0] - y[$0]) <= 1e-12 * (abs(f[$0]) + abs(y[$0])) }
    gradient(f, y, into: z)
    for k in kinks { z[k] = 0 }
    let rest = sum(Values(z))
    for k in kinks { z[k] = min(scale, max(-scale, -rest / Double(kinks.count))) }
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    for k in 0..<t.count {
      let residual = t[k] - y[k]
      f[k] = abs(residual) <= weight ? y[k] : t[k] - (residual < 0 ? -weight : weight)
    }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count {
      guard abs(z[k]) <= scale else { return -.infinity }
      total.add(-z[k] * y[k])
    }
    return total.roundedDown
  }

  /// Any larger multiple in the domain has a larger value, if it has a value above zero at all.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    let largest = z.reduce(0) { max($0, abs($1)) }
    return largest > 0 ? min(limit, scale / largest * (1 - Double.ulpOfOne)) : 0
  }

  public func clip(_ z: MutableValues, _ y: Values) {
    for k in 0..<z.count { z[k] = min(scale, max(-scale, z[k])) }
  }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double {
    var step = 1.0
    for k in 0..<z.count { step = min(step, Zonotope.largestStep(from[k], z[k], between: -scale, scale)) }
    return step
  }

  /// The lower median of the residuals.
  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return 0 }
    return (0..<f.count).map { y[$0] - f[$0] }.sorted()[(f.count - 1) / 2]
  }
}
