/// Descent with an estimate of second derivatives from the last steps (Liu and Nocedal, On the limited memory BFGS method for
/// large scale optimization, 1989; Nocedal and Wright 2006, algorithm 7.4).
struct LimitedMemoryBFGS {
  /// Pairs of steps and of what they did to the gradient, the oldest first.
  private var pairs: [(step: Vector, change: Vector, product: Double)] = []
  private let limit: Int
  private let size: Int

  init(size: Int, pairs limit: Int = 10) {
    (self.size, self.limit) = (size, limit)
  }

  /// Doubles that it takes.
  static func size(_ count: Int, pairs: Int = 10) -> Int { 2 * (pairs + 1) * count }

  var isEmpty: Bool { pairs.isEmpty }

  /// d = -H g
  func direction(_ gradient: Values, into d: MutableValues) {
    _ = d.update(fromContentsOf: gradient)
    var factors: [Double] = []
    for (step, change, product) in pairs.reversed() {
      let factor = dot(step.values, Values(d)) / product
      add(-factor, change.values, to: d)
      factors.append(factor)
    }
    if let last = pairs.last { scale(d, by: last.product / dot(last.change.values, last.change.values)) }
    for ((step, change, product), factor) in zip(pairs, factors.reversed()) {
      add(factor - dot(change.values, Values(d)) / product, step.values, to: d)
    }
    scale(d, by: -1)
  }

  /// Takes in a step, unless the function curves down along it.
  mutating func learn(step: Values, from old: Values, to new: Values) throws(ZonotopeError) {
    let s = try Vector(copying: step), y = try Vector(copying: new)
    add(-1, old, to: y.mutable)
    let product = dot(s.values, y.values)
    guard product > 1e-10 * norm(s.values) * norm(y.values) else { return }
    if pairs.count == limit { pairs.removeFirst() }
    pairs.append((s, y, product))
  }
}
