#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a number of normal gates promises, before any is drawn, about the optimum over their patterns: "zonotope
/// subsampling", as patterns are the vertices of the zonotope {X'h : h in [0, 1]^n}.
///
/// Let an optimal network have at most `neurons` neurons. A normal gate lies within an angle phi of a given direction
/// with the probability q = I_{sin^2 phi}((r - 1) / 2, 1/2) / 2, I the regularised incomplete beta function and r the
/// rank of the data; so with probability at least 1 - neurons (1 - q)^gates every neuron has a gate that close. In its
/// own cell that gate is a neuron whose outputs differ by at most 2 sin(phi / 2) sigma_max(X) for each unit of weight.
/// Bounds of this kind are far from tight, exponential in r, and independent of the number of rows: certificates after
/// the fact say more.
public struct SubsamplingGuarantee: Sendable, Equatable {
  public let gates: Int
  public let neurons: Int
  public let rank: Int
  /// That the angle holds for all neurons at once.
  public let confidence: Double
  /// phi, in radians; infinite where so few gates promise nothing.
  public let angle: Double
  /// At least the largest singular value of the data, and no more than 2.5 % above it up to 256 rows or columns; the
  /// Frobenius norm beyond.
  public let largestSingularValue: Double

  /// - Parameters:
  ///   - neurons: of an optimal network; the number of rows always suffices for one output (Mishkin and Pilanci 2023).
  ///   - confidence: above 0 and below 1.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)``.
  public init(
    gates: Int, on x: MatrixView, neurons: Int? = nil, confidence: Double = 0.95
  ) throws(ZonotopeError) {
    let neurons = neurons ?? max(1, x.rows)
    guard gates > 0 else { throw .invalid(place: "gates", reason: "\(gates) gates are not above 0") }
    guard neurons > 0 else { throw .invalid(place: "neurons", reason: "\(neurons) neurons are not above 0") }
    guard confidence > 0, confidence < 1 else {
      throw .invalid(place: "confidence", reason: "\(confidence) is not between 0 and 1")
    }
    (self.gates, self.neurons, self.confidence) = (gates, neurons, confidence)
    rank = try Arrangement.rank(of: x)
    // neurons (1 - q)^gates = 1 - confidence
    let needed = -expm1(log((1 - confidence) / Double(neurons)) / Double(gates))
    angle = Self.angle(cap: needed, rank: rank)
    largestSingularValue = Self.singularValueBound(x)
  }

  /// The factor of p_subsampled <= factor p_optimal, for a loss that is not negative and has the Lipschitz constant
  /// `lipschitz` in the Euclidean norm of the outputs: scale sqrt(n) for the logistic loss.
  public func factor(beta: Double, lipschitz: Double) -> Double {
    1 + reach * lipschitz / beta
  }

  /// An upper bound on p_subsampled for the squared loss (scale / 2) ||f - y||^2, from any upper bound on the optimum
  /// over all neurons: the loss at zero, (scale / 2) ||y||^2, always is one.
  public func squaredLossBound(optimum: Double, beta: Double, scale: Double = 1) -> Double {
    let error = reach * optimum / beta
    return optimum + (2 * optimum * scale).squareRoot() * error + scale * error * error / 2
  }

  /// Gates that bring every neuron within an angle, in radians.
  public static func gates(angle: Double, rank: Int, neurons: Int, confidence: Double) -> Int {
    let q = capFraction(angle: angle, rank: rank)
    guard q > 0 else { return .max }
    let count = (log((1 - confidence) / Double(neurons)) / log1p(-q)).rounded(.up)
    return count < 0x1p62 ? max(1, Int(count)) : .max
  }

  /// The part of all directions in rank dimensions that lie within an angle of one of them (Li, "Concise formulas for
  /// the area and volume of a hyperspherical cap", 2011).
  public static func capFraction(angle: Double, rank: Int) -> Double {
    if rank == 0 || angle >= .pi { return 1 }
    if rank == 1 { return 0.5 }
    let sine = sin(min(angle, .pi - angle))
    let half = incompleteBeta(sine * sine, Double(rank - 1) / 2, 0.5) / 2
    return angle <= .pi / 2 ? half : 1 - half
  }

  /// Outputs change by this for each unit of weight.
  private var reach: Double { 2 * sin(min(angle, .pi) / 2) * largestSingularValue }

  private static func angle(cap: Double, rank: Int) -> Double {
    // A line has two directions: a gate on the right side is at the angle 0.
    if rank < 2 { return cap <= 0.5 || rank == 0 ? 0 : .infinity }
    guard cap < 1 else { return .infinity }
    var low = 0.0, high = Double.pi
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if capFraction(angle: middle, rank: rank) < cap { low = middle } else { high = middle }
    }
    return high
  }

  /// ||(X'X)^64||_F^(1/128): at least the largest singular value, and more by a factor of m^(1/256) at most for m singular
  /// values.
  private static func singularValueBound(_ x: MatrixView) -> Double {
    let byRows = x.rows <= x.columns, size = min(x.rows, x.columns)
    var largest = 0.0
    for k in 0..<x.rows { for j in 0..<x.columns { largest = max(largest, abs(x.row(k)[j])) } }
    guard largest > 0 else { return 0 }
    func entry(_ a: Int, _ b: Int) -> Double { (byRows ? x.row(a)[b] : x.row(b)[a]) / largest }
    let length = max(x.rows, x.columns)
    if size > 256 {
      var total = 0.0
      for a in 0..<size { for b in 0..<length { total += entry(a, b) * entry(a, b) } }
      return largest * total.squareRoot() * (1 + 1e-9)
    }
    var gram = [Double](repeating: 0, count: size * size)
    for a in 0..<size {
      for b in 0...a {
        let value = (0..<length).reduce(0) { $0 + entry(a, $1) * entry(b, $1) }
        (gram[a * size + b], gram[b * size + a]) = (value, value)
      }
    }
    // log of the norm of G^(2^k), with the matrix scaled to norm 1 after every squaring.
    var logarithm = 0.0, power = 1.0
    for step in 0...6 {
      let norm = gram.reduce(0) { $0 + $1 * $1 }.squareRoot()
      logarithm += log(norm) / power
      for i in gram.indices { gram[i] /= norm }
      guard step < 6 else { break }
      gram = squared(gram, size)
      power *= 2
    }
    return largest * exp(logarithm / 2) * (1 + 1e-9)
  }

  private static func squared(_ a: [Double], _ size: Int) -> [Double] {
    var result = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for k in 0..<size {
        let factor = a[i * size + k]
        for j in 0..<size { result[i * size + j] += factor * a[k * size + j] }
      }
    }
    return result
  }
}

extension PatternSet {
  /// The vertices of the zonotope {X'h : h in [0, 1]^n} that belong to the patterns: the sums of the rows that each
  /// selects, (patterns, features).
  public func vertices(of x: MatrixView) throws(ZonotopeError) -> MatrixView {
    guard samples == x.rows else {
      throw .invalid(place: "patterns", reason: "\(samples) bits each for \(x.rows) rows")
    }
    let vertices = try Vector(product(count, x.columns, place: "patterns"))
    for i in 0..<count {
      let vertex = vertices.pointer + i * x.columns
      for k in 0..<samples where self[i, k] {
        for j in 0..<x.columns { vertex[j] += x.row(k)[j] }
      }
    }
    return MatrixView(vertices, rows: count, columns: x.columns)
  }
}
