#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A kernel beside a yardstick: other work of about its size, done on the same machine in the same second. The ratio of
/// their times says more than seconds, which differ between machines and from hour to hour.
public struct Comparison {
  /// What the kernel does once, in the unit of its family: floating-point operations, bytes, cells.
  public let work: Double
  let kernel: () -> Void
  let yardstick: () -> Void

  init(work: Double, kernel: @escaping () -> Void, yardstick: @escaping () -> Void) {
    (self.work, self.kernel, self.yardstick) = (work, kernel, yardstick)
  }

  public struct Times: Sendable {
    /// Seconds of one call, the least of all rounds: other programs only ever add, by what they take of the caches.
    public let kernel: Double, yardstick: Double
    /// Of the kernel to its yardstick.
    public var ratio: Double { kernel / yardstick }
  }

  /// Kernel and yardstick in turn, for about as many seconds and at least five times. Each round repeats what is short
  /// until it takes a quarter of a millisecond.
  public func times(for duration: Double = 0.5) -> Times {
    let repeats = [kernel, yardstick].map { body in
      max(1, Int(0.00025 / max(Self.seconds(of: body, repeats: 1), 1e-8)))
    }
    var best = Times(kernel: .infinity, yardstick: .infinity), rounds = 0
    let end = Self.now() + duration
    while rounds < 5 || Self.now() < end {
      let mine = Self.seconds(of: kernel, repeats: repeats[0])
      let other = Self.seconds(of: yardstick, repeats: repeats[1])
      best = Times(kernel: min(best.kernel, mine), yardstick: min(best.yardstick, other))
      rounds += 1
    }
    return best
  }

  private static func seconds(of body: () -> Void, repeats: Int) -> Double {
    let start = now()
    for _ in 0..<repeats { body() }
    return (now() - start) / Double(repeats)
  }

  /// Processor time of this thread, which is all that works here: what runs beside it does not count.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// A comparison by name, whose operands exist only while it is measured.
public struct NamedComparison: Sendable {
  /// `family-kernel-precision-size`, fit for the name of a file.
  public let name: String
  /// What the kernel is measured against.
  public let yardstick: String
  public let make: @Sendable () throws -> Comparison

  init(_ name: String, against yardstick: String, make: @escaping @Sendable () throws -> Comparison) {
    (self.name, self.yardstick, self.make) = (name, yardstick, make)
  }
}

/// Memory that lives as long as the closures that use it.
final class Room<Element> {
  let start: UnsafeMutablePointer<Element>

  init(_ count: Int, _ value: (Int) -> Element) {
    start = .allocate(capacity: max(count, 1))
    for j in 0..<count { (start + j).initialize(to: value(j)) }
  }

  convenience init(_ count: Int, of value: Element) { self.init(count) { _ in value } }

  deinit { start.deallocate() }
}
