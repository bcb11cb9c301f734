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

  fileprivate init(_ arrangement: Arrangement) { stream = CellStream(arrangement) }

  /// - Precondition: the system has memory for the workspace of the enumeration, some lines of doubles a hyperplane.
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
  private let channel = CellChannel()
  private var thread: pthread_t?

  init(_ arrangement: Arrangement) {
    let work = Work(arrangement, channel)
    var handle = pthread_t()
    let argument = Unmanaged.passRetained(work)
    let status = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        work.run()
        return nil
      }, argument.toOpaque())
    if status == 0 {
      thread = handle
    } else {
      argument.release()
      preconditionFailure("the system refuses to start a thread")
    }
  }

  func take() -> CellLines? { channel.take() }

  deinit {
    channel.close()
    if let thread { pthread_join(thread, nil) }
  }

  private final class Work {
    private let arrangement: Arrangement
    private let channel: CellChannel

    init(_ arrangement: Arrangement, _ channel: CellChannel) {
      (self.arrangement, self.channel) = (arrangement, channel)
    }

    func run() {
      do throws(ZonotopeError) {
        _ = try arrangement.forEachBatch { batch in channel.put(CellLines(batch)) }
        channel.finish()
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }
}

/// Room for one batch between two threads.
private final class CellChannel: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  // Everything below is read and written under the lock.
  private var lines: CellLines?
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

  /// Waits for room. False when nobody takes any more.
  func put(_ lines: CellLines) -> Bool {
    locked {
      while self.lines != nil && !isClosed { pthread_cond_wait(changed, lock) }
      if !isClosed { self.lines = lines }
      return !isClosed
    }
  }

  /// Waits for a batch. Nil when there are none left.
  func take() -> CellLines? {
    locked {
      while lines == nil && !isFinished { pthread_cond_wait(changed, lock) }
      defer { lines = nil }
      return lines
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
