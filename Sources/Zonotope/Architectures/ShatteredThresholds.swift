/// Threshold networks that can have every pattern of zeros and ones on the distinct rows: the optimum is the targets cut
/// off at two levels,
///
///     minimise  loss(f) + beta (max_i (f_i)_+ + max_i (-f_i)_+),
///
/// and its units have the rows along a direction, with a threshold midway wherever the pattern changes.
struct ShatteredThresholds {
  let network: ThresholdNetwork

  func train(
    on data: Dataset, loss: some Loss, beta: Beta, settings: SolverSettings
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    let training = try LineTraining(
      on: data, loss: loss, beta: beta, settings: settings, networks: "shattered thresholds")
    let (line, direction) = try projected(data.x)
    let samples = try LineSamples(line)
    guard network.widths.first ?? 0 >= samples.count - 1 else {
      throw .invalid(
        place: "model.widths[0]",
        reason:
          "\(network.widths.first ?? 0), \"shattered\" needs \(samples.count - 1) for \(samples.count) distinct rows"
      )
    }
    // The same units as on a line, behind the direction.
    let architecture = OneDimensionalNetwork(
      activation: .threshold, depth: network.depth, shape: .rectangular, widths: network.widths,
      outputBias: false)
    let n = samples.count
    return try training.run(
      architecture, .span(lean: 0, bias: false), samples, size: n < 62 ? 1 << n : .max
    ) { (flat) throws(ZonotopeError) in try lifted(flat, direction, features: data.x.columns) }
  }

  /// The rows along a direction on which all that are distinct have distinct places, and the direction.
  private func projected(_ x: MatrixView) throws(ZonotopeError) -> (MatrixView, [Double]) {
    let d = x.columns, n = x.rows
    if d == 1 { return (x, [1]) }
    let distinct = try distinctRows(x)
    let line = try Vector(n)
    for attempt in 0..<32 {
      var numbers = Xoshiro256(seed: UInt64(attempt))
      let direction = (0..<d).map { _ in numbers.nextNormal() }
      for k in 0..<n {
        // As the network computes it.
        var product = 0.0
        for j in 0..<d { product += direction[j] * x.row(k)[j] }
        line[k] = product
      }
      let places = Set(line.elements)
      if places.count == distinct { return (MatrixView(line, rows: n, columns: 1), direction) }
    }
    throw .invalid(
      place: "x", reason: "rows are too close to each other to be told apart along one direction")
  }

  private func distinctRows(_ x: MatrixView) throws(ZonotopeError) -> Int {
    var rows: Set<[Double]> = []
    for k in 0..<x.rows { rows.insert(Array(UnsafeBufferPointer(start: x.row(k), count: x.columns))) }
    return rows.count
  }

  private func lifted(
    _ flat: ParallelNetwork, _ direction: [Double], features: Int
  ) throws(ZonotopeError) -> ParallelNetwork {
    guard features > 1 else { return flat }
    var result = ParallelNetwork(activation: .threshold, features: features, depth: flat.depth)
    for u in 0..<flat.units {
      var unit = flat[u]
      unit.layers[0].weights = unit.layers[0].weights.flatMap { w in direction.map { w * $0 } }
      result.append(unit)
    }
    return result
  }
}
