import Testing

@testable import Zonotope

/// Layers on tokens: their maps against the networks of their heads, their programs against what must hold for them.
@Suite struct TokenTests {
  private func expectEqual(
    _ a: Double, _ b: Double, _ tolerance: Double = 1e-7, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(a - b) <= tolerance * max(1e-3, abs(b)), "\(a), not \(b)", sourceLocation: location)
  }

  private static func point(_ count: Int, seed: UInt64) -> [Double] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { _ in random.nextNormal() }
  }

  // MARK: Maps

  /// The network sums up its heads from the definition of the layer, with weights that need a matrix of any rank.
  @Test(arguments: TokenCase.all) func theMapIsTheNetworkOfTheHeads(network: TokenCase) throws {
    let architecture = AnyLayer(layer: try network.layer()), x = try network.x(),
      workers = Workers(threads: 2)
    let formulation = try architecture.formulation(of: x, outputs: network.outputs, memory: 1 << 24, workers)
    let map = formulation.map, z = Self.point(map.blocks * map.blockSize, seed: 3)
    let fit = try Vector(map.fitSize), workspace = try map.makeWorkspace(threads: 2)
    z.withUnsafeBufferPointer { map.forward($0, into: fit.mutable, workspace, workers) }
    let heads = try architecture.network(at: BlockPoint(blocks: z), of: formulation)
    let expected = try heads.predict(x)
    #expect(expected.count == fit.count)
    for (a, b) in zip(fit.array, expected) { #expect(abs(a - b) <= 1e-12 * (1 + abs(b) * 100)) }
  }

  @Test(arguments: TokenCase.all) func theAdjointIsExact(network: TokenCase) throws {
    let workers = Workers(threads: 2)
    let map = try AnyLayer(layer: network.layer()).formulation(
      of: network.x(), outputs: network.outputs, memory: 1 << 24, workers
    ).map
    let z = Self.point(map.blocks * map.blockSize, seed: 4), r = Self.point(map.fitSize, seed: 5)
    let fit = try Vector(r.count), g = try Vector(z.count), workspace = try map.makeWorkspace(threads: 2)
    z.withUnsafeBufferPointer { map.forward($0, into: fit.mutable, workspace, workers) }
    r.withUnsafeBufferPointer { map.adjoint($0, into: g.mutable, workspace, workers) }
    let forward = zip(fit.array, r).map { $0 * $1 }, backward = zip(g.array, z).map { $0 * $1 }
    let size = forward.reduce(0) { $0 + abs($1) } + backward.reduce(0) { $0 + abs($1) }
    #expect(abs(forward.reduce(0, +) - backward.reduce(0, +)) <= 1e-13 * size)
    // Column by column the same.
    let column = try Vector(r.count), sum = try Vector(r.count)
    for block in 0..<map.blocks {
      let part = Array(z[block * map.blockSize..<(block + 1) * map.blockSize])
      part.withUnsafeBufferPointer { map.column(block, $0, into: column.mutable) }
      for k in 0..<sum.count { sum[k] += column[k] }
    }
    for (a, b) in zip(sum.array, fit.array) { #expect(abs(a - b) <= 1e-12 * (1 + abs(b))) }
  }

  /// In the space of rows, and in that of columns where these are fewer.
  @Test(arguments: TokenCase.all, [2, 40]) func theSystemOfADMMIsSolved(network: TokenCase, samples: Int)
    throws
  {
    var network = network
    network.samples = samples
    let workers = Workers(threads: 1)
    let map = try AnyLayer(layer: network.layer()).formulation(
      of: network.x(), outputs: network.outputs, memory: 1 << 24, workers
    ).map
    let system = try FeatureSystem(map, workers), workspace = try map.makeWorkspace(threads: 1)
    let w = Self.point(map.blocks * map.blockSize, seed: 6), target = Self.point(map.fitSize, seed: 7)
    let z = try Vector(target.count), adjoint = try Vector(w.count), left = try Vector(target.count)
    let fit = try Vector(target.count)
    for shift in [0.3, 50] {
      #expect(system.factor(shift: shift, workers))
      w.withUnsafeBufferPointer { w in
        target.withUnsafeBufferPointer {
          system.solve(w, target: $0, into: z.mutable, adjoint: adjoint.mutable, workers)
        }
        map.forward(w, into: fit.mutable, workspace, workers)
      }
      // (delta I + A A') z = A w - T
      map.forward(adjoint.values, into: left.mutable, workspace, workers)
      let scale = fit.array.reduce(1) { max($0, abs($1)) }
      for k in 0..<z.count { #expect(abs(shift * z[k] + left[k] - (fit[k] - target[k])) <= 1e-10 * scale) }
    }
  }

  // MARK: Answers

  @Test(arguments: TokenCase.all) func theNetworkHasTheObjectiveOfTheProgram(network: TokenCase) throws {
    let result = try network.train(), solution = result.solution
    #expect(solution.status == .optimal, "\(solution.relativeGap)")
    expectEqual(result.networkObjective, solution.objective, 1e-11)
    #expect(solution.dual <= solution.objective && !result.network.heads.isEmpty)
    #expect(result.certificate.scope == (network.gates == 0 ? .allNeurons : .givenPatterns))
  }

  @Test(arguments: TokenCase.all.filter { $0.pooled && $0.outputs > 1 }) func softmaxIsTrained(
    network: TokenCase
  ) throws {
    let labels = try MatrixView(
      (0..<network.samples).map { Double($0 % network.outputs) }, rows: network.samples, columns: 1)
    let result = try network.train(y: labels, loss: SoftmaxLoss(classes: network.outputs)) {
      $0.tolerance = 1e-7
    }
    #expect(result.solution.status == .optimal, "\(result.solution.relativeGap)")
    expectEqual(result.networkObjective, result.solution.objective, 1e-10)
  }

  @Test(arguments: TokenCase.all) func headsAppearBelowBetaMax(network: TokenCase) throws {
    #expect(try network.train(beta: .ratio(1.001)).network.heads.isEmpty)
    #expect(try !network.train(beta: .ratio(0.98)).network.heads.isEmpty)
  }

  /// p(tX, t^k beta) = p(X, beta), k = 3 for attention and 1 for the others; p(tY, t beta) = t^2 p(Y, beta).
  @Test(arguments: TokenCase.all) func theOptimumScales(network: TokenCase) throws {
    let beta = 0.4, t = 1.7, optimum = try network.optimum(beta: beta)
    var larger = network
    larger.scale = t
    expectEqual(try larger.optimum(beta: network.kind == .attention ? t * t * t * beta : t * beta), optimum)
    let y = try network.y(),
      scaled = try MatrixView(y.entries().map { t * $0 }, rows: y.rows, columns: y.columns)
    expectEqual(try network.optimum(y: scaled, beta: t * beta), t * t * optimum)
  }

  /// A gate of zeros is open everywhere.
  @Test(arguments: TokenCase.all.filter { $0.gates == 0 }) func anOpenGateIsTheLinearLayer(network: TokenCase)
    throws
  {
    var gated = network
    gated.gates = 1
    let layer = try gated.layer()
    let open = try layer.gates.map { gates in
      try gates.map {
        try $0.map {
          try MatrixView(
            [Double](repeating: 0, count: $0.rows * $0.columns), rows: $0.rows, columns: $0.columns)
        }
      }
    }
    let same = TokenLayer(kind: layer.kind, tokens: layer.tokens, gates: open, pooled: layer.pooled)
    expectEqual(try network.optimum(same, beta: 0.3), try network.optimum(beta: 0.3))
  }

  @Test(arguments: TokenCase.all.filter { $0.gates > 0 }) func moreGatesAreAtLeastAsGood(network: TokenCase)
    throws
  {
    let layer = try network.layer(), gates = try #require(layer.gates)
    let fewer = TokenLayer(
      kind: layer.kind, tokens: layer.tokens, gates: Array(gates.prefix(1)), pooled: layer.pooled)
    #expect(try network.optimum(beta: 0.3) <= network.optimum(fewer, beta: 0.3) * (1 + 1e-8))
  }

  /// X_i -> X_i U leaves linear attention and the linear mixer as they are.
  @Test(arguments: TokenCase.all.filter { $0.gates == 0 && ($0.kind == .attention || $0.kind == .mixer) })
  func rotatedFeaturesAreAsGood(network: TokenCase) throws {
    let x = try network.x(), (c, s) = (0.6, 0.8), values = x.entries()
    let turned = values.indices.map { k in
      k % 2 == 0 ? c * values[k] - s * values[k + 1] : s * values[k - 1] + c * values[k]
    }
    expectEqual(
      try network.optimum(x: MatrixView(turned, rows: x.rows, columns: x.columns), beta: 0.3),
      try network.optimum(beta: 0.3))
  }

  @Test func shiftedTokensShiftTheFourierOperator() throws {
    let network = TokenCase(kind: .fourier(blocks: 1)), result = try network.train()
    func shifted(_ view: MatrixView) throws -> MatrixView {
      let s = network.tokens
      return try view.gathering(rows: (0..<view.rows).map { $0 / s * s + ($0 + 1) % s })
    }
    let outputs = try result.network.predict(network.x()),
      moved = try result.network.predict(shifted(network.x()))
    let expected = try shifted(MatrixView(outputs, rows: outputs.count / 2, columns: 2)).entries()
    for (a, b) in zip(moved, expected) { #expect(abs(a - b) <= 1e-12) }
  }

  // MARK: Exact ReLU

  /// What the neurons of an exact layer make of its tokens, from its definition, one number a token.
  private func outputs(_ neurons: [TwoLayerNetwork.Neuron], _ network: TokenCase) throws -> [Double] {
    let x = try network.x().entries(), s = network.tokens, d = network.features
    var fit = [Double](repeating: 0, count: network.samples * s)
    for neuron in neurons {
      for k in fit.indices {
        let (sample, a) = (k / s, k % s)
        var product = 0.0
        for t in 0..<s {
          for b in 0..<d {
            let source = network.kind == .mixer ? t : (a + s - t) % s
            let weight = network.kind == .mixer ? neuron.weights[a * s + t] : neuron.weights[t * d + b]
            product += weight * x[(sample * s + source) * d + b]
          }
        }
        fit[k] += neuron.outputs[0] * max(0, product)
      }
    }
    return fit
  }

  /// Gated networks over all patterns bound the exact one from below.
  @Test(arguments: [false, true]) func exactLayersAreTwoLayerNetworksOnOtherRows(pooled: Bool) throws {
    for (kind, features) in [(TokenLayer.Kind.mixer, 1), (.fourier(blocks: 1), 2)] {
      let network = TokenCase(
        kind: kind, pooled: pooled, tokens: 2, features: features, outputs: 1, samples: 2)
      var options = TwoLayerOptions()
      options.patches = pooled ? 2 : 1
      let rows = try network.layer().exactRows(of: network.x(), outputs: 1)
      let data = try Dataset(x: rows, y: network.y())
      let exact = try ReLU(patterns: .all, options: options).train(
        on: data, loss: SquaredLoss(), beta: .absolute(0.1))
      let gated = try GatedReLU(patterns: .all, options: options).train(
        on: data, loss: SquaredLoss(), beta: .absolute(0.1))
      #expect(exact.certificate.scope == .allNeurons)
      #expect(gated.solution.dual <= exact.solution.objective && exact.solution.objective > 0)
      let fit = try outputs(exact.network.neurons, network)
      let predicted = try exact.network.predict(rows)
      let expected: [Double] = pooled ? [(fit[0] + fit[1]) / 2, (fit[2] + fit[3]) / 2] : fit
      for (a, b) in zip(predicted, expected) { #expect(abs(a - b) <= 1e-12) }
    }
  }
}
