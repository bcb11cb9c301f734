/// The smooth function  min_s loss(s) + sigma/2 ||f + shift - s||^2  beside a loss that may have kinks.
///
/// Its minimisers under the method of multipliers, shift = z / sigma, are those of the loss (Rockafellar 1976), and Newton's
/// method can look for them.
struct MoreauEnvelope<Base: ProximableLoss>: SmoothLoss {
  let base: Base
  let sigma: Double
  let shift: [Double]

  var name: String { base.name }
  var scale: Double { base.scale }
  var isSeparable: Bool { base.isSeparable }
  var curvatureBound: Double { sigma }

  func check(_ y: Values) throws(ZonotopeError) { try base.check(y) }

  /// f + shift and its proximal point.
  private func points<Result>(
    _ f: Values, _ y: Values, _ body: (_ moved: MutableValues, _ nearest: MutableValues) -> Result
  ) -> Result {
    var moved = [Double](repeating: 0, count: f.count), nearest = moved
    for k in 0..<f.count { moved[k] = f[k] + shift[k] }
    return moved.withUnsafeMutableBufferPointer { moved in
      nearest.withUnsafeMutableBufferPointer { nearest in
        base.prox(Values(moved), y, step: 1 / sigma, into: nearest)
        return body(moved, nearest)
      }
    }
  }

  func value(_ f: Values, _ y: Values) -> Double {
    points(f, y) { moved, nearest in
      var total = CompensatedSum()
      for k in 0..<f.count { total.add((moved[k] - nearest[k]) * (moved[k] - nearest[k])) }
      return base.value(Values(nearest), y) + 0.5 * sigma * total.value
    }
  }

  /// A subgradient of the loss at the proximal point, which is in the domain of its conjugate.
  func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    points(f, y) { moved, nearest in
      for k in 0..<z.count { z[k] = sigma * (moved[k] - nearest[k]) }
    }
    base.clip(z, y)
  }

  /// By how the proximal point follows: not at all at a kink, all the way where the loss is linear.
  func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    points(f, y) { moved, nearest in
      let start = Array(moved), before = Array(nearest)
      // A gradient of the loss's scale is this far from a kink.
      let unit = base.scale / sigma
      for k in 0..<f.count { moved[k] += 1e-7 * max(unit, abs(moved[k])) }
      let lengths = (0..<f.count).map { moved[$0] - start[$0] }
      base.prox(Values(moved), y, step: 1 / sigma, into: nearest)
      for k in 0..<h.count {
        h[k] = sigma * min(1, max(0, 1 - (nearest[k] - before[k]) / lengths[k]))
      }
    }
  }

  func meanCurvature(_ f: Values, _ y: Values) -> Double { sigma }

  func divergence(_ f: Values, from g: Values, _ y: Values) -> Double {
    var z = Array(g)
    z.withUnsafeMutableBufferPointer { gradient(g, y, into: $0) }
    return value(f, y) - value(g, y) - (0..<f.count).reduce(0) { $0 + z[$1] * (f[$1] - g[$1]) }
  }

  func dualValue(_ z: Values, _ y: Values) -> Double { base.dualValue(z, y) }
  func optimalBias(_ f: Values, _ y: Values) -> Double { base.optimalBias(f, y) }
}
