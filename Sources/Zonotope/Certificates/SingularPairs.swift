#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The largest singular pairs of a matrix M that is known by its products, with a bound of its largest singular value.
///
/// Bidiagonalisation of Golub and Kahan (1965) with complete reorthogonalisation, which is the method of Lanczos on M'M. After
/// k steps from a vector that is uniform on the sphere of R^N, with s the largest value found,
///
///     s_1 <= s cosh(t),   sinh((2k - 1) t) = sqrt(2 N / pi) / delta,
///
/// for all but a share delta of the starting vectors: the argument of Kuczynski and Wozniakowski (1992, theorem 3.2). If s^2
/// were below (1 - e) s_1^2, the polynomial sin((2k - 1) phi) / sin phi of (1 - e) cos^2 phi = x / s_1^2 would show that the
/// start has less than 1 / sinh((2k - 1) t) of the first singular vector, cosh^2 t = 1 / (1 - e). N is the smaller side of M,
/// and after N steps all is found.
struct SingularPairs {
  /// The share of starting vectors for which a bound need not hold.
  static let failure = 1e-12

  /// Of M, or of M' where that has fewer columns.
  private let rows: Int, columns: Int
  private let isFlipped: Bool
  private var u: [Vector] = []
  private var v: [Vector] = []
  private var diagonal: [Double] = []
  private var superdiagonal: [Double] = []
  private var isComplete = false
  private(set) var values: [Double] = []
  private var leftFactors: [[Double]] = [], rightFactors: [[Double]] = []

  var steps: Int { diagonal.count }

  init(rows: Int, columns: Int, random: inout Xoshiro256) throws(ZonotopeError) {
    isFlipped = rows < columns
    (self.rows, self.columns) = (max(rows, columns), min(rows, columns))
    let columns = self.columns
    let start = try Vector(columns)
    for j in 0..<columns { start[j] = random.nextNormal() }
    scale(start.mutable, by: 1 / max(norm(start.values), 1e-300))
    v = [start]
  }

  /// Doubles that so many steps take.
  static func size(rows: Int, columns: Int, steps: Int) -> Int {
    (steps + 1) * (rows + columns) + 8 * steps * steps
  }

  /// Steps after which a bound is at most `excess` above the largest value found.
  static func steps(rows: Int, columns: Int, excess: Double) -> Int {
    let side = min(rows, columns), steps = 0.5 + 0.5 * asinh(start(side)) / acosh(1 + excess)
    return steps < Double(side) ? Int(steps.rounded(.up)) : side
  }

  private static func start(_ columns: Int) -> Double { (2 * Double(columns) / .pi).squareRoot() / failure }

  /// No smaller than the largest singular value.
  var bound: Double {
    guard let largest = values.first else { return .infinity }
    let rounding = 1 + 64 * Double(rows + columns) * Double.ulpOfOne
    if isComplete { return largest * rounding }
    return largest * cosh(asinh(Self.start(columns)) / Double(2 * steps - 1)) * rounding
  }

  /// Goes on to so many steps, or to the last.
  ///
  /// - Parameters:
  ///   - left: M v.
  ///   - right: M'u.
  mutating func run(
    to limit: Int, left: (_ v: Values, _ target: MutableValues) -> Void,
    right: (_ u: Values, _ target: MutableValues) -> Void, while mayGoOn: () -> Bool
  ) throws(ZonotopeError) {
    let limit = min(limit, columns), (left, right) = isFlipped ? (right, left) : (left, right)
    guard steps < limit, !isComplete else { return }
    while steps < limit, mayGoOn() {
      let k = steps, next = try Vector(rows)
      left(v[k].values, next.mutable)
      orthogonalise(next, to: u)
      let length = norm(next.values)
      // Nothing is left of what the start can reach, up to rounding; a start of all directions reaches everything.
      guard length > 1e-14 * (diagonal.max() ?? 0), length > 0 else {
        isComplete = true
        break
      }
      scale(next.mutable, by: 1 / length)
      u.append(next)
      diagonal.append(length)
      let other = try Vector(columns)
      right(next.values, other.mutable)
      orthogonalise(other, to: v)
      let rest = norm(other.values)
      superdiagonal.append(rest)
      guard rest > 1e-14 * (diagonal.max() ?? 0) else {
        isComplete = true
        break
      }
      scale(other.mutable, by: 1 / rest)
      v.append(other)
    }
    if steps == columns { isComplete = true }
    try decompose()
  }

  private func orthogonalise(_ x: Vector, to basis: [Vector]) {
    // Twice is enough (Kahan; Parlett 1980, section 6.9).
    for _ in 0..<2 {
      for y in basis { add(-dot(x.values, y.values), y.values, to: x.mutable) }
    }
  }

  /// The singular values of the bidiagonal matrix, upper by the alphas on its diagonal and the betas beside it.
  private mutating func decompose() throws(ZonotopeError) {
    let k = steps
    guard k > 0 else { return values = [0] }
    let matrix = try Vector(k * k), small = try SingularValues(k, k)
    for i in 0..<k {
      matrix[i * k + i] = diagonal[i]
      if i + 1 < k { matrix[i * k + i + 1] = superdiagonal[i] }
    }
    guard small.decompose(matrix.values) else { return values = [.nan] }
    values = Array(small.values.values)
    leftFactors = (0..<min(k, 16)).map { small.leftVector($0) }
    rightFactors = (0..<min(k, 16)).map { small.rightVector($0) }
  }

  /// How far M v_i is from s_i u_i, and M'u_i from s_i v_i, at most.
  func residual(_ i: Int) -> Double {
    guard i < leftFactors.count, !isComplete else { return 0 }
    return superdiagonal[steps - 1] * abs(leftFactors[i][steps - 1])
  }

  /// Pair i of the first sixteen.
  func write(_ i: Int, left: MutableValues, right: MutableValues) {
    let (left, right) = isFlipped ? (right, left) : (left, right)
    left.update(repeating: 0)
    right.update(repeating: 0)
    for (k, factor) in leftFactors[i].enumerated() { add(factor, u[k].values, to: left) }
    for (k, factor) in rightFactors[i].enumerated() { add(factor, v[k].values, to: right) }
  }
}
