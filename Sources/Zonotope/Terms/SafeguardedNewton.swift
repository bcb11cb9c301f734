/// The root of an increasing function inside a bracket, by Newton's method that bisects where Newton leaves the
/// bracket or does not at least halve its step, so that it cannot cycle.
///
/// NaN where the ends of the bracket are not finite numbers in ascending order.
///
/// - Parameter evaluate: value and derivative; the derivative may be 0.
func increasingRoot(
  from start: Double, between lower: Double, _ upper: Double,
  _ evaluate: (Double) -> (value: Double, slope: Double)
) -> Double {
  guard lower <= upper, lower.isFinite, upper.isFinite else { return .nan }
  var low = lower, high = upper
  var x = min(high, max(low, start)), last = high - low
  for _ in 0..<200 {
    let (value, slope) = evaluate(x)
    if value == 0 { return x }
    if value > 0 { high = x } else { low = x }
    let newton = x - value / slope
    let isUseful = newton > low && newton < high && abs(newton - x) <= 0.5 * last
    let next = isUseful ? newton : 0.5 * (low + high)
    last = abs(next - x)
    x = next
    if last <= 1e-16 * abs(x) || high - low <= 2e-16 * abs(x) { return x }
  }
  return x
}
