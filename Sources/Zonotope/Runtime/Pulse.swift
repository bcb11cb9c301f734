#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reports of a solve: whenever something new is known, and what is known once more while long work goes on, so that
/// whoever listens can stop it there too.
///
/// Belongs to the thread that makes it; beats of other threads are passed over.
final class Pulse: @unchecked Sendable {
  /// Seconds between two reports of the same.
  private static let interval = 0.05

  private let progress: @Sendable (Progress) -> Void
  private let started: Double
  private let thread = pthread_self()
  private var last: Progress
  private var time: Double

  /// Nil where nobody listens.
  ///
  /// - Parameter objective: that of the answer without a network.
  init?(_ settings: SolverSettings, started: Double, objective: Double) {
    guard let progress = settings.progress else { return nil }
    self.progress = progress
    self.started = started
    last = Progress(
      solver: settings.kind, iteration: 0, objective: objective, lowerBound: 0,
      relativeGap: relativeGap(objective, 0), activeBlocks: 0, seconds: 0)
    time = started
  }

  /// Something new.
  func report(_ progress: Progress) {
    last = progress
    send()
  }

  /// To be called now and then.
  func beat() {
    guard pthread_equal(thread, pthread_self()) != 0, monotonicSeconds() - time >= Self.interval else {
      return
    }
    send()
  }

  private func send() {
    time = monotonicSeconds()
    last.seconds = time - started
    progress(last)
  }
}
