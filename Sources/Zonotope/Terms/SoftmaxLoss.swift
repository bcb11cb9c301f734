#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// scale * sum log(sum_i exp f_i) - y . f over samples with one output a class: cross entropy.
///
/// The targets of a sample are its class, a whole number from 0, or a distribution over the classes.
public struct SoftmaxLoss: SmoothLoss, ProximableLoss {
  public var name: String { "softmax" }
  public var isClassification: Bool { true }
  public let classes: Int
  public let scale: Double
  public var outputs: Int? { classes }
  public var isSeparable: Bool { false }
  public var curvatureBound: Double { scale / 2 }

  public init(classes: Int, scale: Double = 1) {
    self.classes = classes
    self.scale = scale
  }

  /// Labels become distributions.
  public func targets(from y: MatrixView) throws(ZonotopeError) -> [Double] {
    guard classes > 1 else {
      throw .invalid(place: "loss.classes", reason: "\(classes), a choice needs two at least")
    }
    try Allocation.probe(bytes: product(8 * y.rows, classes, place: "y"))
    if y.columns == classes { return y.entries() }
    guard y.columns == 1 else {
      throw .invalid(place: "y", reason: "\(y.columns) columns, there are \(classes) classes")
    }
    var targets = [Double](repeating: 0, count: y.rows * classes)
    for k in 0..<y.rows {
      guard let label = Int(exactly: y[k, 0]), label >= 0, label < classes else {
        throw .invalid(place: "y[\(k)]", reason: "\(y[k, 0]) is not a label from 0 to \(classes - 1)")
      }
      targets[k * classes + label] = 1
    }
    return targets
  }

  public func check(_ y: Values) throws(ZonotopeError) {
    try checkScale()
    guard classes > 1 else {
      throw .invalid(place: "loss.classes", reason: "\(classes), a choice needs two at least")
    }
    for row in rows(y.count) {
      var total = 0.0
      for k in row {
        guard y[k] >= 0, y[k] <= 1 else {
          throw .invalid(
            place: "y[\(row.lowerBound / classes)]", reason: "\(y[k]) is not the share of a class")
        }
        total += y[k]
      }
      guard abs(total - 1) <= 1e-9 else {
        throw .invalid(
          place: "y[\(row.lowerBound / classes)]", reason: "shares that sum to \(total) are no distribution")
      }
    }
  }

  public func value(_ f: Values, _ y: Values) -> Double {
    var total = CompensatedSum()
    for row in rows(f.count) {
      let top = row.reduce(-Double.infinity) { nanMax($0, f[$1]) }
      var mass = 0.0
      for k in row {
        mass += exp(f[k] - top)
        total.add(y[k] * (top - f[k]))
      }
      total.add(log(mass))
    }
    return scale * total.value
  }

  public func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    for row in rows(f.count) {
      softmax(f, row, into: z)
      subtract(y, from: z, row)
    }
  }

  public func meanCurvature(_ f: Values, _ y: Values) -> Double {
    guard f.count > 0 else { return curvatureBound }
    var total = 0.0
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { p in
      for row in rows(f.count) {
        softmax(Values(rebasing: f[row]), 0..<classes, into: p)
        for value in p { total += value * (1 - value) }
      }
    }
    return scale * total / Double(f.count)
  }

  public func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    for row in rows(f.count) {
      softmax(f, row, into: h)
      for k in row { h[k] = scale * h[k] * (1 - h[k]) }
    }
  }

  public func curvature(_ f: Values, _ y: Values, along direction: Values, into h: MutableValues) {
    for row in rows(f.count) {
      softmax(f, row, into: h)
      let mean = row.reduce(0) { $0 + h[$1] * direction[$1] }
      for k in row { h[k] = scale * h[k] * (direction[k] - mean) }
    }
  }

  /// diag p - p p' is B B' for B = diag sqrt p - p sqrt p'.
  public func applyCurvatureRoot(_ f: Values, _ y: Values, to d: MutableValues) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { p in
      for row in rows(f.count) {
        softmax(Values(rebasing: f[row]), 0..<classes, into: p)
        let mean = row.reduce(0) { $0 + p[$1 - row.lowerBound] * d[$1] }
        for k in row { d[k] = (scale * p[k - row.lowerBound]).squareRoot() * (d[k] - mean) }
      }
    }
  }

  public func divergence(_ f: Values, from g: Values, _ y: Values) -> Double {
    var total = 0.0
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { p in
      for row in rows(f.count) {
        softmax(Values(rebasing: g[row]), 0..<classes, into: p)
        let mean = row.reduce(0) { $0 + p[$1 - row.lowerBound] * (f[$1] - g[$1]) }
        var excess = 0.0, top = 0.0
        for k in row { top = max(top, f[k] - g[k] - mean) }
        if top > largestExponent {
          let mass = row.reduce(0) { $0 + p[$1 - row.lowerBound] * exp(f[$1] - g[$1] - mean - top) }
          total += top + log(mass)
          continue
        }
        // The steps less their mean have the mean zero, which is taken out of exp(e) - 1 before it is summed.
        for k in row { excess += p[k - row.lowerBound] * exponentialExcess(f[k] - g[k] - mean) }
        total += log1p(excess)
      }
    }
    return scale * total
  }

  public func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    let weight = step * scale
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * classes) { scratch in
      for row in rows(t.count) {
        SoftmaxProx(classes: classes, weight: weight, scratch: scratch).solve(
          Values(rebasing: t[row]), Values(rebasing: y[row]), into: MutableValues(rebasing: f[row]))
      }
    }
  }

  public func dualValue(_ z: Values, _ y: Values) -> Double {
    var total = CompensatedSum(), error = 0.0
    for row in rows(z.count) {
      var balance = 0.0
      for k in row {
        let change = z[k] / scale, p = change + y[k]
        // Without a target the share has no rounding of a sum that could hide a sign.
        guard p >= (y[k] == 0 ? 0 : -4 * Double.ulpOfOne), p <= 1 + 1e-12 else { return -.infinity }
        balance += change
        guard p > 0 else { continue }
        let logarithm = y[k] == 1 ? log1p(change) : log(p)
        total.add(-p * logarithm)
        // How much that changes with the last digits of z, and with those of a share that is a sum.
        let digits = y[k] == 0 ? p : y[k] == 1 ? abs(change) : 1
        error += 2 * Double.ulpOfOne * digits * (1 + abs(logarithm))
      }
      guard abs(balance) <= 1e-12 else { return -.infinity }
      // The nearest point whose changes add up to nothing: log p is above -40 wherever this is not below rounding.
      error += 40 * abs(balance)
    }
    return scale * (total.roundedDown - error)
  }

  public func clip(_ z: MutableValues, _ y: Values) {
    for row in rows(z.count) {
      var mass = 0.0
      for k in row {
        z[k] = max(0, z[k] / scale + y[k])
        mass += z[k]
      }
      for k in row { z[k] = mass > 0 ? z[k] / mass : y[k] }
      subtract(y, from: z, row)
    }
  }

  /// z = scale (p - y) for the shares p that `z` holds, with the digits of the other classes where a target is 1.
  private func subtract(_ y: Values, from z: MutableValues, _ row: Range<Int>) {
    for k in row where y[k] != 1 { z[k] = scale * (z[k] - y[k]) }
    for k in row where y[k] == 1 { z[k] = -row.reduce(0) { $1 == k ? $0 : $0 + z[$1] } }
  }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double {
    var step = 1.0
    for k in 0..<z.count {
      step = min(
        step,
        Zonotope.largestStep(from[k] / scale + y[k], z[k] / scale + y[k], between: 0, .infinity))
    }
    return step
  }

  public var interior: (any SmoothLoss)? { self }

  /// With two classes and more outputs meet; there is no constant for one of them.
  public func optimalBias(_ f: Values, _ y: Values) -> Double { 0 }

  private func rows(_ count: Int) -> some Sequence<Range<Int>> {
    stride(from: 0, to: count, by: classes).lazy.map { $0..<$0 + classes }
  }
}

/// p = exp(f) / sum exp(f) over a row. `p` may be `f` itself.
func softmax(_ f: Values, _ row: Range<Int>, into p: MutableValues) {
  let top = row.reduce(-Double.infinity) { nanMax($0, f[$1]) }
  var mass = 0.0
  for k in row {
    p[k] = exp(f[k] - top)
    mass += p[k]
  }
  for k in row { p[k] /= mass }
}

/// exp of this is far from overflow, also times the number of classes.
let largestExponent = 650.0

/// exp(e) - 1 - e, accurate for small e too.
func exponentialExcess(_ e: Double) -> Double {
  guard abs(e) < 0.1 else { return exp(e) - 1 - e }
  // What the polynomial leaves out is 1e-15 of the sum.
  var term = e * e / 2, total = term
  for k in 3...10 {
    term *= e / Double(k)
    total += term
  }
  return total
}
