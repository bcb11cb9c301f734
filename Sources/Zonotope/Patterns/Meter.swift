import Synchronization

/// What the threads of an enumeration have done together, reported at most ten times a second, and whether they are to
/// stop.
final class Meter: Sendable {
  private struct State {
    var cells = 0
    var work = 0.0
    var reported = 0.0
  }

  private let state = Guarded(State())
  private let stopped = Atomic<Bool>(false)
  private let settings: EnumerationSettings
  private let total: Double

  /// - Parameter total: all of the work, in any unit.
  init(_ settings: EnumerationSettings, total: Double) {
    (self.settings, self.total) = (settings, total)
  }

  var isStopped: Bool { stopped.load(ordering: .relaxed) || settings.isCancelled }

  func stop() { stopped.store(true, ordering: .relaxed) }

  var cells: Int { state.withLock { $0.cells } }

  func add(cells: Int, work: Double) {
    guard let progress = settings.progress else {
      return state.withLock { $0.cells = saturatingSum($0.cells, cells) }
    }
    // Reports are made under the lock, so they come one at a time and in order.
    state.withLock { state in
      state.cells = saturatingSum(state.cells, cells)
      state.work += work
      let now = monotonicSeconds()
      guard now - state.reported >= 0.1 else { return }
      state.reported = now
      progress(EnumerationProgress(cells: state.cells, fraction: total > 0 ? min(1, state.work / total) : 1))
    }
  }
}

/// The sum of two numbers that are not negative, or `Int.max`.
func saturatingSum(_ a: Int, _ b: Int) -> Int {
  let (value, overflow) = a.addingReportingOverflow(b)
  return overflow ? Int.max : value
}
