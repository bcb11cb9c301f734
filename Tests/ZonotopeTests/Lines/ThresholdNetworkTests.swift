import Testing

@testable import Zonotope

@Suite struct ThresholdNetworkTests {
  private func rows(_ n: Int, _ d: Int, seed: UInt64) throws -> MatrixView {
    var numbers = Xoshiro256(seed: seed)
    return try MatrixView((0..<n * d).map { _ in numbers.nextNormal() }, rows: n, columns: d)
  }

  private func closed(_ x: MatrixView) throws -> Set<String> {
    let set = try PatternSet.closed(of: x, memory: 1 << 30, Workers(threads: 1))
    let texts = (0..<set.count).map { set.text(of: $0) }
    #expect(Set(texts).count == texts.count)
    return Set(texts)
  }

  /// By trying integer directions, with all ties that they make.
  private func tried(_ x: MatrixView, reach: Int) -> Set<String> {
    var directions: [[Double]] = [[]]
    for _ in 0..<x.columns {
      directions = directions.flatMap { w in (-reach...reach).map { w + [Double($0)] } }
    }
    return Set(
      directions.map { w in
        (0..<x.rows).map { k in
          (0..<x.columns).reduce(0.0) { $0 + w[$1] * x[k, $1] } >= 0 ? "1" : "0"
        }.joined()
      })
  }

  @Test func closedPatternsAreThoseOfAllDirections() throws {
    let plane: [[Double]] = [[1, 0], [-1, 0], [1, 1], [-2, -2], [0, 1], [0, 0], [3, -1]]
    #expect(try closed(MatrixView(plane)) == tried(MatrixView(plane), reach: 8))
    let space: [[Double]] = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 1], [1, 1, -1], [0, 0, -1]]
    #expect(try closed(MatrixView(space)) == tried(MatrixView(space), reach: 4))
    // In general position, all ones by w = 0 is the only one that is no cell.
    let x = try rows(7, 2, seed: 1)
    #expect(try closed(x).count == 15)
  }

  @Test func layersHaveAsManyPatternsAsCountsSay() throws {
    let x = try MatrixView([[1, 0.5], [-0.3, 1.2], [0.8, -1], [-1.1, -0.4], [0.2, 0.9]])
    func count(_ widths: [Int], bias: Bool) throws -> Int {
      let network = ThresholdNetwork(depth: 3, widths: widths, inputBias: bias, hiddenBias: bias)
      return try ThresholdLayers(network, network.rows(of: x), memory: 1 << 30, Workers(threads: 1)).patterns
        .count
    }
    #expect(try count([1], bias: false) == 12)
    #expect(try count([2], bias: false) == 22)
    #expect(try count([3], bias: false) == 32)
    #expect(try count([1], bias: true) == 22)
    #expect(try count([2], bias: true) == 32)
  }

  /// The rebuilt network has the objective, and the bound holds over all columns listed.
  @Test func networksReachTheOptimumOfTheirPatterns() throws {
    let networks = [
      ThresholdNetwork(), ThresholdNetwork(inputBias: true), ThresholdNetwork(depth: 3, widths: [2]),
      ThresholdNetwork(depth: 3, widths: [2], inputBias: true, hiddenBias: true),
    ]
    for (index, network) in networks.enumerated() {
      for seed in 0..<6 as Range<UInt64> {
        let x = try rows(6, 2, seed: 20 + seed)
        var numbers = Xoshiro256(seed: seed)
        let y = (0..<6).map { _ in numbers.nextNormal() + 0.5 }
        var settings = SolverSettings()
        settings.tolerance = 1e-10
        let result = try network.train(
          on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
        #expect(result.solution.status == .optimal, "\(index) \(seed)")
        #expect(result.certificate.scope == .allNeurons)
        #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9, "\(index) \(seed)")
        let fit = try result.network.predict(x), r = zip(y, fit).map { $0 - $1 }
        let patterns = try ThresholdLayers(network, network.rows(of: x), memory: 1 << 30, Workers(threads: 1))
          .patterns
        for i in 0..<patterns.count {
          let product = (0..<6).reduce(0.0) { $0 + (patterns[i, $1] ? r[$1] : 0) }
          #expect(abs(product) <= result.beta * (1 + 1e-8), "\(index) \(seed)")
        }
      }
    }
  }

  @Test func activeSetsAgreeWithSplitting() throws {
    let x = try rows(60, 3, seed: 4)
    var numbers = Xoshiro256(seed: 9)
    let y = (0..<60).map { _ in numbers.nextNormal() }
    let network = ThresholdNetwork(patterns: .sampled(count: 300, seed: 2))
    func objective(_ kind: SolverKind) throws -> Double {
      var settings = SolverSettings()
      (settings.kind, settings.tolerance) = (kind, 1e-9)
      let result = try network.train(
        on: Dataset(x: x, y: y), loss: SquaredLoss(scale: 0.3), beta: .ratio(0.02), settings: settings)
      #expect(result.solution.solver == kind)
      #expect(result.solution.status == .optimal)
      #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9)
      return result.solution.objective
    }
    #expect(try abs(objective(.activeSet) - objective(.admm)) <= 1e-8)
  }

  /// More columns at once than a band of the factor has rows.
  @Test func hundredsOfColumnsAreActive() throws {
    let x = try rows(400, 8, seed: 3)
    var numbers = Xoshiro256(seed: 9)
    let y = (0..<400).map { x[$0, 0] * x[$0, 1] + 0.3 * numbers.nextNormal() }
    let result = try ThresholdNetwork(patterns: .sampled(count: 900, seed: 1)).train(
      on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .ratio(0.001))
    #expect(result.solution.solver == .activeSet && result.solution.status == .optimal)
    #expect(result.activePatterns > 256)
  }

  @Test func otherLossesGoToTheOtherSolvers() throws {
    let x = try rows(30, 2, seed: 5), y = (0..<30).map { x[$0, 0] * x[$0, 1] > 0 ? 1.0 : -1 }
    let result = try ThresholdNetwork(inputBias: true).train(
      on: Dataset(x: x, y: y), loss: LogisticLoss(), beta: .ratio(0.1))
    #expect(result.solution.status == .optimal)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-6)
  }

  /// The boundary lies midway between the rows on either side, wherever they are, and the objective is the same.
  @Test func marginsByDistanceAreMidway() throws {
    let x = try MatrixView([[100, 0], [100, 1], [104, 0], [104, 1], [109, 0.5]])
    let mask = [false, false, true, true, true]
    var results: [TrainingOutcome<ParallelNetwork>] = []
    for margin in ThresholdNetwork.Margin.allCases {
      let network = ThresholdNetwork(patterns: .masks([mask]), inputBias: true, margin: margin)
      results.append(
        try network.train(
          on: Dataset(x: x, y: [0, 0.1, 3, 3, 2]), loss: SquaredLoss(), beta: .absolute(0.2)))
    }
    #expect(results[0].solution.objective == results[1].solution.objective)
    #expect(abs(results[1].networkObjective - results[1].solution.objective) <= 1e-12)
    let layer = results[1].network[0].layers[0]
    #expect(abs(-layer.biases[0] / layer.weights[0] - 102) <= 1e-3)
    #expect(abs(layer.weights[1]) <= 1e-3 * layer.weights[0])
  }

  /// Every 0/1 vector: the columns of all subsets, and units with as many thresholds as it takes.
  @Test func shatteredNetworksAreClipped() throws {
    let x = try rows(7, 3, seed: 6), y: [Double] = [3, 1, 2, -1, -2, 0.5, -0.2]
    let network = ThresholdNetwork(
      patterns: .shattered, depth: 3, widths: [6], inputBias: true, hiddenBias: true)
    for beta in [0.1, 0.9, 3, 7] {
      let result = try network.train(on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .absolute(beta))
      #expect(result.solution.status == .optimal)
      #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9)
      let r = zip(y, try result.network.predict(x)).map { $0 - $1 }
      let (high, low) = (r.filter { $0 > 0 }.reduce(0, +), -r.filter { $0 < 0 }.reduce(0, +))
      #expect(max(high, low) <= beta * (1 + 1e-12))
    }
    let narrow = ThresholdNetwork(
      patterns: .shattered, depth: 3, widths: [5], inputBias: true, hiddenBias: true)
    #expect(throws: ZonotopeError.self) {
      try narrow.train(on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .absolute(1))
    }
    for missing in [
      ThresholdNetwork(patterns: .shattered), ThresholdNetwork(patterns: .shattered, depth: 3, widths: [6]),
      ThresholdNetwork(patterns: .shattered, depth: 3, widths: [6], hiddenBias: true),
      ThresholdNetwork(depth: 3, widths: []),
      ThresholdNetwork(patterns: .masks([[true]]), depth: 3, widths: [1]),
    ] {
      #expect(throws: ZonotopeError.self) {
        try missing.train(on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .absolute(1))
      }
    }
  }

  /// Masks that no direction has hold on the training rows, and on no others.
  @Test func masksWithoutADirectionPredictTrainingRowsOnly() throws {
    let x = try MatrixView([[1], [2], [3]]), y = [1.0, -1, 1]
    let network = ThresholdNetwork(patterns: .masks([[true, false, true]]))
    let result = try network.train(on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .absolute(0.1))
    #expect(result.certificate.scope == .givenPatterns)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-12)
    #expect(throws: ZonotopeError.self) { try result.network.predict(MatrixView([[1], [2], [4]])) }
  }
}
