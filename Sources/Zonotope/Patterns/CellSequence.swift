import CZonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One open cell of an arrangement: an activation pattern of its rows.
public struct Cell: Sendable {
  public let samples: Int
  private let lines: CellLines
  private let start: Int

  fileprivate init(_ lines: CellLines, _ index: Int) {
    (samples, self.lines, start) = (lines.samples, lines, index * lines.words)
  }

  /// Whether x . w >= 0 for row `sample` and the directions w in the cell.
  public subscript(sample: Int) -> Bool {
    precondition(sample >= 0 && sample < samples, "index out of range")
    return lines.bits[start + sample / 64] >> UInt64(sample % 64) & 1 == 1
  }

  /// One character a sample in the order of the data: `1101...`.
  public var text: String {
    String(
      decoding: (0..<samples).map { self[$0] ? UInt8(ascii: "1") : UInt8(ascii: "0") }, as: UTF8.self)
  }
}

/// The bits of a batch, which its cells share.
private final class CellLines: Sendable {
  let bits: [UInt64]
  let samples: Int
  let words: Int
  let count: Int

  init(_ batch: CellBatch) {
    (samples, words, count) = (batch.samples, batch.stride, batch.count)
    bits = Array(UnsafeBufferPointer(start: batch.bits, count: batch.count * batch.stride))
  }
}

extension Arrangement: Sequence {
  /// The cells in the order of ``forEachBatch(settings:batch:_:)``, found by a thread of the iterator's own, two batches
  /// ahead at most. It ends with the loop, also with one that is left early.
  public func makeIterator() -> CellIterator { CellIterator(self) }
}

/// Cells one after the other; see ``Arrangement/makeIterator()``.
public struct CellIterator: IteratorProtocol {
  private let stream: CellStream
  private var lines: CellLines?
  private var position = 0

  /// - Parameter startsThread: false is for tests: what happens where the system refuses a thread.
  init(_ arrangement: Arrangement, startsThread: Bool = true) {
    stream = CellStream(arrangement, startsThread: startsThread)
  }

  /// - Precondition: the system still has the memory that it had for the initialiser of the arrangement; a batch of cells
  ///   is a list of the standard library, which ends the process as well where there is none left.
  public mutating func next() -> Cell? {
    if lines.map({ position == $0.count }) ?? true {
      lines = stream.take()
      position = 0
    }
    guard let lines else { return nil }
    defer { position += 1 }
    return Cell(lines, position)
  }
}

/// The consumer's end: leaving it stops the thread.
private final class CellStream {
  private let channel: CellChannel
  private let work: CellWork
  private var thread: pthread_t?
  /// Without a thread: the task whose cells come next.
  private var task = 0

  init(_ arrangement: Arrangement, startsThread: Bool) {
    channel = CellChannel()
    work = CellWork(arrangement, channel)
    guard startsThread else { return }
    var handle = pthread_t()
    let argument = Unmanaged.passRetained(work)
    let status = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let work = Unmanaged<CellWork>.fromOpaque(argument).takeRetainedValue()
        work.run(tasks: nil)
        return nil
      }, argument.toOpaque())
    if status == 0 {
      thread = handle
    } else {
      argument.release()
    }
  }

  func take() -> CellLines? {
    // The cells of one task at a time, on this thread and as a list.
    while thread == nil && channel.isEmpty && task < work.tasks {
      work.run(tasks: task..<task + 1)
      task += 1
    }
    return thread == nil && channel.isEmpty ? nil : channel.take()
  }

  deinit {
    channel.close()
    if let thread { pthread_join(thread, nil) }
  }
}

/// The producer's end.
private final class CellWork {
  let tasks: Int
  private let arrangement: Arrangement
  private let channel: CellChannel

  init(_ arrangement: Arrangement, _ channel: CellChannel) {
    (self.arrangement, self.channel) = (arrangement, channel)
    tasks = zt_cells_tasks([arrangement.plan(batch: Arrangement.defaultBatch, witnesses: false)])
  }

  /// All tasks into the channel as there is room, or some, however many cells they have.
  func run(tasks: Range<Int>?) {
    do throws(ZonotopeError) {
      _ = try arrangement.forEachBatch(
        settings: EnumerationSettings(), batch: Arrangement.defaultBatch, tasks: tasks
      ) { batch in
        channel.put(CellLines(batch), waits: tasks == nil)
      }
      if tasks == nil { channel.finish() }
    } catch {
      preconditionFailure("\(error), which the arrangement had when it was made")
    }
  }
}

/// Batches between two threads, with room for one where the producer waits.
private final class CellChannel: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  // Everything below is read and written under the lock.
  private var batches: [CellLines] = []
  /// Batches before this one have been taken.
  private var next = 0
  private var isFinished = false
  private var isClosed = false

  init() {
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  var isEmpty: Bool { locked { next == batches.count } }

  /// Waits for room, if asked to. False when nobody takes any more.
  func put(_ lines: CellLines, waits: Bool) -> Bool {
    locked {
      while waits && next < batches.count && !isClosed { pthread_cond_wait(changed, lock) }
      if !isClosed { batches.append(lines) }
      return !isClosed
    }
  }

  /// Waits for a batch. Nil when there are none left.
  func take() -> CellLines? {
    locked {
      while next == batches.count && !isFinished { pthread_cond_wait(changed, lock) }
      guard next < batches.count else { return nil }
      defer {
        next += 1
        if next == batches.count {
          batches.removeAll()
          next = 0
        }
      }
      return batches[next]
    }
  }

  func finish() { locked { isFinished = true } }
  func close() { locked { isClosed = true } }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(lock)
    }
    return body()
  }
}
