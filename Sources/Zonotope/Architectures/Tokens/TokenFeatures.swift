/// The program of a layer on tokens: features that are stored, and where their weights lie in the matrices of the penalty.
/// No Kronecker product is formed; columns of features and rows of matrices are
///
/// * attention: x_p[a] sum_q M[p, q] x_q[k] x_q[l] for (k, a, l), Z rows (k, a), columns (l, output);
/// * mixer: for every token a of the output M[a, l] x_k[l] for (k, l), Z rows (k, a), columns (l, output);
/// * Fourier operator: M[a] circ(X)[a, (t, b)] for (t, b), Z rows (t, b), columns the outputs of the block;
/// * convex attention: the numbers of the sample; with an output for every token also their negatives.
///
/// A pooled read-out has the mean of the features of its tokens.
extension TokenLayer {
  func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, FeatureMap, OutputPenalty> {
    let shape = try shape(of: x, outputs: outputs), each = blockShape(shape)
    if kind == .attention, !isGated { try checkAttention(shape, memory: memory) }
    try checkGates(shape, memory: memory)
    let layer = try drawn(for: shape, memory: memory, workers), count = layer.gateCount
    let map = try layer.map(shape, memory: memory, workers.persistent)
    let blocks = try product(count, each.count, place: "model.gates")
    var penalty = OutputPenalty.nuclear(NuclearNorm(count: blocks, rows: each.rows, columns: each.columns))
    if each.columns == 1 { penalty = .groups(GroupLasso(count: blocks, blockSize: each.rows)) }
    // Those that were drawn here are the network's too.
    let gates = layer.gating == gating ? nil : try layer.gateNumbers(shape.d)
    return Formulation(
      rows: x,
      patterns: try .ones(
        samples: x.rows, count: count, gates: gates,
        source: gating == .all && workers.isStopped ? .grown : patternSource),
      patternCount: count, map: map, penalty: penalty, free: nil,
      patternSize: each.count * each.rows * each.columns)
  }

  /// Gates are numbers of their own, drawn or given.
  private func checkGates(_ shape: Shape, memory: Int) throws(ZonotopeError) {
    guard isGated else { return }
    let numbers = try numbersOfGate(shape.d) + thresholdCount
    let needed = try product(8, product(gateCount, numbers, place: "model.gates"), place: "model.gates")
    guard needed <= memory else {
      throw .memoryBudget(purpose: "\(gateCount) gates of \(numbers) numbers", needed: needed, budget: memory)
    }
  }

  /// Features and unknowns of linear attention grow with the cube of d, and there is a solver that stores neither.
  private func checkAttention(_ shape: Shape, memory: Int) throws(ZonotopeError) {
    let (d, c) = (shape.d, shape.c), cube = try product(d, product(d, d, place: "x"), place: "x")
    let rows = pooled ? shape.n : shape.x.rows
    let features = try product(rows <= cube ? d * (d + 1) / 2 : cube, rows, place: "x")
    // The blocks of a solve, its best ones, and what an iteration moves.
    let unknowns = try product(14, product(cube, c, place: "y"), place: "y")
    let needed = try product(8, features + unknowns, place: "x")
    guard needed <= memory else {
      throw .memoryBudget(
        purpose: "attention with its matrix of \(d * d) x \(d * c) (the solver \"factored\" does without it)",
        needed: needed, budget: memory)
    }
  }

  private var patternSource: PatternSet.Source {
    switch gating {
    case .linear, .all, .own: .enumerated
    case .given: .given
    case .sampled, .quantiles: .sampled
    }
  }

  func map(_ shape: Shape, memory: Int, _ workers: Workers) throws(ZonotopeError) -> FeatureMap {
    let (s, d, c, gates) = (tokens, shape.d, shape.c, gateCount), each = blockShape(shape)
    let blocks = gates * each.count
    func wide(_ numbers: Int...) throws(ZonotopeError) -> Int {
      var result = gates
      for number in numbers { result = try product(result, number, place: "model.gates") }
      return result
    }
    switch kind {
    case .attention:
      let rows = pooled ? shape.n : shape.n * s, columns = try wide(d, d, d)
      if !isGated, rows <= columns {
        return try FeatureMap(ProductFeatures(shape.x, samples: shape.n, pooled: pooled, workers), outputs: c)
      }
      let x = try stored(shape, rows, columns, memory, workers) { i, target in
        attention(shape.x.row(i * s), d, into: target, width: gates * d * d * d)
      }
      return try FeatureMap(features: [x], parts: 1, width: c, outputs: c, blocks: blocks, place: nil)
    case .mixer where pooled:
      let x = try stored(shape, shape.n, wide(s, s, d), memory, workers) { i, target in
        mixer(shape.x.row(i * s), d) { g, k, a, l, value in
          target[((g * s + k) * s + a) * d + l] = value / Double(s)
        }
      }
      return try FeatureMap(features: [x], parts: 1, width: c, outputs: c, blocks: blocks, place: nil)
    case .mixer:
      // Without gates all tokens of the output have the same features.
      var features: [MatrixView] = []
      for a in 0..<(isGated ? s : 1) {
        features.append(
          try stored(shape, shape.n, wide(s, d), memory / (isGated ? s : 1), workers) { i, target in
            mixer(shape.x.row(i * s), d, tokens: a..<a + 1) { g, k, _, l, value in
              target[(g * s + k) * d + l] = value
            }
          })
      }
      return try FeatureMap(features: features, parts: s, width: c, outputs: c, blocks: blocks) { a, j, o in
        let (g, k, l) = (j / d / s, j / d % s, j % d)
        return ((g * s + k) * s + a) * d * c + l * c + o
      }
    case .fourier(let count):
      let width = d / count, rows = pooled ? shape.n : shape.n * s
      var features: [MatrixView] = []
      for block in 0..<count {
        features.append(
          try stored(shape, rows, wide(s, width), memory / count, workers) { i, target in
            fourier(shape.x.row(i * s), d, block: block, of: count, into: target)
          })
      }
      return try FeatureMap(
        features: features, parts: count, width: c / count, outputs: c, blocks: blocks,
        place: count == 1
          ? nil
          : { q, j, o in
            let (g, row) = (j / (s * width), j % (s * width))
            return ((g * count + q) * s * width + row) * (c / count) + o
          })
    case .simplex(let norm):
      let x = try stored(shape, shape.n, wide(s, d), memory, workers) { i, target in
        let row = shape.x.row(i * s)
        for g in 0..<gates where mask(g, row, d)[0] { (target + g * s * d).update(from: row, count: s * d) }
      }
      return try FeatureMap(
        features: [x], parts: 1, width: c, outputs: c, blocks: blocks,
        place: norm == .perClass && c > 1 ? { _, j, o in ((j / d) * c + o) * d + j % d } : nil)
    case .sequence:
      // Both signs of all numbers, for every token of the output.
      let x = try stored(shape, shape.n, wide(2, s, d), memory, workers) { i, target in
        let row = shape.x.row(i * s)
        for j in 0..<s * d { (target[j], target[s * d + j]) = (row[j], -row[j]) }
      }
      return try FeatureMap(features: [x], parts: s, width: c, outputs: c, blocks: 2 * d * c) { a, j, o in
        let (sign, k, q) = (j / (s * d), j % (s * d) / d, j % d)
        return ((sign * d + q) * c + o) * s * s + a * s + k
      }
    }
  }

  /// A matrix whose rows `fill` computes, all those of a sample at once.
  private func stored(
    _ shape: Shape, _ rows: Int, _ columns: Int, _ memory: Int, _ workers: Workers,
    _ fill: (_ sample: Int, _ target: UnsafeMutablePointer<Double>) -> Void
  ) throws(ZonotopeError) -> MatrixView {
    let needed = try product(8, product(rows, columns, place: "x"), place: "x")
    guard needed <= memory else {
      throw .memoryBudget(
        purpose: "\(columns) features of \(rows) rows of tokens", needed: needed, budget: memory)
    }
    let result = try Vector(rows * columns), each = rows / max(1, shape.n) * columns
    workers.ranges(shape.n, grain: max(1, 100_000 / max(1, each))) { range, _ in
      for i in range { fill(i, result.pointer + i * each) }
    }
    return MatrixView(result, rows: rows, columns: columns)
  }

  private func attention(
    _ x: UnsafePointer<Double>, _ d: Int, into target: UnsafeMutablePointer<Double>, width: Int
  ) {
    let s = tokens, share = pooled ? 1 / Double(s) : 1
    var pairs = [Double](repeating: 0, count: d * d)
    for g in 0..<gateCount {
      let mask = mask(g, x, d)
      for p in 0..<s {
        for j in 0..<d * d { pairs[j] = 0 }
        for q in 0..<s where mask[p * s + q] {
          for k in 0..<d {
            for l in 0..<d { pairs[k * d + l] += x[q * d + k] * x[q * d + l] }
          }
        }
        let row = target + (pooled ? 0 : p * width) + g * d * d * d
        for k in 0..<d {
          for a in 0..<d {
            let value = share * x[p * d + a]
            for l in 0..<d { row[(k * d + a) * d + l] += value * pairs[k * d + l] }
          }
        }
      }
    }
  }

  private func mixer(
    _ x: UnsafePointer<Double>, _ d: Int, tokens outputs: Range<Int>? = nil,
    _ put: (_ g: Int, _ k: Int, _ a: Int, _ l: Int, _ value: Double) -> Void
  ) {
    let s = tokens
    for g in 0..<gateCount {
      let mask = mask(g, x, d)
      for a in outputs ?? 0..<s {
        for l in 0..<d where mask[a * d + l] {
          for k in 0..<s { put(g, k, a, l, x[k * d + l]) }
        }
      }
    }
  }

  private func fourier(
    _ x: UnsafePointer<Double>, _ d: Int, block: Int, of count: Int, into target: UnsafeMutablePointer<Double>
  ) {
    let s = tokens, width = d / count, columns = gateCount * s * width, share = pooled ? 1 / Double(s) : 1
    for g in 0..<gateCount {
      let mask = mask(g, x, d)
      for a in 0..<s where mask[block * s + a] {
        let row = target + (pooled ? 0 : a * columns) + g * s * width
        for t in 0..<s {
          let source = x + (a + s - t) % s * d + block * width
          for b in 0..<width { row[t * width + b] += share * source[b] }
        }
      }
    }
  }
}
