/// Units of thresholds or signs in several layers whose output changes at given places.
struct SwitchUnit: Sendable, Equatable {
  let isSign: Bool
  /// Layers of weights, output weights included: three or more.
  let depth: Int
  /// Children of the neurons of each layer but the first, for trees; else none.
  let children: [Int]
  /// What the first layer sees of a row is its product with this.
  var direction = [1.0]

  func along(_ direction: [Double]) -> SwitchUnit {
    var unit = self
    unit.direction = direction
    return unit
  }

  func unit(_ cuts: [Double], startsHigh: Bool, z: Double) -> ParallelNetwork.Unit {
    let root = abs(z).squareRoot()
    return ParallelNetwork.Unit(
      layers: layers(cuts, startsHigh), amplitude: root, output: z < 0 ? -root : root)
  }

  private func layers(_ cuts: [Double], _ startsHigh: Bool) -> [ParallelNetwork.Layer] {
    guard !children.isEmpty else {
      // One neuron a change, one that puts them together, and neurons that pass it on.
      var result = [first(cuts), join([cuts.count], of: max(1, cuts.count), startsHigh: startsHigh)]
      for _ in 0..<depth - 3 {
        result.append(ParallelNetwork.Layer(weights: [1], biases: [isSign ? 0 : -0.5]))
      }
      return result
    }
    // The changes below each neuron, layer by layer from the bottom: as many as its subtree holds, in order.
    var groups = cuts.isEmpty ? [0] : [Int](repeating: 1, count: cuts.count)
    var result = [first(cuts)]
    for (l, width) in children.enumerated() {
      let isLast = l == children.count - 1
      var layer = ParallelNetwork.Layer(weights: [], biases: []), next: [Int] = []
      for start in stride(from: 0, to: groups.count, by: width) {
        let own = Array(groups[start..<min(groups.count, start + width)])
        let joined = join(own, of: own.count, startsHigh: isLast && startsHigh)
        layer.weights +=
          [Double](repeating: 0, count: start) + joined.weights
          + [Double](repeating: 0, count: groups.count - start - own.count)
        layer.biases += joined.biases
        next.append(own.reduce(0, +))
      }
      result.append(layer)
      groups = next
    }
    return result
  }

  /// One neuron a change; one that is always low where there is none.
  private func first(_ cuts: [Double]) -> ParallelNetwork.Layer {
    cuts.isEmpty
      ? ParallelNetwork.Layer(weights: direction.map { _ in 0 }, biases: [-1])
      : ParallelNetwork.Layer(weights: cuts.flatMap { _ in direction }, biases: cuts.map { -$0 })
  }

  /// A neuron that changes wherever one of its inputs does. Each begins low and is counted up or down, so that their sum
  /// goes to and fro between two levels; a threshold in between makes a pattern of it.
  private func join(_ changes: [Int], of inputs: Int, startsHigh: Bool) -> ParallelNetwork.Layer {
    var weights: [Double] = [], isHigh = false, base = 0.0
    // Inputs that are single neurons, one change each.
    let each = changes.count == inputs ? changes : [Int](repeating: 1, count: inputs)
    for count in each {
      let weight = isHigh ? -1.0 : 1.0
      weights.append(weight)
      if isSign { base -= weight }
      if count % 2 == 1 { isHigh.toggle() }
    }
    // Levels base and base + step.
    let step = isSign ? 2.0 : 1, middle = base + 0.5 * step
    let direction = startsHigh ? -1.0 : 1
    return ParallelNetwork.Layer(weights: weights.map { direction * $0 }, biases: [-direction * middle])
  }
}
