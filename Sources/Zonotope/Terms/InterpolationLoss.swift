/// 0 where f = y, to the last few digits that a network can have, else infinite: the least penalty of a network with the targets as its outputs, the limit of the squared
/// loss as beta goes to zero.
public struct InterpolationLoss: Loss {
  public var name: String { "interpolation" }
  public var scale: Double { 1 }
  public var isTranslationInvariant: Bool { true }

  public init() {}

  public func check(_ y: Values) throws(ZonotopeError) { try checkFinite(y) }

  public func value(_ f: Values, _ y: Values) -> Double {
    // Sums of products with large biases leave rounding behind.
    let size = y.reduce(0) { max($0, abs($1)) }
    return (0..<f.count).allSatisfy { abs(f[$0] - y[$0]) <= 1e-9 * size } ? 0 : .infinity
  }

  /// Every vector is one at f = y.
  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) { z.update(repeating: 0) }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count { total.add(-z[k] * y[k]) }
    return total.roundedDown
  }

  /// The dual is linear along z.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    limit.isFinite && dot(z, y) < 0 ? limit : 0
  }

  public func balance(_ z: MutableValues, _ y: Values) {
    let mean = z.isEmpty ? 0 : sum(Values(z)) / Double(z.count)
    for k in 0..<z.count { z[k] -= mean }
  }

  /// The value that is right where there is one.
  public func optimalBias(_ f: Values, _ y: Values) -> Double { f.isEmpty ? 0 : y[0] - f[0] }
}
