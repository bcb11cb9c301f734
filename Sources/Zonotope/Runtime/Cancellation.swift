import Synchronization

/// A flag that asks a running solve to stop: it returns its best model so far within a tenth of a second or one step of
/// its solver, whichever is longer.
///
/// Safe to set from any thread and from a signal handler.
public final class Cancellation: Sendable {
  /// The bits of the time of the first call of ``cancel()``; 0 before.
  private let bits = Atomic<UInt64>(0)

  public init() {}

  public func cancel() {
    _ = bits.compareExchange(expected: 0, desired: monotonicSeconds().bitPattern, ordering: .relaxed)
  }

  public var isCancelled: Bool { bits.load(ordering: .relaxed) != 0 }

  /// When it was set, on the clock of ``monotonicSeconds()``.
  var time: Double? {
    let bits = bits.load(ordering: .relaxed)
    return bits == 0 ? nil : Double(bitPattern: bits)
  }
}
