import Testing

@testable import Zonotope

/// A start is where a solver begins, never something it believes.
@Suite struct StartTests {
  private func program() throws -> ConvexProgram<PairedMap<MaskedMap>, ConeGroupLasso, SquaredLoss> {
    let (x, patterns) = try MapTests.example(samples: 30, features: 3, gates: 12, seed: 4)
    var random = Xoshiro256(seed: 8)
    return try ConvexProgram(
      map: PairedMap(MaskedMap(x: x, patterns: patterns)), penalty: ConeGroupLasso(patterns: patterns, x: x),
      loss: SquaredLoss(), targets: (0..<30).map { _ in random.nextNormal() }, beta: 0.5,
      free: .constant(samples: 30))
  }

  private func settings(_ kind: SolverKind) -> SolverSettings {
    var settings = SolverSettings()
    settings.kind = kind
    settings.tolerance = 1e-9
    return settings
  }

  @Test(arguments: [SolverKind.admm, .fista]) func blocksOutsideTheirConesAreMovedInside(kind: SolverKind)
    throws
  {
    let program = try program(), expected = try program.solve(settings(kind))
    var random = Xoshiro256(seed: 2)
    let start = BlockPoint(blocks: (0..<program.size).map { _ in random.nextNormal() }, free: [3])
    let solution = try program.solve(settings(kind), from: start)
    #expect(solution.status == .optimal)
    #expect(abs(solution.objective - expected.objective) <= 2e-9 * expected.objective)
    #expect(solution.relativeGap >= 0)
  }

  @Test(arguments: [SolverKind.admm, .fista]) func theAnswerIsItsOwnBestStart(kind: SolverKind) throws {
    let program = try program(), first = try program.solve(settings(kind))
    let again = try program.solve(settings(kind), from: first.point)
    #expect(again.objective <= first.objective * (1 + 1e-14))
    #expect(again.iterations < first.iterations)
  }

  @Test func startsThatAreNoneAreRefused() throws {
    let program = try program()
    for blocks in [[], [1.0], [Double](repeating: .nan, count: program.size)] {
      #expect(throws: ZonotopeError.self) { try program.solve(from: BlockPoint(blocks: blocks)) }
    }
  }

  @Test(arguments: 0..<60) func theIterationLimitIsExact(limit: Int) throws {
    var settings = settings(.admm)
    (settings.iterations, settings.tolerance) = (limit, 1e-15)
    let solution = try program().solve(settings)
    #expect(solution.iterations == limit && solution.status == .iterationLimit)
  }
}
