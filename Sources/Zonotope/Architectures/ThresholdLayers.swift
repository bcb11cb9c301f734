import CZonotope

/// The patterns of units with thresholds in several layers: those of the last are thresholds of combinations of
/// patterns of the layer before.
struct ThresholdLayers: Sendable {
  /// Those of the last hidden layer.
  let patterns: PatternSet
  /// For every layer after the first, and every pattern, the patterns of the layer before that it is made of.
  let inputs: [[[Int]]]
  /// The patterns of every layer.
  let layers: [PatternSet]

  init(
    _ network: ThresholdNetwork, _ rows: MatrixView, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) {
    let n = rows.rows, limit = n < 40 ? 1 << n : .max
    var layer = try PatternSet.closed(of: rows, memory: memory, limit: limit, workers)
    var layers = [layer], inputs: [[[Int]]] = []
    for width in network.widths {
      let (next, from) = try Self.next(
        layer, width: width, bias: network.hiddenBias, memory: memory, limit: limit, workers)
      layer = next
      layers.append(next)
      inputs.append(from)
    }
    (patterns, self.inputs, self.layers) = (layer, inputs, layers)
  }

  /// The patterns of thresholds of so many patterns at a time.
  private static func next(
    _ layer: PatternSet, width: Int, bias: Bool, memory: Int, limit: Int, _ workers: Workers
  ) throws(ZonotopeError) -> (PatternSet, [[Int]]) {
    let n = layer.samples, m = min(width, layer.count), words = zt_words(n)
    var combinations = 1.0
    for k in 0..<m { combinations *= Double(layer.count - k) / Double(k + 1) }
    guard combinations <= 2e6 else {
      throw .unsupported(
        key: "model.patterns",
        reason:
          "\(layer.count) patterns of a layer, \(m) at a time, are too many to list; sample, or \"shattered\""
      )
    }
    var known: [[UInt64]: Int] = [:], lines: [UInt64] = [], from: [[Int]] = []
    var seen: Set<[UInt64]> = []
    var chosen = Array(0..<m)
    while from.count < limit, !workers.isStopped {
      // Which of the 2^m combinations of bits there are decides; their samples make the pattern.
      if seen.insert(chosen.flatMap { i in (0..<words).map { layer.patternBits[i * words + $0] } }).inserted {
        let width = m + (bias ? 1 : 0)
        let h = try Vector(product(n, width, place: "x"))
        for k in 0..<n {
          for (j, i) in chosen.enumerated() { h[k * width + j] = layer[i, k] ? 1 : 0 }
          if bias { h[k * width + m] = 1 }
        }
        let found = try PatternSet.closed(
          of: MatrixView(h, rows: n, columns: width), memory: memory, workers)
        for i in 0..<found.count {
          let line = (0..<words).map { found.patternBits[i * words + $0] }
          guard known[line] == nil else { continue }
          known[line] = from.count
          lines += line
          from.append(chosen)
        }
      }
      // The next subset.
      var place = m - 1
      while place >= 0, chosen[place] == layer.count - m + place { place -= 1 }
      if place < 0 { break }
      chosen[place] += 1
      for later in place + 1..<max(place + 1, m) { chosen[later] = chosen[later - 1] + 1 }
    }
    let bits = try lines.withUnsafeBufferPointer { (lines) throws(ZonotopeError) in
      try Buffer<UInt64>(copying: lines)
    }
    let set = try PatternSet(
      distinct: bits, count: from.count, samples: n, gates: nil,
      source: workers.isStopped ? .grown : .enumerated, workers)
    return (set, from)
  }
}

/// The weights behind patterns of thresholds.
struct ThresholdUnits {
  private let network: ThresholdNetwork
  private let rows: MatrixView
  private let deep: ThresholdLayers?

  init(_ network: ThresholdNetwork, _ rows: MatrixView, _ layers: ThresholdLayers?) {
    (self.network, self.rows, deep) = (network, rows, layers)
  }

  /// That of the rows without the ones.
  func fingerprint(features: Int) throws(ZonotopeError) -> UInt64 {
    let plain = try MatrixView(
      pointer: rows.base, rows: rows.rows, columns: features, stride: rows.stride, owner: rows.owner)
    return plain.fingerprint()
  }

  /// The hidden layers of a unit with the pattern; nil where there are no weights for it.
  func layers(of pattern: Int, in patterns: PatternSet) throws(ZonotopeError) -> [ParallelNetwork.Layer]? {
    guard let deep else {
      guard let w = try direction(pattern, patterns, on: rows, bias: network.inputBias) else { return nil }
      return [w]
    }
    // From the top: which patterns each layer needs, and how the layer above combines them.
    var result: [ParallelNetwork.Layer] = []
    var wanted = [pattern]
    for l in stride(from: deep.layers.count - 1, to: 0, by: -1) {
      let sources = wanted.map { deep.inputs[l - 1][$0] }
      let total = sources.reduce(0) { $0 + $1.count }
      var layer = ParallelNetwork.Layer(weights: [], biases: []), start = 0
      for (pattern, source) in zip(wanted, sources) {
        let below = deep.layers[l - 1], n = below.samples, m = source.count, bias = network.hiddenBias
        let width = m + (bias ? 1 : 0)
        let h = try Vector(product(n, width, place: "x"))
        for k in 0..<n {
          for (j, i) in source.enumerated() { h[k * width + j] = below[i, k] ? 1 : 0 }
          if bias { h[k * width + m] = 1 }
        }
        let view = MatrixView(h, rows: n, columns: width)
        guard let own = try direction(pattern, deep.layers[l], on: view, bias: bias) else { return nil }
        layer.weights +=
          [Double](repeating: 0, count: start) + own.weights
          + [Double](repeating: 0, count: total - start - m)
        layer.biases += own.biases
        start += m
      }
      result.append(layer)
      wanted = sources.flatMap { $0 }
    }
    // The first layer, of single neurons.
    var first = ParallelNetwork.Layer(weights: [], biases: [])
    for pattern in wanted {
      guard let own = try direction(pattern, deep.layers[0], on: rows, bias: network.inputBias) else {
        return nil
      }
      first.weights += own.weights
      first.biases += own.biases
    }
    result.append(first)
    return result.reversed()
  }

  /// One neuron with a pattern on the rows, of which the last column is that of the bias. The one with the widest margin
  /// where there is one.
  private func direction(
    _ pattern: Int, _ patterns: PatternSet, on rows: MatrixView, bias: Bool
  ) throws(ZonotopeError) -> ParallelNetwork.Layer? {
    let width = bias ? rows.columns - 1 : rows.columns
    func layer(_ w: [Double]) -> ParallelNetwork.Layer {
      ParallelNetwork.Layer(weights: Array(w[..<width]), biases: [bias ? w[width] : 0])
    }
    /// In the arithmetic of the network.
    func holds(_ layer: ParallelNetwork.Layer) -> Bool {
      (0..<rows.rows).allSatisfy { k in
        var product = 0.0
        if width == 1 {
          return (layer.weights[0] * rows[k, 0] + layer.biases[0] >= 0) == patterns[pattern, k]
        }
        for j in 0..<width { product += layer.weights[j] * rows[k, j] }
        return (product + layer.biases[0] >= 0) == patterns[pattern, k]
      }
    }
    if bias, network.margin == .distance, let moved = try farFromRows(rows),
      let w = try patterns.witness(of: pattern, on: moved.rows), case let found = layer(moved.back(w)),
      holds(found)
    {
      return found
    }
    if let w = try patterns.witness(of: pattern, on: rows), case let found = layer(w), holds(found) {
      return found
    }
    let zero = layer([Double](repeating: 0, count: rows.columns))
    return holds(zero) ? zero : nil
  }

  /// The rows around zero with a bias so large that all are about as long: the widest angle is then the widest distance,
  /// but for one part in a million.
  private func farFromRows(
    _ rows: MatrixView
  ) throws(ZonotopeError) -> (rows: MatrixView, back: ([Double]) -> [Double])? {
    let d = rows.columns - 1
    var middle = [Double](repeating: 0, count: d), reach = 0.0
    for j in 0..<d {
      var low = Double.infinity, high = -Double.infinity
      for k in 0..<rows.rows { (low, high) = (min(low, rows[k, j]), max(high, rows[k, j])) }
      middle[j] = low + 0.5 * (high - low)
      reach = max(reach, high - low)
    }
    guard reach > 0, reach.isFinite else { return nil }
    let moved = try Vector(product(rows.rows, d + 1, place: "x")), far = 1e3 * Double(d).squareRoot()
    for k in 0..<rows.rows {
      for j in 0..<d { moved[k * (d + 1) + j] = (rows[k, j] - middle[j]) / reach }
      moved[k * (d + 1) + d] = far
    }
    let back = { (w: [Double]) -> [Double] in
      let weights = w[..<d].map { $0 / reach }
      return weights + [far * w[d] - zip(weights, middle).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    return (MatrixView(moved, rows: rows.rows, columns: d + 1), back)
  }
}
