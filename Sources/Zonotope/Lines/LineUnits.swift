/// The cheapest network that has a function as its output, layer by layer.
struct LineUnits {
  let architecture: OneDimensionalNetwork
  let model: LineModel
  let samples: LineSamples
  /// Along which rows of several features lie on the line.
  var direction = [1.0]

  private var x: UnsafePointer<Double> { samples.x }
  private var power: Double { Double(architecture.depth) }

  func network(of answer: LineFit) throws(ZonotopeError) -> ParallelNetwork {
    var network = ParallelNetwork(
      activation: architecture.networkActivation, features: direction.count, depth: architecture.depth)
    switch (answer, model) {
    case (.lines(let knots, let values), .bends(let lean)): twoLayers(knots, values, lean, &network)
    case (.lines(let knots, let values), _): ramps(knots, values, &network)
    case (.runs(let starts, let levels), _): jumps(starts, levels, &network)
    case (.points(let values), _): try staircase(values, &network)
    case (.columns(let columns, let coefficients, let constant), _):
      network.bias = constant
      for (column, z) in zip(columns, coefficients) where z != 0 {
        switch column {
        case .switches(let places, let startsHigh, _):
          network.append(switches.unit(places.map { cut(before: $0) }, startsHigh: startsHigh, z: z))
        case .fold(let center, let height):
          let g = raised(abs(z), 1 / 3)
          network.appendChain(
            (g, -g * (samples.origin + center)), (g, -g * g * height), output: z < 0 ? -g : g)
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

  /// Units with several changes.
  private var switches: SwitchUnit {
    SwitchUnit(
      isSign: architecture.activation == .sign, depth: architecture.depth,
      children: architecture.shape == .tree ? architecture.widths : [])
  }

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

  /// The function as it is, whose layers are the units.
  private func staircase(_ values: [Double], _ network: inout ParallelNetwork) throws(ZonotopeError) {
    guard case .span(let a, let bias) = model else { return }
    var high = -Double.infinity, low = Double.infinity
    for value in values {
      high = max(high, value)
      low = min(low, value)
    }
    let n = values.count
    try Allocation.probe(bytes: product(16, n, place: "x"))
    let cuts = [Double](unsafeUninitializedCapacity: n) { cuts, used in
      for p in 1..<max(1, n) {
        cuts[used] = cut(before: Int32(p))
        used &+= values[p] != values[p &- 1] ? 1 : 0
      }
    }
    let heights = [Double](unsafeUninitializedCapacity: n) { heights, used in
      for p in 0..<n {
        heights[used] = values[p]
        used &+= p == 0 || values[p] != values[p &- 1] ? 1 : 0
      }
    }
    let largest = max(abs(high), abs(low))
    network.bias = bias ? (a < 0 ? low + 0.5 * (high - low) : low) : 0
    network.staircase = try Staircase(
      switches.along(direction), cuts: cuts, heights: heights, base: bias ? low : a < 0 ? -largest : 0,
      top: a < 0 && !bias ? largest : bias ? high : max(0, high))
  }
}
