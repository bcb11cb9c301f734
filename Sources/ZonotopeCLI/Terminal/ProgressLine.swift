import Synchronization
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One line on standard error that is written over and over, where that is a terminal.
final class ProgressLine: Sendable {
  private let isShown: Bool
  private let lastTime = Mutex(0.0)

  init(quiet: Bool) { isShown = !quiet && isatty(STDERR_FILENO) == 1 }

  /// Shows a text, at most ten times a second.
  func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    let isDue = lastTime.withLock { last in
      guard now - last >= 0.1 else { return false }
      last = now
      return true
    }
    // To the start of the line, the text, and the rest of the line erased.
    if isDue { _ = writeAll(Array("\r\(text())\u{1B}[K".utf8), STDERR_FILENO) }
  }

  /// Leaves an empty line for what comes next.
  func clear() {
    guard isShown, lastTime.withLock({ $0 }) > 0 else { return }
    _ = writeAll(Array("\r\u{1B}[K".utf8), STDERR_FILENO)
  }

  /// What a plan reports.
  func training(_ name: String) -> @Sendable (TrainingProgress) -> Void {
    { [self] progress in
      let ratio = progress.betaRatio.map { " (\(short($0)) betaMax)" } ?? ""
      let stage =
        switch progress.stage {
        case .search(let index, let count): "beta \(index + 1) of \(count)\(ratio)"
        case .fit: "fit\(ratio)"
        }
      show("\(name)  \(stage)  \(Self.text(progress.solver))")
    }
  }

  /// What a path reports.
  func path(_ name: String) -> @Sendable (PathProgress) -> Void {
    { [self] progress in
      let fold = progress.fold.map { "fold \($0 + 1) of \(progress.folds)  " } ?? ""
      let beta = "beta \(progress.index + 1) of \(progress.count) (\(short(progress.betaRatio, 3)) betaMax)"
      show("\(name)  \(fold)\(beta)  \(Self.text(progress.solver))")
    }
  }

  /// What a solver reports.
  static func text(_ progress: Progress) -> String {
    "iteration \(progress.iteration)  gap \(short(progress.relativeGap, 2))"
      + "  \(progress.activeBlocks) active  \(short(progress.seconds, 2)) s"
  }
}
