import Foundation
import Testing

@testable import Zonotope

/// Distinct sessions on 16 threads at once give what they give one after the other, to the last bit.
@Suite(.serialized) struct ConcurrentSolvesTests {
  private static let threads = 16
  private static let repetitions = 100

  /// Everything that a session of its own says, for a problem that depends on the number.
  private static func answer(_ number: Int) throws -> [Double] {
    let data = Example(samples: 24, features: 3, seed: UInt64(number))
    let set = try Dataset(x: MatrixView(data.x), y: data.y)
    var settings = SolverSettings()
    (settings.threads, settings.iterations) = (1 + number % 2, 60)
    settings.kind = number.isMultiple(of: 3) ? .fista : .admm
    let session = try TrainingSession(
      ReLU(patterns: .sampled(count: 20, seed: 5), outputBias: true), data: set, loss: SquaredLoss(),
      settings: settings)
    return try [0.3, 0.1].flatMap { ratio in
      let solution = try session.train(beta: .ratio(ratio)).solution
      return solution.point.blocks + solution.dualPoint
        + [solution.objective, solution.dual, Double(solution.iterations)]
    }
  }

  @Test func concurrentSolvesEqualSerialOnes() async throws {
    let serial = try (0..<Self.threads).map(Self.answer)
    let board = Board(waiting: Self.threads)
    for number in 0..<Self.threads {
      let thread = Thread {
        for _ in 0..<Self.repetitions where (try? Self.answer(number)) != serial[number] { board.differ() }
        board.finish()
      }
      thread.start()
    }
    while !board.isFinished { try await Task.sleep(for: .milliseconds(5)) }
    #expect(board.differences == 0)
  }
}

private final class Board: @unchecked Sendable {
  private let lock = NSLock()
  private var waiting: Int
  private var different = 0

  init(waiting: Int) { self.waiting = waiting }

  func differ() { lock.withLock { different += 1 } }
  func finish() { lock.withLock { waiting -= 1 } }
  var isFinished: Bool { lock.withLock { waiting == 0 } }
  var differences: Int { lock.withLock { different } }
}
