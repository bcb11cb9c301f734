// What losses of margins y f, with labels y = -1 or +1, share: the domain of their conjugates is 0 <= -y z <= scale.

func checkLabels(_ y: Values) throws(ZonotopeError) {
  for k in 0..<y.count where y[k] != 1 && y[k] != -1 {
    throw .invalid(place: "y[\(k)]", reason: "\(y[k]) is not a label, which is -1 or 1")
  }
  let positive = y.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
  guard y.isEmpty || (positive > 0 && positive < y.count) else {
    throw .invalid(place: "y", reason: "all \(y.count) labels are the same class")
  }
}

/// The closest point of the domain.
func clipToMargins(_ z: MutableValues, _ y: Values, _ scale: Double) {
  for k in 0..<z.count { z[k] = -y[k] * min(scale, max(0, -y[k] * z[k])) }
}

/// The largest step, 1 at most, from a point in the domain towards another that stays inside.
func largestStepInMargins(_ from: Values, _ z: Values, _ y: Values, _ scale: Double) -> Double {
  var step = 1.0
  for k in 0..<z.count { step = min(step, largestStep(-y[k] * from[k], -y[k] * z[k], between: 0, scale)) }
  return step
}

/// The largest t, 1 at most, for which a + t (b - a) is between the limits; a is.
func largestStep(_ a: Double, _ b: Double, between lower: Double, _ upper: Double) -> Double {
  if b > upper { return (upper - a) / (b - a) }
  if b < lower { return (lower - a) / (b - a) }
  return b.isNaN ? 0 : 1
}
