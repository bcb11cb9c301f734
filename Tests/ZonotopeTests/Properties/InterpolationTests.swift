import Testing

@testable import Zonotope

/// The least penalty of a network through all data.
@Suite struct InterpolationTests {
  private func train(
    _ network: some Architecture, _ x: [[Double]], _ y: [[Double]], tolerance: Double = 1e-9,
    kind: SolverKind = .automatic
  ) throws -> TrainingResult {
    var settings = SolverSettings()
    (settings.tolerance, settings.threads, settings.kind) = (tolerance, 1, kind)
    return try network.train(
      on: Dataset(x: MatrixView(x), y: MatrixView(y)), loss: InterpolationLoss(), beta: .absolute(1),
      settings: settings)
  }

  private func rows(_ count: Int, _ columns: Int, _ random: inout Xoshiro256) -> [[Double]] {
    (0..<count).map { _ in (0..<columns).map { _ in random.nextNormal() } }
  }

  /// One sample: |y| / ||x||. Orthonormal rows: one gate fits both, exact neurons of either sign need one each.
  @Test func isAsWrittenDown() throws {
    let one = try train(ReLU(patterns: .all), [[3, 4]], [[2]])
    #expect(abs(one.solution.objective - 0.4) < 1e-9)
    let gated = try train(GatedReLU(patterns: .all), [[1, 0], [0, 1]], [[3], [-4]])
    #expect(abs(gated.solution.objective - 5) < 1e-8)
    let exact = try train(ReLU(patterns: .all), [[1, 0], [0, 1]], [[3], [-4]])
    #expect(exact.solution.status == .optimal && abs(exact.solution.objective - 7) < 1e-8)
    #expect(exact.betaMax == .infinity && exact.certificate.scope == .allNeurons)
  }

  /// (loss + beta penalty) / beta is below it and comes closer as beta falls.
  @Test(arguments: [true, false], [false, true])
  func isTheLimitOfSmallBeta(gated: Bool, free: Bool) throws {
    var random = Xoshiro256(seed: 3), options = TwoLayerOptions()
    (options.skip, options.inputBias) = (free, true)
    // The larger the targets, the smaller is a beta.
    let x = rows(9, 2, &random), y = rows(9, 2, &random).map { $0.map { 100 * $0 } }
    func limit(_ network: some Architecture) throws {
      let exact = try train(network, x, y)
      #expect(exact.solution.status == .optimal)
      #expect(abs(exact.networkObjective - exact.solution.objective) < 1e-9 * exact.networkObjective)
      var settings = SolverSettings(), last = 0.0
      (settings.tolerance, settings.threads) = (1e-7, 1)
      for beta in [3, 1, 0.3] {
        let near = try network.train(
          on: Dataset(x: MatrixView(x), y: MatrixView(y)), loss: SquaredLoss(), beta: .absolute(beta),
          settings: settings)
        #expect(near.solution.status == .optimal)
        let share = near.solution.dual / beta / exact.solution.objective
        #expect(share <= 1 + 1e-9 && share > last)
        last = share
      }
      #expect(last > 0.9)
      let fit = try exact.network.predict(MatrixView(x))
      for (value, target) in zip(fit, y.joined()) { #expect(abs(value - target) < 1e-9) }
      try isProof(exact, network, x, y)
    }
    if gated {
      try limit(GatedReLU(patterns: .all, options: options))
    } else {
      try limit(ReLU(patterns: .all, options: options))
    }
  }

  /// The dual point again: its products with the features, by definition, are at most 1, and it is orthogonal to what is
  /// free.
  private func isProof<A: Architecture>(
    _ result: TrainingResult, _ network: A, _ x: [[Double]], _ y: [[Double]]
  ) throws {
    let data = try MatrixView(x), z = result.solution.dualPoint, workers = Workers(threads: 1)
    let parts = try network.formulation(of: data, outputs: 2, memory: 1 << 30, workers)
    let program = try ConvexProgram(
      map: parts.map, penalty: parts.penalty, loss: InterpolationLoss(), targets: y.flatMap(\.self), beta: 1,
      free: parts.free)
    let products = try Vector(program.size), space = try parts.map.makeWorkspace(threads: 1)
    z.withUnsafeBufferPointer { parts.map.adjoint($0, into: products.mutable, space, workers) }
    let dualNorm = parts.penalty.dualNorm(
      products.values, floor: 0, try parts.penalty.makeWorkspace(threads: 1), workers)
    #expect(dualNorm <= 1 + 1e-12)
    let bound = -zip(z, y.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(bound - result.solution.dual) < 1e-9 * bound)
    guard let free = parts.free else { return }
    for j in 0..<free.columns.columns {
      for o in 0..<2 {
        let product = (0..<x.count).reduce(0) { $0 + z[2 * $1 + o] * free.columns[$1, j] }
        #expect(abs(product) < 1e-11)
      }
    }
  }

  /// Equal rows with different targets, and more targets than the patterns have weights.
  @Test(arguments: [true, false])
  func whatNoNetworkReachesIsInfeasible(gated: Bool) throws {
    var random = Xoshiro256(seed: 8)
    let row = [0.3, -0.8], many = rows(12, 2, &random), y = rows(12, 1, &random)
    let gates = PatternSelection.gates(try MatrixView([[1.0, 0.2]]))
    let results =
      gated
      ? [
        try train(GatedReLU(patterns: .all), [row, row], [[1], [2]]),
        try train(GatedReLU(patterns: gates), many, y),
      ]
      : [
        try train(ReLU(patterns: .all), [row, row], [[1], [2]]), try train(ReLU(patterns: gates), many, y),
      ]
    for result in results {
      #expect(result.solution.status == .infeasible && result.solution.objective == .infinity)
      #expect(result.solution.dual == .infinity && result.network.neurons.isEmpty)
      #expect(result.json().contains("\"objective\": null"))
      #expect(result.json().contains("\"dual\": null"))
    }
  }

  /// Equal rows are not told apart by what is free either, whatever rounding leaves of them; several outputs.
  @Test func freeColumnsDoNotHideIt() throws {
    var options = TwoLayerOptions(), random = Xoshiro256(seed: 12)
    (options.skip, options.inputBias) = (true, true)
    for _ in 0..<10 {
      let row = rows(1, 3, &random)[0], y = rows(2, 2, &random)
      let gates = PatternSelection.sampled(count: 8, seed: 2)
      for result in [
        try train(GatedReLU(patterns: gates, options: options), [row, row], y),
        try train(ReLU(patterns: gates, options: options), [row, row], y),
      ] { #expect(result.solution.status == .infeasible) }
    }
  }

  @Test func whatIsFreeReachesCostsNothing() throws {
    var options = TwoLayerOptions(), random = Xoshiro256(seed: 2)
    (options.skip, options.outputBias) = (true, true)
    let x = rows(8, 2, &random)
    let result = try train(
      ReLU(patterns: .sampled(count: 20, seed: 1), options: options), x, x.map { [$0[0] - 3 * $0[1] + 0.7] })
    #expect(result.solution.status == .optimal && result.solution.objective == 0)
    #expect(result.network.neurons.isEmpty)
  }

  /// Repeated rows make the system of the samples singular; their targets agree.
  @Test(arguments: [true, false])
  func repeatedRowsAreNoObstacle(gated: Bool) throws {
    var random = Xoshiro256(seed: 5)
    let x = rows(6, 3, &random), y = rows(6, 1, &random)
    let single = try gated ? train(GatedReLU(patterns: .all), x, y) : train(ReLU(patterns: .all), x, y)
    let twice =
      try gated
      ? train(GatedReLU(patterns: .all), x + x, y + y) : train(ReLU(patterns: .all), x + x, y + y)
    #expect(twice.solution.status == .optimal)
    #expect(abs(single.solution.objective - twice.solution.objective) < 1e-7 * single.solution.objective)
  }

  @Test func aShareOfBetaMaxMeansNothing() throws {
    let data = try Dataset(x: MatrixView([[1.0]]), y: [1])
    #expect(throws: ZonotopeError.self) {
      try ReLU(patterns: .all).train(on: data, loss: InterpolationLoss(), beta: .ratio(0.1))
    }
  }

  @Test(arguments: [false, true])
  func modelsOfItCanBeKept(infeasible: Bool) throws {
    let network = ReLU(patterns: .all), x = [[0.3, -0.8], infeasible ? [0.3, -0.8] : [1, 1]]
    let result = try train(network, x, [[1], [2]])
    let model = Model(
      network: result.network,
      card: ModelCard(
        result, options: network.options, loss: InterpolationLoss(), selection: .all, tolerance: 1e-9))
    #expect(result.solution.status == (infeasible ? .infeasible : .optimal))
    #expect(try Model(bytes: model.encode(), file: "m.safetensors") == model)
  }
}
