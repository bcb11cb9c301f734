/// What work on the cells of an arrangement may spend, and where it reports.
public struct EnumerationSettings: Sendable {
  /// Threads at most; 0 for one per processor. Results do not depend on it.
  public var threads = 0
  /// Bytes at most; nil for half of the machine's memory.
  public var memory: Int?
  /// Cells at most; nil for as many as there are.
  public var cells: Int?
  public var cancellation: Cancellation?
  /// Called now and then, on any of the threads but never on two at a time.
  public var progress: (@Sendable (EnumerationProgress) -> Void)?

  public init() {}

  var memoryBudget: Int { memory ?? physicalMemory() / 2 }

  /// Threads that are there already, in place of ``threads``. They may leave out work when they are stopped.
  var workers: Workers?
  /// A second way to ask for the end, from any thread.
  var question: (@Sendable () -> Bool)?

  var isCancelled: Bool {
    cancellation?.isCancelled ?? false || question?() ?? false || workers?.isStopped ?? false
  }

  func team() -> Workers { workers ?? Workers(threads: threads) }

  func check() throws(ZonotopeError) {
    guard threads >= 0, threads <= 4096 else {
      throw .invalid(place: "threads", reason: "\(threads) is not between 0 and 4096")
    }
    if let memory, memory <= 0 {
      throw .invalid(place: "memory", reason: "\(memory) bytes are not above 0")
    }
    if let cells, cells <= 0 { throw .invalid(place: "cells", reason: "\(cells) cells are not above 0") }
  }
}

/// How far it has come.
public struct EnumerationProgress: Sendable, Equatable {
  /// Cells found, counted, or patterns drawn so far.
  public let cells: Int
  /// The part of the work that is done, about, from 0 to 1.
  public let fraction: Double
}

/// How it ended. None of these is an error.
public enum EnumerationStatus: String, Sendable, Codable {
  /// Every cell is in the result.
  case complete
  case cancelled
  /// The budget of cells is used up.
  case budget
}
