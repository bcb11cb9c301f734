/// The cheapest network that has a function as its output, layer by layer.
struct LineUnits {
  let architecture: OneDimensionalNetwork
  let model: LineModel
  let samples: LineSamples
  let memory: Int

  private var x: UnsafePointer<Double> { samples.x }
  private var power: Double { Double(architecture.depth) }

  func network(of answer: LineFit) throws(ZonotopeError) -> ParallelNetwork {
    var network = ParallelNetwork(
      activation: architecture.networkActivation, features: 1, depth: architecture.depth)
    switch (answer, model) {
    case (.lines(let knots, let values), .bends(let lean)): twoLayers(knots, values, lean, &network)
    case (.lines(let knots, let values), _): ramps(knots, values, &network)
    case (.runs(let starts, let levels), _): jumps(starts, levels, &network)
    case (.points(let values), _): try patterns(values, &network)
    case (.columns(let columns, let coefficients, let constant), _):
      network.bias = constant
      for (column, z) in zip(columns, coefficients) where z != 0 {
        switch column {
        case .switches(let places, let startsHigh, _):
          network.append(SwitchUnit(architecture).unit(cuts(places), startsHigh: startsHigh, z: z))
        case .fold(let center, let height):
          let g = raised(abs(z), 1 / 3)
          network.appendChain(
            (g, -g * center), (g, -g * g * height), output: z < 0 ? -g : g)
        }
      }
    }
    return network
  }

  /// Between the position and the one before it; where there is no number in between, the one that is on the right side.
  private func cut(before place: Int32, opensLeft: Bool = false) -> Double {
    let (low, high) = (x[Int(place) - 1], x[Int(place)])
    let middle = low + 0.5 * (high - low)
    return middle > low && middle < high ? middle : opensLeft ? low : high
  }

  private func cuts(_ places: [Int32]) -> [Double] { places.map { cut(before: $0) } }

  // MARK: Two layers

  /// Units of slopes 1 and a with kinks at knots, opening to the right or to the left: what goes to the left is chosen so
  /// that the first slope comes out right, and where that cannot be, one unit is linear on the data.
  private func twoLayers(
    _ knots: [Int], _ values: [Double], _ a: Double, _ network: inout ParallelNetwork
  ) {
    network.bias = values[0]
    guard knots.count > 1 else { return }
    let slopes = knots.indices.dropLast().map {
      (values[$0 + 1] - values[$0]) / (x[knots[$0 + 1]] - x[knots[$0]])
    }
    let changes = zip(slopes.dropFirst(), slopes).map { ($0 - $1) / (1 - a) }
    let split = split(first: slopes[0], changes, a)
    // The value at the first position, from which the bias follows.
    let start = x[knots[0]]
    func unit(_ kink: Double, _ direction: Double, _ z: Double) {
      guard z != 0 else { return }
      let root = abs(z).squareRoot()
      network.appendChain(
        (direction * root, -direction * root * kink), output: z < 0 ? -root : root)
      let t = direction * (start - kink)
      network.bias -= z * (t >= 0 ? t : a * t)
    }
    for (k, parts) in split.parts.enumerated() {
      unit(x[knots[k + 1]], 1, parts.right)
      unit(x[knots[k + 1]], -1, parts.left)
    }
    unit(start, 1, split.linear)
  }

  /// Divides changes, each by 1 - a, between units that open to the right and to the left, such that all have the sign of
  /// their change; the first slope, or value, is a times the sum of the first less the sum of the second, plus what is
  /// left over.
  private func split(
    first: Double, _ changes: [Double], _ a: Double
  ) -> (parts: [(right: Double, left: Double)], linear: Double) {
    let total = changes.reduce(0, +)
    let least = changes.reduce(0) { $0 + min($1, 0) }, most = changes.reduce(0) { $0 + max($1, 0) }
    let wanted = a > -1 ? (a * total - first) / (1 + a) : 0
    let left = min(max(wanted, least), most)
    var rest = left
    var parts: [(right: Double, left: Double)] = []
    for change in changes {
      let part = min(max(rest, min(change, 0)), max(change, 0))
      rest -= part
      parts.append((change - part, part))
    }
    let linear = wanted == left && a > -1 ? 0 : first - a * total + (1 + a) * left
    // Without a second kind of unit the rest is rounding where the penalty allows none.
    let size = changes.reduce(abs(first)) { $0 + abs($1) }
    return (parts, abs(linear) <= 1e-15 * size ? 0 : linear)
  }

  private func jumps(_ starts: [Int], _ levels: [Double], _ network: inout ParallelNetwork) {
    guard case .jumps(let a, let bias) = model else { return }
    let changes = zip(levels.dropFirst(), levels).map { ($0 - $1) / (1 - a) }
    let split =
      bias
      ? (parts: changes.map { (right: $0, left: 0.0) }, linear: 0.0)
      : split(first: levels[0], changes, a)
    network.reserve(units: changes.count, parameters: 2 * architecture.depth * changes.count)
    // Deeper layers hand the pattern on.
    let passing = [(weight: Double, bias: Double)](
      repeating: (1, architecture.activation == .sign ? 0 : -0.5), count: architecture.depth - 2)
    network.bias = bias ? levels[0] - a * changes.reduce(0, +) : 0
    func unit(_ cut: Double, _ direction: Double, _ z: Double) {
      guard z != 0 else { return }
      let root = abs(z).squareRoot()
      network.appendChain(
        [(direction, -direction * cut)] + passing, amplitude: root, output: z < 0 ? -root : root)
    }
    for (k, parts) in split.parts.enumerated() {
      let place = Int32(starts[k + 1])
      unit(cut(before: place), 1, parts.right)
      // A unit that opens to the left falls where one to the right rises.
      unit(cut(before: place, opensLeft: true), -1, -parts.left)
    }
    unit(x[0], 1, split.linear)
  }

  // MARK: Deep networks

  /// Slopes of each sign cut into layers from below; each layer is a ramp, which two neurons in a chain make.
  private func ramps(_ knots: [Int], _ values: [Double], _ network: inout ParallelNetwork) {
    network.bias = values[0]
    guard knots.count > 1 else { return }
    let slopes = knots.indices.dropLast().map {
      (values[$0 + 1] - values[$0]) / (x[knots[$0 + 1]] - x[knots[$0]])
    }
    func ramp(_ from: Int, _ to: Int, _ z: Double) {
      let (low, high) = (x[knots[from]], x[knots[to]])
      let g = raised(abs(z), 1 / power), extra = architecture.depth - 3
      network.appendChain(
        [(-g, g * high), (-g, g * g * (high - low))] + [(Double, Double)](repeating: (g, 0), count: extra),
        output: z < 0 ? -g : g)
    }
    for sign in [1.0, -1.0] {
      /// Layers that have begun: where, and up to what height.
      var open: [(start: Int, height: Double)] = []
      for k in 0...slopes.count {
        let height = k < slopes.count ? max(0, sign * slopes[k]) : 0
        var start = k
        while let top = open.last, top.height > height {
          open.removeLast()
          let below = max(height, open.last?.height ?? 0)
          ramp(top.start, k, sign * (top.height - below))
          start = top.start
        }
        if height > open.last?.height ?? 0 { open.append((start, height)) }
      }
    }
  }

  /// A layer cake: for each level the pattern of the positions at or above it.
  private func patterns(_ values: [Double], _ network: inout ParallelNetwork) throws(ZonotopeError) {
    guard case .span(let a, let bias) = model else { return }
    let high = values.max() ?? 0, low = values.min() ?? 0
    // Levels above the base and, for zeros and ones without a constant, below it.
    let base = bias ? low : a < 0 ? -max(abs(high), abs(low)) : min(0, high)
    network.bias = bias ? base + (a < 0 ? 0.5 * (high - low) : 0) : 0
    let top = a < 0 && !bias ? -base : max(base, high)
    try cake(values, from: base, to: top, sign: 1, &network)
    if a == 0, !bias, low < 0 { try cake(values.map { -$0 }, from: 0, to: -low, sign: -1, &network) }
  }

  private func cake(
    _ values: [Double], from base: Double, to top: Double, sign: Double, _ network: inout ParallelNetwork
  ) throws(ZonotopeError) {
    guard case .span(let a, _) = model, top > base else { return }
    var levels = Set(values.filter { $0 > base && $0 < top })
    levels.insert(top)
    let sorted = levels.sorted()
    // A unit changes wherever its level lies between neighbours; that may be all units nearly everywhere.
    let ranks = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($0.element, $0.offset + 1) })
    let heights = values.map { $0 <= base ? 0 : ranks[min($0, top)] ?? sorted.count }
    let changes = zip(heights, heights.dropFirst()).reduce(0) { $0 + abs($1.0 - $1.1) }
    let size = saturatingProduct(32, saturatingSum(changes, 4 * sorted.count))
    guard size <= memory / 2 else {
      throw .memoryBudget(
        purpose: "the units of a network with \(sorted.count) levels", needed: saturatingProduct(size, 2),
        budget: memory)
    }
    var last = base
    for level in sorted {
      var places: [Int32] = []
      for p in 1..<max(1, values.count) where (values[p] >= level) != (values[p - 1] >= level) {
        places.append(Int32(p))
      }
      network.append(
        SwitchUnit(architecture).unit(
          cuts(places), startsHigh: values[0] >= level, z: sign * (level - last) / (1 - a)))
      last = level
    }
  }
}

/// Units of thresholds or signs in several layers whose output changes at given places.
struct SwitchUnit {
  private let isSign: Bool
  /// Neurons of the hidden layers but the last: children of each neuron for trees.
  private let widths: [Int]
  private let isTree: Bool

  init(_ architecture: OneDimensionalNetwork) {
    isSign = architecture.activation == .sign
    widths = architecture.widths
    isTree = architecture.shape == .tree
  }

  func unit(_ cuts: [Double], startsHigh: Bool, z: Double) -> ParallelNetwork.Unit {
    let root = abs(z).squareRoot()
    return ParallelNetwork.Unit(
      layers: layers(cuts, startsHigh), amplitude: root, output: z < 0 ? -root : root)
  }

  private func layers(_ cuts: [Double], _ startsHigh: Bool) -> [ParallelNetwork.Layer] {
    guard isTree else {
      // One neuron a change, one that puts them together, and neurons that pass it on.
      var result = [first(cuts), join([cuts.count], of: max(1, cuts.count), startsHigh: startsHigh)]
      for _ in 1..<widths.count {
        result.append(ParallelNetwork.Layer(weights: [1], biases: [isSign ? 0 : -0.5]))
      }
      return result
    }
    // The changes below each neuron, layer by layer from the bottom: as many as its subtree holds, in order.
    var groups = cuts.isEmpty ? [0] : [Int](repeating: 1, count: cuts.count)
    var result = [first(cuts)]
    for (l, width) in widths.enumerated() {
      let isLast = l == widths.count - 1
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
      ? ParallelNetwork.Layer(weights: [0], biases: [-1])
      : ParallelNetwork.Layer(weights: cuts.map { _ in 1 }, biases: cuts.map { -$0 })
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
