import Testing

@testable import Zonotope

/// Random patches and targets.
private struct Patches {
  let count: Int
  /// (samples, count * length)
  let x: [[Double]]
  let y: [Double]

  init(samples: Int, count: Int, length: Int, seed: UInt64) {
    self.count = count
    let data = Example(samples: samples, features: count * length, seed: seed)
    (x, y) = (data.x, data.y)
  }

  /// The patches of all rows.
  var stacked: [[Double]] {
    x.flatMap { row in
      let length = row.count / count
      return (0..<count).map { Array(row[$0 * length..<($0 + 1) * length]) }
    }
  }

  func masks(_ number: Int, seed: UInt64) throws -> [[Bool]] {
    try Example(x: stacked, y: []).masks(number, seed: seed)
  }
}

private func options(patches: Int, _ adjust: (inout TwoLayerOptions) -> Void = { _ in }) -> TwoLayerOptions {
  var options = TwoLayerOptions()
  options.patches = patches
  adjust(&options)
  return options
}

private func train(
  _ architecture: some Architecture, _ x: [[Double]], _ y: [[Double]],
  beta: Beta = .ratio(0.1),
  loss: some Loss = SquaredLoss()
) throws -> TrainingResult {
  var settings = SolverSettings()
  settings.tolerance = 1e-10
  return try architecture.train(
    on: Dataset(x: MatrixView(x), y: MatrixView(y)), loss: loss, beta: beta, settings: settings)
}

private func train(
  _ architecture: some Architecture, _ x: [[Double]], _ y: [Double], beta: Beta = .ratio(0.1)
) throws -> TrainingResult {
  try train(architecture, x, y.map { [$0] }, beta: beta)
}

private func expectEqual(_ a: Double, _ b: Double, _ tolerance: Double = 1e-8, _ what: String = "") {
  #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(a) and \(b) \(what)")
}

private let slopes = [
  Activation.relu, .abs, Activation(on: 1, off: 0.2), Activation(on: 0.5, off: -2), .linear,
]

/// Convolutional networks whose patches are added up.
@Suite struct PooledNetworkTests {
  /// K copies of a row say K times what the row says.
  @Test(arguments: slopes) func equalPatchesAreTheDenseNetworkOnTheirSum(_ activation: Activation) throws {
    let data = Example(samples: 7, features: 2, seed: 11)
    let copies = data.x.map { $0 + $0 + $0 }, sums = data.x.map { $0.map { 3 * $0 } }
    for exact in [true, false] {
      let pooled = options(patches: 3) { ($0.activation, $0.outputBias) = (activation, true) }
      var dense = pooled
      dense.patches = 1
      let (a, b) =
        exact
        ? (
          try train(ReLU(patterns: .all, options: pooled), copies, data.y, beta: .absolute(0.3)),
          try train(ReLU(patterns: .all, options: dense), sums, data.y, beta: .absolute(0.3))
        )
        : (
          try train(GatedReLU(patterns: .all, options: pooled), copies, data.y, beta: .absolute(0.3)),
          try train(GatedReLU(patterns: .all, options: dense), sums, data.y, beta: .absolute(0.3))
        )
      expectEqual(a.solution.objective, b.solution.objective)
      expectEqual(a.betaMax, b.betaMax, 1e-12)
      #expect(a.patternCount == b.patternCount)
      #expect(a.certificate.scope == b.certificate.scope)
    }
  }

  /// The features of a pattern written out with plain loops: a dual point proves that nothing is better.
  @Test(arguments: slopes) func naiveDualPointProvesTheGatedOptimum(_ activation: Activation) throws {
    let data = Patches(samples: 9, count: 3, length: 2, seed: 5)
    let masks = try data.masks(12, seed: 2)
    let result = try train(
      GatedReLU(patterns: .masks(masks), options: options(patches: 3) { $0.activation = activation }), data.x,
      data.y, beta: .absolute(0.4))
    // f from the weights, gates by the masks.
    let outputs = try result.network.predict(MatrixView(data.x))
    let z = zip(outputs, data.y).map { $0 - $1 }
    var largest = 0.0
    for mask in masks {
      var gradient = [0.0, 0.0]
      for (row, patch) in data.stacked.enumerated() {
        let slope = mask[row] ? activation.on : activation.off
        for j in 0..<2 { gradient[j] += slope * patch[j] * z[row / 3] }
      }
      largest = max(largest, Naive.norm(gradient))
    }
    let feasible = z.map { $0 * min(1, 0.4 / largest) }
    let dual = Naive.dual(.squared, feasible, data.y, scale: 1)
    #expect(dual <= result.networkObjective + 1e-10)
    #expect(dual >= result.networkObjective - 1e-6 * result.networkObjective)
    expectEqual(result.networkObjective, result.solution.objective, 1e-9)
  }

  /// The order of the patches of a sample says nothing.
  @Test func patchesMayChangePlaces() throws {
    let data = Patches(samples: 5, count: 3, length: 2, seed: 8)
    let turned = data.x.enumerated().map { (k, row) -> [Double] in
      let turn = 2 * (k % 3)
      return Array(row[turn...]) + Array(row[..<turn])
    }
    for architecture in [ReLU(patterns: .all, patches: 3), ReLU(patterns: .all, inputBias: true, patches: 3)]
    {
      let (a, b) = (try train(architecture, data.x, data.y), try train(architecture, turned, data.y))
      expectEqual(a.solution.objective, b.solution.objective)
      #expect(a.patternCount == b.patternCount)
      #expect(a.certificate.scope == .allNeurons)
    }
  }

  /// Everything that can be asked for at once: the network has the objective of the program.
  @Test(arguments: slopes, [OutputNorm.perClass, .nuclear, .frobenius])
  func networkHasTheObjectiveOfTheProgram(_ activation: Activation, _ norm: OutputNorm) throws {
    let data = Patches(samples: 8, count: 2, length: 2, seed: 21)
    let y = data.y.enumerated().map { [$1, Double($0 % 3) - 1] }
    let all = options(patches: 2) {
      ($0.activation, $0.outputNorm) = (activation, norm)
      ($0.inputBias, $0.outputBias, $0.skip) = (true, true, true)
    }
    let gated = try train(GatedReLU(patterns: .sampled(count: 20, seed: 3), options: all), data.x, y)
    expectEqual(gated.networkObjective, gated.solution.objective, 1e-9)
    #expect(gated.network.features == 4)
    #expect(gated.network.width == 3)
    guard norm == .perClass else { return }
    let exact = try train(ReLU(patterns: .sampled(count: 20, seed: 3), options: all), data.x, y)
    expectEqual(exact.networkObjective, exact.solution.objective, 1e-9)
    #expect(gated.solution.objective <= exact.solution.objective * (1 + 1e-8))
  }

  /// |t| is 2 max(t, 0) - t, and what is linear in the sum of the patches is free beside a skip connection.
  @Test func absoluteValuesAreReLUsBesideASkipConnection() throws {
    let data = Patches(samples: 6, count: 2, length: 2, seed: 4)
    let relu = options(patches: 2) { $0.skip = true },
      abs = options(patches: 2) { ($0.activation, $0.skip) = (.abs, true) }
    let a = try train(ReLU(patterns: .all, options: relu), data.x, data.y, beta: .absolute(0.2))
    let b = try train(ReLU(patterns: .all, options: abs), data.x, data.y, beta: .absolute(0.4))
    #expect(a.solution.objective > 1e-3)
    expectEqual(a.solution.objective, b.solution.objective)
  }

  @Test func singlePrecisionAndFISTAAgree() throws {
    let data = Patches(samples: 20, count: 4, length: 3, seed: 14)
    let architecture = GatedReLU(patterns: .sampled(count: 30, seed: 1), patches: 4)
    let expected = try train(architecture, data.x, data.y).solution.objective
    for (kind, precision) in [(SolverKind.admm, Precision.float), (.fista, .double)] {
      var settings = SolverSettings()
      (settings.kind, settings.precision, settings.tolerance) = (kind, precision, 1e-8)
      let result = try architecture.train(
        on: Dataset(x: MatrixView(data.x), y: data.y), loss: SquaredLoss(), beta: .ratio(0.1),
        settings: settings)
      #expect(result.solution.status == .optimal)
      expectEqual(result.solution.objective, expected, 1e-7)
      if precision == .float { #expect(result.solution.choice.contains("single precision")) }
    }
  }

  /// Many patches have their features stored, which single precision has no products for.
  @Test func storedFeaturesGiveTheSameAnswer() throws {
    let data = Patches(samples: 12, count: 20, length: 2, seed: 15), x = try MatrixView(data.x)
    let architecture = ReLU(patterns: .masks(try data.masks(30, seed: 1)), patches: 20)
    let workers = Workers(threads: 1)
    let results = try [1 << 30, 0].map { memory in
      let parts = try architecture.formulation(of: x, outputs: 1, memory: memory, workers)
      let program = try ConvexProgram(
        map: parts.map, penalty: parts.penalty, loss: SquaredLoss(), targets: data.y, beta: 0.7)
      var settings = SolverSettings()
      (settings.tolerance, settings.precision) = (1e-9, .float)
      return (try program.solve(settings), try program.betaMax())
    }
    expectEqual(results[0].0.objective, results[1].0.objective)
    expectEqual(results[0].1, results[1].1, 1e-12)
    #expect(results[0].0.choice.contains("in double precision"))
    #expect(results[1].0.choice.contains("single precision"))
  }

  /// Rows that lie apart in memory.
  @Test func stridesDoNotMatter() throws {
    let data = Patches(samples: 6, count: 2, length: 2, seed: 6)
    let padded = try MatrixView(data.x.map { $0 + [1e9, -1e9] })
    let apart = try MatrixView(pointer: padded.base, rows: 6, columns: 4, stride: 6, owner: padded.owner)
    let architecture = ReLU(patterns: .all, patches: 2), close = try train(architecture, data.x, data.y)
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    let result = try architecture.train(
      on: Dataset(x: apart, y: data.y), loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    #expect(result.solution.objective == close.solution.objective)
    #expect(try result.network.predict(apart) == close.network.predict(MatrixView(data.x)))
  }

  @Test func columnsThatAreNoPatchesAreRefused() throws {
    let data = Example(samples: 4, features: 5, seed: 1)
    for patches in [0, -1, 2, 6] {
      #expect(throws: ZonotopeError.self) {
        try train(ReLU(patterns: .all, patches: patches), data.x, data.y)
      }
    }
  }
}

/// Convolutional networks without an activation, whose patches have output weights of their own.
@Suite struct LinearConvolutionTests {
  /// An orthonormal design: singular values are soft-thresholded one by one. Those of 2 x 2 numbers have a closed form.
  @Test(arguments: [0.2, 0.9, 3.0]) func weightsPerPatchAreAThresholdOfSingularValues(_ beta: Double) throws {
    let y = [1.3, -0.4, 0.7, 2.1]
    let x = (0..<4).map { k in (0..<4).map { $0 == k ? 1.0 : 0 } }
    let result = try train(PatchwiseLinear(patches: 2), x, y, beta: .absolute(beta))
    let square = Naive.dot(y, y), determinant = y[0] * y[3] - y[1] * y[2]
    let root = (square * square - 4 * determinant * determinant).squareRoot()
    let values = [((square + root) / 2).squareRoot(), ((square - root) / 2).squareRoot()]
    let expected = values.reduce(0) { $0 + min($1, beta) * min($1, beta) / 2 + beta * max(0, $1 - beta) }
    expectEqual(result.solution.objective, expected, 1e-9)
    expectEqual(result.networkObjective, expected, 1e-9)
    expectEqual(result.betaMax, values[0], 1e-10)
    #expect(result.network.neurons.count == values.filter { $0 > beta }.count)
    #expect(result.certificate.scope == .allNeurons)
  }

  /// A matrix with one row, or one column, has one singular value.
  @Test func onePatchIsTheDenseLinearNetwork() throws {
    let data = Example(samples: 7, features: 3, seed: 31)
    var linear = TwoLayerOptions()
    linear.activation = .linear
    let dense = try train(ReLU(patterns: .all, options: linear), data.x, data.y, beta: .absolute(0.7))
    for patches in [1, 3] {
      let result = try train(PatchwiseLinear(patches: patches), data.x, data.y, beta: .absolute(0.7))
      expectEqual(result.solution.objective, dense.solution.objective)
      expectEqual(result.betaMax, dense.betaMax, 1e-12)
    }
  }

  /// Rows of one number: the Lasso, here a soft-threshold.
  @Test(arguments: [0.5, 4.0, 100.0]) func circularRowsOfOneNumberAreTheLasso(_ beta: Double) throws {
    let data = Example(samples: 6, features: 1, seed: 3)
    let x = data.x.map { $0[0] }
    let result = try train(CircularLinear(), data.x, data.y, beta: .absolute(beta))
    let product = Naive.dot(x, data.y), square = Naive.dot(x, x)
    let z = (product > 0 ? 1.0 : -1) * max(0, abs(product) - beta) / square
    let expected = Naive.loss(.squared, x.map { $0 * z }, data.y, scale: 1) + beta * abs(z)
    expectEqual(result.solution.objective, expected, 1e-9)
    expectEqual(result.networkObjective, expected, 1e-9)
    expectEqual(result.betaMax, abs(product), 1e-12)
  }

  /// The optimum by the definition, with complex numbers: the network's value, and a dual point below it.
  @Test(arguments: 1...9) func circularOptimumIsThatOfTheDefinition(_ d: Int) throws {
    let data = Example(samples: 6, features: d, seed: UInt64(d)), beta = 0.6
    let result = try train(CircularLinear(), data.x, data.y, beta: .absolute(beta))
    // z = sum_j circ(h_j) w_j
    var z = [Double](repeating: 0, count: d)
    for neuron in result.network.neurons {
      for j in 0..<d {
        for l in 0..<d { z[j] += neuron.weights[(j - l + d) % d] * neuron.outputs[l] }
      }
    }
    let f = data.x.map { Naive.dot($0, z) }, root = Double(d).squareRoot()
    let primal =
      Naive.loss(.squared, f, data.y, scale: 1)
      + beta / root * Naive.unitaryModuli(z).reduce(0, +)
    let residual = zip(f, data.y).map { $0 - $1 }
    let gradient = (0..<d).map { j in data.x.indices.reduce(0) { $0 + data.x[$1][j] * residual[$1] } }
    // The dual norm of sum |F z| / sqrt d is sqrt d max |F g|.
    let largest = root * (Naive.unitaryModuli(gradient).max() ?? 0)
    let dual = Naive.dual(.squared, residual.map { $0 * min(1, beta / largest) }, data.y, scale: 1)
    expectEqual(result.solution.objective, primal, 1e-9)
    expectEqual(result.networkObjective, primal, 1e-9)
    #expect(dual <= primal + 1e-12)
    #expect(dual >= primal - 1e-6 * max(1, primal))
    #expect(result.network.neurons.count <= 1)
  }

  /// Outputs that are penalised one by one do not meet in a squared loss; ordinary weight decay is never more.
  @Test func outputsPerClassSeparate() throws {
    let data = Patches(samples: 8, count: 2, length: 3, seed: 12)
    let y = data.y.enumerated().map { [$1, Double($0 % 4) - 1.5, -$1 * $1] }
    func check(_ network: (TwoLayerOptions) -> any Architecture, patches: Int) throws {
      var plain = TwoLayerOptions.linear(patches: patches)
      plain.outputBias = true
      let together = try train(network(plain), data.x, y, beta: .absolute(0.5))
      let apart = try (0..<3).map { o in
        try train(network(plain), data.x, y.map { $0[o] }, beta: .absolute(0.5)).solution.objective
      }
      expectEqual(together.solution.objective, apart.reduce(0, +))
      expectEqual(together.networkObjective, together.solution.objective, 1e-9)
      plain.outputNorm = .nuclear
      let joined = try train(network(plain), data.x, y, beta: .absolute(0.5))
      expectEqual(joined.networkObjective, joined.solution.objective, 1e-9)
      #expect(joined.solution.objective < together.solution.objective)
    }
    try check({ PatchwiseLinear(options: $0) }, patches: 2)
    try check({ CircularLinear(options: $0) }, patches: 1)
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let data = Patches(samples: 4, count: 2, length: 2, seed: 1), y = data.y.map { [$0, -$0] }
    var skip = TwoLayerOptions.linear(patches: 2), relu = skip, frobenius = skip,
      ones = TwoLayerOptions.linear()
    (skip.skip, relu.activation, frobenius.outputNorm, ones.inputBias) = (true, .relu, .frobenius, true)
    for (options, key) in [
      (skip, "model.skip"), (relu, "model.activation"), (frobenius, "model.outputs"),
    ] {
      #expect(try refusedKey { try train(PatchwiseLinear(options: options), data.x, y) } == key)
      #expect(try refusedKey { try train(CircularLinear(options: options), data.x, y) } == key)
    }
    #expect(try refusedKey { try train(CircularLinear(options: ones), data.x, y) } == "model.inputBias")
    let cut = TwoLayerOptions.linear(patches: 2)
    #expect(try refusedKey { try train(CircularLinear(options: cut), data.x, y) } == "model.patches")
  }
}
