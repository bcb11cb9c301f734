#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The proximal step of the softmax loss of one sample:
///
///     minimise  weight (log sum exp f - y . f) + ||f - t||^2 / 2
///
/// It has one unknown, L = log sum exp f. The shares p_k = exp(f_k - L) of the classes satisfy w + log w = a_k - L + log weight
/// for w = weight p_k and a = t + weight y, and L is where they add up to one.
struct SoftmaxProx {
  let classes: Int
  let weight: Double
  /// Twice the number of classes.
  let scratch: MutableValues

  /// `f` may be `t` itself.
  func solve(_ t: Values, _ y: Values, into f: MutableValues) {
    let a = MutableValues(rebasing: scratch[..<classes]), w = MutableValues(rebasing: scratch[classes...])
    var top = -Double.infinity, largest = -Double.infinity, size = 1 + abs(log(weight))
    for k in 0..<classes {
      a[k] = t[k] + weight * y[k]
      top = nanMax(top, t[k])
      largest = nanMax(largest, a[k])
      size = nanMax(size, abs(a[k]))
    }
    // The share of the class with the largest a is between that of equal ones and all.
    var low = largest - weight
    var high = largest + log(Double(classes)) - weight / Double(classes)
    var mass = 0.0
    for k in 0..<classes { mass += exp(t[k] - top) }
    var level = min(high, max(low, top + log(mass)))
    // Newton's method on the logarithm of the sum, which is nearly linear in L where the shares are small.
    let logarithm = log(weight)
    for _ in 0..<100 {
      var sum = 0.0, slope = 0.0
      for k in 0..<classes {
        w[k] = wrightOmega(a[k] - level + logarithm)
        sum += w[k]
        slope += w[k] / (1 + w[k])
      }
      if sum > weight { low = level } else { high = level }
      let step = sum * log(sum / weight) / slope
      guard abs(step) > Double.ulpOfOne * (abs(level) + size) else { break }
      let next = level + step
      level = next >= low && next <= high ? next : 0.5 * (low + high)
    }
    for k in 0..<classes { f[k] = w[k] < 1 ? a[k] - w[k] : level + log(w[k] / weight) }
  }
}
