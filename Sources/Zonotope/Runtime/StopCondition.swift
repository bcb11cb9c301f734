/// When work has to end: at a cancellation or at a point in time, whichever comes first.
///
/// Once met it stays met. So whoever asks after a computation and hears that it is not overdue knows that nothing in
/// between was abandoned.
struct StopCondition: Sendable {
  /// Seconds that work in flight gets to its own end: steps of ordinary problems are over by then, and their results
  /// count. What takes longer is abandoned, and the answer is the best of what is complete.
  static let grace = 0.03

  let cancellation: Cancellation?
  /// On the clock of ``monotonicSeconds()``.
  let deadline: Double?

  init(_ settings: SolverSettings, started: Double) {
    self.init(cancellation: settings.cancellation, deadline: settings.seconds.map { started + $0 })
  }

  init(cancellation: Cancellation?, deadline: Double?) {
    (self.cancellation, self.deadline) = (cancellation, deadline)
  }

  /// What a solve that begins now may spend; nil for no limit.
  var secondsLeft: Double? { deadline.map { max(0, $0 - monotonicSeconds()) } }

  /// How a solve that may not go on has ended; nil while it may.
  var status: Status? {
    if cancellation?.isCancelled == true { return .cancelled }
    guard let deadline, monotonicSeconds() >= deadline else { return nil }
    return .timeLimit
  }

  /// Whether work in flight is to be abandoned.
  var isOverdue: Bool {
    let cancelled = cancellation?.time
    if cancelled == nil && deadline == nil { return false }
    return monotonicSeconds() >= min(cancelled ?? .infinity, deadline ?? .infinity) + Self.grace
  }
}
