import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the program does with signals.
enum Signals {
  /// Set by the first SIGINT or SIGTERM.
  static let cancellation = Cancellation()

  /// A closed pipe and a file beyond the limit of sizes become errors of `write`.
  static func turnIntoErrors() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// The first SIGINT or SIGTERM ends the work with what there is so far, the second ends the program.
  static func cancelOnInterrupt() {
    // A handler must not be the first to touch a lazy value.
    _ = cancellation
    // Whoever started the program may have left them blocked.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Signals.cancellation.isCancelled { _exit(128 + number) }
        Signals.cancellation.cancel()
        // What the handler interrupts may be about to read errno, which isatty and write set.
        let interrupted = errno
        defer { errno = interrupted }
        if isatty(2) == 1 {
          let note: StaticString = "\nStopping with what there is so far; once more to stop at once.\n"
          _ = write(2, note.utf8Start, note.utf8CodeUnitCount)
        }
      }
    }
  }
}
