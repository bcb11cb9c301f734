import Testing

@testable import Zonotope

/// Solves over the patterns that matter against solves over all.
@Suite struct WorkingSetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var outputs = 1
    var joins = false
    var isFree = false
    var isLogistic = false
    var precision = Precision.double

    var testDescription: String {
      "\(outputs) outputs" + (joins ? " joined" : "") + (isFree ? " + free columns" : "")
        + (isLogistic ? ", logistic" : ", squared") + ", \(precision)"
    }

    static let all: [Case] = [
      Case(), Case(isFree: true), Case(isLogistic: true), Case(isFree: true, isLogistic: true),
      Case(outputs: 3), Case(outputs: 3, joins: true, isFree: true), Case(precision: .float),
      Case(isFree: true, precision: .float), Case(outputs: 3, precision: .float),
    ]

    typealias Program<L: Loss> = ConvexProgram<MaskedMap, GroupLasso, L>

    func program<L: Loss>(_ loss: L, share: Double, samples n: Int = 60) throws -> Program<L> {
      let (x, patterns) = try MapTests.example(samples: n, features: 4, gates: 300, seed: 4)
      let map = try MaskedMap(x: x, patterns: patterns, outputs: outputs, joinsOutputs: joins)
      var random = Xoshiro256(seed: 8)
      let targets = (0..<n * outputs).map { _ in random.nextNormal() }
      let program = try Program(
        map: map, penalty: GroupLasso(count: map.blocks, blockSize: map.blockSize), loss: loss,
        targets: isLogistic ? targets.map { $0 < 0 ? -1 : 1 } : targets, beta: 1,
        free: isFree ? FreeBlock(columns: MatrixView.ones(rows: n, before: x)) : nil)
      return try program.with(beta: share * program.betaMax(threads: 1))
    }
  }

  private func settings(_ kind: SolverKind, _ precision: Precision, threads: Int = 1) -> SolverSettings {
    var settings = SolverSettings()
    (settings.kind, settings.precision, settings.threads) = (kind, precision, threads)
    settings.tolerance = 1e-8
    return settings
  }

  private func compare<L: SmoothLoss & ProximableLoss>(_ loss: L, _ scenario: Case, _ share: Double) throws {
    let program = try scenario.program(loss, share: share)
    let expected = try program.solve(settings(.admm, .double))
    let solution = try program.solve(settings(.fista, scenario.precision))
    #expect(expected.status == .optimal && solution.status == .optimal)
    #expect(solution.solver == .fista)
    #expect(abs(solution.objective - expected.objective) <= 2e-8 * expected.objective)
    // The same bits for any number of threads.
    let shared = try program.solve(settings(.fista, scenario.precision, threads: 2))
    #expect(shared.point.blocks == solution.point.blocks && shared.dual == solution.dual)
  }

  @Test(arguments: Case.all, [0.5, 0.1]) func theOptimumIsThatOverAllPatterns(
    scenario: Case, share: Double
  ) throws {
    if scenario.isLogistic {
      try compare(LogisticLoss(scale: 0.1), scenario, share)
    } else {
      try compare(SquaredLoss(scale: 2), scenario, share)
    }
  }

  /// FISTA all the way where a factorisation costs more than the steps, else ADMM, at once where that is cheap.
  @Test(arguments: [SolverKind.fista, .admm]) func switchingEndsAtTheSameOptimum(kind: SolverKind) throws {
    let program =
      kind == .fista
      ? try Case().program(SquaredLoss(), share: 0.5, samples: 1200)
      : try Case().program(SquaredLoss(), share: 0.002)
    let expected = try program.solve(settings(.admm, .double))
    let evaluator = try Evaluator(program, Workers(threads: 1))
    var asked = settings(.automatic, .double)
    asked.tolerance = 1e-10
    var iteration = try Switching(evaluator, from: nil, asked, precision: .double)
    let solution = try minimise(
      evaluator, by: &iteration, asked, until: StopCondition(asked, started: monotonicSeconds()), nil,
      started: 0, choice: "")
    #expect(solution.status == .optimal)
    #expect(abs(solution.objective - expected.objective) <= 2e-8 * expected.objective)
    #expect(solution.solver == kind)
    #expect(solution.choice.contains(kind == .admm ? "beta is small" : "few"))
  }

  /// A set that took in too much lets go of it near the answer, and the answer is the same.
  @Test func theSetShrinksNearTheAnswer() throws {
    let program = try Case().program(SquaredLoss(), share: 0.1)
    let evaluator = try Evaluator(program, Workers(threads: 1))
    var iteration = try WorkingSet(evaluator, from: nil, tolerance: 1e-8, precision: .double)
    var largest = 0
    for _ in 0..<5000 where iteration.outerGap > 1e-8 {
      iteration.advance(upTo: 10_000)
      largest = max(largest, iteration.size)
    }
    let expected = try program.solve(settings(.admm, .double))
    #expect(iteration.size < largest)
    #expect(evaluator.primal(iteration.blocks) - expected.objective <= 2e-8 * expected.objective)
  }

  @Test func theGoodStartIsKept() throws {
    let program = try Case().program(SquaredLoss(), share: 0.1)
    let first = try program.solve(settings(.fista, .double))
    let again = try program.solve(settings(.fista, .double), from: first.point)
    #expect(again.status == .optimal && again.iterations <= 10)
  }

  /// As networks are trained, also with patches whose products are on bits, and with stored features.
  @Test(arguments: [(1, 1200), (3, 1200), (16, 1100)])
  func networksOnManyRowsAreTrainedOnWorkingSets(patches: Int, samples: Int) throws {
    var random = Xoshiro256(seed: 5)
    let x = try MatrixView(
      (0..<samples * 2 * patches).map { _ in random.nextNormal() }, rows: samples, columns: 2 * patches)
    let data = try Dataset(x: x, y: (0..<samples).map { _ in random.nextNormal() })
    var options = TwoLayerOptions()
    options.patches = patches
    let network = GatedReLU(patterns: .sampled(count: 80, seed: 1), options: options)
    let asked = settings(.automatic, .double)
    let result = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(0.5), settings: asked)
    let expected = try network.train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.5), settings: settings(.admm, .double))
    #expect(result.solution.status == .optimal && result.solution.solver == .fista)
    #expect(
      abs(result.solution.objective - expected.solution.objective) <= 2e-8 * expected.solution.objective)
  }
}
