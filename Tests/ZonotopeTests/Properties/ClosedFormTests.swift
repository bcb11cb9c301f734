import Testing

@testable import Zonotope

/// Problems whose optimum can be written down.
@Suite struct ClosedFormTests {
  /// One sample: the fit is the soft-threshold of y at beta / ||x||.
  @Test(arguments: Scenario.Kind.allCases, [(1.0, 0.38), (12.0, 2.0), (3.0, 1.02)])
  func oneSampleIsASoftThreshold(kind: Scenario.Kind, expected: (beta: Double, objective: Double)) throws {
    let data = Example(x: [[3, 4]], y: [2])
    let result = try Scenario(kind: kind, term: .squared).train(
      data, .all, beta: .absolute(expected.beta))
    #expect(result.solution.status == .optimal)
    #expect(abs(result.solution.objective - expected.objective) < 1e-9)
    #expect(abs(result.betaMax - 10) < 1e-12)
  }

  /// Orthonormal rows: one pattern fits targets of one sign together, ||y|| - 1/2; targets of both signs need a
  /// neuron each where the activation is exact, and only one where gates are free.
  @Test(arguments: [
    (Scenario.Kind.gated, [3.0, 4.0], 4.5), (.exact, [3.0, 4.0], 4.5), (.gated, [3.0, -4.0], 4.5),
    (.exact, [3.0, -4.0], 6.0),
  ])
  func orthonormalRows(kind: Scenario.Kind, targets: [Double], objective: Double) throws {
    let data = Example(x: [[1, 0], [0, 1]], y: targets)
    let result = try Scenario(kind: kind, term: .squared).train(data, .all, beta: .absolute(1))
    #expect(result.solution.status == .optimal)
    #expect(abs(result.solution.objective - objective) < 1e-8)
    #expect(result.patternCount == 4)
    #expect(result.certificate.scope == (kind == .exact ? .allNeurons : .givenPatterns))
  }

  /// beta = 0 with more weights than samples: nothing stops the network from fitting.
  @Test(arguments: Scenario.Kind.allCases)
  func withoutPenaltyTheFitIsExact(kind: Scenario.Kind) throws {
    let data = Example(samples: 5, features: 3, seed: 4)
    let result = try Scenario(kind: kind, term: .squared).train(data, .all, beta: .absolute(0)) {
      $0.iterations = 20_000
    }
    #expect(result.solution.objective < 1e-8)
  }
}
