/// Predicts where a fixed-point iteration is going from its last steps.
///
/// Close to the solution first-order methods move along straight lines or spirals, each step a fixed linear combination
/// of the few before. The combination is fitted by least squares and run forward (Poon and Liang, "Trajectory of
/// alternating direction method of multipliers and adaptive acceleration", NeurIPS 2019, section 4). Where steps repeat,
/// as they do while weight moves from one block to an almost equivalent one, the prediction is as many of them as the
/// horizon allows.
struct TrajectoryExtrapolation {
  /// Steps that a new one is a combination of.
  private let order = 6
  private let size: Int
  /// The last steps, the newest at `newest`; a ring of order + 1 vectors.
  private let steps: Vector
  private var recorded = 0
  private var newest = 0
  /// Steps to look ahead.
  private var horizon = 50

  init(size: Int) throws(ZonotopeError) {
    self.size = size
    steps = try Vector(product(7, size, place: "blocks"))
  }

  /// Forgets all steps, as after a change of the iteration.
  mutating func reset() { recorded = 0 }

  /// Room for the newest step, to be filled by the caller.
  mutating func next() -> MutableValues {
    newest = (newest + 1) % (order + 1)
    recorded += 1
    return step(0)
  }

  var isReady: Bool { recorded > order }

  /// Lengthens or shortens the horizon after a jump that was or was not of use.
  mutating func learn(accepted: Bool) {
    horizon = accepted ? min(5000, 2 * horizon) : max(10, horizon / 4)
  }

  /// The sum of the predicted next steps, or false where there is no stable prediction or the workers are stopped.
  func predict(into sum: MutableValues, _ workers: Workers) -> Bool {
    guard let coefficients = fit(workers) else { return false }
    // Each future step as a combination of the newest `order` ones; only the sum is wanted.
    var window = (0..<order).map { i in (0..<order).map { $0 == i ? 1.0 : 0.0 } }
    var total = [Double](repeating: 0, count: order)
    for _ in 0..<horizon {
      var future = [Double](repeating: 0, count: order)
      for (i, weight) in coefficients.enumerated() {
        for j in 0..<order { future[j] += weight * window[i][j] }
      }
      for j in 0..<order { total[j] += future[j] }
      guard total.allSatisfy({ abs($0) < 1e5 }) else { return false }
      window.removeLast()
      window.insert(future, at: 0)
    }
    scale(sum, by: 0)
    for j in 0..<order { add(total[j], Values(step(j)), to: sum) }
    return isFinite(Values(sum))
  }

  private func step(_ age: Int) -> MutableValues {
    let slot = (newest + order + 1 - age) % (order + 1)
    return MutableValues(start: steps.pointer + slot * size, count: size)
  }

  /// c with step 0 close to sum c_i step (i + 1), slightly regularised, by Cholesky on the normal equations.
  private func fit(_ workers: Workers) -> [Double]? {
    var gram = [[Double]](repeating: [Double](repeating: 0, count: order), count: order)
    var right = [Double](repeating: 0, count: order)
    for i in 0..<order {
      guard !workers.isStopped else { return nil }
      right[i] = dot(Values(step(i + 1)), Values(step(0)))
      for j in 0...i {
        gram[i][j] = dot(Values(step(i + 1)), Values(step(j + 1)))
        gram[j][i] = gram[i][j]
      }
    }
    let trace = (0..<order).reduce(0) { $0 + gram[$1][$1] }
    guard trace > 0, trace.isFinite else { return nil }
    for i in 0..<order { gram[i][i] += 1e-10 * trace }
    for i in 0..<order {
      for j in 0...i {
        var value = gram[i][j]
        for k in 0..<j { value -= gram[i][k] * gram[j][k] }
        if i == j {
          guard value > 0 else { return nil }
          gram[i][i] = value.squareRoot()
        } else {
          gram[i][j] = value / gram[j][j]
        }
      }
    }
    for i in 0..<order {
      for k in 0..<i { right[i] -= gram[i][k] * right[k] }
      right[i] /= gram[i][i]
    }
    for i in (0..<order).reversed() {
      for k in i + 1..<order { right[i] -= gram[k][i] * right[k] }
      right[i] /= gram[i][i]
    }
    return right
  }
}
