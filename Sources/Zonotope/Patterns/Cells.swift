import CZonotope

extension Arrangement {
  /// Every open cell as a pattern, each once, in an order that depends on `x` only; opposite cells come one after the
  /// other. Rows that are zero have bit 1.
  ///
  /// Before any work, memory for ``coverBound`` many cells is compared with the budget; where it does not suffice, the
  /// cells are counted first (``CellCount``), until there are too many.
  ///
  /// - Parameters:
  ///   - settings: where `settings.cells` are used up, or cancelled, the set holds the cells found so far, and its source
  ///     is `.grown`, not `.enumerated`.
  ///   - witnesses: whether the set gets a direction in the interior of each cell as its gate, (cells, features). A row
  ///     of NaN stands for a cell so thin that no such direction was found among the doubles.
  /// - Throws: ``ZonotopeError/memoryBudget(purpose:needed:budget:)``, ``ZonotopeError/outOfMemory(bytes:)``.
  public func cells(
    settings: EnumerationSettings = EnumerationSettings(), witnesses: Bool = false
  ) throws(ZonotopeError) -> PatternSet {
    try settings.check()
    var capacity = coverBound
    if let cells = settings.cells { capacity = Swift.min(capacity, cells) }
    let memory = CellMemory(self, witnesses: witnesses)
    if capacity > 1 << 16 || memory.needed(capacity) > settings.memoryBudget {
      var counting = settings
      counting.cells = Swift.min(capacity, memory.affordable(settings.memoryBudget))
      counting.progress = nil
      let count = try count(settings: counting)
      switch count.status {
      case .complete: capacity = Swift.min(capacity, count.cells)
      case .cancelled: capacity = 0
      case .budget:
        guard count.cells >= capacity else {
          throw .memoryBudget(
            purpose: "enumerating at least \(count.cells) patterns", needed: memory.needed(count.cells),
            budget: settings.memoryBudget)
        }
      }
    }
    guard memory.needed(capacity) <= settings.memoryBudget else {
      throw .memoryBudget(
        purpose: "enumerating up to \(capacity) patterns", needed: memory.needed(capacity),
        budget: settings.memoryBudget)
    }
    let collection = try CellCollection(of: self, capacity: capacity, witnesses: witnesses, settings)
    return try collection.run()
  }

  /// The same with a budget in bytes, and a question whether to stop that any of the threads may ask.
  ///
  /// - Parameter workers: threads to use, in place of one a processor. Once they are stopped, the set holds two cells at
  ///   most, and its source is `.grown`.
  public func cells(
    memory: Int, witnesses: Bool = false, cancelled: (@Sendable () -> Bool)? = nil, _ workers: Workers? = nil
  ) throws(ZonotopeError) -> PatternSet {
    var settings = EnumerationSettings()
    settings.memory = memory
    settings.question = cancelled
    settings.workers = workers
    return try cells(settings: settings, witnesses: witnesses)
  }
}

/// What a set of cells takes.
struct CellMemory {
  private let perCell: Int
  private let samples: Int

  init(_ arrangement: Arrangement, witnesses: Bool) {
    samples = arrangement.samples
    // Twice the bits while they are put in order; the bits of samples take the place of the first copy.
    let bits = 2 * zt_words(samples) + 1
    let directions = witnesses ? 2 * arrangement.features : 0
    perCell = 8 * (bits + directions)
  }

  func needed(_ cells: Int) -> Int {
    let transposed = saturatingProduct(samples, 8)
    return saturatingSum(saturatingProduct(cells, perCell), saturatingSum(transposed, 1 << 12))
  }

  func affordable(_ budget: Int) -> Int {
    max(1, (budget - min(budget, needed(0))) / perCell)
  }
}
