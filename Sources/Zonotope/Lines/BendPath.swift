/// All optimal networks of two layers with bends, or of narrow ReLU units, on one-dimensional data with the squared loss, for
/// every beta at once.
///
/// At fixed knots, signs and side of the boundary multiplier the fit is linear in beta (Rosset and Zhu, "Piecewise linear
/// regularized solution paths", 2007). Each piece ends where a price reaches its bound, a bend vanishes, or the multiplier
/// changes its side; the next is found just below by ``KnotExchange``, so that events that coincide need no rule of their
/// own.
public struct BendPath: Sendable {
  /// A piece of the path: knots, and the values there at beta = 0 and per unit of beta.
  private struct Piece {
    let lambda: Double
    let knots: [Int]
    let values: [Double]
    let rates: [Double]
  }

  private let samples: LineSamples
  /// From betaMax down.
  private var pieces: [Piece] = []
  private let shift: Double
  private let scale: Double
  public let betaMax: Double

  /// Where a piece begins, descending from betaMax.
  public var events: [Double] { pieces.map { $0.lambda * scale } }
  /// Down to where the path is known: 0, or where `limit` pieces were used up.
  public private(set) var end = 0.0

  /// - Parameters:
  ///   - network: of two layers of ReLU, leaky ReLU or absolute values, or narrow ReLU of more.
  ///   - scale: that of the squared loss.
  ///   - limit: pieces at most; each takes a few passes over the samples.
  public init(
    _ network: OneDimensionalNetwork, on data: Dataset, scale: Double = 1, limit: Int = 100_000
  ) throws(ZonotopeError) {
    let loss = SquaredLoss(scale: scale)
    try checkRange(data, loss)
    guard data.y.columns == 1 else {
      throw .unsupported(key: "y", reason: "networks on one-dimensional data have one output")
    }
    samples = try LineSamples(data.x)
    let model = try network.model(positions: samples.count)
    switch model {
    case .bends, .flatBends: break
    default:
      throw .unsupported(
        key: "model", reason: "the path of bends is that of two layers, or of narrow ReLU units")
    }
    let program = try LineProgram(samples, model, loss, y: data.y)
    (shift, self.scale, betaMax) = (program.shift, scale, program.betaMax)
    let n = samples.count, t = try Vector(n)
    samples.add(program.targets.values, into: t.mutable)
    if let multiplicity = samples.multiplicity { for p in 0..<n { t[p] /= multiplicity[p] } }
    let solver = LineSolver(model: model, samples: samples)
    let w = samples.multiplicity.map { UnsafePointer($0.pointer) }
    var lambda = betaMax / scale
    guard n > 1, lambda > 0 else { return }
    let pass = try PricePass(samples, w: w, t: t.pointer)
    while pieces.count < limit {
      // Just below the last event.
      let below = lambda * (1 - 1e-9)
      let exchange = try solver.exchange(w: w, t: t.pointer, lambda: below, tolerance: 0, while: { true })
      guard let piece = BendPiece(exchange, model, lambda: below) else { break }
      pieces.append(
        Piece(lambda: lambda, knots: exchange.knots, values: piece.values, rates: piece.rates))
      var next = piece.end(pass)
      // Where columns are nearly the same, events come so close to each other that a piece can be wrong: it is believed
      // as far as its middle is proved to be optimal.
      while lambda - next > 1e-6 * lambda, !exchange.knots.isEmpty {
        let middle = 0.5 * (lambda + next)
        let answer = LineFit.lines(
          knots: exchange.knots, values: zip(piece.values, piece.rates).map { $0 + middle * $1 })
        let gap = program.gap(of: answer, beta: middle * scale)
        if gap <= 1e-9 * program.withoutNetwork { break }
        next = lambda - 0.25 * (lambda - next)
      }
      if next <= 1e-12 * betaMax / scale { return }
      lambda = next
    }
    end = lambda * scale
  }

  /// The outputs of the optimal network for a beta, one a sample.
  ///
  /// - Throws: for a beta below ``end``.
  public func outputs(at beta: Double) throws(ZonotopeError) -> [Double] {
    try Beta.absolute(beta).check()
    guard beta >= end else { throw .invalid(place: "beta", reason: "\(beta), the path ends at \(end)") }
    let lambda = beta / scale
    let f = try Vector(samples.count), all = try Vector(samples.samples)
    if beta < betaMax, var low = pieces.indices.first {
      // The last piece that begins above.
      var high = pieces.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if pieces[middle].lambda >= lambda { low = middle } else { high = middle }
      }
      let piece = pieces[low], values = zip(piece.values, piece.rates).map { $0 + lambda * $1 }
      if !piece.knots.isEmpty {
        LineFit.lines(knots: piece.knots, values: values).values(into: f.mutable, at: samples.x)
      }
    }
    for p in 0..<samples.count { f[p] += shift }
    samples.spread(f.values, into: all.mutable)
    return try all.list()
  }
}

/// A piece of the path while it is looked at: everything as a constant and a rate in lambda.
private struct BendPiece {
  private let exchange: KnotExchange
  private let lambda: Double
  private(set) var values: [Double]
  private(set) var rates: [Double]
  /// Of the costs.
  private let constant: KnotExchange.Costs
  private let rate: KnotExchange.Costs
  /// Numbers that stay at least zero: the multiplier's distance from its ends, or what keeps it there.
  private var sides: [(constant: Double, rate: Double)] = []

  init?(_ exchange: KnotExchange, _ model: LineModel, lambda: Double) {
    self.exchange = exchange
    self.lambda = lambda
    let fixed = exchange.values(targets: true, KnotExchange.Costs(rise: 0, fall: 0))
    guard case .bends(let a) = model else {
      (constant, rate) = (.init(rise: 0, fall: 0), .init(rise: 0.5, fall: 0.5))
      (values, rates) = (fixed, exchange.values(targets: false, rate))
      return
    }
    let m = exchange.costs.slope, sign = m < 0 ? -1.0 : 1
    // Costs for |m| = share lambda + offset.
    func costs(_ lambda: Double, _ size: Double) -> KnotExchange.Costs {
      let near = (lambda - size) / (1 - a), far = (lambda - a * size) / (1 - a)
      return sign > 0
        ? .init(rise: far, fall: near, slope: size) : .init(rise: near, fall: far, slope: -size)
    }
    let boundary = BoundaryMultiplier(beta: lambda, lean: a)
    func excess(_ v: [Double], _ sign: Double) -> Double { boundary.excess(exchange.ends(of: v), sign) }
    if m == 0 {
      (constant, rate) = (costs(0, 0), costs(1, 0))
      (values, rates) = (fixed, exchange.values(targets: false, rate))
      for side in [1.0, -1] { sides.append((-excess(values, side), -excess(rates, side))) }
    } else if abs(m) >= lambda * (1 - 1e-12) {
      (constant, rate) = (costs(0, 0), costs(1, 1))
      (values, rates) = (fixed, exchange.values(targets: false, rate))
      sides.append((excess(values, sign), excess(rates, sign)))
    } else {
      // The multiplier is where the excess is zero: linear in lambda too.
      let perLambda = exchange.values(targets: false, costs(1, 0)),
        perSize = exchange.values(targets: false, costs(0, 1))
      let slope = excess(perSize, sign)
      guard slope != 0 else { return nil }
      let offset = -excess(fixed, sign) / slope, share = -excess(perLambda, sign) / slope
      (constant, rate) = (costs(0, offset), costs(1, share))
      values = zip(fixed, perSize).map { $0 + offset * $1 }
      rates = zip(perLambda, perSize).map { $0 + share * $1 }
      sides = [(offset, share), (-offset, 1 - share)]
    }
  }

  /// The largest lambda below this one at which something that is at least zero becomes less.
  func end(_ pass: PricePass) -> Double {
    var last = 0.0
    let top = lambda * (1 - 1e-9)
    func take(_ constant: Double, _ rate: Double) {
      guard rate > 0 else { return }
      let root = -constant / rate
      if root > last, root < top { last = root }
    }
    for side in sides { take(side.constant, side.rate) }
    let bends = exchange.bends(of: values), changes = exchange.bends(of: rates)
    for (k, sign) in exchange.signs.enumerated() where sign != 0 { take(sign * bends[k], sign * changes[k]) }
    guard let lastKnot = exchange.knots.last else { return last }
    pass.fit(exchange.knots, values, targets: true)
    pass.fit(exchange.knots, rates, targets: false)
    // Prices are known up to a constant with flat ends: that of the last knot is its cost.
    let sign = exchange.signs[exchange.signs.count - 1]
    let known = { (costs: KnotExchange.Costs) in sign > 0 ? costs.rise : sign < 0 ? -costs.fall : 0 }
    let shift = exchange.flatEnds ? known(constant) - pass.prices[lastKnot] : 0
    let change = exchange.flatEnds ? known(rate) - pass.changes[lastKnot] : 0
    var knot = 0
    for j in 0..<exchange.count {
      if knot < exchange.knots.count, exchange.knots[knot] == j {
        knot += 1
        continue
      }
      let (z, dz) = (pass.prices[j] + shift, pass.changes[j] + change)
      take(constant.rise - z, rate.rise - dz)
      take(constant.fall + z, rate.fall + dz)
    }
    return last
  }
}

/// Prices of all knots, z_j = sum_i w_i (t_i - f_i) (x_i - x_j)_+, of a fit and of its rate.
private final class PricePass {
  private let samples: LineSamples
  private let w: UnsafePointer<Double>?
  private let t: UnsafePointer<Double>
  private let f: Vector
  let prices: Vector
  let changes: Vector

  init(_ samples: LineSamples, w: UnsafePointer<Double>?, t: UnsafePointer<Double>) throws(ZonotopeError) {
    (self.samples, self.w, self.t) = (samples, w, t)
    (f, prices, changes) = try (Vector(samples.count), Vector(samples.count), Vector(samples.count))
  }

  /// - Parameter targets: whether it is a fit, and not a rate.
  func fit(_ knots: [Int], _ values: [Double], targets: Bool) {
    let n = samples.count, x = samples.x, result = targets ? prices : changes
    LineFit.lines(knots: knots, values: values).values(into: f.mutable, at: x)
    var sum = 0.0, z = 0.0
    result[n - 1] = 0
    for j in stride(from: n - 2, through: 0, by: -1) {
      sum += (w?[j + 1] ?? 1) * ((targets ? t[j + 1] : 0) - f[j + 1])
      z += sum * (x[j + 1] - x[j])
      result[j] = z
    }
  }
}
