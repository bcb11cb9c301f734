import Foundation
import Testing

@testable import Zonotope

@Suite struct RegularizationPathTests {
  /// Every stage of a path against a solve of its own.
  private func compare<A: PathTrainable>(
    _ architecture: A, _ data: Dataset, _ loss: some Loss, _ change: (inout PathSettings) -> Void = { _ in }
  ) throws where A.Rows == MatrixView {
    var settings = try PathData.settings()
    change(&settings)
    let path = try architecture.path(on: data, loss: loss, settings: settings)
    #expect(path.stages.map(\.ratio) == [1, 0.3, 0.1, 0.03] && path.stopped == nil)
    for stage in path.stages {
      let cold = try architecture.session(on: data, loss: loss, settings: settings.solver)
        .train(beta: .ratio(stage.ratio))
      #expect(stage.result.beta == cold.beta && stage.result.betaMax == path.betaMax)
      #expect(stage.result.solution.status == .optimal && cold.solution.status == .optimal)
      let objectives = [stage.result.networkObjective, cold.networkObjective]
      #expect(abs(objectives[0] - objectives[1]) <= 3e-8 * abs(objectives[1]), "\(stage.ratio)")
      #expect(stage.result.certificate.lowerBound <= objectives[1] * (1 + 1e-12))
      // What the picture draws are the neurons of the network.
      #expect(stage.neuronNorms.isEmpty == (stage.result.network.units == 0))
    }
    #expect(path.stages[0].result.network.units == 0)
    #expect(path.stages[3].result.network.units > 0)
  }

  @Test func twoLayersEndWhereSeparateSolvesDo() throws {
    let data = try PathData.regression()
    for network in [
      ReLU(patterns: .sampled(count: 20, seed: 1), inputBias: true, outputBias: true), ReLU(patterns: .all),
    ] {
      try compare(network, data, SquaredLoss(scale: 0.1))
    }
    try compare(
      ReLU(patterns: .sampled(count: 20, seed: 1), outputBias: true), try PathData.classes(), LogisticLoss())
    // Without a gradient somewhere: the multipliers of the beta before are the only ones there are.
    try compare(ReLU(patterns: .sampled(count: 20, seed: 1)), try PathData.classes(), HingeLoss())
  }

  @Test(arguments: [SolverKind.automatic, .admm, .fista, .newton])
  func gatedOnesDoByEverySolver(kind: SolverKind) throws {
    try compare(
      GatedReLU(patterns: .sampled(count: 60, seed: 2), outputBias: true), try PathData.regression(),
      SquaredLoss()
    ) { $0.solver.kind = kind }
  }

  @Test func severalOutputsAndLinesAndThresholdsDo() throws {
    var options = TwoLayerOptions()
    options.outputNorm = .nuclear
    try compare(
      GatedReLU(patterns: .sampled(count: 12, seed: 2), options: options),
      try PathData.regression(outputs: 3),
      SquaredLoss())
    let line = try PathData.line()
    try compare(OneDimensionalNetwork(activation: .relu), line, SquaredLoss())
    try compare(OneDimensionalNetwork(activation: .threshold), line, SquaredLoss())
    try compare(
      ThresholdNetwork(patterns: .sampled(count: 40, seed: 1), inputBias: true), try PathData.regression(),
      SquaredLoss())
  }

  /// By the gate and the place of heads, whose norms are what the penalty adds up.
  @Test func headsOfTokensAreTold() throws {
    let mixer = Mixer(tokens: 2, gates: .quantiles(count: 4, seed: 1), pooled: true)
    let data = try PathData.regression(), loss = SquaredLoss(), y = try loss.targets(of: data)
    var settings = try PathData.settings(folds: 2)
    (settings.solver.tolerance, settings.standardizes, settings.sharesScale) = (1e-5, true, true)
    let path = try mixer.path(on: data, loss: loss, settings: settings)
    let scale = try #require(path.standardization), x = try scale.applied(to: data.x)
    #expect(scale.means[0] == scale.means[1] && scale.scales[0] == scale.scales[1])
    #expect(path.validation?.points.allSatisfy { $0.folds == 2 } == true)
    for stage in path.stages {
      let network = stage.result.network, norms = stage.neuronNorms.values.reduce(0, +)
      let value = try network.value(network.predict(x), targets: y, loss: loss)
      let objective = stage.result.networkObjective
      #expect(abs(value + stage.result.beta * norms - objective) <= 1e-10 * objective)
    }
    #expect(path.stages[3].neuronNorms.count > 1)
  }

  /// By the thresholds of units that share them, without these written out.
  @Test func stepsOfStaircasesAreTold() throws {
    // Units of thirty neurons are a staircase, those of six are listed.
    for width in [6, 30] {
      let network = OneDimensionalNetwork(activation: .sign, depth: 3, shape: .rectangular, widths: [width])
      let path = try network.path(on: PathData.line(), loss: SquaredLoss(), settings: PathData.settings())
      for stage in path.stages { expectNormsOfThresholds(stage) }
      #expect((path.stages[3].result.network.staircase != nil) == (width == 30))
      #expect(path.stages[3].neuronNorms.count > 2)
    }
  }

  private func expectNormsOfThresholds(_ stage: RegularizationPath<ParallelNetwork>.Stage) {
    let found = stage.result.network
    var expected: [UInt64: Double] = [:]
    for unit in (0..<found.units).map({ found[$0] }) {
      for (weight, bias) in zip(unit.layers[0].weights, unit.layers[0].biases) where weight != 0 {
        var key = WordHash()
        key.add(-bias / weight)
        expected[key.value, default: 0] += abs(unit.amplitude * unit.output)
      }
    }
    let norms = stage.neuronNorms
    #expect(Set(norms.keys) == Set(expected.keys))
    #expect(norms.allSatisfy { abs($0.value - (expected[$0.key] ?? 0)) <= 1e-12 })
  }

  @Test func columnGenerationDoes() throws {
    var options = TwoLayerOptions()
    options.grows = true
    let data = try PathData.regression(16)
    var settings = try PathData.settings()
    settings.solver.tolerance = 1e-6
    let path = try ReLU(patterns: .all, options: options).path(
      on: data, loss: SquaredLoss(), settings: settings)
    for stage in path.stages {
      let all = try ReLU(patterns: .all).train(
        on: data, loss: SquaredLoss(), beta: .absolute(stage.result.beta))
      #expect(stage.result.certificate.scope == .allNeurons)
      #expect(abs(stage.result.networkObjective - all.networkObjective) <= 3e-6 * all.networkObjective)
    }
  }

  @Test func aCancelledPathIsWhatThereIs() throws {
    var settings = try PathData.settings([1, 0.5, 0.3, 0.1, 0.03], folds: 3)
    let cancellation = Cancellation(), seen = Guarded<[Int]>([])
    settings.solver.cancellation = cancellation
    settings.progress = { progress in
      seen.withLock { $0.append(progress.index) }
      if progress.index == 2 { cancellation.cancel() }
    }
    let network = ReLU(patterns: .sampled(count: 20, seed: 1)), data = try PathData.regression()
    let path = try network.path(on: data, loss: SquaredLoss(), settings: settings)
    #expect(path.stopped == .cancelled && path.validation == nil)
    #expect(path.stages.count == 2 || path.stages.count == 3)
    #expect(seen.withLock { $0 }.max() == 2)
    for stage in path.stages.prefix(2) { #expect(stage.result.solution.status == .optimal) }
    // In the cross-validation: the path is complete, and no beta is chosen.
    let later = Cancellation()
    settings.solver.cancellation = later
    settings.progress = { if $0.fold == 1, $0.index == 2 { later.cancel() } }
    let second = try network.path(on: data, loss: SquaredLoss(), settings: settings)
    let curve = try #require(second.validation)
    #expect(second.stopped == .cancelled && second.stages.count == 5)
    #expect(curve.points.map(\.folds).last == 1 && curve.points[0].folds == 2)
    #expect(curve.best == nil && curve.oneStandardError == nil)
  }

  @Test func noTimeIsOneStage() throws {
    var settings = try PathData.settings(folds: 3)
    settings.solver.seconds = 0
    let path = try GatedReLU(patterns: .sampled(count: 20, seed: 1)).path(
      on: PathData.regression(), loss: SquaredLoss(), settings: settings)
    #expect(path.stopped == .timeLimit && path.stages.count == 1 && path.validation == nil)
  }

  @Test func misuseIsNamed() throws {
    let data = try PathData.regression(), network = GatedReLU(patterns: .all)
    for (place, change) in [
      ("folds", { $0.folds = 1 }), ("folds", { $0.folds = 41 }), ("foldTolerance", { $0.foldTolerance = 0 }),
      ("seed", { $0.seed = 1 << 53 }), ("solver.tolerance", { $0.solver.tolerance = 0 }),
    ] as [(String, (inout PathSettings) -> Void)] {
      var settings = try PathData.settings()
      change(&settings)
      guard
        case .invalid(let found, _)? = failure({ () throws(ZonotopeError) in
          try network.path(on: data, loss: SquaredLoss(), settings: settings)
        })
      else {
        Issue.record("\(place) was accepted")
        continue
      }
      #expect(found == place)
    }
    for ratios in [[], [0.1, 0.1], [0, 1], [.nan], [Double](repeating: 0, count: 1001)] as [[Double]] {
      #expect(throws: ZonotopeError.self) { try BetaGrid(ratios: ratios) }
    }
    for (count, smallest) in [(1, 0.1), (1001, 0.1), (10, 0), (10, 1), (10, .nan)] {
      #expect(throws: ZonotopeError.self) { try BetaGrid(count: count, smallest: smallest) }
    }
    // Bits of all rows say nothing about a part of them.
    let masks = [[Bool](repeating: true, count: 40)]
    #expect(throws: ZonotopeError.self) {
      try GatedReLU(patterns: .masks(masks)).path(
        on: data, loss: SquaredLoss(), settings: PathData.settings(folds: 2))
    }
    #expect(throws: ZonotopeError.self) { try network.path(on: data, loss: InterpolationLoss()) }
  }

  @Test func gridsAreLogarithmic() throws {
    let grid = try BetaGrid(count: 4, smallest: 1e-3)
    for (ratio, expected) in zip(grid.ratios, [1, 0.1, 0.01, 0.001]) {
      #expect(abs(ratio / expected - 1) < 1e-12)
    }
    #expect(try BetaGrid(ratios: [0.1, 1, 0.5]).ratios == [1, 0.5, 0.1])
    #expect(BetaGrid.standard.ratios.count == 50 && abs(BetaGrid.standard.ratios[49] - 1e-3) < 1e-15)
  }

  @Test func thePictureHasALineANeuronAndTheCurve() throws {
    let path = try ReLU(patterns: .sampled(count: 20, seed: 1)).path(
      on: PathData.regression(), loss: SquaredLoss(), settings: PathData.settings(folds: 3))
    let text = PathDrawing(path, loss: SquaredLoss(), title: "a < b").svg()
    let names = Set(path.stages.flatMap { $0.neuronNorms.keys })
    #expect(text.components(separatedBy: "class=\"neuron\"").count - 1 >= names.count)
    #expect(text.components(separatedBy: "class=\"point\"").count - 1 == 4)
    #expect(
      text.contains("a &lt; b") && text.contains("class=\"best\"") && text.contains("class=\"simplest\""))
    var alone = path
    alone.validation = nil
    #expect(!PathDrawing(alone, loss: SquaredLoss(), title: "").svg().contains("class=\"point\""))
  }
}
