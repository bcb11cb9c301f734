import CZonotope

/// Some cells of an arrangement, in memory that is used again after the call that hands them out.
public struct CellBatch {
  public let count: Int
  let samples: Int
  let bits: UnsafePointer<UInt64>
  let stride: Int

  init(_ batch: zt_cells_batch, samples: Int) {
    count = batch.count
    self.samples = samples
    bits = batch.bits
    stride = batch.stride
  }

  /// The bit of a cell for a sample: whether x . w >= 0 for the directions w in the cell.
  public subscript(cell: Int, sample: Int) -> Bool {
    precondition(cell >= 0 && cell < count && sample >= 0 && sample < samples, "index out of range")
    return bits[cell * stride + sample / 64] >> UInt64(sample % 64) & 1 == 1
  }
}

/// How an enumeration ended, and the cells it handed out.
public struct EnumerationResult: Sendable, Equatable {
  public let status: EnumerationStatus
  public let cells: Int
}

extension Arrangement {
  /// Hands out every open cell, each once, in an order that depends on the rows only. Opposite cells come one after the
  /// other. Takes memory for one batch, however many cells there are.
  ///
  /// - Parameters:
  ///   - batch: cells of a batch at most.
  ///   - body: false stops.
  /// - Returns: the status is `.budget` where there are more cells than `settings.cells`, and `.cancelled` where
  ///   `body` or the cancellation stopped it.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for settings that make no sense,
  ///   ``ZonotopeError/memoryBudget(purpose:needed:budget:)``, ``ZonotopeError/outOfMemory(bytes:)``.
  public func forEachBatch(
    settings: EnumerationSettings = EnumerationSettings(), batch: Int = 4096,
    _ body: (CellBatch) -> Bool
  ) throws(ZonotopeError) -> EnumerationResult {
    try forEachBatch(settings: settings, batch: batch, tasks: nil, body)
  }

  /// The same for some of the tasks of `zt_cells_tasks`, whose cells one after the other are all.
  func forEachBatch(
    settings: EnumerationSettings, batch: Int, tasks: Range<Int>?, _ body: (CellBatch) -> Bool
  ) throws(ZonotopeError) -> EnumerationResult {
    try settings.check()
    let plan = plan(batch: Swift.max(2, batch / 2 * 2), witnesses: false)
    let bytes = zt_cells_f64_workspace([plan])
    guard bytes >= 0, bytes <= settings.memoryBudget else {
      throw .memoryBudget(
        purpose: "enumerating patterns", needed: bytes < 0 ? .max : bytes, budget: settings.memoryBudget)
    }
    let workspace = try Vector(bytes: bytes)
    let meter = Meter(settings, total: Double(coverBound))
    return withoutActuallyEscaping(body) { body in
      var handedOut = 0
      let visitor = CellVisitor(meter) { batch in
        handedOut += batch.count
        defer { meter.add(cells: batch.count, work: Double(batch.count)) }
        return body(CellBatch(batch, samples: samples))
      }
      let status = visitor.run(plan, tasks: tasks, budget: settings.cells ?? .max, workspace)
      return EnumerationResult(status: EnumerationStatus(status), cells: handedOut)
    }
  }
}

extension EnumerationStatus {
  init(_ status: zt_cells_status) {
    switch status {
    case ZT_CELLS_COMPLETE: self = .complete
    case ZT_CELLS_FULL: self = .budget
    default: self = .cancelled
    }
  }
}

/// Takes the calls that an enumeration makes from C.
final class CellVisitor {
  private let meter: Meter
  private let visit: (zt_cells_batch) -> Bool

  init(_ meter: Meter, _ visit: @escaping (zt_cells_batch) -> Bool) {
    (self.meter, self.visit) = (meter, visit)
  }

  /// Runs some tasks, all of them without a range.
  func run(
    _ plan: zt_cells_plan, tasks: Range<Int>?, budget: Int, _ workspace: Vector
  ) -> zt_cells_status {
    var plan = plan, found = 0
    let tasks = tasks ?? 0..<zt_cells_tasks(&plan)
    return zt_cells_f64(
      &plan, tasks.lowerBound, tasks.upperBound, budget,
      { context, batch in
        let visitor = Unmanaged<CellVisitor>.fromOpaque(context!).takeUnretainedValue()
        return !visitor.meter.isStopped && visitor.visit(batch!.pointee) ? 0 : 1
      },
      { context, _ in
        Unmanaged<CellVisitor>.fromOpaque(context!).takeUnretainedValue().meter.isStopped ? 1 : 0
      },
      Unmanaged.passUnretained(self).toOpaque(), &found, workspace.pointer)
  }
}
