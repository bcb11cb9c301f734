/// Exact fits by squares on the line:
///
///     minimise  1/2 sum_i w_i (f_i - t_i)^2 + lambda penalty(f)
///
/// each penalty by the method that suits it. What one solve has found starts the next.
final class LineSolver {
  let model: LineModel
  let samples: LineSamples
  private(set) var steps = 0
  private var knots: (knots: [Int], signs: [Double])?
  private var columns: [(column: LineColumn, sign: Double)] = []

  init(model: LineModel, samples: LineSamples) {
    (self.model, self.samples) = (model, samples)
  }

  /// - Parameters:
  ///   - tolerance: the relative gap that is small enough.
  /// - Returns: nil where it was stopped before there was an answer.
  func solve(
    w: UnsafePointer<Double>?, t: UnsafePointer<Double>, lambda: Double, tolerance: Double,
    while mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> LineFit? {
    let n = samples.count, x = samples.x
    if lambda == 0 { return interpolation(t) }
    if n == 1 { return single(w, t[0], lambda) }
    switch model {
    case .bends, .flatBends:
      return try exchange(w: w, t: t, lambda: lambda, tolerance: tolerance, while: mayGoOn).answer
    case .jumps(let lean, let bias): return try jumps(lean, bias, w, t, lambda)
    case .span(let lean, let bias):
      steps += 1
      return .points(try LevelClip(count: n, w: w, t: t).fit(lean: lean, bias: bias, lambda: lambda))
    case .switches(let limit, let lean, _):
      var dictionary = SwitchDictionary(limit: limit, low: lean < 0 ? -1 : 0)
      return try search(&dictionary, w, t, lambda, tolerance, mayGoOn)
    case .folds:
      var dictionary = FoldDictionary(x: x, count: n)
      return try search(&dictionary, w, t, lambda, tolerance, mayGoOn)
    }
  }

  /// The function through all targets, whose penalty is the smallest of all with no loss.
  private func interpolation(_ t: UnsafePointer<Double>) -> LineFit? {
    let n = samples.count
    let values = (0..<n).map { t[$0] }
    switch model {
    case .bends, .flatBends: return .lines(knots: Array(0..<n), values: values)
    case .jumps: return .runs(starts: Array(0..<n), levels: values)
    case .span: return .points(values)
    case .switches, .folds: return nil
    }
  }

  /// One position: nothing but a constant, which may cost.
  private func single(_ w: UnsafePointer<Double>?, _ t: Double, _ lambda: Double) -> LineFit {
    let isFree = model.hasFreeConstant, weight = w?[0] ?? 1
    let value = isFree ? t : max(0, abs(t) - lambda / weight) * (t < 0 ? -1 : 1)
    switch model {
    case .bends, .flatBends: return .lines(knots: [0], values: [value])
    case .jumps: return .runs(starts: [0], levels: [value])
    case .span: return .points([value])
    case .switches(_, let lean, _):
      guard !isFree else { return .columns([], coefficients: [], constant: value) }
      return .columns(
        [.switches(at: [], startsHigh: true, low: lean < 0 ? -1 : 0)], coefficients: [value], constant: 0)
    case .folds: return .columns([], coefficients: [], constant: value)
    }
  }

  /// The cheapest combination of columns through the values, as the limit of fits whose penalty weighs less and less:
  /// once the columns are right, the signs tell what is exact.
  func interpolate(
    _ y: Vector, tolerance: Double, while mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> (answer: LineFit, multipliers: Vector)? {
    let f = try Vector(samples.count), r = try Vector(samples.count)
    var best: (answer: LineFit, multipliers: Vector)?
    var lambda = 1e-3 * y.values.reduce(0) { max($0, abs($1)) }
    for _ in 0..<4 where mayGoOn() {
      lambda *= 1e-2
      let answer = try solve(w: nil, t: y.pointer, lambda: lambda, tolerance: 0, while: mayGoOn)
      guard let answer, case .columns(let columns, var z, var constant) = answer else { break }
      answer.values(into: f.mutable, at: samples.x)
      for i in 0..<r.count { r[i] = (y[i] - f[i]) / lambda }
      guard let exact = interpolating(columns, y) else { continue }
      (z, constant) = exact
      let repaired = LineFit.columns(columns, coefficients: z, constant: constant)
      best = (repaired, try Vector(copying: r.values))
    }
    return best
  }

  /// Coefficients of the columns, and the constant, with the values at all positions; nil where there are none.
  private func interpolating(_ columns: [LineColumn], _ y: Vector) -> (z: [Double], constant: Double)? {
    let n = samples.count, bias = model.hasFreeConstant, k = columns.count
    var features = columns.map { column -> [Double] in
      var feature = [Double](repeating: 0, count: n)
      feature.withUnsafeMutableBufferPointer { column.add(1, to: $0, at: samples.x) }
      return feature
    }
    let mean = bias ? sum(y.values) / Double(n) : 0
    var means = [Double](repeating: 0, count: k)
    for c in 0..<k where bias {
      means[c] = features[c].reduce(0, +) / Double(n)
      for i in 0..<n { features[c][i] -= means[c] }
    }
    var z = [Double](repeating: 0, count: k), rest = (0..<n).map { y[$0] - mean }
    // Twice: the second removes the rounding of the first.
    for _ in 0..<3 {
      let gram = (0..<k).map { a in
        (0..<k).map { b in zip(features[a], features[b]).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      let b = features.map { feature in zip(feature, rest).reduce(0) { $0 + $1.0 * $1.1 } }
      guard let step = ActiveSetLasso.solve(gram, b) else { return nil }
      for c in 0..<k {
        z[c] += step[c]
        for i in 0..<n { rest[i] -= step[c] * features[c][i] }
      }
    }
    let size = y.values.reduce(0) { max($0, abs($1)) }
    guard rest.allSatisfy({ abs($0) <= 1e-12 * size }) else { return nil }
    return (z, zip(z, means).reduce(mean) { $0 - $1.0 * $1.1 })
  }

  // MARK: Bends and jumps

  /// The exchange of knots at its optimum, for models with bends.
  func exchange(
    w: UnsafePointer<Double>?, t: UnsafePointer<Double>, lambda: Double, tolerance: Double,
    while mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> KnotExchange {
    let n = samples.count, x = samples.x
    let exchange: KnotExchange
    if case .bends(let lean) = model {
      let boundary = BoundaryMultiplier(beta: lambda, lean: lean)
      exchange = KnotExchange(
        count: n, x: x, w: w, t: t, flatEnds: false, costs: boundary.costs(0), start: knots)
      _ = try boundary.find(
        solve: { (costs) throws(ZonotopeError) in
          exchange.costs = costs
          guard exchange.run(tolerance: tolerance, while: mayGoOn) || mayGoOn() else { return nil }
          return exchange.ends(of: exchange.values)
        },
        rates: { exchange.ends(of: exchange.values(targets: false, $0)) })
    } else {
      let costs = KnotExchange.Costs(rise: 0.5 * lambda, fall: 0.5 * lambda)
      exchange = KnotExchange(count: n, x: x, w: w, t: t, flatEnds: true, costs: costs, start: knots)
      _ = exchange.run(tolerance: tolerance, while: mayGoOn)
    }
    steps += exchange.passes
    knots = (exchange.knots, exchange.signs)
    return exchange
  }

  private func jumps(
    _ lean: Double, _ bias: Bool, _ w: UnsafePointer<Double>?, _ t: UnsafePointer<Double>, _ lambda: Double
  ) throws(ZonotopeError) -> LineFit {
    let boundary = BoundaryMultiplier(beta: lambda, lean: lean), n = samples.count
    func string(_ costs: KnotExchange.Costs) throws(ZonotopeError) -> TautString {
      steps += 1
      return try TautString(count: n, w: w, t: t, costs: costs)
    }
    var last = try string(boundary.costs(0))
    if !bias {
      func ends(_ levels: [Double]) -> BoundaryMultiplier.Ends {
        var rises = 0.0, falls = 0.0
        for k in 1..<max(1, levels.count) {
          // The direction of a jump is that of the string, also where its rate is asked for.
          if last.levels[k] > last.levels[k - 1] {
            rises += levels[k] - levels[k - 1]
          } else {
            falls -= levels[k] - levels[k - 1]
          }
        }
        return BoundaryMultiplier.Ends(first: levels[0], rises: rises, falls: falls)
      }
      _ = try boundary.find(
        solve: { (costs) throws(ZonotopeError) in
          last = try string(costs)
          return ends(last.levels)
        },
        rates: { ends(last.levelRates($0)) })
    }
    return .runs(starts: last.starts, levels: last.levels)
  }

  // MARK: Dictionaries

  private func search(
    _ dictionary: inout some LineDictionary, _ w: UnsafePointer<Double>?, _ t: UnsafePointer<Double>,
    _ lambda: Double, _ tolerance: Double, _ mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> LineFit? {
    let n = samples.count, x = samples.x, bias = model.hasFreeConstant
    let weights = (0..<n).map { w?[$0] ?? 1 }, total = weights.reduce(0, +)
    func centred(_ values: inout [Double]) -> Double {
      guard bias else { return 0 }
      var mean = 0.0
      for i in 0..<n { mean += weights[i] * values[i] }
      mean /= total
      for i in 0..<n { values[i] -= mean }
      return mean
    }
    var targets = (0..<n).map { t[$0] }
    let constant = centred(&targets)
    let lasso = ActiveSetLasso(lambda: lambda)
    var columns: [LineColumn] = [], features: [[Double]] = [], means: [Double] = []
    func product(_ a: [Double], _ b: [Double]) -> Double {
      var value = 0.0
      for i in 0..<n { value += weights[i] * a[i] * b[i] }
      return value
    }
    func add(_ column: LineColumn, _ sign: Double?, _ r: [Double]) {
      var feature = [Double](repeating: 0, count: n)
      feature.withUnsafeMutableBufferPointer { column.add(1, to: $0, at: x) }
      let mean = centred(&feature)
      var along = 0.0
      for i in 0..<n { along += feature[i] * r[i] }
      lasso.append(
        products: features.map { product($0, feature) } + [product(feature, feature)],
        correlation: product(feature, targets), sign: sign ?? (along < 0 ? -1 : 1))
      columns.append(column)
      features.append(feature)
      means.append(mean)
    }
    func settle() {
      let kept = lasso.settle()
      guard kept.count < columns.count else { return }
      columns = kept.map { columns[$0] }
      features = kept.map { features[$0] }
      means = kept.map { means[$0] }
    }
    /// The residual y - f, without the weights.
    func residual() -> [Double] {
      var r = targets
      for (z, feature) in zip(lasso.z, features) { for i in 0..<n { r[i] -= z * feature[i] } }
      return r
    }
    for (column, sign) in self.columns { add(column, sign, targets) }
    if !columns.isEmpty { settle() }
    var best = Double.infinity, single = false, tried: Set<LineColumn> = []
    let scale = (0..<n).reduce(0) { $0 + 0.5 * weights[$1] * targets[$1] * targets[$1] }
    while mayGoOn() {
      steps += 1
      // Products with the residual show what the system has left to rounding, and what the first correction has.
      for _ in 0..<2 {
        let rough = residual()
        lasso.refine(features.map { product($0, rough) })
      }
      var r = residual()
      var loss = 0.0
      for i in 0..<n {
        loss += 0.5 * weights[i] * r[i] * r[i]
        r[i] *= weights[i]
      }
      let norm = lasso.z.reduce(0) { $0 + abs($1) }, objective = loss + lambda * norm
      // Many at once may be in each other's way; then one alone enters, another where that one does not help.
      single = objective >= best - 1e-15 * scale
      if !single { tried = [] }
      let known = tried.union(columns)
      let found = r.withUnsafeBufferPointer {
        dictionary.search($0, above: lambda * (1 + 1e-13), but: known)
      }
      let excess = found.largest - lambda
      if excess <= 1e-13 * lambda || excess * norm <= 0.1 * tolerance * objective && excess < 1e-6 * lambda {
        break
      }
      var new = found.columns
      if new.isEmpty { break }
      best = min(best, objective)
      if single {
        new = [new[0]]
        tried.insert(new[0])
      }
      for column in new { add(column, nil, r) }
      settle()
    }
    self.columns = Array(zip(columns, lasso.signs))
    let shift = zip(lasso.z, means).reduce(constant) { $0 - $1.0 * $1.1 }
    return .columns(columns, coefficients: lasso.z, constant: shift)
  }
}

extension KnotExchange {
  /// What was found.
  fileprivate var answer: LineFit {
    knots.isEmpty ? .lines(knots: [0], values: [constant]) : .lines(knots: knots, values: values)
  }
}
