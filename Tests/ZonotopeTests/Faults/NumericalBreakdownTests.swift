import Testing

@testable import Zonotope

/// A NaN that arises in the middle of a solve ends it within a step, with the best finite answer.
@Suite struct NumericalBreakdownTests {
  enum Place: CaseIterable { case loss, map, penalty }

  private typealias Program = ConvexProgram<FaultyMap, FaultyPenalty, FaultyLoss>

  private static func program(_ place: Place?, _ fault: Fault?, curvature: Fault? = nil) throws -> Program {
    let (x, patterns) = try MapTests.example(samples: 30, features: 3, gates: 12, seed: 4)
    var random = Xoshiro256(seed: 8)
    return try ConvexProgram(
      map: FaultyMap(base: MaskedMap(x: x, patterns: patterns), fault: place == .map ? fault : nil),
      penalty: FaultyPenalty(
        base: GroupLasso(count: patterns.count, blockSize: 3), fault: place == .penalty ? fault : nil),
      loss: FaultyLoss(fault: place == .loss ? fault : nil, curvatureFault: curvature),
      targets: (0..<30).map { _ in random.nextNormal() }, beta: 0.05,
      free: .constant(samples: 30))
  }

  private static func settings(_ kind: SolverKind) -> SolverSettings {
    var settings = SolverSettings()
    (settings.kind, settings.tolerance, settings.threads) = (kind, 1e-15, 1)
    return settings
  }

  private func expectHonest(_ solution: Solution) throws {
    #expect(solution.objective.isFinite && solution.point.free[0].isFinite)
    #expect(solution.point.blocks.allSatisfy(\.isFinite) && solution.dualPoint.allSatisfy(\.isFinite))
    #expect(solution.dual <= solution.objective)
    let sound = try Evaluator(Self.program(nil, nil), Workers(threads: 1))
    let value = solution.point.blocks.withUnsafeBufferPointer { sound.primal($0) }
    #expect(abs(value - solution.objective) <= 1e-12 * value)
  }

  /// The fault comes once, and the state of the solver is lost with it; or it stays.
  @Test(arguments: Place.allCases, [SolverKind.admm, .fista])
  func aNaNInTheMiddleOfASolve(place: Place, kind: SolverKind) throws {
    for step in [1, 12, 40] {
      for stays in [false, true] {
        let fault = Fault(stays: stays), armedAt = Latest()
        var settings = Self.settings(kind)
        // Reports come at checks: the fault strikes in the step after one.
        settings.progress = { progress in
          guard progress.iteration >= step, armedAt.iteration == nil else { return }
          armedAt.iteration = progress.iteration
          fault.arm()
        }
        let solution = try Self.program(place, fault).solve(settings)
        #expect(solution.status == .numericalBreakdown, "\(place) \(kind) \(step) \(stays)")
        let armed = try #require(armedAt.iteration)
        #expect(fault.count > 0 && solution.iterations <= armed + 1)
        try expectHonest(solution)
      }
    }
  }

  /// From the very first product: the answer is that without a network.
  @Test(arguments: [SolverKind.admm, .fista]) func aNaNFromTheStart(kind: SolverKind) throws {
    let fault = Fault(stays: true)
    fault.arm()
    let solution = try Self.program(.map, fault).solve(Self.settings(kind))
    #expect(solution.status == .numericalBreakdown)
    #expect(solution.point.blocks.allSatisfy { $0 == 0 })
    try expectHonest(solution)
  }

  /// Newton's method is an extra: where it breaks down the answer of the solver stands.
  @Test func aNaNInNewtonsMethod() throws {
    let fault = Fault(stays: true)
    fault.arm()
    var settings = Self.settings(.fista)
    settings.iterations = 600
    let solution = try Self.program(nil, nil, curvature: fault).solve(settings)
    #expect(fault.count > 0)
    #expect(solution.status == .iterationLimit || solution.status == .optimal)
    try expectHonest(solution)
  }
}

/// A number that a report sets and the test reads after the solve, on the same thread.
private final class Latest: @unchecked Sendable {
  var iteration: Int?
}
