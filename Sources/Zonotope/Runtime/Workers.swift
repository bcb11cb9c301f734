import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed team of threads that shares one solve.
///
/// The caller is one of them, so `Workers(threads: 1)` starts none. Work is cut into ranges whose borders do not
/// depend on the number of threads, and every range is computed the same way whoever takes it: results are the
/// same for any number of threads. Calls must not be nested.
public final class Workers: @unchecked Sendable {
  /// Threads that take part, the caller included.
  public let threads: Int

  private var lock = pthread_mutex_t()
  private var wake = pthread_cond_t()
  private var done = pthread_cond_t()
  private var handles: [pthread_t] = []
  private var job: ((Int) -> Void)?
  private var jobs = 0
  private var generation = 0
  private var busy = 0
  private var ending = false
  private let next = Atomic<Int>(0)

  /// The number of processors that are online.
  public static var available: Int {
    max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// - Parameter threads: how many threads work together; 0 means one per available processor. Threads the system
  ///   refuses to start are done without.
  public init(threads: Int = 0) {
    let wanted = threads > 0 ? threads : Workers.available
    var started: [pthread_t] = []
    pthread_mutex_init(&lock, nil)
    pthread_cond_init(&wake, nil)
    pthread_cond_init(&done, nil)
    self.threads = wanted
    for _ in 1..<max(1, wanted) {
      var handle = pthread_t()
      let team = Unmanaged.passUnretained(self).toOpaque()
      let status = pthread_create(
        &handle, nil,
        { argument in
          Unmanaged<Workers>.fromOpaque(argument!).takeUnretainedValue().serve()
          return nil
        }, team)
      guard status == 0 else { break }
      started.append(handle)
    }
    handles = started
  }

  deinit {
    pthread_mutex_lock(&lock)
    ending = true
    pthread_cond_broadcast(&wake)
    pthread_mutex_unlock(&lock)
    for handle in handles { pthread_join(handle, nil) }
    pthread_cond_destroy(&done)
    pthread_cond_destroy(&wake)
    pthread_mutex_destroy(&lock)
  }

  /// Calls `body` once for every index below `count`, in any order, on any of the threads.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, !handles.isEmpty else {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      pthread_mutex_lock(&lock)
      job = body
      jobs = count
      next.store(0, ordering: .relaxed)
      busy = handles.count
      generation += 1
      pthread_cond_broadcast(&wake)
      pthread_mutex_unlock(&lock)
      take(body, count)
      pthread_mutex_lock(&lock)
      while busy > 0 { pthread_cond_wait(&done, &lock) }
      job = nil
      pthread_mutex_unlock(&lock)
    }
  }

  /// Cuts `0..<count` into ranges of `grain` (the last may be shorter) and calls `body` once for each.
  public func ranges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let grain = max(1, grain)
    run((count + grain - 1) / grain) { body($0 * grain..<min(count, ($0 + 1) * grain)) }
  }

  private func take(_ body: (Int) -> Void, _ count: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }

  private func serve() {
    var seen = 0
    pthread_mutex_lock(&lock)
    while true {
      while generation == seen && !ending { pthread_cond_wait(&wake, &lock) }
      if ending { break }
      seen = generation
      let (body, count) = (job, jobs)
      pthread_mutex_unlock(&lock)
      if let body { take(body, count) }
      pthread_mutex_lock(&lock)
      busy -= 1
      if busy == 0 { pthread_cond_signal(&done) }
    }
    pthread_mutex_unlock(&lock)
  }
}
