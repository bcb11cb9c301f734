import Foundation
import Testing

@testable import Zonotope

@Suite(.serialized) struct WorkersTests {
  @Test(arguments: [1, 2, 5]) func everyIndexIsTakenOnceAndSlotsAreExclusive(threads: Int) {
    let workers = Workers(threads: threads)
    #expect(workers.threads == threads)
    for count in [0, 1, 2, 7, 1000] {
      let taken = Guarded([Int](repeating: 0, count: count))
      let inside = Guarded(Set<Int>())
      workers.run(count) { index, slot in
        #expect(slot >= 0 && slot < threads)
        #expect(inside.withLock { $0.insert(slot).inserted })
        taken.withLock { $0[index] += 1 }
        inside.withLock { _ = $0.remove(slot) }
      }
      #expect(taken.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test func nestedCallsDoTheirWorkWhereTheyAre() {
    let workers = Workers(threads: 3), total = Guarded(0)
    workers.run(10) { _, _ in
      workers.run(10) { _, slot in
        #expect(slot == 0)
        total.withLock { $0 += 1 }
      }
    }
    #expect(total.withLock { $0 } == 100)
  }

  #if os(Linux)
    /// A team that is let go of leaves no thread behind, however soon.
    @Test func threadsEndWithTheirTeam() throws {
      func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
      }
      let before = try threads()
      for round in 0..<100 {
        let workers = Workers(threads: 4)
        if round.isMultiple(of: 2) { workers.run(8) { _, _ in } }
      }
      // Tests that run beside this one have threads of their own: a leak would show as hundreds.
      #expect(try threads() < before + 100)
    }
  #endif
}

/// A value under a lock that the Thread sanitizer sees; it takes the futex of `Mutex` for a race.
private final class Guarded<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&value) } }
}
