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
    let (samples, direction) = try projected(data.x)
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
      architecture, .span(lean: 0, bias: false), samples, size: n < 62 ? 1 << n : .max, along: direction)
  }

  /// The rows along a direction on which all that are distinct have distinct places, and the direction.
  private func projected(_ x: MatrixView) throws(ZonotopeError) -> (LineSamples, [Double]) {
    let d = x.columns, n = x.rows
    if d == 1 { return (try LineSamples(x), [1]) }
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
      let samples = try LineSamples(MatrixView(line, rows: n, columns: 1))
      if try tellsApart(samples, x) { return (samples, direction) }
    }
    throw .invalid(
      place: "x", reason: "rows are too close to each other to be told apart along one direction")
  }

  /// Whether rows at the same place are equal.
  private func tellsApart(_ samples: LineSamples, _ x: MatrixView) throws(ZonotopeError) -> Bool {
    guard let place = samples.place, samples.multiplicity != nil else { return true }
    // One of the rows at each place, counted from 1.
    let first = try Buffer<Int32>(samples.count)
    for k in 0..<x.rows {
      let p = Int(place[k])
      guard first[p] > 0 else {
        first[p] = Int32(k + 1)
        continue
      }
      let known = x.row(Int(first[p]) - 1), row = x.row(k)
      for j in 0..<x.columns where known[j] != row[j] { return false }
    }
    return true
  }
}
