import Testing

@testable import Zonotope

/// Single precision is a matter of speed: answers and proofs are those of double precision.
@Suite struct PrecisionTests {
  private func train(
    _ scenario: Scenario, samples: Int = 40, patterns: Int = 20, _ precision: Precision, threads: Int = 1,
    kind: SolverKind = .admm, tolerance: Double = 1e-10
  ) throws -> TrainingResult {
    let data = Example(samples: samples, features: 4, seed: 17)
    let masks = try data.masks(patterns, seed: 3, ones: scenario.inputBias)
    return try scenario.train(data, .masks(masks), beta: .ratio(0.02), scale: 0.5) {
      $0.precision = precision
      $0.kind = kind
      $0.threads = threads
      $0.tolerance = tolerance
    }
  }

  @Test(arguments: Scenario.all)
  func theOptimumAndItsProofAreThoseOfDoublePrecision(scenario: Scenario) throws {
    let single = try train(scenario, .float).solution, double = try train(scenario, .double).solution
    #expect(single.status == .optimal)
    #expect(single.relativeGap >= 0)
    #expect(single.choice.contains("single precision"))
    #expect(!double.choice.contains("precision"))
    #expect(abs(single.objective - double.objective) <= 2e-10 * double.objective)
    // Each bound holds for the other's answer.
    #expect(single.dual <= double.objective * (1 + 1e-14))
    #expect(double.dual <= single.objective * (1 + 1e-14))
  }

  /// More rows than the 256 of a panel of the factor, so that threads share it.
  @Test(arguments: Scenario.plain)
  func threadsDoNotChangeTheAnswer(scenario: Scenario) throws {
    let alone = try train(scenario, samples: 300, .float, threads: 1, tolerance: 1e-6).solution
    let shared = try train(scenario, samples: 300, .float, threads: 4, tolerance: 1e-6).solution
    #expect(alone.point.blocks == shared.point.blocks)
    #expect(alone.dual == shared.dual)
  }

  /// Far beyond the range of single precision, products of two of these all the more.
  @Test(arguments: [1e-40, 1e-25, 1e25, 1e40])
  func unitsOutsideItsRangeAreBroughtInto(unit: Double) throws {
    let data = Example(samples: 30, features: 3, seed: 8), masks = try data.masks(12, seed: 4)
    func objective(_ unit: Double) throws -> Double {
      var settings = SolverSettings()
      settings.precision = .float
      settings.kind = .admm
      let set = try Dataset(x: MatrixView(data.x.map { $0.map { unit * $0 } }), y: data.y)
      let solution = try GatedReLU(patterns: .masks(masks)).train(
        on: set, loss: SquaredLoss(), beta: .ratio(0.05), settings: settings
      ).solution
      #expect(solution.status == .optimal)
      return solution.objective
    }
    let plain = try objective(1), scaled = try objective(unit)
    #expect(abs(scaled - plain) <= 2e-6 * plain)
  }

  /// Columns of very different scale leave single precision short of the tolerance, on most data.
  @Test func whatItDoesNotReachIsDoneInDouble() throws {
    let n = 1050, d = 8
    var options = TwoLayerOptions(), settings = SolverSettings()
    (options.inputBias, options.outputBias) = (true, true)
    (settings.tolerance, settings.threads) = (1e-6, 1)
    let network = GatedReLU(patterns: .sampled(count: 40, seed: 1), options: options)
    var wasLeft = false
    for seed in 1...8 where !wasLeft {
      var random = Xoshiro256(seed: UInt64(seed))
      let x = (0..<n * d).map { (k: Int) -> Double in (k % d == 1 ? 1000 : 1) * random.nextNormal() }
      let y = (0..<n).map { (k: Int) -> Double in abs(x[k * d]) + x[k * d + 2] + 0.3 * random.nextNormal() }
      let result = try network.train(
        on: Dataset(x: MatrixView(x, rows: n, columns: d), y: y), loss: SquaredLoss(), beta: .ratio(0.001),
        settings: settings)
      #expect(result.solution.status == .optimal, "\(result.solution.choice)")
      #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9 * result.networkObjective)
      wasLeft = result.solution.choice.contains("single precision was left")
    }
    #expect(wasLeft)
  }

  /// What `automatic` takes by itself for more than a thousand samples; whoever names a solver has the precision named.
  @Test(arguments: [0.5, 0.004]) func automaticTakesItForManySamples(ratio: Double) throws {
    let data = Example(samples: 1100, features: 4, seed: 17)
    let set = try Dataset(x: MatrixView(data.x), y: data.y)
    func solve(_ kind: SolverKind, tolerance: Double = 1e-8, threads: Int = 1) throws -> Solution {
      var settings = SolverSettings()
      (settings.kind, settings.tolerance, settings.threads) = (kind, tolerance, threads)
      return try GatedReLU(patterns: .sampled(count: 60, seed: 1)).train(
        on: set, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings
      ).solution
    }
    let single = try solve(.automatic), double = try solve(.fista)
    #expect(single.status == .optimal && double.status == .optimal)
    #expect(single.choice.contains("single precision") && !double.choice.contains("single"))
    #expect(abs(single.objective - double.objective) <= 2e-8 * double.objective)
    #expect(single.dual <= double.objective && double.dual <= single.objective)
    #expect(!(try solve(.automatic, tolerance: 1e-9).choice.contains("single")))
    let shared = try solve(.automatic, threads: 3)
    #expect(shared.point.blocks == single.point.blocks && shared.dual == single.dual)
  }

  /// One system, and its base in double precision, serves beta after beta.
  @Test func thePathOfASessionIsThatOfSolvesByThemselves() throws {
    let data = Example(samples: 80, features: 4, seed: 3), masks = try data.masks(20, seed: 4)
    let set = try Dataset(x: MatrixView(data.x), y: data.y), network = GatedReLU(patterns: .masks(masks))
    var settings = SolverSettings()
    (settings.kind, settings.precision, settings.tolerance) = (.admm, .float, 1e-9)
    let session = try TrainingSession(network, data: set, loss: SquaredLoss(), settings: settings)
    for ratio in [0.3, 0.1, 0.09, 0.02, 0.3] {
      let along = try session.train(beta: .ratio(ratio)).solution
      let alone = try network.train(on: set, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
        .solution
      #expect(along.status == .optimal && along.choice.contains("single precision"))
      #expect(abs(along.objective - alone.objective) <= 2e-9 * alone.objective)
    }
  }

  @Test(arguments: [SolverKind.admm, .fista]) func aMapWithoutItSaysSo(kind: SolverKind) throws {
    let (x, patterns) = try MapTests.example(samples: 30, features: 3, gates: 40, seed: 4)
    var random = Xoshiro256(seed: 8), settings = SolverSettings()
    let program = try ConvexProgram(
      map: FaultyMap(base: MaskedMap(x: x, patterns: patterns), fault: nil),
      penalty: GroupLasso(count: patterns.count, blockSize: 3), loss: SquaredLoss(),
      targets: (0..<30).map { _ in random.nextNormal() }, beta: 0.5)
    (settings.kind, settings.precision, settings.threads) = (kind, .float, 1)
    let solution = try program.solve(settings)
    #expect(solution.status == .optimal)
    #expect(solution.choice.contains("double precision"))
  }
}

/// The system in single precision against the one in double.
@Suite struct MixedSampleSystemTests {
  /// w moves ever shorter steps towards a limit, as in a solve; single precision alone would stay at 1e-6.
  @Test(arguments: [false, true])
  func solutionsFollowTheStepsToDoublePrecision(hasFreeColumns: Bool) throws {
    let data = Example(samples: 50, features: 5, seed: 2), workers = Workers(threads: 1)
    let masks = try data.masks(15, seed: 9)
    let map = try MaskedMap(x: MatrixView(data.x), patterns: PatternSet.masks(masks, samples: 50))
    let workspace = try map.makeWorkspace(threads: 1), n = map.samples, size = map.blocks * map.blockSize
    let free = hasFreeColumns ? try FreeBlock(columns: MatrixView.ones(rows: n, before: map.x)) : nil
    let coefficients = try Vector(free?.rank ?? 0)
    let gram = try SampleGram(map, free, workers)
    let products = try #require(try map.makeSingleProducts(threads: 1))
    let mixed = try MixedSampleSystem(map, workspace, products, gram: gram, free: free)
    let double = try DoubleSampleSystem(map, workspace, gram: gram, free: free)
    let isFactored = mixed.factor(shift: 0.3, workers)
    #expect(isFactored)
    _ = double.factor(shift: 0.3, workers)
    var random = Xoshiro256(seed: 6)
    let target = try Vector(n), w = try Vector(size), direction = try Vector(size)
    for k in 0..<n { target[k] = random.nextNormal() }
    for j in 0..<size { (w[j], direction[j]) = (random.nextNormal(), random.nextNormal()) }
    let z = try Vector(n), adjoint = try Vector(size), wanted = try Vector(n),
      wantedAdjoint = try Vector(size)
    let fit = try Vector(n), rest = try Vector(size)
    var length = 1.0
    for _ in 0..<60 {
      for j in 0..<size { w[j] += length * direction[j] }
      mixed.solve(w.values, target: target.values, into: z.mutable, adjoint: adjoint.mutable, workers)
      // A (w - A'z) - T - delta z, which is 0 at the solution, as a share of what the step changed.
      map.adjoint(z.values, into: rest.mutable, workspace, workers)
      for j in 0..<size { rest[j] = w[j] - rest[j] }
      map.forward(rest.values, into: fit.mutable, workspace, workers)
      for k in 0..<n { fit[k] -= target[k] }
      free?.project(fit.mutable, outputs: 1, scratch: coefficients.mutable)
      for k in 0..<n { fit[k] -= 0.3 * z[k] }
      let residual = norm(fit.values)
      map.forward(direction.values, into: fit.mutable, workspace, workers)
      free?.project(fit.mutable, outputs: 1, scratch: coefficients.mutable)
      #expect(residual <= 0.05 * length * norm(fit.values) + 1e-11)
      length *= 0.6
    }
    double.solve(
      w.values, target: target.values, into: wanted.mutable, adjoint: wantedAdjoint.mutable, workers)
    #expect(!mixed.isExact)
    let error = zip(adjoint.array, wantedAdjoint.array).map { abs($0 - $1) }.max() ?? 0
    #expect(error <= 1e-11)
  }

  /// A factor for another shift says nothing against the solutions with the last one.
  @Test func anotherShiftIsNoError() throws {
    let data = Example(samples: 50, features: 5, seed: 2), workers = Workers(threads: 1)
    let map = try MaskedMap(
      x: MatrixView(data.x), patterns: PatternSet.masks(data.masks(15, seed: 9), samples: 50))
    let workspace = try map.makeWorkspace(threads: 1), size = map.blocks * map.blockSize
    let products = try #require(try map.makeSingleProducts(threads: 1))
    let gram = try SampleGram(map, nil, workers)
    let mixed = try MixedSampleSystem(map, workspace, products, gram: gram, free: nil)
    let double = try DoubleSampleSystem(map, workspace, gram: gram, free: nil)
    let w = try Vector(size), z = try Vector(50), wanted = try Vector(50), adjoint = try Vector(size)
    var random = Xoshiro256(seed: 6), length = 1.0
    let direction = (0..<size).map { _ in random.nextNormal() }, target = try Vector(50)
    for k in 0..<50 { target[k] = random.nextNormal() }
    // The first solves do not see the shift on their right, so their steps become short enough for the base to move.
    for step in 0..<25 {
      let shift = step % 2 == 0 ? 300 : 30.0
      let isFactored = mixed.factor(shift: shift, workers) && double.factor(shift: shift, workers)
      #expect(isFactored)
      for j in 0..<size { w[j] += length * direction[j] }
      mixed.solve(w.values, target: target.values, into: z.mutable, adjoint: adjoint.mutable, workers)
      double.solve(w.values, target: target.values, into: wanted.mutable, adjoint: adjoint.mutable, workers)
      let error = zip(z.array, wanted.array).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 1e-5)
      length *= 0.4
    }
    #expect(!mixed.isExact)
  }

  /// A system that single precision cannot factor is solved in double.
  @Test func whatSinglePrecisionCannotFactorIsSolvedInDouble() throws {
    let data = Example(samples: 20, features: 2, seed: 5), workers = Workers(threads: 1)
    let map = try MaskedMap(
      x: MatrixView(data.x), patterns: PatternSet.masks(data.masks(3, seed: 1), samples: 20))
    let workspace = try map.makeWorkspace(threads: 1)
    let gram = try SampleGram(map, nil, workers)
    let products = try #require(try map.makeSingleProducts(threads: 1))
    let mixed = try MixedSampleSystem(map, workspace, products, gram: gram, free: nil)
    // The rank is at most 6 of 20.
    let isFactored = mixed.factor(shift: 1e-9, workers)
    #expect(isFactored)
    #expect(mixed.isExact)
  }
}
