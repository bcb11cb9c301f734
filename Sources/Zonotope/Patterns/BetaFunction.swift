#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1].
///
/// Its continued fraction (Abramowitz and Stegun 26.5.8) by the method of Lentz (1976), on the side where it converges
/// fast.
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a
  var fraction = 1.0, c = 1.0, d = 0.0
  for step in 0..<10_000 {
    let m = Double(step / 2)
    let numerator =
      step == 0
      ? 1
      : step % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 + numerator * d
    d = 1 / (abs(d) < 1e-300 ? 1e-300 : d)
    c = 1 + numerator / c
    c = abs(c) < 1e-300 ? 1e-300 : c
    fraction *= c * d
    if step > 0, abs(c * d - 1) < 1e-16 { break }
  }
  return min(1, front * (fraction - 1))
}

/// log Gamma(x) for x > 0; re-entrant, unlike `lgamma`, which writes the sign to a global.
private func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// The largest probability of success under which `successes` or fewer in `trials` still have the probability
/// `failure`: an upper confidence bound (Clopper and Pearson 1934).
func binomialUpperBound(successes: Int, trials: Int, failure: Double) -> Double {
  guard trials > 0, successes < trials else { return 1 }
  // P(at most s of n) = I_{1 - p}(n - s, s + 1) falls with p.
  var low = 0.0, high = 1.0
  for _ in 0..<200 {
    let middle = low + (high - low) / 2
    if middle == low || middle == high { break }
    if incompleteBeta(1 - middle, Double(trials - successes), Double(successes + 1)) > failure {
      low = middle
    } else {
      high = middle
    }
  }
  return high
}
