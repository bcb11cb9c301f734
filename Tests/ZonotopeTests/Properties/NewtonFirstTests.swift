import Testing

@testable import Zonotope

/// When `automatic` leaves Newton's method on cones for ADMM, and that it ends at the same optimum either way.
@Suite struct NewtonFirstTests {
  private typealias Session<L: Loss> = TrainingSession<ReLU, L>

  private func session<L: Loss>(_ loss: L, kind: SolverKind = .automatic) throws -> Session<L> {
    let data = Example(samples: 60, features: 4, seed: 7), masks = try data.masks(24, seed: 5)
    var settings = SolverSettings()
    (settings.kind, settings.tolerance, settings.threads) = (kind, 1e-7, 1)
    let y = loss is LogisticLoss ? data.y.map { $0 < 0 ? -1 : 1 } : data.y
    return try Session(
      ReLU(patterns: .masks(masks)), data: Dataset(x: MatrixView(data.x), y: y), loss: loss,
      settings: settings)
  }

  private func iteration<L: SmoothLoss & ConjugateLoss & ProximableLoss>(
    _ loss: L, ratio: Double, startsAfter memory: SolveMemory? = nil
  ) throws -> NewtonFirst<ReLU.Map, ReLU.Penalty, L> {
    let session = try session(loss)
    let program = try session.program.with(beta: ratio * session.betaMax)
    let evaluator = try Evaluator(program, Workers(threads: 1))
    evaluator.memory = memory
    let start = memory == nil ? nil : BlockPoint(blocks: [Double](repeating: 0, count: program.size))
    return try NewtonFirst(evaluator, from: start, precision: .double)
  }

  /// At once for squares at the smallest betas, after a beta that ended with ADMM, and nowhere else.
  @Test func theSmallestBetasOfSquaresGoToADMMAtOnce() throws {
    #expect(try iteration(SquaredLoss(), ratio: 0.001).kind == .admm)
    #expect(try iteration(SquaredLoss(), ratio: 0.01).kind == .newton)
    #expect(try iteration(LogisticLoss(), ratio: 0.001).kind == .newton)
    let memory = SolveMemory()
    memory.kind = .newton
    #expect(try iteration(SquaredLoss(), ratio: 0.01, startsAfter: memory).kind == .newton)
    memory.kind = .admm
    #expect(try iteration(SquaredLoss(), ratio: 0.01, startsAfter: memory).kind == .admm)
  }

  /// (steps, gap after them, whether it is left by then)
  @Test(arguments: [
    (7, 0.9, false), (8, 0.9, true), (8, 0.4, false), (18, 0.4, true), (25, 0.1, true), (30, 0.01, false),
  ])
  func aGapThatLagsIsLeft(steps: Int, gap: Double, isLeft: Bool) throws {
    var squares = try iteration(SquaredLoss(), ratio: 0.01)
    while squares.iteration < steps, squares.kind == .newton {
      squares.heed(relativeGap: squares.iteration == steps - 1 ? gap : 0.01)
      squares.advance(upTo: 1000)
    }
    #expect(squares.iteration == steps)
    #expect((squares.kind == .admm) == isLeft)
    #expect((squares.note != nil) == isLeft)
    // The count goes on, and limits are those of both together.
    squares.advance(upTo: steps + 1)
    #expect(squares.iteration == steps + 1)
    var other = try iteration(LogisticLoss(), ratio: 0.01)
    for _ in 0..<steps {
      other.heed(relativeGap: gap)
      other.advance(upTo: 1000)
    }
    #expect(other.kind == .newton)
  }

  @Test(arguments: [0.3, 0.02, 0.005, 0.0005]) func theOptimumIsThatOfEitherMethod(ratio: Double) throws {
    let squares = try [SolverKind.automatic, .newton, .admm].map {
      try session(SquaredLoss(), kind: $0).train(beta: .ratio(ratio)).solution
    }
    let logistic = try [SolverKind.automatic, .newton].map {
      try session(LogisticLoss(), kind: $0).train(beta: .ratio(ratio)).solution
    }
    for solutions in [squares, logistic] {
      for solution in solutions {
        #expect(solution.status == .optimal)
        #expect(abs(solution.objective - solutions[0].objective) <= 2e-7 * solutions[0].objective)
      }
    }
  }
}
