import Testing

@testable import Zonotope

/// Heads with an exact ReLU: their products, what bounds them, and their training, which is local.
@Suite struct RectifiedTests {
  static let cases: [TokenCase] = [
    TokenLayer.Kind.attention, .mixer, .fourier(blocks: 1), .fourier(blocks: 2),
  ].flatMap { kind in
    [false, true].map { TokenCase(kind: kind, gates: 2, pooled: $0, features: 2, samples: 6) }
  }

  private static func own(_ network: TokenCase) -> TokenLayer {
    TokenLayer(kind: network.kind, tokens: network.tokens, gates: .own, pooled: network.pooled)
  }

  private static func numbers(_ count: Int, seed: UInt64) throws -> Vector {
    var random = Xoshiro256(seed: seed)
    let list = (0..<count).map { _ in random.nextNormal() }
    return try list.withUnsafeBufferPointer { try Vector(copying: $0) }
  }

  /// Layers over a grid of sizes that take several chunks and parts.
  private static func heads(_ network: TokenCase, block: Int = 0) throws -> RectifiedHeads {
    let layer = own(network)
    return try RectifiedHeads(layer, layer.shape(of: network.x(), outputs: network.outputs), block: block)
  }

  private func networkOf(_ network: TokenCase, _ heads: RectifiedHeads, _ u: Vector, _ v: Vector, _ m: Int)
    -> TokenNetwork
  {
    TokenNetwork(
      layer: Self.own(network), features: network.features, outputs: network.outputs,
      heads: (0..<m).map { j in
        TokenNetwork.Head(
          gate: 0, place: heads.block, left: (0..<heads.left).map { u[j * heads.left + $0] },
          right: (0..<heads.right).map { v[j * heads.right + $0] })
      })
  }

  // MARK: Products

  @Test(arguments: cases, [6, 700]) func theyAreThoseOfTheNetwork(network: TokenCase, samples: Int) throws {
    var network = network
    network.samples = samples
    let workers = Workers(threads: 2), m = 3
    for block in 0..<(try Self.heads(network).blocks) {
      let heads = try Self.heads(network, block: block)
      let u = try Self.numbers(m * heads.left, seed: 1), v = try Self.numbers(m * heads.right, seed: 2)
      let rows = samples * heads.readouts, fit = try Vector(rows * heads.outputs)
      let workspace = try Vector(heads.workspaceSize(heads: m, threads: 2))
      heads.forward(u.values, v.values, heads: m, into: fit.mutable, workspace, workers)
      let expected = try networkOf(network, heads, u, v, m).predict(network.x())
      for row in 0..<rows {
        for o in 0..<heads.outputs {
          let value = expected[row * network.outputs + block * heads.outputs + o]
          #expect(abs(fit[row * heads.outputs + o] - value) <= 1e-12 * (1 + 100 * abs(value)))
        }
      }
    }
  }

  @Test(arguments: cases) func derivativesAreDifferences(network: TokenCase) throws {
    let heads = try Self.heads(network), workers = Workers(threads: 2), m = 2
    let u = try Self.numbers(m * heads.left, seed: 3), v = try Self.numbers(m * heads.right, seed: 4)
    let fit = try Vector(network.samples * heads.readouts * heads.outputs)
    let z = try Self.numbers(fit.count, seed: 5)
    let workspace = try Vector(heads.workspaceSize(heads: m, threads: 2))
    func value() -> Double {
      heads.forward(u.values, v.values, heads: m, into: fit.mutable, workspace, workers)
      return dot(fit.values, z.values)
    }
    _ = value()
    let toLeft = try Vector(u.count), toRight = try Vector(v.count)
    heads.backward(
      u.values, v.values, heads: m, gradient: z.values, toLeft: toLeft.mutable, toRight: toRight.mutable,
      workspace, workers)
    let step = 1e-6
    for (x, slope) in [(u, toLeft), (v, toRight)] {
      for k in 0..<x.count {
        let middle = x[k]
        x[k] = middle + step
        let above = value()
        x[k] = middle - step
        let below = value()
        x[k] = middle
        #expect(abs((above - below) / (2 * step) - slope[k]) <= 1e-5 * (1 + abs(slope[k])))
      }
    }
  }

  // MARK: Bounds

  /// The program over all gates is that of a two-layer network over all patterns of its rows.
  @Test(arguments: [false, true]) func allGatesAreAllPatterns(pooled: Bool) throws {
    for (kind, features) in [(TokenLayer.Kind.mixer, 1), (.fourier(blocks: 1), 2)] {
      let network = TokenCase(
        kind: kind, pooled: pooled, tokens: 2, features: features, outputs: 1, samples: 3)
      var options = TwoLayerOptions()
      options.patches = pooled ? 2 : 1
      let data = try Dataset(x: Self.own(network).exactRows(of: network.x(), outputs: 1), y: network.y())
      let patterns = try GatedReLU(patterns: .all, options: options).train(
        on: data, loss: SquaredLoss(), beta: .absolute(0.1))
      let exact = try ReLU(patterns: .all, options: options).train(
        on: data, loss: SquaredLoss(), beta: .absolute(0.1))
      let layer = TokenLayer(kind: kind, tokens: 2, gates: .all, pooled: pooled)
      let gates = try network.train(layer, beta: .absolute(0.1))
      let (a, b) = (gates.solution.objective, patterns.solution.objective)
      #expect(abs(a - b) <= 1e-5 * b, "\(a), \(b)")
      #expect(gates.certificate.scope == .allNeurons && gates.patternSource == .enumerated)
      // Between the bounds and what is trained locally lies the exact optimum.
      let local = try gates.rectified(on: Dataset(x: network.x(), y: network.y()), loss: SquaredLoss())
      guard case .allPatterns(let bound) = local.bound else {
        Issue.record("\(local.bound)")
        continue
      }
      #expect(bound == gates.certificate.lowerBound && bound <= exact.solution.objective)
      #expect(local.objective >= exact.solution.dual * (1 - 1e-9))
      let few = try network.train(
        TokenLayer(kind: kind, tokens: 2, gates: .sampled(count: 2, seed: 1), pooled: pooled),
        beta: .absolute(0.1)
      ).rectified(on: Dataset(x: network.x(), y: network.y()), loss: SquaredLoss())
      #expect(few.bound.value == nil)
      #expect(few.objective >= exact.solution.dual * (1 - 1e-9))
    }
  }

  /// One token of one number: x^2 is never negative, so that heads with a ReLU are linear ones.
  @Test func aSingleNumberHasTheOptimumOfTheLinearLayer() throws {
    let network = TokenCase(pooled: true, tokens: 1, features: 1, outputs: 1, samples: 4)
    let linear = try network.train(beta: .ratio(0.2))
    let gated = try network.train(
      TokenLayer(kind: .attention, tokens: 1, gates: .all, pooled: true), beta: .absolute(linear.beta))
    let local = try gated.rectified(on: Dataset(x: network.x(), y: network.y()), loss: SquaredLoss())
    let optimum = linear.solution.objective
    #expect(abs(local.objective - optimum) <= 1e-6 * optimum, "\(local.objective), \(optimum)")
    #expect(try #require(local.relativeGap) <= 1e-6)
  }

  // MARK: Training

  @Test(arguments: cases) func itIsNeverWorseThanTheStart(network: TokenCase) throws {
    let data = try Dataset(x: network.x(), y: network.y())
    let zero = 0.5 * (try network.y().entries().reduce(0) { $0 + $1 * $1 })
    for ratio in [0.02, 0.5] {
      let gated = try network.train(beta: .ratio(ratio)) { $0.tolerance = 1e-6 }
      let local = try gated.rectified(on: data, loss: SquaredLoss())
      #expect(local.objective <= local.startObjective && local.objective <= zero)
      #expect(local.network.layer.isRectified && local.steps > 0)
      let own = try local.network.objective(
        on: network.x(), targets: network.y().entries(), loss: SquaredLoss(), beta: gated.beta)
      #expect(abs(own - local.objective) <= 1e-12 * own)
      #expect(local.bound.value == nil)
      let none = try gated.rectified(on: data, loss: SquaredLoss(), settings: steps(0))
      #expect(none.objective <= none.startObjective && none.ending == .iterationLimit && none.steps == 0)
    }
  }

  private func steps(_ count: Int) -> SolverSettings {
    var settings = SolverSettings()
    settings.iterations = count
    return settings
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    var network = TokenCase(gates: 2, pooled: true, samples: 600)
    network.tokens = 4
    let data = try Dataset(x: network.x(), y: network.y())
    let gated = try network.train(beta: .ratio(0.1)) { $0.tolerance = 1e-3 }
    let results = try [1, 3].map { threads in
      var settings = steps(5)
      settings.threads = threads
      return try gated.rectified(on: data, loss: SquaredLoss(), settings: settings)
    }
    #expect(results[0].network == results[1].network && results[0].bound == results[1].bound)
  }

  @Test func whoCancelsGetsTheStart() throws {
    let network = Self.cases[1], cancellation = Cancellation()
    let gated = try network.train(beta: .ratio(0.1))
    cancellation.cancel()
    var settings = SolverSettings()
    settings.cancellation = cancellation
    let local = try gated.rectified(
      on: Dataset(x: network.x(), y: network.y()), loss: SquaredLoss(), settings: settings)
    #expect(local.ending == .cancelled && local.objective <= local.startObjective)
    #expect(local.bound.value == nil && local.outcome.certificate.lowerBound == 0)
  }

  @Test func filesSayThatItIsLocal() throws {
    for network in Self.cases {
      let local = try network.train(beta: .ratio(0.05)).rectified(
        on: Dataset(x: network.x(), y: network.y()), loss: SquaredLoss(), settings: steps(20))
      let model = TokenModel(
        network: local.network, layout: nil,
        card: TrainingCard(local.outcome, loss: SquaredLoss(), tolerance: 1e-6))
      let loaded = try TokenModel(bytes: model.encode(), file: "m.safetensors")
      #expect(loaded == model)
      #expect(try loaded.predict(network.x()) == local.network.predict(network.x()))
      let text = loaded.cardText(pretty: false)
      #expect(text.contains("\"activation\":\"relu\"") && text.contains("\"kind\":\"local\""))
      #expect(text.contains("proves no optimum") && loaded.card.proof.status != .optimal)
    }
  }

  @Test func whatHasNoProgramOrNoHeadsIsRefused() throws {
    let simplex = TokenCase(kind: .simplex(.perClass), gates: 1, pooled: true)
    #expect(throws: ZonotopeError.self) {
      try simplex.train(beta: .ratio(0.1)).rectified(
        on: Dataset(x: simplex.x(), y: simplex.y()), loss: SquaredLoss())
    }
    #expect(throws: ZonotopeError.self) { try Self.cases[0].train(Self.own(Self.cases[0])) }
    #expect(throws: ZonotopeError.self) {
      try Self.cases[0].train(Self.own(Self.cases[0])) { $0.kind = .factored }
    }
    let network = Self.cases[1], gated = try network.train(beta: .ratio(0.1))
    let data = try Dataset(x: network.x(), y: network.y())
    #expect(throws: ZonotopeError.self) { try gated.rectified(on: data, loss: InterpolationLoss()) }
    var settings = SolverSettings()
    settings.memory = 1000
    #expect(throws: ZonotopeError.self) {
      try gated.rectified(on: data, loss: SquaredLoss(), settings: settings)
    }
    settings = SolverSettings()
    settings.kind = .local
    #expect(throws: ZonotopeError.self) {
      try AnyLayer(layer: network.layer()).train(
        on: data, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    }
  }
}
