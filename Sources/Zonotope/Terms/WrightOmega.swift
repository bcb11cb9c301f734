#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wright's omega function, the w > 0 with w + log w = x, to a few units in the last place: the iteration of Fritsch,
/// Shafer and Crowley (Lawrence, Corless and Jeffrey 2012, algorithm 917).
func wrightOmega(_ x: Double) -> Double {
  // Beyond these the logarithm, or w beside it, is below rounding.
  if x < -50 { return exp(x) }
  if x > 1e18 { return x }
  let isMiddle = x > -2 && x < 1
  var w = isMiddle ? exp(2 * (x - 1) / 3) : x < 0 ? exp(x) : x - log(x) + log(x) / x
  for _ in 0..<(isMiddle ? 3 : 2) {
    let rest = x - w - log(w), next = 1 + w
    let square = 2 * next * (next + 2 * rest / 3)
    w *= 1 + rest / next * (square - rest) / (square - 2 * rest)
  }
  return w
}
