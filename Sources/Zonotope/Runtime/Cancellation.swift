import Synchronization

/// A flag that asks a running solve to stop; it stops within one iteration and returns its best model so far.
///
/// Safe to set from any thread and from a signal handler.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .relaxed) }
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
