import Foundation
import Testing

@testable import Zonotope

/// Tasks that are cancelled, and many solves at once.
@Suite(.serialized) struct AsyncTrainingTests {
  private static let network = ReLU(patterns: .sampled(count: 150, seed: 2))

  private static func data() throws -> Dataset {
    let example = Example(samples: 120, features: 6, seed: 4)
    return try Dataset(x: MatrixView(example.x), y: example.y)
  }

  private static func settings(_ tolerance: Double) -> SolverSettings {
    var settings = SolverSettings()
    settings.tolerance = tolerance
    settings.threads = 2
    return settings
  }

  /// Of tasks; `ReactionTests` has the bound for each of many more.
  @Test func cancelledAtRandomTimes() async throws {
    let count = ProcessInfo.processInfo.environment["ZONOTOPE_CANCELLATIONS"].flatMap { Int($0) } ?? 200
    let data = try Self.data(), settings = Self.settings(1e-15)
    var random = SplitMix(state: 12), delays: [Double] = [], cancelled = 0
    for _ in 0..<count {
      let task = Task {
        try await Self.network.train(on: data, loss: SquaredLoss(), beta: .ratio(0.001), settings: settings)
      }
      try await Task.sleep(for: .microseconds(Int.random(in: 0..<40_000, using: &random)))
      let start = monotonicSeconds()
      task.cancel()
      let result = try await task.value
      delays.append(monotonicSeconds() - start)
      if result.solution.status == .cancelled { cancelled += 1 }
      #expect(result.solution.objective.isFinite && result.solution.gap >= 0)
    }
    delays.sort()
    #expect(cancelled > count / 2)
    // On the clock on the wall, which goes on while the machine does other things.
    #expect(delays[count * 9 / 10] < 0.1, "\(delays.suffix(5))")
  }

  @Test func cancelledBeforeItBeginsATaskTakesNoStep() async throws {
    let data = try Self.data(), settings = Self.settings(1e-15)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await Self.network.train(
        on: data, loss: SquaredLoss(), beta: .ratio(0.001), settings: settings)
    }
    task.cancel()
    let solution = try await task.value.solution
    #expect(solution.status == .cancelled && solution.iterations == 0)
  }

  @Test func misuseIsThrown() async throws {
    let data = try Self.data()
    await #expect(throws: ZonotopeError.self) {
      _ = try await Self.network.train(on: data, loss: SquaredLoss(), beta: .absolute(-1))
    }
  }

  @Test func concurrentSolvesEqualSerialOnes() async throws {
    let data = try Self.data(), settings = Self.settings(1e-6)
    @Sendable func solve(_ ratio: Double) async throws -> [Double] {
      let answer = try await Self.network.train(
        on: data, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
      return answer.solution.point.blocks + [answer.solution.objective, answer.solution.dual]
    }
    let ratios = (1...16).map { 0.05 * Double($0) }
    var serial: [[Double]] = []
    for ratio in ratios { serial.append(try await solve(ratio)) }
    let concurrent = try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
      for (k, ratio) in ratios.enumerated() { group.addTask { (k, try await solve(ratio)) } }
      var answers = [[Double]](repeating: [], count: ratios.count)
      for try await (k, answer) in group { answers[k] = answer }
      return answers
    }
    #expect(concurrent == serial)
  }
}
