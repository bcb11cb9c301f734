import Testing

@testable import Zonotope

/// How runs end, and what they may depend on.
@Suite struct RunTests {
  /// Large enough that the products are shared between threads.
  private static let data = Example(samples: 300, features: 12, seed: 51)

  @Test(arguments: Scenario.plain, [SolverKind.admm, .fista])
  func theNumberOfThreadsDoesNotChangeABit(scenario: Scenario, kind: SolverKind) throws {
    let runs = try [1, 2, 3].map { threads in
      try scenario.train(Self.data, .sampled(count: 400, seed: 3), beta: .ratio(0.3)) {
        $0.kind = kind
        $0.threads = threads
        $0.iterations = 60
      }
    }
    for run in runs.dropFirst() {
      #expect(run.betaMax == runs[0].betaMax)
      #expect(run.solution.point.blocks == runs[0].solution.point.blocks)
      #expect(run.solution.dualPoint == runs[0].solution.dualPoint)
      #expect(run.solution.objective == runs[0].solution.objective)
      #expect(run.solution.iterations == runs[0].solution.iterations)
    }
  }

  @Test(arguments: Scenario.plain, [SolverKind.admm, .fista])
  func theIterationLimitIsAStatusWithAnHonestGap(scenario: Scenario, kind: SolverKind) throws {
    let result = try scenario.train(Self.data, .sampled(count: 60, seed: 3), beta: .ratio(0.01)) {
      $0.kind = kind
      $0.iterations = 3
    }
    #expect(result.solution.status == .iterationLimit)
    #expect(result.solution.iterations == 3)
    #expect(result.solution.relativeGap > 1e-10)
    #expect(result.solution.gap >= 0)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9 * result.networkObjective)
  }

  @Test(arguments: Scenario.plain)
  func withoutTimeTheStartIsReturned(scenario: Scenario) throws {
    let result = try scenario.train(Self.data, .sampled(count: 60, seed: 3), beta: .ratio(0.01)) {
      $0.seconds = 0
    }
    #expect(result.solution.status == .timeLimit)
    #expect(result.solution.iterations == 0)
    #expect(result.network.neurons.isEmpty)
  }

  @Test(arguments: Scenario.plain, [SolverKind.admm, .fista])
  func cancellingEndsTheRunWithItsBestAnswer(scenario: Scenario, kind: SolverKind) throws {
    let cancellation = Cancellation()
    let seen = Trace()
    let result = try scenario.train(Self.data, .sampled(count: 60, seed: 3), beta: .ratio(0.01)) {
      $0.kind = kind
      $0.cancellation = cancellation
      $0.progress = { progress in
        seen.append(progress)
        if progress.iteration > 0 { cancellation.cancel() }
      }
    }
    #expect(result.solution.status == .cancelled)
    let first = try #require(seen.all.first { $0.iteration > 0 })
    #expect(result.solution.iterations == first.iteration)
    #expect(result.solution.objective <= first.objective)
    #expect(result.solution.gap >= 0)
  }

  @Test func cancelledBeforeItBeginsARunTakesNoStep() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    let result = try Scenario(kind: .gated, term: .squared).train(
      Self.data, .sampled(count: 60, seed: 3), beta: .ratio(0.01)
    ) { $0.cancellation = cancellation }
    #expect(result.solution.status == .cancelled)
    #expect(result.solution.iterations == 0)
  }

  @Test func progressNeverLosesGround() throws {
    let seen = Trace()
    _ = try Scenario(kind: .exact, term: .squared).train(
      Self.data, .sampled(count: 60, seed: 3), beta: .ratio(0.05)
    ) { $0.progress = { seen.append($0) } }
    #expect(seen.all.count > 2)
    for (before, after) in zip(seen.all, seen.all.dropFirst()) {
      #expect(after.objective <= before.objective)
      #expect(after.lowerBound >= before.lowerBound)
      #expect(after.iteration >= before.iteration)
    }
  }

  /// A budget that the data fit and the solver does not: refused before the first step.
  @Test(arguments: Scenario.plain, [SolverKind.admm, .fista, .automatic])
  func aBudgetTooSmallIsAnErrorWithFigures(scenario: Scenario, kind: SolverKind) throws {
    let seen = Trace()
    let budget = 100_000
    #expect {
      try scenario.train(Self.data, .sampled(count: 400, seed: 3), beta: .ratio(0.1)) {
        $0.kind = kind
        $0.memory = budget
        $0.progress = { seen.append($0) }
      }
    } throws: { error in
      guard case .memoryBudget(_, let needed, let given)? = error as? ZonotopeError else { return false }
      return needed > budget && given == budget
    }
    #expect(seen.all.allSatisfy { $0.iteration == 0 })
  }

  /// Where only one of them fits, `automatic` takes it.
  @Test func automaticKeepsToTheBudget() throws {
    let wide = Example(samples: 300, features: 2, seed: 1)
    let result = try Scenario(kind: .gated, term: .squared).train(
      wide, .sampled(count: 20, seed: 3), beta: .ratio(0.1)
    ) { $0.memory = 8 * 300 * 300 }
    #expect(result.solution.solver == .fista)
    #expect(result.solution.status == .optimal)
  }

  @Test(arguments: [
    (-1.0, "beta"), (.nan, "beta"), (.infinity, "beta"),
  ])
  func aBadBetaIsNamed(beta: Double, place: String) throws {
    #expect {
      try Scenario(kind: .gated, term: .squared).train(
        Self.data, .sampled(count: 4, seed: 3), beta: .absolute(beta))
    } throws: { error in
      guard case .invalid(let named, _)? = error as? ZonotopeError else { return false }
      return named == place
    }
  }
}

/// What a run reported, in order. Progress arrives on the solving thread, which is the one that waits.
private final class Trace: @unchecked Sendable {
  private(set) var all: [Progress] = []
  func append(_ progress: Progress) { all.append(progress) }
}
