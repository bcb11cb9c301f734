import Testing

@testable import Zonotope

/// Every claim of an answer, recomputed from its definition.
@Suite struct CertificateTests {
  private struct Solved {
    let scenario: Scenario
    /// With the column of ones where there is an input bias.
    let rows: [[Double]]
    let y: [Double]
    let masks: [[Bool]]
    let result: TrainingResult
    /// One run of numbers a block; for exact networks the negative twins follow.
    var blocks: [[Double]] {
      let size = rows[0].count, all = result.solution.point.blocks
      return stride(from: 0, to: all.count, by: size).map { Array(all[$0..<$0 + size]) }
    }
    func signedBlock(_ index: Int) -> (mask: [Bool], sign: Double) {
      (masks[index % masks.count], index < masks.count ? 1 : -1)
    }
  }

  private static let scale = 0.25

  private func solve(
    _ scenario: Scenario, ratio: Double = 0.05, iterations: Int? = nil, kind: SolverKind = .automatic
  ) throws -> Solved {
    let data = Example(samples: 22, features: 3, seed: 41)
    let masks = try data.masks(14, seed: 5, ones: scenario.inputBias)
    let result = try scenario.train(
      data, .masks(masks), beta: .ratio(ratio), scale: Self.scale
    ) {
      $0.iterations = iterations
      $0.kind = kind
    }
    return Solved(
      scenario: scenario, rows: scenario.inputBias ? data.x.map { $0 + [1] } : data.x,
      y: scenario.targets(data), masks: masks, result: result)
  }

  @Test(arguments: Scenario.all)
  func theObjectiveIsThatOfTheBlocks(scenario: Scenario) throws {
    let solved = try solve(scenario), solution = solved.result.solution
    var fit = [Double](repeating: solution.point.free.first ?? 0, count: solved.rows.count)
    var penalty = 0.0
    for (i, block) in solved.blocks.enumerated() {
      let (mask, sign) = solved.signedBlock(i)
      penalty += Naive.norm(block)
      for k in fit.indices where mask[k] { fit[k] += sign * Naive.dot(solved.rows[k], block) }
    }
    let loss = Naive.loss(scenario.term, fit, solved.y, scale: Self.scale)
    let expected = loss + solved.result.beta * penalty
    #expect(abs(solution.objective - expected) <= 1e-12 * expected)
    if !scenario.outputBias { #expect(solution.point.free.isEmpty) }
  }

  /// From its weights alone: neurons, gates and bias.
  @Test(arguments: Scenario.all)
  func theNetworkHasTheObjectiveOfTheProgram(scenario: Scenario) throws {
    let solved = try solve(scenario), network = solved.result.network
    let outputs: [Double]
    switch network.gates {
    case .own:
      outputs = Naive.outputs(
        solved.rows, weights: network.neurons.map(\.weights), outputs: network.neurons.map(\.output),
        open: { j, k in Naive.dot(network.neurons[j].weights, solved.rows[k]) > 0 }, bias: network.bias)
    case .fixed(let gates):
      outputs = Naive.outputs(
        solved.rows, weights: network.neurons.map(\.weights), outputs: network.neurons.map(\.output),
        open: { j, k in
          switch gates[j] {
          case .mask(let mask): mask[k]
          case .direction(let direction): Naive.dot(direction, solved.rows[k]) >= 0
          }
        }, bias: network.bias)
    }
    let decay = network.neurons.reduce(0) {
      $0 + Naive.dot($1.weights, $1.weights) + $1.output * $1.output
    }
    let expected =
      Naive.loss(scenario.term, outputs, solved.y, scale: Self.scale) + 0.5 * solved.result.beta * decay
    #expect(abs(solved.result.networkObjective - expected) <= 1e-12 * expected)
    #expect(abs(solved.result.solution.objective - expected) <= 1e-9 * expected)
    #expect(solved.result.certificate.objective == solved.result.solution.objective)
  }

  /// Converged or cut short, by either solver: the bound is that of a feasible point and below the objective.
  @Test(arguments: Scenario.all, [nil, 1, 7, 60])
  func theDualPointIsFeasibleAndHasItsValue(scenario: Scenario, iterations: Int?) throws {
    for kind in [SolverKind.admm, .fista] {
      let solved = try solve(scenario, iterations: iterations, kind: kind)
      let solution = solved.result.solution, beta = solved.result.beta
      if iterations == nil { #expect(solution.status == .optimal) }
      #expect(solution.gap >= 0)
      #expect(solution.dual == solved.result.certificate.lowerBound)
      let z = solution.dualPoint
      let value = Naive.dual(scenario.term, z, solved.y, scale: Self.scale)
      #expect(solution.dual <= value + 1e-12 * max(1, abs(value)))
      for mask in solved.masks {
        let product = Naive.adjoint(solved.rows, mask, z)
        for side in scenario.kind == .gated ? [product] : [product, product.map { -$0 }] {
          let norm =
            scenario.kind == .gated
            ? Naive.norm(side) : Naive.coneProjectionNorm(solved.rows, mask, side)
          #expect(norm <= beta * (1 + 1e-9), "\(kind)")
        }
      }
      if scenario.outputBias {
        let size = z.reduce(0) { $0 + abs($1) }
        #expect(abs(z.reduce(0, +)) <= 1e-14 * max(size, 1e-300), "\(kind)")
      }
    }
  }

  @Test(arguments: Scenario.all.filter { $0.kind == .exact }, [nil, 1, 7, 60])
  func blocksLieInTheirCones(scenario: Scenario, iterations: Int?) throws {
    for kind in [SolverKind.admm, .fista] {
      let solved = try solve(scenario, ratio: 0.01, iterations: iterations, kind: kind)
      for (i, block) in solved.blocks.enumerated() where block.contains(where: { $0 != 0 }) {
        let (mask, _) = solved.signedBlock(i)
        for (k, row) in solved.rows.enumerated() {
          let margin = (mask[k] ? 1 : -1) * Naive.dot(row, block)
          #expect(margin >= -1e-12 * Naive.norm(row) * Naive.norm(block))
        }
      }
    }
  }

  /// The bound of one run never exceeds the objective of another.
  @Test(arguments: Scenario.all)
  func boundsNeverExceedObjectives(scenario: Scenario) throws {
    let runs = try [2, 10, 40, 200].flatMap { iterations in
      try [SolverKind.admm, .fista].map {
        try solve(scenario, iterations: iterations, kind: $0).result.solution
      }
    }
    let (highest, lowest) = (runs.map(\.dual).max()!, runs.map(\.objective).min()!)
    #expect(highest <= lowest * (1 + 1e-12))
  }
}
