/// scale * sum max(0, 1 - y f), y = -1 or +1: the loss of support vector machines.
///
/// Its gradient jumps where y f = 1.
public struct HingeLoss: ProximableLoss {
  public var name: String { "hinge" }
  public var isClassification: Bool { true }
  public let scale: Double

  public init(scale: Double = 1) { self.scale = scale }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    try checkLabels(y)
  }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<f.count { total.add(nanMax(0, 1 - y[k] * f[k])) }
    return scale * total.value
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for k in 0..<f.count { z[k] = y[k] * f[k] < 1 ? -scale * y[k] : 0 }
  }

  public func balancedGradient(_ f: Values, _ y: Values, into z: MutableValues) {
    let kinks = (0..<f.count).filter { abs(y[$0] * f[$0] - 1) <= 1e-12 * (1 + abs(f[$0])) }
    gradient(f, y, into: z)
    for k in kinks { z[k] = 0 }
    // The others do not balance; of those at their margins one class can be weighted so that all do.
    let rest = sum(Values(z)), helping = kinks.filter { y[$0] * rest > 0 }
    for k in helping { z[k] = -y[k] * min(scale, abs(rest) / Double(helping.count)) }
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    for k in 0..<t.count {
      let margin = y[k] * t[k]
      f[k] = margin >= 1 ? t[k] : y[k] * min(1, margin + weight)
    }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count {
      let a = -y[k] * z[k]
      guard a >= 0, a <= scale else { return -.infinity }
      total.add(a)
    }
    return total.roundedDown
  }

  /// Any larger multiple in the domain has a larger value.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    let largest = z.reduce(0) { max($0, abs($1)) }
    return largest > 0 ? min(limit, scale / largest * (1 - Double.ulpOfOne)) : 0
  }

  public func clip(_ z: MutableValues, _ y: Values) { clipToMargins(z, y, scale) }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double {
    largestStepInMargins(from, z, y, scale)
  }

  public var interior: (any SmoothLoss)? { LogisticLoss(scale: scale) }

  /// A minimiser is where as many samples of either class are inside their margins: one of the kinks y - f.
  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    // The slope at b is the number of negative samples with b > -1 - f less that of positive ones with b < 1 - f.
    var kinks = (0..<f.count).map { y[$0] - f[$0] }
    kinks.sort()
    let positive = y.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
    return kinks.isEmpty ? 0 : kinks[max(0, positive - 1)]
  }
}
