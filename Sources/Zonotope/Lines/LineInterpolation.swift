/// The cheapest function through given values, with its multipliers.
struct LineInterpolation {
  let model: LineModel
  let samples: LineSamples

  private var x: UnsafePointer<Double> { samples.x }

  /// The function through the values y at the positions, and r with r'y = penalty and a dual norm of one; nil where the
  /// model has no closed form for it.
  func solve(_ y: Values) throws(ZonotopeError) -> (answer: LineFit, multipliers: Vector)? {
    let n = y.count, r = try Vector(n)
    switch model {
    case .bends(let lean):
      let slopes = slopes(y)
      prices(of: slopes, lean, isBiased: false, into: r)
      return (.lines(knots: Array(0..<n), values: Array(y)), r)
    case .flatBends:
      let slopes = [0] + slopes(y) + [0]
      var c = [Double](repeating: 0, count: n)
      for j in 0..<n {
        let change = slopes[j + 1] - slopes[j]
        c[j] = change > 0 ? 0.5 : change < 0 ? -0.5 : j > 0 ? c[j - 1] : 0
      }
      // Prices are known up to a constant.
      differentiate(c, into: r)
      return (.lines(knots: Array(0..<n), values: Array(y)), r)
    case .jumps(let lean, let bias):
      prices(of: Array(y), lean, isBiased: bias, into: r)
      return (.runs(starts: Array(0..<n), levels: Array(y)), r)
    case .span(let lean, let bias):
      var high = 0, low = 0
      for i in 0..<n {
        if y[i] > y[high] { high = i }
        if y[i] < y[low] { low = i }
      }
      if bias {
        r[high] += 1 / (1 - lean)
        r[low] -= 1 / (1 - lean)
      } else if lean < 0 {
        if abs(y[high]) >= abs(y[low]) {
          r[high] = y[high] < 0 ? -1 : 1
        } else {
          r[low] = y[low] < 0 ? -1 : 1
        }
      } else {
        if y[high] > 0 { r[high] = 1 }
        if y[low] < 0 { r[low] = -1 }
      }
      return (.points(Array(y)), r)
    case .switches, .folds: return nil
    }
  }

  private func slopes(_ y: Values) -> [Double] {
    (0..<max(0, y.count - 1)).map { (y[$0 + 1] - y[$0]) / (x[$0 + 1] - x[$0]) }
  }

  /// r from the costs of the changes of the numbers, slopes or values, at their signs.
  private func prices(of numbers: [Double], _ lean: Double, isBiased: Bool, into r: Vector) {
    let isSlopes: Bool = if case .bends = model { true } else { false }
    guard let first = numbers.first, let last = numbers.last else { return }
    let total = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + abs($1.1 - $1.0) }
    let sum = first + last
    let isPlain = isBiased || abs(sum) <= (1 + lean) / (1 - lean) * total
    let costs = BoundaryMultiplier(beta: 1, lean: lean).costs(isPlain ? 0 : sum > 0 ? 1 : -1)
    // The price of the first number, of its changes, and zero beyond the last.
    var c = [costs.slope]
    for (a, b) in zip(numbers, numbers.dropFirst()) {
      c.append(b > a ? costs.rise : b < a ? -costs.fall : min(costs.rise, max(-costs.fall, c[c.count - 1])))
    }
    c.append(0)
    if isSlopes {
      differentiate(c, into: r)
    } else {
      for i in 0..<r.count { r[i] = c[i] - c[i + 1] }
    }
  }

  /// r with c_j = sum_i r_i (x_i - x_j)_+ up to a constant, and sum zero.
  private func differentiate(_ c: [Double], into r: Vector) {
    var before = 0.0
    for j in 0..<r.count {
      let next = j + 1 < r.count ? (c[j + 1] - c[j]) / (x[j + 1] - x[j]) : 0
      r[j] = next - before
      before = next
    }
  }
}
