#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A bound of the response F of a neuron over all unit directions at once; see ``GainBound``.
///
/// Rows that curve downwards are replaced by lines below the kink with slopes s in [0, 1]. Of those that curve upwards,
/// weight max(t, 0) = weight (t + |t|) / 2 and |t| <= (t^2 / mu + mu) / 2 for every mu > 0. What is left is a quadratic
/// function of w on the ball, c(s)'w + w'Qw + const with Q = sum weight x x' / (4 mu), and for every lambda > lambda_max(Q)
///
///     F(w) <= lambda + c'(lambda - Q)^-1 c / 4 + sum weight mu / 4.
///
/// Over s, mu and lambda this is convex, the dual of the semidefinite relaxation. The steps below need not find its minimum
/// for the bound to hold.
struct ResponseRelaxation {
  private static let steps = 60

  private let response: NeuronResponse
  private let workers: Workers
  private let rank: Int
  private let upward: [Int]
  private let downward: [Int]

  init(_ response: NeuronResponse, _ workers: Workers) {
    (self.response, self.workers) = (response, workers)
    rank = response.rows.rank
    upward = (0..<response.rows.count).filter { response.weights[$0] > 0 }
    downward = (0..<response.rows.count).filter { response.weights[$0] < 0 }
  }

  private func row(_ k: Int) -> UnsafePointer<Double> {
    UnsafePointer(response.rows.coordinates.pointer + k * rank)
  }

  private func length(_ k: Int) -> Double { norm(Values(start: row(k), count: rank)) }

  private func product(_ k: Int, _ w: [Double]) -> Double {
    var sum = 0.0
    for q in 0..<rank { sum += row(k)[q] * w[q] }
    return sum
  }

  /// Rounded up.
  func bound() throws(ZonotopeError) -> Double {
    guard rank > 0 else { return 0 }
    var slopes = [Double](repeating: 0.5, count: response.rows.count)
    var moments = upward.map { length($0) * length($0) / Double(rank) }
    var best = Double.infinity
    for step in 0..<Self.steps where !workers.isStopped {
      let mu = zip(upward, moments).map { ($1 + 1e-9 * length($0) * length($0)).squareRoot() }
      guard let form = try QuadraticForm(gram(mu), rank) else { break }
      // Alternately: the lines for the ball as it is seen now, twice at the start, and the moments.
      var c = gradient(slopes)
      var place = form.largest(c)
      for _ in 0..<(step == 0 ? 3 : 1) {
        improve(&slopes, form, place.lambda)
        c = gradient(slopes)
        place = form.largest(c)
      }
      let rest = zip(upward, mu).reduce(0.0) { $0 + response.weights[$1.0] * $1.1 } / 4
      best = min(best, place.value + rest)
      let share = 2 / Double(step + 2)
      for (i, k) in upward.enumerated() {
        let along = product(k, place.direction), across = product(k, place.spare)
        moments[i] += share * (along * along + across * across - moments[i])
      }
    }
    let size = (upward + downward).reduce(0.0) { $0 + abs(response.weights[$1]) * length($1) }
    return best + Double(response.rows.count + 100 * rank) * 8 * Double.ulpOfOne * size
  }

  /// c = linear + sum upward weight x / 2 + sum downward slope weight x
  private func gradient(_ slopes: [Double]) -> [Double] {
    var c = Array(response.linear.values)
    for k in upward { for q in 0..<rank { c[q] += response.weights[k] / 2 * row(k)[q] } }
    for k in downward { for q in 0..<rank { c[q] += response.weights[k] * slopes[k] * row(k)[q] } }
    return c
  }

  /// Q, (rank, rank)
  private func gram(_ mu: [Double]) throws(ZonotopeError) -> Vector {
    let columns = try Vector(Zonotope.product(rank, upward.count, place: "x")), gram = try Vector(rank * rank)
    for (i, k) in upward.enumerated() {
      let factor = (response.weights[k] / (4 * max(mu[i], 1e-300))).squareRoot()
      for q in 0..<rank { columns[q * upward.count + i] = factor * row(k)[q] }
    }
    gramOfRows(MatrixView(columns, rows: rank, columns: upward.count), into: gram.mutable, workers)
    for p in 0..<rank { for q in p + 1..<rank { gram[p * rank + q] = gram[q * rank + p] } }
    return gram
  }

  /// One sweep of coordinate descent on c'(lambda - Q)^-1 c over the slopes.
  private func improve(_ slopes: inout [Double], _ form: QuadraticForm, _ lambda: Double) {
    var c = form.scaled(gradient(slopes), lambda)
    for k in downward {
      let y = form.scaled((0..<rank).map { row(k)[$0] }, lambda)
      let square = RowSpace.dot(y, y)
      guard square > 0 else { continue }
      let weight = response.weights[k]
      let slope = min(1, max(0, slopes[k] - RowSpace.dot(c, y) / (weight * square)))
      let change = weight * (slope - slopes[k])
      slopes[k] = slope
      for q in 0..<rank { c[q] += change * y[q] }
    }
  }
}

/// w'Qw with Q positive semidefinite, by its eigenvectors.
private struct QuadraticForm {
  private let values: [Double]
  private let vectors: [[Double]]

  /// Nil where a number is not finite.
  init?(_ matrix: Vector, _ order: Int) throws(ZonotopeError) {
    // For such matrices these are the singular ones.
    let decomposition = try SingularValues(order, order)
    guard decomposition.decompose(matrix.values) else { return nil }
    // Rounded up: a larger Q makes a larger bound.
    let slack = decomposition.values[0] * 1e-12
    values = decomposition.values.values.map { $0 + slack }
    vectors = (0..<order).map { decomposition.rightVector($0) }
  }

  private func coordinates(_ c: [Double]) -> [Double] { vectors.map { RowSpace.dot($0, c) } }

  /// (lambda - Q)^-1/2 c, up to a rotation.
  func scaled(_ c: [Double], _ lambda: Double) -> [Double] {
    zip(coordinates(c), values).map { $0 / max(lambda - $1, 1e-9 * lambda).squareRoot() }
  }

  /// min over lambda of lambda + c'(lambda - Q)^-1 c / 4, which is the maximum of c'w + w'Qw on the ball; that w, and what
  /// is missing to length 1 along the first eigenvector.
  func largest(_ c: [Double]) -> (value: Double, lambda: Double, direction: [Double], spare: [Double]) {
    let parts = coordinates(c), first = values.first ?? 0
    func square(_ lambda: Double) -> Double {
      zip(parts, values).reduce(0) { $0 + ($1.0 / (2 * (lambda - $1.1))) * ($1.0 / (2 * (lambda - $1.1))) }
    }
    let size = RowSpace.dot(parts, parts).squareRoot()
    var (low, high) = (first * (1 + 1e-9) + 1e-12 * size, first + size)
    guard high > 0 else { return (0, 0, c.map { _ in 0 }, c.map { _ in 0 }) }
    if square(low) > 1 {
      for _ in 0..<100 {
        let middle = (low + high) / 2
        if square(middle) > 1 { low = middle } else { high = middle }
      }
    } else {
      high = low
    }
    let lambda = high
    let weights = zip(parts, values).map { $0 / (2 * (lambda - $1)) }
    let value = lambda + zip(parts, weights).reduce(0) { $0 + $1.0 * $1.1 / 2 }
    var direction = [Double](repeating: 0, count: c.count)
    for (weight, vector) in zip(weights, vectors) {
      for q in direction.indices { direction[q] += weight * vector[q] }
    }
    let missing = max(0, 1 - RowSpace.dot(weights, weights)).squareRoot()
    return (value, lambda, direction, vectors.first.map { $0.map { $0 * missing } } ?? direction)
  }
}
