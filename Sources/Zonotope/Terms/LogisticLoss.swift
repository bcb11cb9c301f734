#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// scale * sum log(1 + exp(-y f)), y = -1 or +1
public struct LogisticLoss: SmoothLoss, ProximableLoss {
  public var name: String { "logistic" }
  public var isClassification: Bool { true }
  public let scale: Double
  public var curvatureBound: Double { scale / 4 }

  public init(scale: Double = 1) { self.scale = scale }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    try checkLabels(y)
  }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<f.count { total.add(softplus(-y[k] * f[k])) }
    return scale * total.value
  }

  public func meanCurvature(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return curvatureBound }
    var total = 0.0
    for k in 0..<f.count { total += sigmoid(f[k]) * sigmoid(-f[k]) }
    return scale * total / Double(f.count)
  }

  public func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    for k in 0..<f.count { h[k] = scale * sigmoid(f[k]) * sigmoid(-f[k]) }
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for k in 0..<f.count { z[k] = -scale * y[k] * sigmoid(-y[k] * f[k]) }
  }

  public func divergence(_ f: Values, from g: Values, _ y: Values) -> Double {
    var total = 0.0
    for k in 0..<f.count {
      let p = sigmoid(g[k]), q = sigmoid(-g[k]), step = f[k] - g[k], up = q * step, down = -p * step
      // That of softmax for two classes, whose steps less their mean are these.
      if max(up, down) < largestExponent {
        total += log1p(p * exponentialExcess(up) + q * exponentialExcess(down))
      } else {
        total += softplus(f[k]) - softplus(g[k]) - p * step
      }
    }
    return scale * total
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    for k in 0..<t.count {
      // In m = y f: m - weight * sigmoid(-m) = y t, so y t <= m <= y t + weight.
      let target = y[k] * t[k]
      let m = increasingRoot(from: target + weight * sigmoid(-target), between: target, target + weight) {
        m in
        let s = sigmoid(-m)
        return (m - weight * s - target, 1 + weight * s * (1 - s))
      }
      f[k] = y[k] * m
    }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count {
      let a = -y[k] * z[k] / scale
      guard a >= 0, a <= 1 else { return -.infinity }
      if a > 0 && a < 1 {
        total.add(-a * log(a))
        total.add(-(1 - a) * log1p(-a))
      }
    }
    return scale * total.roundedDown
  }

  public var interior: (any SmoothLoss)? { self }

  public func clip(_ z: MutableValues, _ y: Values) { clipToMargins(z, y, scale) }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double {
    largestStepInMargins(from, z, y, scale)
  }

  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    guard !f.isEmpty else { return 0 }
    guard y.contains(where: { $0 > 0 }), y.contains(where: { $0 < 0 }) else {
      // Of one class alone the loss falls for ever; exp(-40) of it is nothing.
      let beyond = 40 + log(Double(f.count))
      return y[0] > 0 ? beyond - f.min()! : -beyond - f.max()!
    }
    // Beyond these every sample of one class is at its limit and the derivative has a known sign.
    let margin = 1 + 2 * log(Double(f.count) + 1)
    let low = -f.max()! - margin, high = -f.min()! + margin
    return increasingRoot(from: 0, between: low, high) { b in
      var slope = 0.0, curvature = 0.0
      for k in 0..<f.count {
        let s = sigmoid(-y[k] * (f[k] + b))
        slope -= y[k] * s
        curvature += s * (1 - s)
      }
      return (slope, curvature)
    }
  }
}

/// log(1 + exp(t)) without overflow.
func softplus(_ t: Double) -> Double { t > 0 ? t + log1p(exp(-t)) : log1p(exp(t)) }

/// 1 / (1 + exp(-t)) without overflow.
func sigmoid(_ t: Double) -> Double {
  if t >= 0 { return 1 / (1 + exp(-t)) }
  let e = exp(t)
  return e / (1 + e)
}
