import Testing

@testable import Zonotope

@Suite("Column generation")
struct ColumnGenerationTests {
  static func random(_ n: Int, _ d: Int, seed: UInt64) throws -> Dataset {
    var random = Xoshiro256(seed: seed)
    let x = (0..<n * d).map { _ in random.nextNormal() }
    let y = (0..<n).map { k in tanh2(x[k * d]) + 0.3 * random.nextNormal() }
    return try Dataset(x: MatrixView(x, rows: n, columns: d), y: y)
  }

  private static func tanh2(_ t: Double) -> Double { 2 * t / (1 + abs(t)) }

  static func grown(
    _ data: Dataset, loss: some Loss = SquaredLoss(), beta: Beta, tolerance: Double = 1e-7,
    options: TwoLayerOptions = TwoLayerOptions(), patterns: PatternSelection = .all
  ) throws -> TrainingResult {
    var options = options, settings = SolverSettings()
    options.grows = true
    settings.tolerance = tolerance
    settings.threads = 1
    return try ReLU(patterns: patterns, options: options)
      .train(on: data, loss: loss, beta: beta, settings: settings)
  }

  static func enumerated(
    _ data: Dataset, loss: some Loss = SquaredLoss(), beta: Beta, options: TwoLayerOptions = TwoLayerOptions()
  ) throws -> TrainingResult {
    var settings = SolverSettings()
    settings.tolerance = 1e-7
    settings.threads = 1
    return try ReLU(patterns: .all, options: options)
      .train(on: data, loss: loss, beta: beta, settings: settings)
  }

  @Test("equals the program over all cells, for every loss, activation and bias")
  func equalsTheEnumeratedProgram() throws {
    var compared = 0
    let activations: [Activation] = [.relu, .abs, .leaky(0.1), Activation(on: 2, off: -0.5)]
    for index in 0..<24 {
      let n = 6 + index, d = 1 + index % 3
      let data = try Self.random(n, d, seed: UInt64(index))
      var options = TwoLayerOptions()
      options.activation = activations[index % 4]
      options.outputBias = index % 3 == 0
      options.inputBias = index % 5 == 0 && d < 3
      let signs = try Dataset(x: data.x, y: (0..<n).map { data.y[$0, 0] > 0 ? 1 : -1 })
      func check(_ loss: some Loss, _ data: Dataset) throws {
        let all = try Self.enumerated(data, loss: loss, beta: .ratio(0.05), options: options)
        let grown = try Self.grown(data, loss: loss, beta: .absolute(all.beta), options: options)
        let name = Comment(rawValue: "\(loss.name), problem \(index)")
        #expect(abs(grown.betaMax - all.betaMax) <= 1e-6 * all.betaMax, name)
        guard all.solution.status == .optimal else { return }
        compared += 1
        #expect(grown.solution.status == .optimal, name)
        #expect(grown.certificate.scope == .allNeurons, name)
        #expect(
          abs(grown.certificate.objective - all.certificate.objective) <= 3e-7 * all.certificate.objective,
          name)
        #expect(grown.certificate.lowerBound <= all.certificate.objective * (1 + 1e-12), name)
        #expect(
          abs(grown.networkObjective - grown.certificate.objective) <= 1e-9 * grown.networkObjective, name)
      }
      switch index % 6 {
      case 0: try check(SquaredLoss(), data)
      case 1: try check(LogisticLoss(), signs)
      case 2: try check(HingeLoss(), signs)
      case 3: try check(AbsoluteLoss(), data)
      case 4: try check(HuberLoss(delta: 0.5), data)
      default: try check(SquaredLoss(scale: 0.01), data)
      }
    }
    // The program over all cells may stall; the others are the test.
    #expect(compared >= 22)
  }

  @Test("targets that must be met are met at the least penalty, or said to be out of reach of every network")
  func interpolationGrows() throws {
    for index in 0..<8 {
      let data = try Self.random(6 + index, 3, seed: UInt64(40 + index))
      var options = TwoLayerOptions()
      options.activation = index % 2 == 0 ? .relu : .leaky(0.1)
      options.outputBias = index % 4 == 3
      let all = try Self.enumerated(data, loss: InterpolationLoss(), beta: .absolute(1), options: options)
      let grown = try Self.grown(data, loss: InterpolationLoss(), beta: .absolute(1), options: options)
      let objective = all.certificate.objective, name = Comment(rawValue: "problem \(index)")
      #expect(all.solution.status == .optimal && grown.solution.status == .optimal, name)
      #expect(grown.certificate.scope == .allNeurons, name)
      #expect(abs(grown.certificate.objective - objective) <= 3e-7 * objective, name)
      #expect(grown.certificate.lowerBound <= objective * (1 + 1e-12), name)
      #expect(abs(grown.networkObjective - grown.certificate.objective) <= 1e-9 * objective, name)
      let fit = try grown.network.predict(data.x)
      #expect((0..<fit.count).allSatisfy { abs(fit[$0] - data.y[$0, 0]) <= 1e-10 }, name)
    }
    // Without a bias a network on a line has two slopes, and three samples are one too many.
    let line = try Dataset(x: MatrixView([1, 2, -1], rows: 3, columns: 1), y: [1, 3, 1])
    let none = try Self.grown(line, loss: InterpolationLoss(), beta: .absolute(1))
    #expect(none.solution.status == .infeasible && none.certificate.scope == .allNeurons)
    // Who misses the neurons that would help says so of the patterns alone.
    let square = try Self.random(12, 3, seed: 3)
    let session = try TrainingSession(
      ReLU(patterns: .sampled(count: 2, seed: 0)), data: square, loss: InterpolationLoss())
    let blind = try session.grow(
      BlindOracle(), beta: 1, until: StopCondition(SolverSettings(), started: monotonicSeconds()))
    #expect(blind.solution.status == .infeasible && blind.certificate.scope == .givenPatterns)
    let seeing = try Self.grown(
      square, loss: InterpolationLoss(), beta: .absolute(1), patterns: .sampled(count: 2, seed: 0))
    #expect(seeing.solution.status == .optimal)
  }

  @Test("the objective falls and the bound rises until they meet")
  func traceIsMonotone() throws {
    let data = try Self.random(40, 3, seed: 5)
    let result = try Self.grown(data, beta: .ratio(0.02), tolerance: 1e-9)
    let rounds = try #require(result.growth).rounds
    #expect(rounds.count > 2)
    for (before, after) in zip(rounds, rounds.dropFirst()) {
      #expect(after.objective <= before.objective * (1 + 1e-12))
      #expect(after.lowerBound >= before.lowerBound)
    }
    for round in rounds { #expect(round.lowerBound <= result.certificate.objective * (1 + 1e-12)) }
    #expect(result.solution.status == .optimal && result.certificate.relativeGap <= 1e-9)
  }

  @Test("a hundred rows of rank three: an all-neuron gap of 1e-6 over fewer than 300 patterns of 9,902")
  func hundredRows() throws {
    let result = try Self.grown(Self.random(100, 3, seed: 1), beta: .ratio(0.01), tolerance: 1e-6)
    #expect(result.solution.status == .optimal && result.certificate.scope == .allNeurons)
    #expect(try #require(result.growth).rounds.allSatisfy { $0.patterns < 300 })
  }

  @Test("parallel, repeated and zero rows are crossed together")
  func parallelRows() throws {
    var rows: [[Double]] = [], y: [Double] = []
    var random = Xoshiro256(seed: 11)
    for _ in 0..<8 {
      let row = [random.nextNormal(), random.nextNormal()]
      for factor in [1.0, 2, -1, -0.5] {
        rows.append(row.map { $0 * factor })
        y.append(random.nextNormal())
      }
    }
    rows.append([0, 0])
    y.append(1)
    let data = try Dataset(x: MatrixView(rows), y: y)
    let all = try Self.enumerated(data, beta: .ratio(0.05))
    let grown = try Self.grown(data, beta: .absolute(all.beta))
    #expect(grown.solution.status == .optimal)
    #expect(abs(grown.certificate.objective - all.certificate.objective) <= 3e-7 * all.certificate.objective)
  }

  @Test("several outputs grow together, and convolutional networks over their patches")
  func severalOutputsAndPatches() throws {
    var random = Xoshiro256(seed: 3)
    let x = try MatrixView((0..<40).map { _ in random.nextNormal() }, rows: 20, columns: 2)
    let y = try MatrixView((0..<60).map { _ in random.nextNormal() }, rows: 20, columns: 3)
    let data = try Dataset(x: x, y: y)
    let all = try Self.enumerated(data, beta: .ratio(0.1)),
      grown = try Self.grown(data, beta: .absolute(all.beta))
    #expect(abs(grown.certificate.objective - all.certificate.objective) <= 3e-7 * all.certificate.objective)
    #expect(grown.certificate.scope == .allNeurons)

    var options = TwoLayerOptions()
    options.patches = 3
    let patches = try MatrixView((0..<72).map { _ in random.nextNormal() }, rows: 12, columns: 6)
    let signal = try Dataset(x: patches, y: (0..<12).map { _ in random.nextNormal() })
    let whole = try Self.enumerated(signal, beta: .ratio(0.1), options: options)
    let found = try Self.grown(signal, beta: .absolute(whole.beta), options: options)
    #expect(
      abs(found.certificate.objective - whole.certificate.objective) <= 3e-7 * whole.certificate.objective)
  }

  @Test("gated networks grow to the optimum over all gates in general position")
  func gatedNetworksGrow() throws {
    let data = try Self.random(12, 2, seed: 8)
    var settings = SolverSettings()
    settings.tolerance = 1e-7
    // The gate of zeros, open for all rows, is no cell, and one of all gates.
    let cells = try Arrangement(of: data.x).cells()
    var masks = (0..<cells.count).map { i in (0..<12).map { cells[i, $0] } }
    masks.append([Bool](repeating: true, count: 12))
    let all = try GatedReLU(patterns: .masks(masks)).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    var options = TwoLayerOptions()
    options.grows = true
    let grown = try GatedReLU(patterns: .sampled(count: 3, seed: 1), options: options).train(
      on: data, loss: SquaredLoss(), beta: .absolute(all.beta), settings: settings)
    #expect(grown.certificate.scope == .allNeurons && grown.growth?.proof == .enumeration)
    #expect(abs(grown.certificate.objective - all.certificate.objective) <= 3e-7 * all.certificate.objective)
    // Faces of parallel rows give gates that no cell has: nothing is claimed.
    let parallel = try Dataset(x: MatrixView([[1, 0], [-1, 0], [0, 1], [1, 1]]), y: [1, 2, 3, -1])
    let other = try GatedReLU(patterns: .sampled(count: 3, seed: 1), options: options).train(
      on: parallel, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    #expect(other.certificate.scope == .givenPatterns)
  }

  /// Finds nothing, ever, and cannot say more than that.
  private struct BlindOracle: NeuronOracle {
    func search(_ z: Values, _ request: NeuronSearch, _ workers: Workers) -> NeuronReport {
      NeuronReport(found: [], largest: 0, bound: nil)
    }
  }

  @Test("an oracle that misses neurons cannot bring a claim about all of them")
  func blindOraclesClaimNothing() throws {
    let data = try Self.random(30, 3, seed: 2)
    var options = TwoLayerOptions()
    options.grows = true
    let session = try TrainingSession(
      ReLU(patterns: .sampled(count: 4, seed: 0), options: options), data: data, loss: SquaredLoss())
    let seeing = try session.train(beta: .ratio(0.02))
    let blind = try TrainingSession(
      ReLU(patterns: .sampled(count: 4, seed: 0)), data: data, loss: SquaredLoss())
    let result = try blind.grow(
      BlindOracle(), beta: seeing.beta, until: StopCondition(SolverSettings(), started: monotonicSeconds()))
    #expect(result.certificate.scope == .givenPatterns)
    #expect(result.growth?.proof == nil)
    // It missed some: the network is worse than the best.
    #expect(result.certificate.objective > seeing.certificate.objective * (1 + 1e-4))
    #expect(seeing.certificate.scope == .allNeurons)
  }

  @Test("a rank beyond branching has a bound by relaxation, which holds")
  func highRank() throws {
    let data = try Self.random(60, 14, seed: 4)
    let result = try Self.grown(data, beta: .ratio(0.3), tolerance: 1e-6)
    let growth = try #require(result.growth)
    #expect(growth.proof == .relaxation && result.certificate.scope == .allNeurons)
    #expect(result.certificate.lowerBound > 0 && result.certificate.lowerBound < result.certificate.objective)
    // The same data by branching, in a space that is as large as it looks.
    let narrow = try Self.random(60, 4, seed: 4)
    let z = narrow.y.entries(), workers = Workers(threads: 1)
    let rows = try ResponseRows(narrow.x)
    for sign in [1.0, -1.0] {
      let response = try rows.response(to: { sign * z[$0] }, .relu)
      let relaxed = try #require(try GainBound.relaxation(response, workers))
      var found: [FoundPattern] = []
      let branched = try #require(
        try GainBound.branching(response, floor: 0, known: 0, tolerance: 1e-6, workers, found: &found))
      #expect(relaxed.value >= branched.value * (1 - 1e-5))
    }
  }

  @Test("results do not depend on the number of threads")
  func threadsDoNotMatter() throws {
    let data = try Self.random(60, 3, seed: 9)
    var options = TwoLayerOptions(), settings = SolverSettings()
    options.grows = true
    settings.threads = 1
    let one = try ReLU(patterns: .all, options: options).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.05), settings: settings)
    settings.threads = 3
    let three = try ReLU(patterns: .all, options: options).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.05), settings: settings)
    #expect(one.network == three.network)
    #expect(one.certificate == three.certificate)
  }
}
