/// Training of networks on one-dimensional data as a program over functions: minimise loss(f) + beta penalty(f).
///
/// Every function that a network has is among them at the weight decay of the cheapest network, so its bounds speak of all
/// networks of the architecture.
final class LineProgram<Objective: Loss> {
  let samples: LineSamples
  let model: LineModel
  let loss: Objective
  /// The targets less `shift`, one a sample.
  let targets: Vector
  /// Their mean, where a constant is free and the loss allows it: large offsets would drown the rest in rounding.
  let shift: Double
  private let function: Vector
  private let fit: Vector
  private var dual: Vector
  private let residuals: Vector?
  private(set) var betaMax = 0.0
  /// The value of the best constant, which is the network without neurons.
  private(set) var withoutNetwork = 0.0
  private var constant = 0.0

  init(_ samples: LineSamples, _ model: LineModel, _ loss: Objective, y: MatrixView) throws(ZonotopeError) {
    (self.samples, self.model, self.loss) = (samples, model, loss)
    let n = samples.samples
    targets = try Vector(n)
    for k in 0..<n { targets[k] = y.row(k)[0] }
    var shift = 0.0
    if model.hasFreeConstant, loss.isTranslationInvariant {
      shift = sum(targets.values) / Double(n)
      for k in 0..<n { targets[k] -= shift }
    }
    self.shift = shift
    fit = try Vector(n)
    dual = try Vector(n)
    // One number a position is one a sample where each has its own.
    function = samples.place == nil ? fit : try Vector(samples.count)
    residuals = samples.place == nil ? nil : try Vector(samples.count)
    // Squares are centred already.
    let isCentred = loss.quadraticScale != nil
    constant = model.hasFreeConstant && !isCentred ? loss.optimalBias(fit.values, targets.values) : 0
    if constant != 0 { for k in 0..<n { fit[k] = constant } }
    withoutNetwork = loss.value(fit.values, targets.values)
    if model.hasFreeConstant {
      loss.balancedGradient(fit.values, targets.values, into: dual.mutable)
    } else {
      loss.gradient(fit.values, targets.values, into: dual.mutable)
    }
    betaMax = dualNorm()
  }

  private var x: UnsafePointer<Double> { samples.x }

  // MARK: Values and bounds

  /// The value at a function; its fit is kept.
  private func value(_ answer: LineFit, _ beta: Double) -> Double {
    answer.values(into: function.mutable, at: x)
    samples.spread(function.values, into: fit.mutable)
    return loss.value(fit.values, targets.values) + (beta == 0 ? 0 : beta * answer.penalty(of: model, at: x))
  }

  /// A lower bound from the point `dual`, which is made feasible.
  private func bound(_ beta: Double) -> Double {
    if model.hasFreeConstant { loss.balance(dual.mutable, targets.values) }
    if beta == 0 {
      // What all samples of a position have in common is what a network can change, for nothing.
      balancePositions()
      scale(dual.mutable, by: loss.dualScaling(dual.values, targets.values, limit: .infinity))
      return max(0, loss.dualValue(dual.values, targets.values))
    }
    let largest = dualNorm()
    guard largest.isFinite else { return 0 }
    let limit = largest > 0 ? beta / largest * (1 - 8 * Double.ulpOfOne) : .infinity
    scale(dual.mutable, by: loss.dualScaling(dual.values, targets.values, limit: limit))
    return max(0, loss.dualValue(dual.values, targets.values))
  }

  /// Moves `dual` to the nearest point that sums to zero at every position.
  private func balancePositions() {
    guard let residuals, let place = samples.place, let multiplicity = samples.multiplicity else {
      return dual.mutable.update(repeating: 0)
    }
    for _ in 0..<2 {
      samples.add(dual.values, into: residuals.mutable)
      for k in 0..<samples.samples {
        let p = Int(place[k])
        dual[k] -= residuals[p] / multiplicity[p]
      }
    }
    loss.clip(dual.mutable, targets.values)
  }

  /// Of the point `dual`.
  private func dualNorm() -> Double {
    if let residuals { samples.add(dual.values, into: residuals.mutable) }
    let r = residuals?.values ?? dual.values
    if samples.count == 1 { return model.hasFreeConstant ? 0 : abs(r[0]) }
    switch model {
    case .switches(let limit, let lean, _):
      var dictionary = SwitchDictionary(limit: limit, low: lean < 0 ? -1 : 0)
      return dictionary.search(r, above: .infinity, but: []).largest
    case .folds:
      var dictionary = FoldDictionary(x: x, count: samples.count)
      return dictionary.search(r, above: .infinity, but: []).largest
    default: return model.dualNorm(r, x) ?? .infinity
    }
  }

  /// The distance of a function from the optimum, at most, in the unit of the loss.
  func gap(of answer: LineFit, beta: Double) -> Double {
    let objective = value(answer, beta)
    loss.gradient(fit.values, targets.values, into: dual.mutable)
    return objective - bound(beta)
  }

  // MARK: Solving

  /// Solves to the tolerance of the settings.
  func solve(
    beta: Double, _ settings: SolverSettings, until stop: StopCondition, started: Double
  ) throws(ZonotopeError) -> (solution: Solution, answer: LineFit) {
    let pulse = Pulse(settings, started: started, objective: withoutNetwork)
    var run = LineRun(scale: withoutNetwork, tolerance: settings.tolerance)
    let solver = LineSolver(model: model, samples: samples)
    run.offer(objective: withoutNetwork, constantFit())
    if beta >= betaMax {
      for k in 0..<samples.samples { fit[k] = constant }
      if model.hasFreeConstant {
        loss.balancedGradient(fit.values, targets.values, into: dual.mutable)
      } else {
        loss.gradient(fit.values, targets.values, into: dual.mutable)
      }
      try run.offer(dual: bound(beta), point: &dual)
    }
    let limit = settings.iterations ?? 10_000
    /// Takes an answer with the multipliers that come with it, or the gradient at it.
    func offer(_ answer: LineFit, multipliers: Vector? = nil) throws(ZonotopeError) -> Double {
      let objective = value(answer, beta)
      run.offer(objective: objective, answer)
      if let multipliers {
        dual.copy(from: multipliers)
      } else {
        loss.gradient(fit.values, targets.values, into: dual.mutable)
      }
      try run.offer(dual: bound(beta), point: &dual)
      pulse?.report(
        Progress(
          solver: .direct, iteration: solver.steps, objective: run.objective, lowerBound: run.dual,
          relativeGap: run.relativeGap, activeBlocks: 0, seconds: monotonicSeconds() - started))
      return objective
    }
    func mayGoOn() -> Bool { stop.status == nil && solver.steps < limit }
    if let interpolation = loss as? InterpolationLoss {
      return try interpolate(interpolation, beta, settings, solver, mayGoOn, &run, started)
    }
    if !run.isOptimal, beta < betaMax, mayGoOn() {
      if let curvature = loss.quadraticScale {
        try squares(solver, curvature, beta, settings.tolerance, mayGoOn) { (answer) throws(ZonotopeError) in
          _ = try offer(answer)
        }
      } else if let smooth = loss as? any SmoothLoss {
        try newton(smooth, solver, beta, settings.tolerance, { mayGoOn() && !run.isOptimal }) {
          (answer) throws(ZonotopeError) in try offer(answer)
        }
      }
      if !run.isOptimal, mayGoOn(), loss.quadraticScale == nil, let proximable = loss as? any ProximableLoss {
        try splitting(proximable, solver, beta, { mayGoOn() && !run.isOptimal }) {
          (answer, multipliers) throws(ZonotopeError) in try offer(answer, multipliers: multipliers)
        }
      }
    }
    return try finish(
      run,
      status: run.isOptimal
        ? .optimal
        : stop.status
          ?? (solver.steps >= limit
            ? .iterationLimit : run.objective.isFinite ? .stalled : .numericalBreakdown),
      steps: solver.steps, started: started)
  }

  private func finish(
    _ run: LineRun, status: Status, steps: Int, started: Double
  ) throws(ZonotopeError) -> (solution: Solution, answer: LineFit) {
    let answer = run.answer ?? constantFit()
    let point = try run.point?.list() ?? [Double](repeating: 0, count: samples.samples)
    return (
      Solution(
        status: status, objective: run.objective, dual: run.dual,
        point: BlockPoint(blocks: []), dualPoint: point, solver: .direct,
        choice: method, iterations: steps, seconds: monotonicSeconds() - started),
      answer.shifted(by: shift)
    )
  }

  /// The cheapest function through the targets.
  private func interpolate(
    _ loss: InterpolationLoss, _ beta: Double, _ settings: SolverSettings, _ solver: LineSolver,
    _ mayGoOn: () -> Bool, _ run: inout LineRun, _ started: Double
  ) throws(ZonotopeError) -> (solution: Solution, answer: LineFit) {
    let means = try Vector(samples.count)
    samples.add(targets.values, into: means.mutable)
    if let multiplicity = samples.multiplicity {
      for p in 0..<samples.count { means[p] /= multiplicity[p] }
    }
    samples.spread(means.values, into: fit.mutable)
    let size = targets.values.reduce(0) { max($0, abs($1)) }
    // Samples at the same position with different targets.
    guard (0..<samples.samples).allSatisfy({ abs(fit[$0] - targets[$0]) <= 1e-13 * size }) else {
      var none = LineRun(scale: 1, tolerance: settings.tolerance)
      none.offer(objective: .greatestFiniteMagnitude, constantFit())
      return try finish(none, status: .infeasible, steps: 0, started: started)
    }
    if run.isOptimal { return try finish(run, status: .optimal, steps: 0, started: started) }
    var found = try LineInterpolation(model: model, samples: samples).solve(means.values)
    if found == nil { found = try solver.interpolate(means, tolerance: settings.tolerance, while: mayGoOn) }
    guard let found else { return try finish(run, status: .stalled, steps: solver.steps, started: started) }
    run.offer(objective: beta * found.answer.penalty(of: model, at: x), found.answer)
    samples.spread(found.multipliers.values, into: dual.mutable)
    if let place = samples.place, let multiplicity = samples.multiplicity {
      for k in 0..<samples.samples { dual[k] /= multiplicity[Int(place[k])] }
    }
    scale(dual.mutable, by: -1)
    try run.offer(dual: bound(beta), point: &dual)
    return try finish(run, status: run.isOptimal ? .optimal : .stalled, steps: solver.steps, started: started)
  }

  private func constantFit() -> LineFit {
    switch model {
    case .bends, .flatBends: .lines(knots: [0], values: [constant])
    case .jumps: .runs(starts: [0], levels: [constant])
    case .span: .points([Double](repeating: constant, count: samples.count))
    case .switches, .folds: .columns([], coefficients: [], constant: constant)
    }
  }

  private var method: String {
    let fit =
      switch model {
      case .bends, .flatBends: "exchange of knots"
      case .jumps: "taut string"
      case .span: "levels of the extreme values"
      case .switches: "columns by dynamic programming"
      case .folds: "columns by prefix sums"
      }
    if loss.quadraticScale != nil { return fit }
    return loss is any SmoothLoss ? "Newton's method, each step by \(fit)" : "splitting, each step by \(fit)"
  }

  /// One fit to the means at the positions.
  private func squares(
    _ solver: LineSolver, _ curvature: Double, _ beta: Double, _ tolerance: Double, _ mayGoOn: () -> Bool,
    _ offer: (LineFit) throws(ZonotopeError) -> Void
  ) throws(ZonotopeError) {
    let means = samples.place == nil ? targets : try Vector(samples.count)
    samples.add(targets.values, into: means.mutable)
    if let multiplicity = samples.multiplicity {
      for p in 0..<samples.count { means[p] /= multiplicity[p] }
    }
    var answer = try solver.solve(
      w: samples.multiplicity.map { UnsafePointer($0.pointer) }, t: means.pointer, lambda: beta / curvature,
      tolerance: 0.2 * tolerance, while: mayGoOn)
    if answer == nil, beta == 0 {
      answer = try solver.interpolate(means, tolerance: tolerance, while: mayGoOn)?.answer
    }
    if let answer { try offer(answer) }
  }

  /// Newton's method with the penalty as it is: every step is a fit by squares whose weights are the second derivatives,
  /// made larger until the step is one down (Lee, Sun and Saunders 2014).
  private func newton<Smooth: SmoothLoss>(
    _ loss: Smooth, _ solver: LineSolver, _ beta: Double, _ tolerance: Double, _ mayGoOn: () -> Bool,
    _ offer: (LineFit) throws(ZonotopeError) -> Double
  ) throws(ZonotopeError) {
    let n = samples.samples, count = samples.count
    let f = try Vector(count), gradient = try Vector(count), weights = try Vector(count),
      t = try Vector(count)
    let curvature = try Vector(n), slope = try Vector(n)
    for p in 0..<count { f[p] = constant }
    var objective = withoutNetwork, damping = 1.0, failures = 0
    let reach = max(1e-300, targets.values.reduce(0) { max($0, abs($1)) })
    for _ in 0..<200 {
      guard mayGoOn() else { return }
      samples.spread(f.values, into: fit.mutable)
      loss.gradient(fit.values, targets.values, into: slope.mutable)
      loss.curvature(fit.values, targets.values, into: curvature.mutable)
      samples.add(slope.values, into: gradient.mutable)
      samples.add(curvature.values, into: weights.mutable)
      for p in 0..<count {
        // Where there is hardly any curvature, what keeps targets within reach of the others.
        let least = max(1e-13 * loss.curvatureBound, abs(gradient[p]) / (1e4 * reach))
        weights[p] = max(weights[p], least) * damping
        t[p] = f[p] - gradient[p] / weights[p]
      }
      let answer = try solver.solve(
        w: weights.pointer, t: t.pointer, lambda: beta, tolerance: 1e-14, while: mayGoOn)
      guard let answer else { return }
      let next = try offer(answer)
      if next < objective {
        objective = next
        f.copy(from: function)
        damping = max(1, damping / 4)
        failures = 0
      } else {
        damping *= 8
        failures += 1
        if failures > 12 { return }
      }
    }
  }

  /// The method of multipliers with the fit of every sample beside the function: steps are fits by squares and proximal
  /// steps of the loss (Boyd et al. 2011), for losses with kinks.
  private func splitting<Proximable: ProximableLoss>(
    _ loss: Proximable, _ solver: LineSolver, _ beta: Double, _ mayGoOn: () -> Bool,
    _ offer: (LineFit, Vector) throws(ZonotopeError) -> Double
  ) throws(ZonotopeError) {
    let n = samples.samples, count = samples.count
    let g = try Vector(n), u = try Vector(n), z = try Vector(n), own = try Vector(n), old = try Vector(n)
    let t = try Vector(count), multiplicity = samples.multiplicity
    // The unit of the fit, from the loss without a network.
    let unit = max(withoutNetwork / (loss.scale * Double(n)), 1e-300)
    var rho = loss.scale / unit
    for k in 0..<n { g[k] = constant }
    for step in 1...Int.max {
      guard mayGoOn() else { return }
      for k in 0..<n { z[k] = g[k] - u[k] }
      samples.add(z.values, into: t.mutable)
      if let multiplicity { for p in 0..<count { t[p] /= multiplicity[p] } }
      let answer = try solver.solve(
        w: multiplicity.map { UnsafePointer($0.pointer) }, t: t.pointer, lambda: beta / rho, tolerance: 1e-14,
        while: mayGoOn)
      guard let answer else { return }
      answer.values(into: function.mutable, at: x)
      samples.spread(function.values, into: own.mutable)
      old.copy(from: g)
      // Over-relaxed.
      for k in 0..<n { z[k] = 1.7 * own[k] - 0.7 * g[k] + u[k] }
      loss.prox(z.values, targets.values, step: 1 / rho, into: g.mutable)
      var primal = 0.0, change = 0.0
      for k in 0..<n {
        u[k] = z[k] - g[k]
        primal += (own[k] - g[k]) * (own[k] - g[k])
        change += (g[k] - old[k]) * (g[k] - old[k])
      }
      if step % 5 == 0 {
        for k in 0..<n { z[k] = rho * u[k] }
        loss.clip(z.mutable, targets.values)
        _ = try offer(answer, z)
      }
      if step % 10 == 0, step < 400 {
        let ratio = (primal / max(change, 1e-300)).squareRoot()
        if ratio > 5 || ratio < 0.2 {
          let factor = ratio > 5 ? 2.0 : 0.5
          rho *= factor
          for k in 0..<n { u[k] /= factor }
        }
      }
    }
  }
}

/// The best answer and the best bound of a solve.
private struct LineRun {
  let scale: Double
  let tolerance: Double
  private(set) var objective = Double.infinity
  private(set) var dual = 0.0
  private(set) var answer: LineFit?
  private(set) var point: Vector?

  init(scale: Double, tolerance: Double) { (self.scale, self.tolerance) = (scale, tolerance) }

  mutating func offer(objective: Double, _ answer: LineFit) {
    guard objective < self.objective else { return }
    (self.objective, self.answer) = (objective, answer)
    reconcile()
  }

  /// - Parameter point: where the bound comes from; another vector of its size afterwards.
  mutating func offer(dual: Double, point: inout Vector) throws(ZonotopeError) {
    guard dual > self.dual else { return }
    var last = self.point
    if last == nil { last = try Vector(point.count) }
    (self.dual, self.point) = (dual, point)
    if let last { point = last }
    reconcile()
  }

  /// A difference that rounding explains is no gap, as everywhere.
  private mutating func reconcile() {
    guard abs(objective - dual) < 8 * Double.ulpOfOne * max(scale, abs(objective)) else { return }
    dual = objective
  }

  var relativeGap: Double { Zonotope.relativeGap(objective, dual) }
  var isOptimal: Bool { relativeGap >= 0 && relativeGap <= tolerance }
}
