/// What networks on one-dimensional data can do, as penalties of functions: the least weight decay of a network that
/// has the function as its output (Zeger, Wang, Mishkin, Ergen, Candes and Pilanci, "A Library of Mirrors", 2024, for the
/// dictionaries; the penalties are their gauges).
///
/// With slopes s_i between neighbouring positions, TV(s) the sum of |s_{i+1} - s_i|, and S = s_1 + s_{n-1}; for jumps the
/// same with the values themselves in place of slopes.
enum LineModel: Sendable, Equatable {
  /// max(TV(s) / (1 - a), (TV(s) + |S|) / 2): two layers, slopes 1 and a. ReLU is a = 0, the absolute value a = -1.
  case bends(lean: Double)
  /// (|s_1| + TV(s) + |s_{n-1}|) / 2: ReLU units of width one and depth three or more.
  case flatBends
  /// max(TV(f) / (1 - a), (TV(f) + |f_1 + f_n|) / 2), without the second where a constant is free: two layers of
  /// thresholds (a = 0) or signs (a = -1).
  case jumps(lean: Double, bias: Bool)
  /// Every pattern of signs, or of zeros and ones: max |f|, half the range of f with a free constant; twice that, or the
  /// sum of the largest f and the largest -f, for zeros and ones.
  case span(lean: Double, bias: Bool)
  /// Patterns with so many changes at most.
  case switches(limit: Int, lean: Double, bias: Bool)
  /// Units ||x - c| - h|: absolute values, three layers of width one.
  case folds

  /// Whether a constant costs nothing.
  var hasFreeConstant: Bool {
    switch self {
    case .bends, .flatBends, .folds: true
    case .jumps(_, let bias), .span(_, let bias), .switches(_, _, let bias): bias
    }
  }

  /// The penalty of the values f at the positions; nil where it takes a program to find it.
  func value(_ f: Values, _ x: UnsafePointer<Double>) -> Double? {
    let n = f.count
    switch self {
    case .bends(let a):
      let (total, first, last) = variation(n - 1) { (f[$0 + 1] - f[$0]) / (x[$0 + 1] - x[$0]) }
      return max(total / (1 - a), 0.5 * (total + abs(first + last)))
    case .flatBends:
      let (total, first, last) = variation(n - 1) { (f[$0 + 1] - f[$0]) / (x[$0 + 1] - x[$0]) }
      return 0.5 * (abs(first) + total + abs(last))
    case .jumps(let a, let bias):
      let (total, first, last) = variation(n) { f[$0] }
      return bias ? total / (1 - a) : max(total / (1 - a), 0.5 * (total + abs(first + last)))
    case .span(let a, let bias):
      let high = f.reduce(-.infinity, max), low = f.reduce(.infinity, min)
      if bias { return (high - low) / (1 - a) }
      return a < 0 ? max(abs(high), abs(low)) : max(high, 0) + max(-low, 0)
    case .switches, .folds: return nil
    }
  }

  private func variation(
    _ count: Int, _ number: (Int) -> Double
  ) -> (total: Double, first: Double, last: Double) {
    guard count > 0 else { return (0, 0, 0) }
    let first = number(0)
    var last = first, total = 0.0
    for k in 1..<max(1, count) {
      let next = number(k)
      total += abs(next - last)
      last = next
    }
    return (total, first, last)
  }

  /// The largest product of r with a unit of penalty one: the dual norm. r sums to zero where a constant is free.
  /// Nil where it takes a search.
  func dualNorm(_ r: Values, _ x: UnsafePointer<Double>) -> Double? {
    let n = r.count
    switch self {
    case .bends(let a):
      let range = prices(r) { x[$0 + 1] - x[$0] }
      return Self.lean(range, a)
    case .flatBends:
      let range = prices(r) { x[$0 + 1] - x[$0] }
      return range.largest - range.smallest
    case .jumps(let a, let bias):
      var sum = 0.0, largest = 0.0, smallest = 0.0
      for j in stride(from: n - 1, to: 0, by: -1) {
        sum += r[j]
        largest = max(largest, sum)
        smallest = min(smallest, sum)
      }
      guard !bias else { return (1 - a) * max(largest, -smallest) }
      let total = n > 0 ? sum + r[0] : 0
      return Self.lean((max(largest, total), min(smallest, total), total), a)
    case .span(let a, let bias):
      var positive = 0.0, negative = 0.0
      for value in r { if value > 0 { positive += value } else { negative -= value } }
      return a < 0 ? positive + negative : bias ? max(positive, negative) : max(positive, negative)
    case .switches, .folds: return nil
    }
  }

  /// The extremes of z_j = sum_i r_i (x_i - x_j)_+ and z at the first position, from the right.
  private func prices(
    _ r: Values, _ gap: (Int) -> Double
  ) -> (largest: Double, smallest: Double, first: Double) {
    var sum = 0.0, z = 0.0, largest = 0.0, smallest = 0.0
    for j in stride(from: r.count - 2, through: 0, by: -1) {
      sum += r[j + 1]
      z += sum * gap(j)
      largest = max(largest, z)
      smallest = min(smallest, z)
    }
    return (largest, smallest, z)
  }

  /// Units with slope a on the other side have the products (1 - a) z + a m and (1 - a) z - m, where m is z at the first
  /// position.
  private static func lean(
    _ range: (largest: Double, smallest: Double, first: Double), _ a: Double
  ) -> Double {
    let high = (1 - a) * range.largest, low = (1 - a) * range.smallest, m = range.first
    return max(high + a * m, -(low + a * m), high - m, m - low)
  }
}
