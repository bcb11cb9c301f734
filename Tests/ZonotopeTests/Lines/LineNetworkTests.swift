import Testing

@testable import Zonotope

@Suite struct LineNetworkTests {
  @Test func manyRowsOfManyUnitsPredictAsFew() throws {
    let problem = LineCase(3000, seed: 1)
    let x = try MatrixView(problem.x, rows: 3000, columns: 1)
    for network in OneDimensionalNetwork.kinds where network.depth == 2 {
      let result = try network.train(on: problem.data(), loss: SquaredLoss(), beta: .ratio(1e-5)).network
      let all = try result.predict(x)
      #expect(result.units * 3000 > 1 << 22 || network.networkActivation.isStep == false || result.units > 0)
      for k in stride(from: 0, to: 3000, by: 97) {
        let one = try result.predict(MatrixView([problem.x[k]], rows: 1, columns: 1))[0]
        #expect(abs(one - all[k]) <= 1e-8)
      }
    }
  }

  @Test func breakpointsAreWhereTheFunctionBends() throws {
    var network = ParallelNetwork(activation: .abs, features: 1, depth: 3)
    // ||x - 1| - 2|
    network.append(
      .init(layers: [.init(weights: [1], biases: [-1]), .init(weights: [1], biases: [-2])], output: 1))
    #expect(network.breakpoints == [-1, 1, 3])
    var ramp = ParallelNetwork(activation: .relu, features: 1, depth: 3)
    // A ramp from 2 to 5.
    ramp.append(
      .init(layers: [.init(weights: [-1], biases: [5]), .init(weights: [-1], biases: [3])], output: 1))
    #expect(ramp.breakpoints == [2, 5])
    #expect(try ramp.predict(MatrixView([1, 3, 7], rows: 3, columns: 1)) == [0, 1, 3])
  }

  @Test(arguments: OneDimensionalNetwork.kinds)
  func filesKeepTheNetwork(_ network: OneDimensionalNetwork) throws {
    let problem = Problem(
      data: try LineCase(12, seed: 6).data(), model: .oneDimensional(network),
      loss: .squared(SquaredLoss()), beta: .ratio(0.05))
    let model = try ParallelModel(problem.solve(), of: problem), folder = TemporaryFolder()
    let path = folder("model.safetensors")
    try model.save(to: path)
    guard case .parallel(let read) = try TrainedModel(path: path) else {
      Issue.record("another kind")
      return
    }
    #expect(read == model)
    #expect(throws: ZonotopeError.self) { try Model(path: path) }
    #expect(throws: ZonotopeError.self) { try Model(problem.solve(), of: problem) }
  }

  @Test func damagedFilesAreRefused() throws {
    let problem = Problem(
      data: try LineCase(12, seed: 6).data(), model: .oneDimensional(.init(activation: .sign)),
      loss: .squared(SquaredLoss()), beta: .ratio(0.05))
    let bytes = try ParallelModel(problem.solve(), of: problem).encode()
    for place in stride(from: 8, to: bytes.count, by: 61) {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(throws: ZonotopeError.self) { try ParallelModel(bytes: damaged, file: "damaged") }
    }
  }

  /// Weights that do not fit each other are not a network.
  @Test func numbersThatDoNotFitAreNoNetwork() {
    func network(_ widths: [Int], _ count: Int) -> ParallelNetwork? {
      ParallelNetwork(
        activation: .relu, features: 1, depth: 3, bias: 0, widths: widths,
        parameters: [Double](repeating: 1, count: count), masks: [:], trainingRows: 0)
    }
    #expect(network([1, 1], 6)?.units == 1)
    #expect(network([1, 1], 7) == nil)
    #expect(network([1], 6) == nil)
    #expect(network([-1, 1], 6) == nil)
    #expect(network([.max, .max], 6) == nil)
    #expect(network([0, 0], 2) == nil)
  }

  /// The path by mergers has the outputs of every single solve, and its first merger ends at the targets.
  @Test(arguments: [OneDimensionalNetwork.Activation.threshold, .sign])
  func pathOfMergersIsTheOptimumEverywhere(_ activation: OneDimensionalNetwork.Activation) throws {
    let problem = LineCase(60, seed: 11, ties: false), network = OneDimensionalNetwork(activation: activation)
    let path = try FusedPath(network, on: problem.data(), scale: 2)
    #expect(path.mergers == path.mergers.sorted())
    #expect(path.mergers.count == 59)
    let x = try MatrixView(problem.x, rows: 60, columns: 1)
    for ratio in [0, 0.001, 0.01, 0.1, 0.5, 0.99, 2] {
      let result = try network.train(on: problem.data(), loss: SquaredLoss(scale: 2), beta: .ratio(ratio))
      #expect(abs(result.betaMax - path.betaMax) <= 1e-12 * path.betaMax)
      let fit = try result.network.predict(x), other = try path.outputs(at: result.beta)
      #expect(zip(fit, other).allSatisfy { abs($0 - $1) <= 1e-9 })
    }
  }

  /// In whatever order runs meet, ties among them: all become one in the end.
  @Test(arguments: 1...24 as ClosedRange<UInt64>) func mergersLeaveNobodyBehind(seed: UInt64) throws {
    let problem = LineCase(30, seed: seed, ties: seed % 3 == 0), data = try problem.data()
    let network = OneDimensionalNetwork(activation: .threshold)
    let path = try FusedPath(network, on: data)
    #expect(path.mergers == path.mergers.sorted())
    for ratio in [0.02, 0.2, 0.6] {
      let result = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(ratio))
      #expect(abs(result.betaMax - path.betaMax) <= 1e-12 * path.betaMax)
      let fit = try result.network.predict(data.x), other = try path.outputs(at: result.beta)
      #expect(zip(fit, other).allSatisfy { abs($0 - $1) <= 1e-9 }, "\(ratio)")
    }
  }

  @Test(
    arguments: OneDimensionalNetwork.kinds.filter {
      !$0.networkActivation.isStep && $0 != .init(activation: .absolute, depth: 3)
    })
  func pathOfBendsIsTheOptimumEverywhere(_ network: OneDimensionalNetwork) throws {
    for seed in [11, 12, 13] as [UInt64] {
      let problem = LineCase(30, seed: seed, ties: seed == 12)
      let path = try BendPath(network, on: problem.data(), scale: 0.5)
      #expect(path.events == path.events.sorted(by: >) && path.end == 0)
      let x = try MatrixView(problem.x, rows: 30, columns: 1)
      for ratio in [0.0003, 0.004, 0.05, 0.3, 0.8, 1.5] {
        var settings = SolverSettings()
        settings.tolerance = 1e-12
        let result = try network.train(
          on: problem.data(), loss: SquaredLoss(scale: 0.5), beta: .ratio(ratio), settings: settings)
        let fit = try result.network.predict(x), other = try path.outputs(at: result.beta)
        // The squared distance is at most twice the gap.
        #expect(zip(fit, other).allSatisfy { abs($0 - $1) <= 2e-5 }, "\(seed) \(ratio)")
      }
    }
  }

  @Test func picturesShowSamplesFunctionAndPath() throws {
    let problem = LineCase(15, seed: 3), network = OneDimensionalNetwork(activation: .absolute, depth: 3)
    let data = try problem.data(), settings = SolverSettings()
    let stages = try LineDrawing.path(
      of: network, on: data, loss: SquaredLoss(), count: 5, settings: settings)
    #expect(stages.map(\.betaRatio)[0] == 1 && stages[0].breakpoints.isEmpty)
    let result = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(0.02))
    let svg = try LineDrawing(
      x: data.x, y: problem.y, network: result.network, stages: stages, labels: (x: "a<b", y: "y"), title: "t"
    ).svg()
    #expect(svg.components(separated: "class=\"sample\"") == 15)
    #expect(svg.contains("a&lt;b") && svg.contains("class=\"mirror\"") && svg.contains("class=\"stage\""))
    #expect(throws: ZonotopeError.self) {
      try LineDrawing(x: data.x, y: [1], network: result.network, labels: (x: "", y: ""), title: "")
    }
  }
}

extension String {
  /// How often another text is in it.
  fileprivate func components(separated part: String) -> Int { ranges(of: part).count }
}
