#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed team of threads that shares one solve.
///
/// The caller is one of them, so `Workers(threads: 1)` starts none. Work is cut into ranges whose borders do not
/// depend on the number of threads, or of which every output is computed the same way whatever the range: results are
/// the same for any number of threads. While one call runs, others (nested ones, or from other threads) do their work on the
/// thread that makes them.
///
/// Workers also know when a solve has to end. Then they leave out what is left to do, so that whoever used them asks
/// ``isStopped`` before believing a result.
public final class Workers: Sendable {
  /// Threads that take part, the caller included.
  public var threads: Int { team.members.handles.count + 1 }

  private let team: SharedTeam
  private let stop: StopCondition?
  private let pulse: Pulse?

  /// The number of processors that are online.
  public static var available: Int {
    max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// - Parameter threads: how many threads work together; 0 means one per available processor. Threads the system
  ///   refuses to start are done without.
  public init(threads: Int = 0) {
    team = SharedTeam(helpers: max(1, threads > 0 ? threads : Workers.available) - 1)
    (stop, pulse) = (nil, nil)
  }

  private init(_ team: SharedTeam, _ stop: StopCondition?, _ pulse: Pulse?) {
    (self.team, self.stop, self.pulse) = (team, stop, pulse)
  }

  /// The same threads, which leave out work once the condition is overdue, and report while they work.
  func stopping(at stop: StopCondition, _ pulse: Pulse? = nil) -> Workers { Workers(team, stop, pulse) }

  /// The same threads, which do all of their work.
  var persistent: Workers { stop == nil ? self : Workers(team, nil, pulse) }

  /// Whether work is left out from now on, and may have been before. Once true it stays true.
  public var isStopped: Bool { stop?.isOverdue ?? false }

  /// Calls `body` once for every index below `count`, in any order, on any of the threads.
  ///
  /// The second argument of `body` is a slot below ``threads`` that no two calls have at the same time: an index into
  /// memory of the threads' own. Indices are left out once ``isStopped`` is true.
  public func run(_ count: Int, _ body: (_ index: Int, _ slot: Int) -> Void) {
    if stop == nil && pulse == nil { return share(count, body) }
    share(count) { index, slot in
      if isStopped { return }
      if slot == 0 { pulse?.beat() }
      body(index, slot)
    }
  }

  private func share(_ count: Int, _ body: (_ index: Int, _ slot: Int) -> Void) {
    guard count > 1, !team.members.handles.isEmpty, team.members.tryBegin() else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { team.members.work(count, $0) }
  }

  /// Cuts `0..<count` into ranges of `grain` (the last may be shorter) and calls `body` once for each, with a slot as
  /// in ``run(_:_:)``.
  public func ranges(_ count: Int, grain: Int, _ body: (_ range: Range<Int>, _ slot: Int) -> Void) {
    let grain = max(1, grain)
    run((count + grain - 1) / grain) { index, slot in
      body(index * grain..<min(count, (index + 1) * grain), slot)
    }
  }
}

/// Dismisses its team with the last of the ``Workers`` that use it.
private final class SharedTeam: Sendable {
  let members: ThreadTeam
  init(helpers: Int) { members = ThreadTeam(helpers: helpers) }
  deinit { members.dismiss() }
}

/// The helpers of ``Workers`` and what they share. They keep it alive, and end when they are dismissed.
private final class ThreadTeam: @unchecked Sendable {
  private(set) var handles: [pthread_t] = []
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let done: UnsafeMutablePointer<pthread_cond_t>
  // Everything below is read and written under the lock.
  private var body: ((Int, Int) -> Void)?
  private var count = 0
  private var next = 0
  private var generation = 0
  private var busy = 0
  private var isTaken = false
  private var isEnding = false

  init(helpers: Int) {
    lock = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    done = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
    var started: [pthread_t] = []
    for slot in 1..<helpers + 1 {
      var handle = pthread_t()
      let seat = Unmanaged.passRetained(Seat(team: self, slot: slot))
      let status = pthread_create(
        &handle, nil,
        { argument in
          guard let argument else { return nil }
          let seat = Unmanaged<Seat>.fromOpaque(argument).takeRetainedValue()
          seat.team.serve(seat.slot)
          return nil
        }, seat.toOpaque())
      guard status == 0 else {
        seat.release()
        break
      }
      started.append(handle)
    }
    handles = started
  }

  deinit {
    pthread_cond_destroy(done)
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    done.deallocate()
    wake.deallocate()
    lock.deallocate()
  }

  private final class Seat {
    let team: ThreadTeam
    let slot: Int

    init(team: ThreadTeam, slot: Int) {
      self.team = team
      self.slot = slot
    }
  }

  /// Ends the helpers and waits for them.
  func dismiss() {
    pthread_mutex_lock(lock)
    isEnding = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
    for handle in handles { pthread_join(handle, nil) }
  }

  /// Reserves the team for one call of `work`, unless it is at work.
  func tryBegin() -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard !isTaken else { return false }
    isTaken = true
    return true
  }

  func work(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
    pthread_mutex_lock(lock)
    self.body = body
    self.count = count
    next = 0
    busy = handles.count
    generation += 1
    pthread_cond_broadcast(wake)
    take(slot: 0, body)
    while busy > 0 { pthread_cond_wait(done, lock) }
    self.body = nil
    isTaken = false
    pthread_mutex_unlock(lock)
  }

  /// Called and left with the lock held; the indices are worked on without it.
  private func take(slot: Int, _ body: (Int, Int) -> Void) {
    while next < count {
      let index = next
      next += 1
      pthread_mutex_unlock(lock)
      body(index, slot)
      pthread_mutex_lock(lock)
    }
  }

  private func serve(_ slot: Int) {
    var seen = 0
    pthread_mutex_lock(lock)
    while true {
      while generation == seen && !isEnding { pthread_cond_wait(wake, lock) }
      if isEnding { break }
      seen = generation
      if let body { take(slot: slot, body) }
      busy -= 1
      if busy == 0 { pthread_cond_signal(done) }
    }
    pthread_mutex_unlock(lock)
  }
}
