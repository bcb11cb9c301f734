/// 0 where f = y and infinite elsewhere: the least penalty of a network through all data, which is what the other losses
/// tend to as beta falls to 0.
///
/// beta only multiplies the answer; 1 is usual. A fit counts as y where it is so to rounding (``tolerance``).
public struct InterpolationLoss: ProximableLoss {
  public var name: String { "interpolation" }
  public var scale: Double { 1 }
  public var isEquality: Bool { true }
  public var isTranslationInvariant: Bool { true }

  /// ||f - y|| / ||y|| up to which f is y, where nobody says otherwise.
  public static let tolerance = 1e-12
  public let tolerance: Double

  public init(tolerance: Double = InterpolationLoss.tolerance) { self.tolerance = tolerance }

  public func check(_ y: Values) throws(ZonotopeError) { try checkFinite(y) }

  public func value(_ f: Values, _ y: Values) -> Double {
    var squares = 0.0
    for k in 0..<f.count { squares += (f[k] - y[k]) * (f[k] - y[k]) }
    return squares.squareRoot() <= tolerance * norm(y) ? 0 : .infinity
  }

  /// Zero, which is one of all the vectors that are subgradients at f = y.
  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) { z.update(repeating: 0) }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    _ = f.update(fromContentsOf: y)
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count { total.add(-z[k] * y[k]) }
    return total.roundedDown
  }

  /// The dual is linear along z: the limit, or nothing. Without a limit the dual is unbounded, and a multiple whose value
  /// is beyond that of any network says so.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    let value = dualValue(z, y)
    guard value > 0 else { return 0 }
    return limit.isFinite ? limit : 1e200 / value
  }

  public func balance(_ z: MutableValues, _ y: Values) {
    guard z.count > 0 else { return }
    let mean = sum(Values(z)) / Double(z.count)
    for k in 0..<z.count { z[k] -= mean }
  }

  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return 0 }
    return (0..<f.count).reduce(0) { $0 + y[$1] - f[$1] } / Double(f.count)
  }
}

/// For networks whose outputs are sums of terms much larger than they are: those of many bends or steps, whose biases add up
/// to what rounding leaves.
func forgiving(_ loss: some Loss) -> any Loss {
  loss is InterpolationLoss ? InterpolationLoss(tolerance: 1e-9) : loss
}
