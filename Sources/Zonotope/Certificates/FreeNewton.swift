/// Minimises a smooth loss over the coefficients of free columns, by Newton's method with conjugate gradients.
///
/// The columns are orthonormal, so that the second derivative Q' h Q is as well conditioned as the loss is curved, and a few
/// products solve for a step (Nocedal and Wright, "Numerical Optimization", algorithm 7.1).
final class FreeNewton {
  private let block: FreeBlock
  private let loss: any SmoothLoss
  private let targets: Vector
  private let outputs: Int
  // In sample space.
  private let slope: Vector, along: Vector, moved: Vector
  // Over the coefficients.
  private let gradient: Vector, step: Vector, residual: Vector, direction: Vector, product: Vector

  init(
    _ block: FreeBlock, _ loss: any SmoothLoss, _ targets: Vector, outputs: Int
  ) throws(ZonotopeError) {
    (self.block, self.loss, self.targets, self.outputs) = (block, loss, targets, outputs)
    (slope, along, moved) = (try Vector(targets.count), try Vector(targets.count), try Vector(targets.count))
    let size = block.rank * outputs
    (gradient, step, residual) = (try Vector(size), try Vector(size), try Vector(size))
    (direction, product) = (try Vector(size), try Vector(size))
  }

  /// Adds Q t to the fit, with the t that minimises the loss of the sum, starting from the one given.
  func minimise(_ f: MutableValues, from t: Vector) {
    block.add(t.values, outputs: outputs, to: f)
    var value = loss.value(Values(f), targets.values)
    for _ in 0..<60 {
      loss.gradient(Values(f), targets.values, into: slope.mutable)
      block.coefficients(of: slope.values, outputs: outputs, into: gradient.mutable)
      solve(at: Values(f))
      let descent = dot(gradient.values, step.values)
      // Half of the descent is what is left to gain, which rounding hides from here on.
      guard descent < -1e-17 * (abs(value) + 1e-300), descent.isFinite else { return }
      along.mutable.update(repeating: 0)
      block.add(step.values, outputs: outputs, to: along.mutable)
      var length = 1.0, next = value
      while true {
        for k in 0..<f.count { moved[k] = f[k] + length * along[k] }
        next = loss.value(moved.values, targets.values)
        if next <= value + 1e-4 * length * descent || -descent <= 1e-12 * abs(value) { break }
        length *= 0.5
        guard length > 1e-12 else { return }
      }
      for k in 0..<f.count { f[k] = moved[k] }
      add(length, step.values, to: t.mutable)
      value = next
    }
  }

  /// The Newton step, from conjugate gradients.
  private func solve(at f: Values) {
    let size = step.count
    step.mutable.update(repeating: 0)
    for i in 0..<size { residual[i] = -gradient[i] }
    direction.copy(from: residual)
    var squares = dot(residual.values, residual.values)
    let enough = 1e-20 * squares
    for _ in 0..<max(2 * size, 20) where squares > enough {
      along.mutable.update(repeating: 0)
      block.add(direction.values, outputs: outputs, to: along.mutable)
      loss.curvature(f, targets.values, along: along.values, into: moved.mutable)
      block.coefficients(of: moved.values, outputs: outputs, into: product.mutable)
      let curvature = dot(direction.values, product.values)
      // Flat: along the gradient as far as the bound of the curvature allows, unless there is a step already.
      // In tails of exponentials the curvature is as small as what is left of the loss.
      guard curvature > 1e-18 * loss.curvatureBound * dot(direction.values, direction.values) else {
        if dot(step.values, step.values) == 0 {
          add(1 / loss.curvatureBound, residual.values, to: step.mutable)
        }
        return
      }
      let length = squares / curvature
      add(length, direction.values, to: step.mutable)
      add(-length, product.values, to: residual.mutable)
      let next = dot(residual.values, residual.values)
      for i in 0..<size { direction[i] = residual[i] + next / squares * direction[i] }
      squares = next
    }
  }
}
