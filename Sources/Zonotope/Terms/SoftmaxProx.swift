#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The proximal step of the softmax loss of one sample:
///
///     minimise  weight (log sum exp f - y . f) + ||f - t||^2 / 2
///
/// by Newton's method with a line search. The objective is strongly convex, so that it converges from anywhere.
struct SoftmaxProx {
  let classes: Int
  let weight: Double
  /// Four times the number of classes.
  let scratch: UnsafeMutableBufferPointer<Double>

  func solve(_ t: Values, _ y: Values, into f: MutableValues) {
    let target = part(0), p = part(1), step = part(2), trial = part(3)
    _ = target.update(fromContentsOf: t)
    // A large step ends near the softmax of the target; a small one barely moves.
    softmax(t, 0..<classes, into: p)
    for k in 0..<classes { f[k] = target[k] + min(weight, 1) * (y[k] - p[k]) }
    var value = objective(f, target, y)
    for _ in 0..<100 {
      softmax(Values(f), 0..<classes, into: p)
      let slope = direction(f, target, y, p, into: step)
      // What is left of the objective to gain is below rounding.
      guard slope < -1e-30 * (1 + abs(value)), slope.isFinite else { break }
      var length = 1.0, moved = value
      repeat {
        for k in 0..<classes { trial[k] = f[k] + length * step[k] }
        moved = objective(trial, target, y)
        if moved <= value + 1e-4 * length * slope || -slope <= 1e-12 * (1 + abs(value)) { break }
        length *= 0.5
      } while length > 1e-10
      var change = 0.0, size = 1.0
      for k in 0..<classes {
        change = max(change, abs(trial[k] - f[k]))
        size = max(size, abs(trial[k]))
        f[k] = trial[k]
      }
      value = moved
      if change <= 4 * Double.ulpOfOne * size { break }
    }
  }

  private func part(_ index: Int) -> MutableValues {
    MutableValues(rebasing: scratch[index * classes..<(index + 1) * classes])
  }

  /// Newton's step d, from (I + weight (diag p - p p')) d = -gradient, and its slope.
  private func direction(
    _ f: MutableValues, _ target: MutableValues, _ y: Values, _ p: MutableValues, into step: MutableValues
  ) -> Double {
    // Sherman and Morrison 1950: with D = I + weight diag p.
    var along = 0.0, rest = 0.0
    for k in 0..<classes {
      let diagonal = 1 + weight * p[k], gradient = f[k] - target[k] + weight * (p[k] - y[k])
      step[k] = -gradient / diagonal
      along += p[k] * step[k]
      // 1 - weight p' D^{-1} p, without the difference.
      rest += p[k] / diagonal
    }
    let factor = weight * along / rest
    var slope = 0.0
    for k in 0..<classes {
      let gradient = f[k] - target[k] + weight * (p[k] - y[k])
      step[k] += factor * p[k] / (1 + weight * p[k])
      slope += gradient * step[k]
    }
    return slope
  }

  private func objective(_ f: MutableValues, _ target: MutableValues, _ y: Values) -> Double {
    let top = f.reduce(-Double.infinity) { nanMax($0, $1) }
    var mass = 0.0, fit = 0.0, distance = 0.0
    for k in 0..<classes {
      mass += exp(f[k] - top)
      fit += y[k] * (top - f[k])
      distance += (f[k] - target[k]) * (f[k] - target[k])
    }
    return weight * (log(mass) + fit) + 0.5 * distance
  }
}
