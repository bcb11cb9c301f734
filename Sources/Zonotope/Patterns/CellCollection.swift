import CZonotope

/// Cells collected by several threads into one block of memory, in the order in which batches come, and put into the
/// order of their tasks at the end.
final class CellCollection {
  private struct Segment {
    let task: Int
    let place: Int
    let count: Int
  }

  private let arrangement: Arrangement
  private let capacity: Int
  private let settings: EnumerationSettings
  private let bits: Buffer<UInt64>
  private let directions: Vector?
  private let segments = Guarded<(list: [Segment], used: Int)>(([], 0))

  /// - Parameter capacity: cells at most.
  init(
    of arrangement: Arrangement, capacity: Int, witnesses: Bool, _ settings: EnumerationSettings
  ) throws(ZonotopeError) {
    (self.arrangement, self.capacity, self.settings) = (arrangement, capacity, settings)
    bits = try Buffer(product(capacity, zt_words(arrangement.samples), place: "patterns"))
    directions = witnesses ? try Vector(product(capacity, arrangement.rank, place: "patterns.gates")) : nil
  }

  func run() throws(ZonotopeError) -> PatternSet {
    var plan = arrangement.plan(batch: 4096, witnesses: directions != nil)
    let tasks = zt_cells_tasks(&plan), bytes = zt_cells_f64_workspace(&plan)
    // With a budget of cells, which of them are found must not depend on threads.
    let isWhole = settings.cells == nil
    let workers = isWhole ? settings.team() : Workers(threads: 1)
    let workspaces = try (0..<workers.threads).map { (_) throws(ZonotopeError) in try Vector(bytes: bytes) }
    let meter = Meter(settings, total: Double(capacity))
    let statuses = try Buffer<UInt32>(tasks)
    statuses.pointer.update(repeating: ZT_CELLS_STOPPED.rawValue, count: tasks)
    if isWhole {
      workers.run(tasks) { task, slot in
        if meter.isStopped { return }
        statuses[task] = take(plan, task..<task + 1, budget: capacity, meter, workspaces[slot]).rawValue
      }
    } else {
      statuses.pointer.update(
        repeating: take(plan, 0..<tasks, budget: capacity, meter, workspaces[0]).rawValue, count: tasks)
    }
    let isComplete = (0..<tasks).allSatisfy { statuses[$0] == ZT_CELLS_COMPLETE.rawValue }
    return try ordered(source: isComplete ? .enumerated : .grown, workers)
  }

  private func take(
    _ plan: zt_cells_plan, _ tasks: Range<Int>, budget: Int, _ meter: Meter, _ workspace: Vector
  ) -> zt_cells_status {
    let words = zt_words(arrangement.samples), rank = arrangement.rank
    let visitor = CellVisitor(meter) { [self] batch in
      let place = segments.withLock { segments in
        let place = segments.used
        segments.used += batch.count
        segments.list.append(Segment(task: tasks.lowerBound, place: place, count: batch.count))
        return place
      }
      precondition(place + batch.count <= capacity, "an arrangement has more cells than were counted")
      for cell in 0..<batch.count {
        (bits.pointer + (place + cell) * words).update(from: batch.bits + cell * batch.stride, count: words)
      }
      if let directions, let found = batch.witnesses {
        (directions.pointer + place * rank).update(from: found, count: batch.count * rank)
      }
      meter.add(cells: batch.count, work: Double(batch.count))
      return true
    }
    return visitor.run(plan, tasks: tasks, budget: budget, workspace)
  }

  private func ordered(source: PatternSet.Source, _ workers: Workers) throws(ZonotopeError) -> PatternSet {
    let (list, found) = segments.withLock { ($0.list, $0.used) }
    // Nobody waits for what was found until stopped workers came to an end.
    let count = workers.isStopped ? min(2, found) : found
    let words = zt_words(arrangement.samples), features = arrangement.features, rank = arrangement.rank
    let lines = try Buffer<UInt64>(product(count, words, place: "patterns"))
    let gates = directions == nil ? nil : try Vector(product(count, features, place: "patterns.gates"))
    // Stable: the batches of a task come in their order.
    let order = list.indices.sorted { (list[$0].task, list[$0].place) < (list[$1].task, list[$1].place) }
    var next = 0
    for segment in order.map({ list[$0] }) where next < count {
      let taken = min(segment.count, count - next)
      (lines.pointer + next * words).update(
        from: bits.pointer + segment.place * words, count: taken * words)
      if let gates, let directions {
        for cell in 0..<taken {
          arrangement.spread(
            directions.pointer + (segment.place + cell) * rank,
            into: gates.pointer + (next + cell) * features)
        }
      }
      next += taken
    }
    return try PatternSet(
      distinct: lines, count: count, samples: arrangement.samples,
      gates: gates.map { MatrixView($0, rows: count, columns: features) }, source: source,
      workers)
  }
}
