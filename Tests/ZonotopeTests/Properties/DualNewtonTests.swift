import Testing

@testable import Zonotope

/// Semismooth Newton's method on the dual, with and without factors.
@Suite struct DualNewtonTests {
  private static let networks: [NetworkCase] = [
    NetworkCase(),
    NetworkCase(isGated: false, activation: .abs, outputBias: true),
    NetworkCase(isGated: false, term: .logistic, skip: true, inputBias: true),
    NetworkCase(activation: .leaky(0.3), term: .logistic, outputBias: true),
    NetworkCase(isGated: false, outputs: 3, skip: true),
    NetworkCase(outputs: 3, norm: .frobenius, skip: true, outputBias: true),
  ]

  @Test(arguments: networks, [SolverKind.newton, .augmentedLagrangian])
  func endsAtTheOptimumOfTheOtherSolvers(network: NetworkCase, kind: SolverKind) throws {
    let data = Targeted(network, samples: 24, features: 3)
    let masks = try network.masks(data.x, 8)
    for ratio in [0.3, 0.02] {
      let expected = try network.train(data, .masks(masks), beta: .ratio(ratio)) {
        ($0.kind, $0.tolerance) = (.admm, 1e-9)
      }
      let result = try network.train(data, .masks(masks), beta: .ratio(ratio)) {
        ($0.kind, $0.tolerance) = (kind, 1e-9)
      }
      #expect(result.solution.status == .optimal && result.solution.solver == kind)
      let objective = expected.solution.objective
      #expect(abs(result.solution.objective - objective) <= 2e-9 * objective)
      #expect(abs(result.networkObjective - objective) <= 1e-8 * objective)
    }
  }

  /// The number of steps hardly depends on how accurate the answer is to be.
  @Test func aFewMoreStepsGiveManyMoreDigits() throws {
    let network = NetworkCase(isGated: false), data = Targeted(network, samples: 40, features: 3)
    let masks = try network.masks(data.x, 10)
    let steps = try [1e-4, 1e-11].map { tolerance in
      let result = try network.train(data, .masks(masks), beta: .ratio(0.1)) {
        ($0.kind, $0.tolerance) = (.newton, tolerance)
      }
      #expect(result.solution.status == .optimal)
      return result.solution.iterations
    }
    #expect(steps[1] <= steps[0] + 12)
  }

  /// Single output, cones, a smooth conjugate: `automatic` tries it first, and says how it went on.
  @Test(arguments: [0.2, 1e-4]) func automaticBeginsWithItOnCones(ratio: Double) throws {
    let network = NetworkCase(isGated: false), data = Targeted(network, samples: 60, features: 4)
    let masks = try network.masks(data.x, 24)
    let result = try network.train(data, .masks(masks), beta: .ratio(ratio)) { $0.tolerance = 1e-7 }
    #expect(result.solution.status == .optimal)
    if result.solution.solver == .admm {
      #expect(result.solution.choice.contains("of newton"))
    } else {
      #expect(result.solution.solver == .newton && result.solution.iterations < 60)
    }
  }

  @Test(arguments: [
    NetworkCase(term: .hinge), NetworkCase(term: .huber), NetworkCase(term: .softmax3, outputs: 3),
    NetworkCase(outputs: 3, norm: .nuclear),
  ])
  func whatItCannotDoIsRefused(network: NetworkCase) throws {
    let data = Targeted(network, samples: 10, features: 2)
    let masks = try network.masks(data.x, 4)
    for kind in [SolverKind.newton, .augmentedLagrangian] {
      let error = #expect(throws: ZonotopeError.self) {
        try network.train(data, .masks(masks), beta: .ratio(0.1)) { $0.kind = kind }
      }
      #expect("\(error!)".contains("solver.kind"))
    }
  }

  /// Where no factor fits, the augmented Lagrangian and FISTA still end at the optimum, inside the cones.
  @Test func withoutRoomForAFactorTheOptimumIsTheSame() throws {
    let network = NetworkCase(isGated: false), data = Targeted(network, samples: 300, features: 2)
    let masks = try network.masks(data.x, 5)
    let expected = try network.train(data, .masks(masks), beta: .ratio(0.1)) { $0.kind = .admm }
    let budget = 8 * 300 * 150
    #expect(throws: ZonotopeError.self) {
      try network.train(data, .masks(masks), beta: .ratio(0.1)) { ($0.kind, $0.memory) = (.admm, budget) }
    }
    for kind in [SolverKind.augmentedLagrangian, .automatic] {
      let result = try network.train(data, .masks(masks), beta: .ratio(0.1)) {
        ($0.kind, $0.memory) = (kind, budget)
      }
      #expect(result.solution.status == .optimal)
      #expect(result.solution.solver == (kind == .automatic ? .fista : kind))
      let objective = expected.solution.objective
      #expect(abs(result.solution.objective - objective) <= 3e-6 * objective)
      // The objective of the network, activations applied, is that of the blocks only inside the cones.
      #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9 * objective)
    }
  }

  /// The fit that the conjugate's gradient gives back.
  @Test func theGradientOfTheConjugateInvertsThatOfTheLoss() {
    var random = Xoshiro256(seed: 6)
    let losses: [(LossCase, any ConjugateLoss)] = [
      (.squared, SquaredLoss(scale: 0.3)), (.logistic, LogisticLoss(scale: 2)),
    ]
    for (term, loss) in losses {
      let y = term.targets(20, &random), f = y.map { _ in 2 * random.nextNormal() }, z = loss.gradient(f, y)
      var back = z
      y.withUnsafeBufferPointer { y in
        z.withUnsafeBufferPointer { z in
          back.withUnsafeMutableBufferPointer { loss.conjugateGradient(z, y, into: $0) }
        }
      }
      for k in f.indices { #expect(abs(back[k] - f[k]) < 1e-12 * (1 + abs(f[k]))) }
    }
  }
}
