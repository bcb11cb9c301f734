/// The part of a fit that costs nothing: the best coefficients t of free columns beside given blocks, and dual points z with
/// Q'z = 0.
final class FreeFit<Objective: Loss> {
  private let block: FreeBlock
  private let loss: Objective
  private let targets: Vector
  private let outputs: Int
  /// t, (r, c).
  private let t: Vector
  private let scratch: Vector
  private let part: Vector
  private let partTargets: Vector
  /// Of the fit without a network, once it is known.
  private var alone: Vector?
  /// A point in the interior of the domain with Q'z = 0, as far as it was looked for.
  private var interior: Vector??
  /// The balanced gradient of the fit without a network, where splitting found it.
  private var multiplier: Vector?
  private var newton: FreeNewton?

  init(_ block: FreeBlock, _ loss: Objective, _ targets: Vector, outputs: Int) throws(ZonotopeError) {
    self.block = block
    self.loss = loss
    self.targets = targets
    self.outputs = outputs
    t = try Vector(block.rank * outputs)
    scratch = try Vector(block.rank * outputs)
    part = try Vector(targets.count)
    partTargets = try Vector(block.columns.rows)
    if let smooth = loss as? any SmoothLoss, loss.quadraticScale == nil, !isOneConstant {
      newton = try FreeNewton(block, smooth, targets, outputs: outputs)
    }
  }

  /// t of the last fit.
  var coefficients: Values { t.values }

  /// Whether outputs can be looked at one by one, each with a constant.
  private var isOneConstant: Bool { block.isConstant && loss.isSeparable }

  /// Adds the best free part to a fit.
  func add(to f: MutableValues, near: Values? = nil) {
    if loss.fitsLeastSquares {
      for k in 0..<f.count { part[k] = targets[k] - f[k] }
      block.coefficients(of: part.values, outputs: outputs, into: t.mutable)
      block.add(t.values, outputs: outputs, to: f)
    } else if isOneConstant {
      t.mutable.update(repeating: 0)
      addConstants(to: f)
    } else if let newton {
      newton.minimise(f, from: t)
    } else {
      if let near {
        for k in 0..<f.count { part[k] = near[k] - f[k] }
        block.coefficients(of: part.values, outputs: outputs, into: t.mutable)
      }
      block.add(t.values, outputs: outputs, to: f)
      if block.hasConstant, loss.isSeparable { addConstants(to: f) }
    }
  }

  /// The same for a fit of zeros, remembered.
  func addAlone(to f: MutableValues) {
    if let alone {
      t.copy(from: alone)
      return block.add(t.values, outputs: outputs, to: f)
    }
    t.mutable.update(repeating: 0)
    if newton == nil, !loss.fitsLeastSquares, !isOneConstant, let proximable = loss as? any ProximableLoss {
      split(proximable, into: part)
      add(to: f, near: part.values)
    } else {
      add(to: f)
    }
    alone = try? Vector(copying: t.values)
  }

  /// A fit in the span of the free columns that minimises the loss, by the method of Douglas and Rachford.
  private func split(_ loss: some ProximableLoss, into fit: Vector) {
    guard let state = try? Vector(fit.count), let reflected = try? Vector(fit.count) else { return }
    // The unit of the fit: that of the loss without any.
    fit.mutable.update(repeating: 0)
    let mean = max(loss.value(fit.values, targets.values) / (loss.scale * Double(max(1, fit.count))), 1e-300)
    let step = mean / loss.scale
    for _ in 0..<500 {
      fit.copy(from: state)
      block.project(fit.mutable, outputs: outputs, scratch: scratch.mutable)
      for k in 0..<fit.count {
        fit[k] = state[k] - fit[k]
        reflected[k] = 2 * fit[k] - state[k]
      }
      loss.prox(reflected.values, targets.values, step: step, into: reflected.mutable)
      for k in 0..<fit.count { state[k] += reflected[k] - fit[k] }
    }
    // At the fixed point (fit - state) / step is a gradient, and Q' of it is zero.
    scale(state.mutable, by: -1 / step)
    if loss.isSeparable { polish(loss, fit, multiplier: state, sigma: 1 / step) }
    block.project(state.mutable, outputs: outputs, scratch: scratch.mutable)
    multiplier = state
  }

  /// The last digits of both, by the method of multipliers on Moreau envelopes, as in `runKinkNewton`.
  private func polish<Proximable: ProximableLoss>(
    _ loss: Proximable, _ fit: Vector, multiplier z: Vector, sigma first: Double
  ) {
    guard let start = try? Vector(t.count), let trial = try? Vector(fit.count) else { return }
    var sigma = first, best = loss.value(fit.values, targets.values)
    block.coefficients(of: fit.values, outputs: outputs, into: start.mutable)
    block.project(z.mutable, outputs: outputs, scratch: scratch.mutable)
    for _ in 0..<12 {
      let envelope = MoreauEnvelope(base: loss, sigma: sigma, shift: (0..<z.count).map { z[$0] / sigma })
      guard let newton = try? FreeNewton(block, envelope, targets, outputs: outputs) else { return }
      trial.mutable.update(repeating: 0)
      newton.minimise(trial.mutable, from: start)
      envelope.gradient(trial.values, targets.values, into: z.mutable)
      let value = loss.value(trial.values, targets.values)
      if value < best {
        best = value
        fit.copy(from: trial)
      }
      sigma *= 2
    }
  }

  /// Adds the best constant to every output.
  private func addConstants(to f: MutableValues) {
    let n = block.columns.rows
    for o in 0..<outputs {
      gather(Values(f), o, into: part.mutable)
      gather(targets.values, o, into: partTargets.mutable)
      let bias = loss.optimalBias(Values(start: part.pointer, count: n), partTargets.values)
      for k in 0..<n { f[k * outputs + o] += bias }
      // The constant column is the first of the basis.
      t[o] += bias / block.column(0)[0]
    }
  }

  private func gather(_ f: Values, _ output: Int, into part: MutableValues) {
    for k in 0..<block.columns.rows { part[k] = f[k * outputs + output] }
  }

  // MARK: Dual points

  /// The gradient at the fit without a network that has Q'z = 0, as far as there is one.
  func gradient(at f: Values, into z: MutableValues) {
    guard isOneConstant else {
      loss.gradient(f, targets.values, into: z)
      if let multiplier { _ = z.update(fromContentsOf: multiplier.values) }
      return
    }
    let n = block.columns.rows
    for o in 0..<outputs {
      gather(f, o, into: part.mutable)
      gather(targets.values, o, into: partTargets.mutable)
      let one = MutableValues(start: part.pointer, count: n)
      loss.balancedGradient(Values(one), partTargets.values, into: one)
      for k in 0..<n { z[k * outputs + o] = one[k] }
    }
  }

  /// Moves `z` to a point of the domain with Q'z = 0. False where none is known.
  func balance(_ z: MutableValues) -> Bool {
    if isOneConstant {
      let n = block.columns.rows
      for o in 0..<outputs {
        gather(Values(z), o, into: part.mutable)
        gather(targets.values, o, into: partTargets.mutable)
        let one = MutableValues(start: part.pointer, count: n)
        loss.balance(one, partTargets.values)
        for k in 0..<n { z[k * outputs + o] = one[k] }
      }
      return true
    }
    // Twice: the first leaves rounding of the size of what it takes away. Where that is most of what is left, z was in the
    // span of the columns, and nothing is to be learnt from the rest.
    block.project(z, outputs: outputs, scratch: scratch.mutable)
    let once = norm(Values(z))
    block.project(z, outputs: outputs, scratch: scratch.mutable)
    if norm(Values(z)) < 0.5 * once { z.update(repeating: 0) }
    let interior = self.interior ?? interiorPoint()
    self.interior = .some(interior)
    if let interior {
      let step = loss.largestStep(from: interior.values, to: Values(z), targets.values)
      guard step > 0 else { return false }
      let safe = step < 1 ? step * (1 - 1e-12) : 1
      for k in 0..<z.count { z[k] = interior[k] + safe * (z[k] - interior[k]) }
    } else if loss.interior == nil {
      part.mutable.update(repeating: 0)
      let step = loss.largestStep(from: part.values, to: Values(z), targets.values)
      if step < 1 { scale(z, by: step * (1 - 1e-12)) }
    } else {
      return false
    }
    return true
  }

  /// The gradient of a loss whose gradients are all in the interior of the domain, where free columns alone minimise it.
  /// Nil where they do so at infinity only, because the columns separate the classes: zero is the optimum then.
  private func interiorPoint() -> Vector? {
    guard let smooth = loss.interior, let z = try? Vector(targets.count),
      let newton = try? FreeNewton(block, smooth, targets, outputs: outputs),
      let start = try? Vector(t.count)
    else { return nil }
    newton.minimise(z.mutable, from: start)
    smooth.gradient(z.values, targets.values, into: z.mutable)
    for _ in 0..<2 { block.project(z.mutable, outputs: outputs, scratch: scratch.mutable) }
    guard loss.dualValue(z.values, targets.values).isFinite else { return nil }
    return z
  }
}
