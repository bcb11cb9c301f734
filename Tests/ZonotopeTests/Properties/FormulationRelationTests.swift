import Testing

@testable import Zonotope

/// Relations between programs of different kinds.
@Suite struct FormulationRelationTests {
  private static let beta = 0.4

  private func expectEqual(_ a: Double, _ b: Double, _ location: SourceLocation = #_sourceLocation) {
    #expect(abs(a - b) <= 1e-9 * abs(b), "\(a), not \(b)", sourceLocation: location)
  }

  private func expectAtMost(_ a: Double, _ b: Double, _ location: SourceLocation = #_sourceLocation) {
    #expect(a <= b + 1e-9 * abs(b), "\(a) above \(b)", sourceLocation: location)
  }

  // MARK: Closed forms

  /// One sample: the fit is the soft-threshold of y at beta / (|slope| ||x||), with the steeper slope that the kind of
  /// network can choose.
  @Test(arguments: [true, false], [Activation.relu, .abs, .leaky(0.3), Activation(on: -0.5, off: 2)])
  func oneSampleIsASoftThreshold(gated: Bool, activation: Activation) throws {
    let network = NetworkCase(isGated: gated, activation: activation)
    let data = Targeted(x: [[3, 4]], y: [2]), length = 5 * max(abs(activation.on), abs(activation.off))
    for beta in [0.3, 2, 6] {
      let threshold = beta / length, fit = max(0, 2 - threshold)
      let expected = 0.5 * (2 - fit) * (2 - fit) + threshold * fit
      #expect(abs(try network.optimum(data, .all, beta: beta) - expected) <= 1e-9)
    }
    #expect(abs(try network.train(data, .all, beta: .absolute(1)).betaMax - 2 * length) <= 1e-12)
  }

  /// Orthonormal rows. Of two signs an exact neuron, ReLU or |t|, fits one target only; a gate of |t| turns both.
  @Test(arguments: [
    (true, Activation.relu, [3.0, 4.0], 4.5), (false, .relu, [3, 4], 4.5), (false, .abs, [3, 4], 4.5),
    (true, .abs, [3, 4], 4.5), (true, .relu, [3, -4], 4.5), (true, .abs, [3, -4], 4.5),
    (false, .relu, [3, -4], 6), (false, .abs, [3, -4], 6),
  ])
  func orthonormalRows(gated: Bool, activation: Activation, y: [Double], expected: Double) throws {
    let network = NetworkCase(isGated: gated, activation: activation)
    let objective = try network.optimum(Targeted(x: [[1, 0], [0, 1]], y: y), .all, beta: 1)
    #expect(abs(objective - expected) <= 1e-8)
  }

  // MARK: Order

  @Test(arguments: NetworkCase.varied)
  func morePatternsAreAtLeastAsGood(network: NetworkCase) throws {
    let data = Targeted(network, samples: 8, features: 2)
    let masks = try network.masks(data.x, 30)
    var last = try network.optimum(data, .all, beta: Self.beta)
    for count in [masks.count, masks.count / 2, 2] {
      let next = try network.optimum(data, .masks(Array(masks.prefix(count))), beta: Self.beta)
      expectAtMost(last, next)
      last = next
    }
  }

  @Test(arguments: NetworkCase.varied.filter { $0.norm == .perClass })
  func droppingTheConesNeverCosts(network: NetworkCase) throws {
    let data = Targeted(network, samples: 12, features: 3), masks = try network.masks(data.x, 8)
    var (gated, exact) = (network, network)
    (gated.isGated, exact.isGated) = (true, false)
    expectAtMost(
      try gated.optimum(data, .masks(masks), beta: Self.beta),
      try exact.optimum(data, .masks(masks), beta: Self.beta))
  }

  @Test(arguments: [LossCase.squared, .softmax3, .huber, .hinge], [false, true])
  func frobeniusIsAtMostNuclearAndThatAtMostPerClass(term: LossCase, skip: Bool) throws {
    let network = NetworkCase(term: term, outputs: 3, skip: skip, outputBias: !skip)
    let data = Targeted(network, samples: 12, features: 3), masks = try network.masks(data.x, 6)
    func optimum(_ norm: OutputNorm) throws -> Double {
      var changed = network
      changed.norm = norm
      return try changed.optimum(data, .masks(masks), beta: Self.beta)
    }
    let (frobenius, nuclear, perClass) = (
      try optimum(.frobenius), try optimum(.nuclear), try optimum(.perClass)
    )
    expectAtMost(frobenius, nuclear)
    expectAtMost(nuclear, perClass)
    #expect(frobenius < 0.999 * perClass)
  }

  // MARK: Equalities

  @Test(arguments: [true, false], [LossCase.squared, .logistic, .huber, .absolute, .hinge])
  func outputsThatDoNotMeetAreProblemsOfTheirOwn(gated: Bool, term: LossCase) throws {
    let network = NetworkCase(isGated: gated, term: term, outputs: 3, skip: gated, outputBias: true)
    let data = Targeted(network, samples: 12, features: 3), masks = try network.masks(data.x, 6)
    var single = network
    single.outputs = 1
    let parts = try (0..<3).map { o in
      try single.optimum(
        Targeted(x: data.x, y: data.x.indices.map { data.y[3 * $0 + o] }), .masks(masks), beta: Self.beta)
    }
    expectEqual(try network.optimum(data, .masks(masks), beta: Self.beta), parts.reduce(0, +))
  }

  /// Only the difference of two outputs counts: half of it each costs as much as all of it, by the norm per class, and
  /// 1/sqrt 2 of it by the others.
  @Test(arguments: [true, false], OutputNorm.allCases)
  func softmaxOfTwoClassesIsTheLogisticLoss(gated: Bool, norm: OutputNorm) throws {
    guard gated || norm == .perClass else { return }
    let logistic = NetworkCase(isGated: gated, term: .logistic, outputBias: true)
    let softmax = NetworkCase(isGated: gated, term: .softmax2, outputs: 2, norm: norm, outputBias: true)
    let data = Targeted(logistic, samples: 14, features: 3), masks = try logistic.masks(data.x, 8)
    let shares = data.y.flatMap { $0 < 0 ? [1.0, 0] : [0, 1] }
    let factor = norm == .perClass ? 1 : 2.0.squareRoot()
    expectEqual(
      try softmax.optimum(Targeted(x: data.x, y: shares), .masks(masks), beta: factor * Self.beta),
      try logistic.optimum(data, .masks(masks), beta: Self.beta))
  }

  @Test(arguments: [true, false], [LossCase.squared, .logistic, .absolute])
  func smallSlopesTendToReLU(gated: Bool, term: LossCase) throws {
    var network = NetworkCase(isGated: gated, term: term)
    let data = Targeted(network, samples: 10, features: 2)
    let limit = try network.optimum(data, .all, beta: Self.beta)
    var last = Double.infinity
    for slope in [0.1, 1e-3, 1e-5, 1e-7] {
      network.activation = .leaky(slope)
      let distance = abs(try network.optimum(data, .all, beta: Self.beta) - limit)
      #expect(distance <= 20 * slope * limit + 1e-9 * limit)
      #expect(distance <= last)
      last = max(distance, 1e-9 * limit)
    }
  }

  /// With one slope a network is linear, whatever its gates: the norm of one vector of weights.
  @Test(arguments: [true, false])
  func equalSlopesMakeALinearModel(gated: Bool) throws {
    let network = NetworkCase(isGated: gated, activation: Activation(on: 1, off: 1))
    let data = Targeted(network, samples: 9, features: 2)
    let all = [[Bool](repeating: true, count: 9)]
    let one = try NetworkCase().optimum(data, .masks(all), beta: Self.beta)
    expectEqual(try network.optimum(data, .all, beta: Self.beta), one)
  }

  /// relu(t) = (t + |t|) / 2, and the linear half costs nothing.
  @Test(arguments: [true, false], [LossCase.squared, .logistic, .huber])
  func absoluteValuesAtTwiceTheBetaAreReLUBesideASkipConnection(gated: Bool, term: LossCase) throws {
    for (inputBias, outputBias) in [(false, false), (true, true), (false, true)] {
      let relu = NetworkCase(
        isGated: gated, term: term, skip: true, inputBias: inputBias, outputBias: outputBias)
      var abs = relu
      abs.activation = .abs
      let data = Targeted(relu, samples: 9, features: 2)
      expectEqual(
        try abs.optimum(data, .all, beta: 2 * Self.beta), try relu.optimum(data, .all, beta: Self.beta))
    }
  }

  /// Against programs built by hand over all patterns, of which no half is left out.
  @Test(arguments: [true, false], NetworkCase.activations)
  func leavingOutAntipodalPatternsChangesNothing(gated: Bool, activation: Activation) throws {
    for skip in [false, true] { try compareWithAllPatterns(gated, activation, skip) }
  }

  private func compareWithAllPatterns(_ gated: Bool, _ activation: Activation, _ skip: Bool) throws {
    let network = NetworkCase(isGated: gated, activation: activation, skip: skip, outputBias: true)
    let data = Targeted(network, samples: 9, features: 2)
    let result = try network.train(data, .all, beta: .absolute(Self.beta))
    let x = try MatrixView(data.x)
    let patterns = try PatternSelection.all.patterns(of: x, memory: .max, Workers(threads: 1))
    let isHalved = skip || activation == .abs || activation.on == activation.off
    #expect(result.patternCount == patterns.count)
    #expect(result.solution.point.blocks.count == patterns.count * (gated ? 2 : 4) / (isHalved ? 2 : 1))

    let map = try MaskedMap(x: x, patterns: patterns, activation: activation)
    let free = try FreeBlock(columns: MatrixView(data.x.map { [1] + (skip ? $0 : []) }))
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    let whole: Solution
    if gated {
      whole = try ConvexProgram(
        map: map, penalty: GroupLasso(count: map.blocks, blockSize: 2), loss: SquaredLoss(), targets: data.y,
        beta: Self.beta, free: free
      ).solve(settings)
    } else {
      whole = try ConvexProgram(
        map: PairedMap(map), penalty: ConeGroupLasso(patterns: patterns, x: x), loss: SquaredLoss(),
        targets: data.y, beta: Self.beta, free: free
      ).solve(settings)
    }
    #expect(result.solution.status == .optimal && whole.status == .optimal)
    expectEqual(result.solution.objective, whole.objective)
  }

  /// Free columns that classify alone: the bound is zero, and the answer says so.
  @Test(arguments: [LossCase.logistic, .hinge, .softmax3], [true, false])
  func separableDataEndHonestly(term: LossCase, gated: Bool) throws {
    let network = NetworkCase(isGated: gated, term: term, outputs: term.outputs, skip: true, outputBias: true)
    var data = Targeted(network, samples: 15, features: 2)
    // The class by the first feature, with room between.
    data.x = data.x.enumerated().map { k, row in [3 * Double(k % 3), row[1]] }
    data.y = (0..<15).flatMap { k -> [Double] in
      term.isSoftmax ? (0..<3).map { $0 == k % 3 ? 1 : 0 } : [k % 3 == 0 ? -1 : 1]
    }
    let result = try network.train(data, .masks(network.masks(data.x, 6)), beta: .absolute(0.1))
    let solution = result.solution
    #expect([.optimal, .stalled].contains(solution.status))
    #expect(solution.dual <= solution.objective && solution.dual >= 0)
    #expect(solution.objective < 1e-9)
    #expect(result.network.neurons.isEmpty)
    if term == .hinge { #expect(solution.status == .optimal && solution.objective == 0) }
  }
}
