/// A bound of the response of a neuron over all directions at once; see ``GainBound``.
struct ResponseRelaxation {
  private let response: NeuronResponse
  private let workers: Workers
  private var rank: Int { response.rows.rank }
  private var count: Int { response.rows.count }

  init(_ response: NeuronResponse, _ workers: Workers) {
    (self.response, self.workers) = (response, workers)
  }

  /// Rounded up.
  func bound() throws(ZonotopeError) -> Double {
    guard rank > 0 else { return 0 }
    let upward = (0..<count).filter { response.weights[$0] > 0 }
    let size = (0..<count).reduce(0.0) { $0 + abs(response.weights[$1]) * length($1) }
    let bound = try straightPart(upward) + curvedPart(upward) / 2
    return bound + Double(count + 100) * Double.ulpOfOne * size
  }

  private func row(_ k: Int) -> UnsafePointer<Double> {
    UnsafePointer(response.rows.coordinates.pointer + k * rank)
  }

  private func length(_ k: Int) -> Double { norm(Values(start: row(k), count: rank)) }

  /// The least ||c(s)||: c = linear + sum upward weight x / 2 + sum downward s weight x, by coordinate descent.
  private func straightPart(_ upward: [Int]) -> Double {
    var c = Array(response.linear.values)
    func add(_ factor: Double, _ k: Int) { for q in 0..<rank { c[q] += factor * row(k)[q] } }
    let downward = (0..<count).filter { response.weights[$0] < 0 }
    for k in upward { add(response.weights[k] / 2, k) }
    for k in downward { add(response.weights[k] / 2, k) }
    var slopes = [Double](repeating: 0.5, count: count)
    let squares = (0..<count).map { length($0) * length($0) }
    for _ in 0..<100 {
      for k in downward where squares[k] > 0 {
        let weight = response.weights[k]
        let product = (0..<rank).reduce(0.0) { $0 + c[$1] * row(k)[$1] }
        let slope = min(1, max(0, slopes[k] - product / (weight * squares[k])))
        add(weight * (slope - slopes[k]), k)
        slopes[k] = slope
      }
    }
    // Once more from the slopes, without what the steps have left of rounding.
    c = Array(response.linear.values)
    for k in upward { add(response.weights[k] / 2, k) }
    for k in downward { add(response.weights[k] * slopes[k], k) }
    return c.withUnsafeBufferPointer { norm($0) }
  }

  /// max over unit w of sum weight |x . w|, from above: multiplicative steps on mu towards weight sqrt(x' W x), W a mean of
  /// projectors on the leading directions so far. Every mu gives a bound; the best counts.
  private func curvedPart(_ upward: [Int]) throws(ZonotopeError) -> Double {
    guard !upward.isEmpty else { return 0 }
    var mu = upward.map { response.weights[$0] * length($0) }
    var best = Double.infinity
    var mean = [Double](repeating: 0, count: upward.count)
    for step in 0..<60 {
      guard let (largest, direction) = try leading(upward, mu) else { return best }
      best = min(best, (mu.reduce(0, +) * largest).squareRoot())
      let share = 2 / Double(step + 2)
      for (i, k) in upward.enumerated() {
        let product = (0..<rank).reduce(0.0) { $0 + direction[$1] * row(k)[$1] }
        mean[i] += share * (product * product - mean[i])
        // A little of every row, so that no mu vanishes.
        mu[i] = response.weights[k] * (mean[i] + 1e-6 * length(k) * length(k)).squareRoot()
      }
    }
    return best
  }

  /// The largest eigenvalue of sum weight^2 x x' / mu, rounded up, and its vector.
  private func leading(_ upward: [Int], _ mu: [Double]) throws(ZonotopeError) -> (Double, [Double])? {
    let columns = try Vector(product(rank, upward.count, place: "x")), gram = try Vector(rank * rank)
    for (i, k) in upward.enumerated() {
      let factor = response.weights[k] / mu[i].squareRoot()
      for q in 0..<rank { columns[q * upward.count + i] = factor * row(k)[q] }
    }
    gramOfRows(MatrixView(columns, rows: rank, columns: upward.count), into: gram.mutable, workers)
    for p in 0..<rank { for q in p + 1..<rank { gram[p * rank + q] = gram[q * rank + p] } }
    let decomposition = try SingularValues(rank, rank)
    guard decomposition.decompose(gram.values) else { return nil }
    return (decomposition.values[0] * (1 + 1e-10), decomposition.rightVector(0))
  }
}
