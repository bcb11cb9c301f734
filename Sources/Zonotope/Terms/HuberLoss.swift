/// scale * sum of e^2 / 2 where |e| <= delta, else of delta (|e| - delta / 2), with e = f - y (Huber 1964).
public struct HuberLoss: SmoothLoss, ProximableLoss {
  public var name: String { "huber" }
  public let scale: Double
  /// Where the loss goes over from a square into an absolute value.
  public let delta: Double
  public var curvatureBound: Double { scale }
  public var isTranslationInvariant: Bool { true }

  public init(delta: Double = 1, scale: Double = 1) {
    self.delta = delta
    self.scale = scale
  }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    guard delta > 0, delta.isFinite else {
      throw .invalid(place: "loss.delta", reason: "\(delta) is not a finite number above 0")
    }
    try checkFinite(y)
  }

  private func value(_ e: Double) -> Double {
    let size = abs(e)
    return size <= delta ? 0.5 * e * e : delta * (size - 0.5 * delta)
  }

  private func slope(_ e: Double) -> Double { min(delta, max(-delta, e)) }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<f.count { total.add(value(f[k] - y[k])) }
    return scale * total.value
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for k in 0..<f.count { z[k] = scale * slope(f[k] - y[k]) }
  }

  public func meanCurvature(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return scale }
    let inside = (0..<f.count).reduce(0) { $0 + (abs(f[$1] - y[$1]) <= delta ? 1 : 0) }
    return scale * Double(inside) / Double(f.count)
  }

  public func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    for k in 0..<f.count { h[k] = abs(f[k] - y[k]) <= delta ? scale : 0 }
  }

  public func divergence(_ f: Values, from g: Values, _ y: Values) -> Double {
    var total = 0.0
    for k in 0..<f.count {
      let a = f[k] - y[k], b = g[k] - y[k], step = f[k] - g[k]
      if abs(a) <= delta, abs(b) <= delta {
        total += 0.5 * step * step
      } else if (a > delta && b > delta) || (a < -delta && b < -delta) {
        continue
      } else {
        // What the slope gains beyond that at g, integrated along the step: nothing is subtracted that is not small.
        total += gain(from: b, to: a)
      }
    }
    return scale * total
  }

  /// The integral of slope(e) - slope(b) from b to a.
  private func gain(from b: Double, to a: Double) -> Double {
    let (low, high) = (min(a, b), max(a, b))
    let (inner, outer) = (min(delta, max(-delta, low)), min(delta, max(-delta, high)))
    let rise = outer - inner
    // On the square part the slope changes with e, beyond it keeps what it has gained.
    return a > b ? rise * (0.5 * rise + (high - outer)) : rise * (0.5 * rise + (inner - low))
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    for k in 0..<t.count {
      let e = t[k] - y[k]
      let inside = e / (1 + weight)
      f[k] = abs(inside) <= delta ? y[k] + inside : t[k] - weight * (e < 0 ? -delta : delta)
    }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for k in 0..<z.count {
      guard abs(z[k]) <= scale * delta else { return -.infinity }
      total.add(-z[k] * z[k] / (2 * scale))
      total.add(-z[k] * y[k])
    }
    return total.roundedDown
  }

  /// The maximiser of the dual along z, cut at the limit and the domain.
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double {
    let squares = dot(z, z), largest = z.reduce(0) { max($0, abs($1)) }
    guard squares > 0 else { return 0 }
    let domain = scale * delta / largest * (1 - 2 * Double.ulpOfOne)
    return min(limit, domain, max(0, -scale * dot(z, y) / squares))
  }

  public func clip(_ z: MutableValues, _ y: Values) {
    for k in 0..<z.count { z[k] = min(scale * delta, max(-scale * delta, z[k])) }
  }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double {
    var step = 1.0
    for k in 0..<z.count {
      step = min(step, Zonotope.largestStep(from[k], z[k], between: -scale * delta, scale * delta))
    }
    return step
  }

  public func optimalBias(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return 0 }
    var low = Double.infinity, high = -Double.infinity
    for k in 0..<f.count {
      low = min(low, y[k] - f[k])
      high = max(high, y[k] - f[k])
    }
    return increasingRoot(from: 0.5 * low + 0.5 * high, between: low, high) { b in
      var value = 0.0, curvature = 0.0
      for k in 0..<f.count {
        let e = f[k] + b - y[k]
        value += slope(e)
        if abs(e) <= delta { curvature += 1 }
      }
      return (value, curvature)
    }
  }
}
