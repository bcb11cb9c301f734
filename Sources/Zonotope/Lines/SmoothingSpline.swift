#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The natural cubic smoothing spline, what one would draw through noisy points without a network:
///
///     minimise  sum_i (y_i - g(x_i))^2 + alpha integral g''^2
///
/// by Reinsch's algorithm in linear time, with the alpha of least generalised cross-validation among ten a decade, from 1e-12 to
/// 100 for each row on a line of length 1 (Green and Silverman, "Nonparametric Regression and Generalized Linear Models", 1994, sections 2.3 and 3.3; the trace by Hutchinson and de
/// Hoog 1985).
public struct SmoothingSpline: Sendable {
  /// Distinct places, ascending.
  public let knots: [Double]
  /// The fit there.
  public private(set) var values: [Double]
  /// The trace of the matrix from targets to fit: 2 for a line.
  public private(set) var degreesOfFreedom: Double
  /// Second derivatives at the knots, zero at both ends.
  private var curvatures: [Double]

  /// - Parameters:
  ///   - x: (n, 1), in any order, equal ones included.
  ///   - y: n numbers.
  /// - Throws: for sizes that do not fit and numbers that are not finite.
  public init(x: MatrixView, y: [Double]) throws(ZonotopeError) {
    let data = try Dataset(x: x, y: y)
    try checkRange(data, SquaredLoss())
    let samples = try LineSamples(x), n = samples.count
    knots = (0..<n).map { samples.x[$0] }
    let sums = try Vector(n)
    y.withUnsafeBufferPointer { samples.add($0, into: sums.mutable) }
    let weights = (0..<n).map { samples.multiplicity?[$0] ?? 1 }
    let means = (0..<n).map { sums[$0] / weights[$0] }
    (values, curvatures, degreesOfFreedom) = (means, [Double](repeating: 0, count: n), Double(n))
    guard n > 2 else { return }
    let bands = SplineBands(knots, weights)
    // What no fit can change, where places have several targets.
    var within = 0.0
    for k in 0..<y.count {
      let residual = y[k] - means[Int(samples.place?[k] ?? Int32(k))]
      within += residual * residual
    }
    var best = Double.infinity
    for step in 0...140 {
      let fit = bands.fit(means, alpha: Double(y.count) * pow(10, -12 + 0.1 * Double(step)))
      let rest = zip(zip(means, fit.values), weights).reduce(within) {
        $0 + $1.1 * ($1.0.0 - $1.0.1) * ($1.0.0 - $1.0.1)
      }
      let free = 1 - fit.trace / Double(y.count)
      guard free > 1e-9, rest / (free * free) < best else { continue }
      best = rest / (free * free)
      (values, curvatures, degreesOfFreedom) = (fit.values, fit.curvatures, fit.trace)
    }
  }

  /// The value at a place; straight beyond the knots.
  public func callAsFunction(_ x: Double) -> Double {
    let n = knots.count
    guard n > 1 else { return values[0] }
    var low = 0, high = n - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= x { low = middle } else { high = middle }
    }
    let h = knots[high] - knots[low], slope = (values[high] - values[low]) / h
    if x < knots[0] { return values[0] + (x - knots[0]) * (slope - h * curvatures[1] / 6) }
    if x > knots[n - 1] {
      return values[n - 1] + (x - knots[n - 1]) * (slope + h * curvatures[n - 2] / 6)
    }
    let left = x - knots[low], right = knots[high] - x
    let bend = (1 + left / h) * curvatures[high] + (1 + right / h) * curvatures[low]
    return (left * values[high] + right * values[low]) / h - left * right * bend / 6
  }
}

/// The banded matrices of a spline, on places scaled to the unit interval.
private struct SplineBands {
  private let h: [Double]
  private let weights: [Double]
  private let range: Double
  /// Bands of Q' W^-1 Q: the diagonal and two beside it.
  private let bands: [(Double, Double, Double)]

  init(_ knots: [Double], _ weights: [Double]) {
    let n = knots.count, range = knots[n - 1] - knots[0]
    let h = (0..<n - 1).map { (knots[$0 + 1] - knots[$0]) / range }
    func column(_ j: Int) -> [Double] { [1 / h[j], -1 / h[j] - 1 / h[j + 1], 1 / h[j + 1]] }
    func product(_ j: Int, _ k: Int) -> Double {
      guard k < n - 2 else { return 0 }
      let (a, b) = (column(j), column(k)), shift = k - j
      return (shift..<3).reduce(0) { $0 + a[$1] * b[$1 - shift] / weights[j + $1] }
    }
    bands = (0..<n - 2).map { (product($0, $0), product($0, $0 + 1), product($0, $0 + 2)) }
    (self.h, self.weights, self.range) = (h, weights, range)
  }

  func fit(_ y: [Double], alpha: Double) -> (values: [Double], curvatures: [Double], trace: Double) {
    let m = bands.count
    // R + alpha Q' W^-1 Q = L D L', and L D L' c = Q'y.
    var d = [Double](repeating: 0, count: m + 2), l = d, k = d, c = d
    for i in 0..<m {
      let (b0, b1, b2) = bands[i]
      d[i] = (h[i] + h[i + 1]) / 3 + alpha * b0
      c[i] = (y[i + 2] - y[i + 1]) / h[i + 1] - (y[i + 1] - y[i]) / h[i]
      l[i] = i + 1 < m ? h[i + 1] / 6 + alpha * b1 : 0
      if i > 0 {
        d[i] -= l[i - 1] * l[i - 1] * d[i - 1]
        l[i] -= l[i - 1] * k[i - 1] * d[i - 1]
        c[i] -= l[i - 1] * c[i - 1]
      }
      if i > 1 {
        d[i] -= k[i - 2] * k[i - 2] * d[i - 2]
        c[i] -= k[i - 2] * c[i - 2]
      }
      l[i] /= d[i]
      k[i] = alpha * b2 / d[i]
    }
    // Bands of the inverse with the solution, from below.
    var s0 = [Double](repeating: 0, count: m + 2), s1 = s0, s2 = s0, trace = 0.0
    for i in stride(from: m - 1, through: 0, by: -1) {
      c[i] = c[i] / d[i] - l[i] * c[i + 1] - k[i] * c[i + 2]
      s2[i] = -l[i] * s1[i + 1] - k[i] * s0[i + 2]
      s1[i] = -l[i] * s0[i + 1] - k[i] * s1[i + 1]
      s0[i] = 1 / d[i] - l[i] * s1[i] - k[i] * s2[i]
      let (b0, b1, b2) = bands[i]
      trace += b0 * s0[i] + 2 * (b1 * s1[i] + b2 * s2[i])
    }
    var values = y
    for j in 0..<m {
      let (left, right) = (1 / h[j], 1 / h[j + 1])
      values[j] -= alpha * left * c[j] / weights[j]
      values[j + 1] += alpha * (left + right) * c[j] / weights[j + 1]
      values[j + 2] -= alpha * right * c[j] / weights[j + 2]
    }
    let curvatures = [0] + c[..<m].map { $0 / (range * range) } + [0]
    return (values, curvatures, Double(y.count) - alpha * trace)
  }
}
