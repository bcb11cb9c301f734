import Foundation
import Testing

@testable import Zonotope

/// A run that is cancelled, or whose time is over, ends within a tenth of a second or one step of its solver, whichever
/// is longer: also while patterns are drawn, betaMax is computed, matrices are factored and bounds are proved.
///
/// Reactions are measured on the clock of the solving thread, which stands still while the machine does other things:
/// the bound is on what the library does after the signal, and holds for each cancellation. On the wall it holds for nine
/// of ten at least.
@Suite(.serialized) struct ReactionTests {
  private static let data = Example(samples: 300, features: 8, seed: 4)

  /// Set-up takes about as long as several steps.
  private static func solve(_ settings: SolverSettings, _ kind: Scenario.Kind) throws -> Solution {
    let set = try Dataset(x: MatrixView(data.x), y: data.y)
    // Gated networks have a neuron for nearly every pattern after the first step, and their objective is computed anew.
    let patterns = PatternSelection.sampled(count: kind == .gated ? 250 : 800, seed: 2)
    return switch kind {
    case .gated:
      try GatedReLU(patterns: patterns, outputBias: true).train(
        on: set, loss: SquaredLoss(), beta: .ratio(0.001), settings: settings
      ).solution
    case .exact:
      try ReLU(patterns: patterns, outputBias: true).train(
        on: set, loss: SquaredLoss(), beta: .ratio(0.001), settings: settings
      ).solution
    }
  }

  private static func settings(threads: Int, _ cancellation: Cancellation? = nil) -> SolverSettings {
    var settings = SolverSettings()
    (settings.tolerance, settings.threads, settings.cancellation) = (1e-15, threads, cancellation)
    return settings
  }

  /// The bound, and how long set-up takes.
  ///
  /// A tenth of a second is ample here; under a sanitizer the parts that are not cut are slower, and the bound is what
  /// they take in an undisturbed run: the grace, the longest step with its check, and the way from its blocks to the
  /// network, whose objective is computed anew.
  private static func measure(_ kind: Scenario.Kind) throws -> (bound: Double, setUp: Double) {
    let times = Times(), start = monotonicSeconds()
    var settings = settings(threads: 1)
    var finish = 0.0
    settings.progress = { times.note($0.iteration, threadSeconds()) }
    // Nearly all blocks are active after the first steps, fewer later.
    for iterations in [1, 2, 4, 8, 24] {
      settings.iterations = iterations
      _ = try solve(settings, kind)
      finish = max(finish, threadSeconds() - times.lastReport)
    }
    return (max(0.1, StopCondition.grace + times.longestStep + finish), times.firstStep - start)
  }

  /// As many times as ZONOTOPE_CANCELLATIONS says, one thread and two in turns.
  @Test func everyCancellationIsWithinTheBound() async throws {
    let count = ProcessInfo.processInfo.environment["ZONOTOPE_CANCELLATIONS"].flatMap { Int($0) } ?? 200
    var random = SplitMix(state: 12), inSetUp = 0, cancelled = 0
    for kind in Scenario.Kind.allCases {
      let (bound, setUp) = try Self.measure(kind)
      var walls: [Double] = []
      for k in 0..<count / 2 {
        let cancellation = Cancellation()
        let settings = Self.settings(threads: 1 + k % 2, cancellation)
        // As many in the first hundredth as in the last tenths: there is a stage at every scale.
        let delay = 1.5 * setUp * pow(10, -3 * Double.random(in: 0...1, using: &random))
        let run = Run { try Self.solve(settings, kind) }
        try await Task.sleep(for: .seconds(delay))
        let before = run.threadSeconds(), start = monotonicSeconds()
        cancellation.cancel()
        let (solution, after) = try await run.result()
        walls.append(monotonicSeconds() - start)
        #expect(after - before <= bound, "\(kind), cancelled after \(delay) s of \(setUp) s")
        #expect(solution.objective.isFinite && solution.gap >= 0)
        if solution.status == .cancelled { cancelled += 1 }
        if solution.iterations == 0 { inSetUp += 1 }
      }
      walls.sort()
      #expect(walls[walls.count * 9 / 10] <= bound, "\(walls.suffix(5))")
    }
    #expect(inSetUp > 0 && inSetUp < count)
    // A few are over before, with no gap at all.
    #expect(cancelled > count / 2)
  }

  /// Many more patterns than can be set up in the time.
  @Test(arguments: Scenario.Kind.allCases) func theTimeLimitHoldsInSetUp(kind: Scenario.Kind) throws {
    let set = try Dataset(x: MatrixView(Self.data.x), y: Self.data.y)
    var settings = Self.settings(threads: 1)
    settings.seconds = 0.02
    let selection = PatternSelection.sampled(count: 200_000, seed: 2)
    let start = threadSeconds()
    let result =
      switch kind {
      case .gated:
        try GatedReLU(patterns: selection).train(
          on: set, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
      case .exact:
        try ReLU(patterns: selection).train(
          on: set, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
      }
    #expect(threadSeconds() - start <= 0.02 + 0.1)
    #expect(result.solution.status == .timeLimit && result.solution.iterations == 0)
    #expect(result.network.neurons.isEmpty)
    // Honest about what it is over: few patterns, and nothing proved.
    #expect(result.patternCount < 200 && result.certificate.scope == .givenPatterns)
    #expect(result.beta == 0.01 * result.betaMax && result.betaMax > 0)
    let nothing = 0.5 * Self.data.y.reduce(0) { $0 + $1 * $1 }
    #expect(abs(result.networkObjective - nothing) <= 1e-12 * nothing)
    #expect(result.solution.dual <= result.solution.objective)
  }

  @Test func theTimeLimitHoldsInAnEnumeration() throws {
    let data = Example(samples: 1500, features: 3, seed: 9)
    let set = try Dataset(x: MatrixView(data.x), y: data.y)
    func run(_ settings: SolverSettings) throws -> (result: TrainingResult, seconds: Double) {
      let start = threadSeconds()
      let result = try ReLU(patterns: .all).train(
        on: set, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
      return (result, threadSeconds() - start)
    }
    // What is not cut, for the sake of sanitizers: rows are analysed, and a run that is stopped has its least work.
    let cancellation = Cancellation(), start = threadSeconds()
    _ = try Arrangement(of: set.x)
    let analysis = threadSeconds() - start
    cancellation.cancel()
    let least = try run(Self.settings(threads: 1, cancellation)).seconds
    var settings = Self.settings(threads: 1)
    settings.seconds = 0.05
    let (result, seconds) = try run(settings)
    #expect(seconds <= 0.05 + max(0.1, StopCondition.grace + analysis + least))
    #expect(result.solution.status == .timeLimit && result.network.neurons.isEmpty)
    #expect(result.patternSource != .enumerated && result.certificate.scope == .givenPatterns)
  }

  /// Whoever listens to the progress is heard in set-up too, and can stop it there.
  @Test func theProgressReportsSetUp() throws {
    let times = Times(), cancellation = Cancellation()
    var settings = Self.settings(threads: 2, cancellation)
    settings.progress = {
      times.note($0.iteration, 0)
      cancellation.cancel()
    }
    let set = try Dataset(x: MatrixView(Self.data.x), y: Self.data.y)
    let result = try ReLU(patterns: .sampled(count: 200_000, seed: 2)).train(
      on: set, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
    #expect(result.solution.status == .cancelled && result.solution.iterations == 0)
    #expect(times.firstReport > 0)
  }

  /// A solve that is abandoned in its steps returns the best point of those before, inside all cones.
  @Test func theBestOfTheStepsSoFarIsReturned() throws {
    let undisturbed = try Self.solve(Self.settings(threads: 2), iterations: 12)
    let cancellation = Cancellation()
    var settings = Self.settings(threads: 2, cancellation)
    settings.progress = { if $0.iteration >= 12 { cancellation.cancel() } }
    let solution = try Self.solve(settings, .exact)
    #expect(solution.status == .cancelled)
    #expect(solution.objective <= undisturbed.objective * (1 + 1e-12))
  }

  private static func solve(_ settings: SolverSettings, iterations: Int) throws -> Solution {
    var settings = settings
    settings.iterations = iterations
    return try solve(settings, .exact)
  }
}

/// Seconds of work of the calling thread.
private func threadSeconds() -> Double { seconds(of: CLOCK_THREAD_CPUTIME_ID) }

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// A solve on a thread of its own, whose clock others can read.
private final class Run: @unchecked Sendable {
  private let lock = NSCondition()
  private var clock: clockid_t?
  private var answer: Result<(Solution, Double), any Error>?

  init(_ body: @escaping @Sendable () throws -> Solution) {
    let thread = Thread { [self] in
      var clock = clockid_t()
      pthread_getcpuclockid(pthread_self(), &clock)
      lock.withLock {
        self.clock = clock
        lock.broadcast()
      }
      let answer = Result { (try body(), seconds(of: clock)) }
      lock.withLock {
        self.answer = answer
        // The clock ends with its thread, which waits for whoever may read it.
        while self.clock != nil { lock.wait() }
      }
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  func threadSeconds() -> Double {
    lock.withLock {
      while clock == nil { lock.wait() }
      return seconds(of: clock!)
    }
  }

  func result() async throws -> (Solution, Double) {
    while lock.withLock({ answer == nil }) { try await Task.sleep(for: .microseconds(200)) }
    return try lock.withLock {
      clock = nil
      lock.broadcast()
      return try answer!.get()
    }
  }
}

/// When a run reported which step.
private final class Times: @unchecked Sendable {
  private var last: (iteration: Int, seconds: Double)?
  private(set) var longestStep = 0.0
  private(set) var firstReport = 0.0
  /// Reports of set-up come before.
  private(set) var firstStep = 0.0
  /// On the clock of the thread.
  private(set) var lastReport = 0.0

  func note(_ iteration: Int, _ seconds: Double) {
    if let last, iteration > last.iteration {
      longestStep = max(longestStep, (seconds - last.seconds) / Double(iteration - last.iteration))
    }
    if last?.iteration != iteration { last = (iteration, seconds) }
    lastReport = seconds
    if firstStep == 0, iteration > 0 { firstStep = monotonicSeconds() }
    if firstReport == 0 { firstReport = monotonicSeconds() }
  }
}
