/// Descent by L-BFGS with a line search that goes back until the value falls (Nocedal and Wright 2006, algorithms 3.1 and 7.5).
/// Every step lowers the value, whether the function is convex, smooth, or neither.
final class BacktrackingDescent {
  /// Why it does not go on.
  enum End {
    /// Steps no longer lower the value by what matters.
    case flat
    /// No step lowers it at all, not even one along the negative gradient.
    case noStep
    case limit
    /// The last step was given up.
    case stopped
  }

  /// The point after the last step.
  let x: Vector
  private(set) var value: Double
  private(set) var steps = 0
  private let slope: Vector
  private let evaluate: (_ x: Vector, _ slope: Vector) -> Double

  /// - Parameter evaluate: the value at a point, and its derivative.
  init(
    from x: Vector, _ evaluate: @escaping (_ x: Vector, _ slope: Vector) -> Double
  ) throws(ZonotopeError) {
    (self.x, self.evaluate) = (x, evaluate)
    slope = try Vector(x.count)
    value = evaluate(x, slope)
  }

  /// Doubles that it takes for so many numbers.
  static func size(_ count: Int) -> Int { LimitedMemoryBFGS.size(count) + 5 * count }

  /// - Parameters:
  ///   - limit: steps at most.
  ///   - fall: the share of the value that five steps have to take off it, after the first fifteen.
  ///   - isStopped: whether the work of a step may be incomplete.
  ///   - mayGoOn: whether there may be another step.
  func run(
    steps limit: Int, fall: Double, isStopped: () -> Bool, while mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> End {
    let next = try Vector(x.count), newSlope = try Vector(x.count), direction = try Vector(x.count)
    var memory = LimitedMemoryBFGS(size: x.count), history = [value]
    while !isStopped() {
      guard steps < limit, mayGoOn() else { return .limit }
      memory.direction(slope.values, into: direction.mutable)
      if memory.isEmpty {
        scale(direction.mutable, by: min(1, 1e-2 * norm(x.values) / max(norm(slope.values), 1e-300)))
      }
      let along = dot(direction.values, slope.values)
      var step = 1.0, accepted = false
      for _ in 0..<30 where along < 0 && !accepted && !isStopped() {
        next.copy(from: x)
        add(step, direction.values, to: next.mutable)
        let candidate = evaluate(next, newSlope)
        if candidate <= value + 1e-4 * step * along {
          accepted = true
          if !isStopped() { value = candidate }
        } else {
          // The minimum of the parabola through what is known.
          let bend = candidate - value - step * along
          step *= candidate.isFinite && bend > 0 ? min(0.5, max(0.1, -0.5 * along * step / bend)) : 0.1
        }
      }
      if isStopped() { break }
      guard accepted else {
        if memory.isEmpty { return .noStep }
        // What is remembered does not fit here, as behind a kink.
        memory = LimitedMemoryBFGS(size: x.count)
        continue
      }
      scale(direction.mutable, by: step)
      try memory.learn(step: direction.values, from: slope.values, to: newSlope.values)
      x.copy(from: next)
      slope.copy(from: newSlope)
      steps += 1
      history.append(value)
      if history.count > 15, history[history.count - 6] - value <= fall * abs(value) { return .flat }
    }
    return .stopped
  }
}
