import Testing

@testable import Zonotope

/// Every allowed combination of gates, activation, loss, outputs, norm, skip connection and biases: what an answer claims,
/// recomputed from the definitions.
@Suite struct FormulationTests {
  private static let scale = 0.25

  private struct Solved {
    let network: NetworkCase
    /// With the column of ones where there is an input bias.
    let rows: [[Double]]
    let data: Targeted
    let masks: [[Bool]]
    let result: TrainingResult
    var outputs: Int { data.outputs }

    /// A pattern as the slopes of its rows.
    func slopes(_ mask: [Bool]) -> [Double] {
      mask.map { $0 ? network.activation.on : network.activation.off }
    }

    /// X' D z for an output.
    func adjoint(_ mask: [Bool], _ z: [Double], _ output: Int) -> [Double] {
      let slopes = slopes(mask)
      return rows[0].indices.map { j in
        rows.indices.reduce(0) { $0 + slopes[$1] * rows[$1][j] * z[$1 * outputs + output] }
      }
    }

    /// The free columns.
    var free: [[Double]] {
      data.x.map { (network.outputBias ? [1] : []) + (network.skip ? $0 : []) }
    }
  }

  private func solve(_ network: NetworkCase, iterations: Int?) throws -> Solved {
    let data = Targeted(network, samples: 11, features: 2)
    let masks = try network.masks(data.x, 6)
    let result = try network.train(data, .masks(masks), beta: .ratio(0.08), scale: Self.scale) {
      $0.iterations = iterations
    }
    return Solved(
      network: network, rows: network.inputBias ? data.x.map { $0 + [1] } : data.x, data: data, masks: masks,
      result: result)
  }

  /// From its weights alone, with the gates decided here.
  private func objective(_ solved: Solved) -> Double {
    let network = solved.result.network, c = solved.outputs, width = solved.rows[0].count
    var fit = [Double](), decay = 0.0
    for (k, row) in solved.rows.enumerated() {
      var outputs = network.biases
      for o in 0..<c {
        for (j, value) in solved.data.x[k].enumerated() where !network.skip.isEmpty {
          outputs[o] += value * network.skip[j * c + o]
        }
      }
      for (j, neuron) in network.neurons.enumerated() {
        for part in 0..<neuron.weights.count / width {
          let product = Naive.dot(Array(neuron.weights[part * width..<(part + 1) * width]), row)
          var isOn = product >= 0
          if case .fixed(let gates) = network.gates {
            switch gates[j] {
            case .mask(let mask): isOn = mask[k]
            case .direction(let direction): isOn = Naive.dot(direction, row) >= 0
            }
          }
          let value = product * (isOn ? network.activation.on : network.activation.off)
          if neuron.outputs.count == 1 {
            outputs[part] += neuron.outputs[0] * value
          } else {
            for o in 0..<c { outputs[o] += neuron.outputs[o] * value }
          }
        }
      }
      fit += outputs
    }
    for neuron in network.neurons {
      let sum = neuron.outputs.reduce(0) { $0 + abs($1) }
      decay += Naive.dot(neuron.weights, neuron.weights)
      decay += solved.network.norm == .perClass ? sum * sum : Naive.dot(neuron.outputs, neuron.outputs)
    }
    return solved.network.term.value(fit, solved.data.y, scale: Self.scale) + 0.5 * solved.result.beta * decay
  }

  @Test(arguments: [true, false], LossCase.allCases.filter { $0 != .softmax2 && $0 != .softmax10 })
  func theNetworkHasTheObjectiveOfTheProgram(gated: Bool, term: LossCase) throws {
    for activation in NetworkCase.activations {
      for network in thinned(NetworkCase.all(gated: gated, activation: activation, term: term)) {
        let solved = try solve(network, iterations: 150), solution = solved.result.solution
        let expected = objective(solved), place = "\(network.testDescription)"
        #expect(abs(solution.objective - expected) <= 1e-9 * expected + 1e-12, "\(place)")
        #expect(abs(solved.result.networkObjective - expected) <= 1e-11 * expected + 1e-12, "\(place)")
        #expect(solution.dual <= solution.objective, "\(place)")
        #expect(solved.result.network.outputs == solved.outputs, "\(place)")
        #expect(solved.result.network.skip.isEmpty == !network.skip, "\(place)")
      }
    }
  }

  /// The largest singular value of rows of two or three numbers, from the largest eigenvalue of their Gram matrix.
  private func spectralNorm(_ rows: [[Double]]) -> Double {
    var v = rows[0].indices.map { 1 + 0.3 * Double($0) }
    for _ in 0..<2000 {
      let u = rows.map { Naive.dot($0, v) }
      v = v.indices.map { j in zip(rows, u).reduce(0) { $0 + $1.0[j] * $1.1 } }
      let length = Naive.norm(v)
      guard length > 0 else { return 0 }
      v = v.map { $0 / length }
    }
    return Naive.norm(rows.map { Naive.dot($0, v) })
  }

  /// Feasible, and with its value; by either solver where the loss has both, converged or not.
  @Test(arguments: NetworkCase.varied, [nil, 3, 40])
  func theDualPointIsFeasibleAndHasItsValue(network: NetworkCase, iterations: Int?) throws {
    let solved = try solve(network, iterations: iterations)
    let solution = solved.result.solution, z = solution.dualPoint, c = solved.outputs
    if iterations == nil { #expect(solution.status == .optimal, "\(solution.relativeGap)") }
    #expect(solution.dual <= solution.objective)
    let value = network.term.dual(z, solved.data.y, scale: Self.scale, slack: 1e-11)
    #expect(solution.dual <= value + 1e-11 * max(1, abs(value)))
    for mask in solved.masks {
      let products = (0..<c).map { solved.adjoint(mask, z, $0) }
      let norm: Double
      switch (network.isGated, c > 1 ? network.norm : .perClass) {
      case (true, .nuclear): norm = spectralNorm(products)
      case (true, .frobenius): norm = Naive.norm(products.flatMap { $0 })
      case (true, .perClass): norm = products.map { Naive.norm($0) }.max()!
      case (false, _):
        norm = products.flatMap { [$0, $0.map { -$0 }] }
          .map { Naive.coneProjectionNorm(solved.rows, mask, $0) }.max()!
      }
      #expect(norm <= solved.result.beta * (1 + 1e-9))
    }
    for j in solved.free[0].indices {
      for o in 0..<c {
        let product = z.indices.filter { $0 % c == o }.reduce(0) { $0 + solved.free[$1 / c][j] * z[$1] }
        #expect(abs(product) <= 1e-12)
      }
    }
  }

  /// Above betaMax there are no neurons, just below there are.
  @Test(arguments: NetworkCase.varied)
  func betaMaxIsWhereTheNetworkAppears(network: NetworkCase) throws {
    let data = Targeted(network, samples: 14, features: 2), masks = try network.masks(data.x, 8)
    let none = try network.train(data, .masks(masks), beta: .ratio(1.001))
    #expect(none.solution.status == .optimal, "\(none.solution.relativeGap)")
    #expect(none.network.neurons.isEmpty)
    let some = try network.train(data, .masks(masks), beta: .ratio(0.98)) { $0.tolerance = 1e-12 }
    // A subgradient is chosen where there are several, which may be larger than need be.
    if network.term.isSmooth { #expect(!some.network.neurons.isEmpty) }
    #expect(some.solution.objective <= none.solution.objective)
  }

  @Test(arguments: NetworkCase.varied.filter { $0.term.isSmooth }, [SolverKind.admm, .fista])
  func solversAgree(network: NetworkCase, kind: SolverKind) throws {
    let data = Targeted(network, samples: 14, features: 2), masks = try network.masks(data.x, 8)
    let result = try network.train(data, .masks(masks), beta: .ratio(0.1)) {
      $0.kind = kind
      $0.tolerance = 1e-9
    }
    #expect(result.solution.solver == kind && result.solution.status == .optimal)
    let other = try network.train(data, .masks(masks), beta: .absolute(result.beta))
    #expect(abs(result.solution.objective - other.solution.objective) <= 2e-9 * other.solution.objective)
  }
}
