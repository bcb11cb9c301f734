import Testing

@testable import Zonotope

/// Programs whose optima are ordered because one allows what the other does.
@Suite struct OrderingTests {
  @Test(arguments: Scenario.Term.allCases, 0..<4)
  func droppingTheConesNeverCosts(term: Scenario.Term, seed: Int) throws {
    let data = Example(samples: 18, features: 3, seed: UInt64(seed))
    let masks = try data.masks(10, seed: 1)
    let gated = try Scenario(kind: .gated, term: term).train(data, .masks(masks), beta: .absolute(0.3))
    let exact = try Scenario(kind: .exact, term: term).train(data, .masks(masks), beta: .absolute(0.3))
    #expect(gated.solution.dual <= exact.solution.objective * (1 + 1e-14))
    #expect(gated.solution.objective <= exact.solution.objective * (1 + 1e-9))
    #expect(gated.betaMax >= exact.betaMax * (1 - 1e-12))
  }

  @Test(arguments: Scenario.plain, [2, 3])
  func allPatternsAreAtLeastAsGoodAsSome(scenario: Scenario, features: Int) throws {
    let data = Example(samples: 9, features: features, seed: 31)
    let all = try scenario.train(data, .all, beta: .absolute(0.2))
    #expect(all.solution.status == .optimal, "\(all.solution.relativeGap) after \(all.solution.iterations)")
    var last = Double.infinity
    for count in [2, 5, 40] {
      let some = try scenario.train(data, .masks(data.masks(count, seed: 8)), beta: .absolute(0.2))
      #expect(all.solution.objective <= some.solution.objective * (1 + 1e-9))
      #expect(all.solution.dual <= some.solution.objective * (1 + 1e-14))
      // A longer run of the same draws holds the shorter.
      #expect(some.solution.objective <= last * (1 + 1e-9))
      last = some.solution.objective
    }
  }

  @Test(arguments: Scenario.all)
  func theOptimumGrowsWithBeta(scenario: Scenario) throws {
    let data = Example(samples: 12, features: 3, seed: 5)
    let masks = try data.masks(10, seed: 1, ones: scenario.inputBias)
    var last = 0.0
    for ratio in [0.01, 0.1, 0.5, 0.9] {
      let result = try scenario.train(data, .masks(masks), beta: .ratio(ratio))
      #expect(result.solution.status == .optimal)
      #expect(result.solution.objective >= last * (1 - 1e-9))
      last = result.solution.objective
    }
  }
}
