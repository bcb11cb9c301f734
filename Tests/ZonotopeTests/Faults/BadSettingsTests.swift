import Testing

@testable import Zonotope

/// Weights of the penalty and sizes out of range.
@Suite struct BadSettingsTests {
  private static let data = Example(samples: 20, features: 3, seed: 6)

  @Test(arguments: [-1, -Double.leastNonzeroMagnitude, .nan, .infinity, -.infinity])
  func aBetaThatIsNone(value: Double) {
    for (beta, name) in [(Beta.absolute(value), "beta"), (.ratio(value), "betaRatio")] {
      for scenario in Scenario.plain {
        let error = #expect(throws: ZonotopeError.self) {
          try scenario.train(Self.data, .sampled(count: 9, seed: 1), beta: beta)
        }
        guard case .invalid(let place, _)? = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(place == name)
      }
    }
  }

  /// From betaMax on the network is exactly zero, however large beta is.
  @Test(arguments: Scenario.all) func aHugeBeta(scenario: Scenario) throws {
    let betaMax = try scenario.train(Self.data, .sampled(count: 9, seed: 1), beta: .ratio(1)).betaMax
    for beta in [Beta.ratio(1), .absolute(betaMax), .absolute(2 * betaMax), .absolute(1e300)] {
      let result = try scenario.train(Self.data, .sampled(count: 9, seed: 1), beta: beta)
      #expect(result.network.neurons.isEmpty && result.solution.point.blocks.allSatisfy { $0 == 0 })
      #expect(result.solution.status == .optimal)
    }
  }

  /// Without a penalty, or next to none, there may be no tight bound; there is always an honest one.
  @Test(arguments: Scenario.plain, [0, 1e-300, 1e-12]) func noBeta(scenario: Scenario, beta: Double) throws {
    let result = try scenario.train(Self.data, .sampled(count: 9, seed: 1), beta: .absolute(beta)) {
      $0.iterations = 500
    }
    #expect(result.solution.objective.isFinite && result.solution.point.blocks.allSatisfy(\.isFinite))
    #expect(result.solution.dual >= 0 && result.solution.dual <= result.solution.objective)
  }

  /// Sizes whose products do not fit the machine's integers or the budget are refused before memory is asked for.
  @Test(arguments: [1 << 31 - 1, 1 << 31, 1 << 32, 1 << 59, Int.max / 8, .max])
  func sizesThatOverflow(count: Int) throws {
    let asked = Asked()
    let allocator = Allocator(
      allocate: { bytes in
        asked.largest = max(asked.largest, bytes)
        return bytes < 1 << 30 ? .allocate(byteCount: bytes, alignment: 64) : nil
      }, release: { $0.deallocate() })
    let set = try Dataset(x: MatrixView(Self.data.x), y: Self.data.y)
    var settings = SolverSettings()
    (settings.memory, settings.threads) = (1 << 30, 1)
    let error = failure { () throws(ZonotopeError) in
      try allocator.providing { () throws(ZonotopeError) in
        try ReLU(patterns: .sampled(count: count, seed: 1)).train(
          on: set, loss: SquaredLoss(), beta: .ratio(0.5), settings: settings)
      }
    }
    switch error {
    case .memoryBudget, .sizeOverflow: break
    default: Issue.record("\(String(describing: error))")
    }
    #expect(asked.largest < 1 << 20)
    #expect(failure { () throws(ZonotopeError) in try product(count, 1 << 32, place: "x") } != nil)
    #expect(throws: ZonotopeError.self) { try Vector(count / 2 + 1 << 60) }
  }
}

/// Bytes that were asked for, by one thread.
private final class Asked: @unchecked Sendable {
  var largest = 0
}
