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
///
/// Where nothing is left of what the start reaches, as with matrices of low rank, three fresh vectors w orthogonal to all so far
/// look for more. Of a rest with a largest singular value r, one of them has ||M w|| >= r (pi / 2 N)^(1/2) delta^(1/3), for all
/// but a share delta: if none shows anything, what is missing is bounded by that.
struct SingularPairs {
  /// The share of starting vectors for which a bound need not hold.
  static let failure = 1e-12

  /// Of M, or of M' where that has fewer columns.
  private let rows: Int, columns: Int
  private let isFlipped: Bool
  private var u: [Vector] = []
  private var v: [Vector] = []
  private var diagonal: [Double] = []
  /// Of each step: which v its u comes from. One that gave nothing new belongs to no step.
  private var origin: [Int] = []
  private var superdiagonal: [Double] = []
  /// Steps before the last fresh start, which know all of M in the span of their v.
  private var begun = 0
  private var isComplete = false
  /// What may be left where it is complete.
  private var rest = 0.0
  private var random: Xoshiro256
  private(set) var values: [Double] = []
  private var leftFactors: [[Double]] = [], rightFactors: [[Double]] = []

  var steps: Int { diagonal.count }

  init(rows: Int, columns: Int, random: inout Xoshiro256) throws(ZonotopeError) {
    isFlipped = rows < columns
    (self.rows, self.columns) = (max(rows, columns), min(rows, columns))
    let columns = self.columns
    let start = try Vector(columns)
    for j in 0..<columns { start[j] = random.nextNormal() }
    self.random = random
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
    guard let largest = values.first, largest.isFinite else { return .infinity }
    let rounding = 1 + 64 * Double(rows + columns) * Double.ulpOfOne
    if isComplete { return hypot(largest, rest) * rounding }
    let own = steps - begun
    return own == 0 ? .infinity : largest * cosh(asinh(Self.start(columns)) / Double(2 * own - 1)) * rounding
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
    while steps < limit, !isComplete, mayGoOn() {
      let column = v.count - 1, next = try Vector(rows)
      left(v[column].values, next.mutable)
      orthogonalise(next, to: u)
      let length = norm(next.values)
      guard length > negligible, length > 0 else {
        try startAgain(left)
        continue
      }
      scale(next.mutable, by: 1 / length)
      u.append(next)
      diagonal.append(length)
      origin.append(column)
      let other = try Vector(columns)
      right(next.values, other.mutable)
      orthogonalise(other, to: v)
      let remainder = norm(other.values)
      superdiagonal.append(remainder)
      if steps == columns {
        isComplete = true
      } else if remainder > negligible {
        scale(other.mutable, by: 1 / remainder)
        v.append(other)
      } else {
        superdiagonal[steps - 1] = 0
        try startAgain(left)
      }
    }
    try decompose()
  }

  private var negligible: Double { 1e-14 * (diagonal.max() ?? 0) }

  /// Goes on from a fresh vector that M does not make vanish; complete where three do not show that there is one.
  private mutating func startAgain(
    _ left: (_ v: Values, _ target: MutableValues) -> Void
  ) throws(ZonotopeError) {
    isComplete = true
    guard v.count < columns else { return }
    var largest = 0.0
    for _ in 0..<3 {
      let w = try Vector(columns), image = try Vector(rows)
      for j in 0..<columns { w[j] = random.nextNormal() }
      orthogonalise(w, to: v)
      scale(w.mutable, by: 1 / max(norm(w.values), 1e-300))
      left(w.values, image.mutable)
      let length = norm(image.values)
      guard length <= 10 * negligible else {
        v.append(w)
        (begun, isComplete) = (steps, false)
        return
      }
      largest = max(largest, length)
    }
    rest = largest * (2 * Double(columns) / .pi).squareRoot() / cbrt(Self.failure)
  }

  private func orthogonalise(_ x: Vector, to basis: [Vector]) {
    // Twice is enough (Kahan; Parlett 1980, section 6.9).
    for _ in 0..<2 {
      for y in basis { add(-dot(x.values, y.values), y.values, to: x.mutable) }
    }
  }

  /// The singular values of the matrix of steps, (steps, v): bidiagonal but for the columns of no step.
  private mutating func decompose() throws(ZonotopeError) {
    let k = steps
    guard let last = origin.last else { return values = [0] }
    // What a step leaves belongs to the v behind its own, which a run that goes on has not looked at yet.
    let count = isComplete ? v.count : last + 1
    let matrix = try Vector(k * count), small = try SingularValues(k, count)
    for i in 0..<k {
      matrix[i * count + origin[i]] = diagonal[i]
      if origin[i] + 1 < count { matrix[i * count + origin[i] + 1] = superdiagonal[i] }
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
