import CZonotope

extension Arrangement {
  /// Every open cell as a pattern, each once, in an order that depends on `x` only: first the cells on the
  /// positive side of one hyperplane, then their opposites in the same order. Rows that are zero have bit 1.
  ///
  /// - Parameters:
  ///   - memory: the budget in bytes. It is compared, before any work, with what ``coverBound`` many cells
  ///     take.
  ///   - witnesses: whether the set gets a direction in the interior of each cell as its gate, (cells,
  ///     features). A row of NaN stands for a cell so thin that no such direction was found among the
  ///     doubles.
  ///   - cancelled: asked once a hyperplane for rank 3. When it answers true, the set holds the cells found
  ///     so far and their opposites, and its source is `.grown`, not `.enumerated`.
  /// - Throws: ``ZonotopeError/memoryBudget(purpose:needed:budget:)``, ``ZonotopeError/outOfMemory(bytes:)``.
  /// - Complexity: O(h^2 log h) for h hyperplanes of rank 3, O(h) below, and the bits written.
  public func cells(
    memory: Int, witnesses: Bool = false, cancelled: (() -> Bool)? = nil
  ) throws(ZonotopeError) -> PatternSet {
    let needed = memoryNeeded(witnesses: witnesses)
    guard needed <= memory else {
      throw .memoryBudget(
        purpose: "enumerating up to \(coverBound) patterns", needed: needed, budget: memory)
    }
    var found = 0
    let half = try HalfCells(of: self, witnesses: witnesses)
    let status = watching(cancelled) { progress, context in
      zt_half_cells_f64(
        hyperplanes, rank, normals.pointer, halfBound, half.bits.pointer, half.witnesses?.pointer, progress,
        context, &found, half.workspace.pointer)
    }
    precondition(status != ZT_CELLS_FULL, "an arrangement has more cells than the bound of Cover")

    if cancelled?() == true { found = min(found, 1) }
    let count = hyperplanes == 0 ? 1 : 2 * found
    let words = zt_words(samples)
    let bits = try Buffer<UInt64>(product(count, words, place: "patterns"))
    zt_expand_cells(
      samples, hyperplanes, found, half.bits.pointer, rows.pointer, starts.pointer, flipped.pointer,
      bits.pointer, words)
    return try PatternSet(
      distinct: bits, count: count, samples: samples,
      gates: try half.witnesses.map { (directions) throws(ZonotopeError) in
        try gates(directions, found: found, count: count)
      },
      source: status == ZT_CELLS_COMPLETE ? .enumerated : .grown)
  }

  /// Puts directions in the chosen columns into all columns, and appends their opposites.
  private func gates(_ directions: Vector, found: Int, count: Int) throws(ZonotopeError) -> MatrixView {
    let gates = try Vector(product(count, features, place: "patterns.gates"))
    for cell in 0..<min(found, count) {
      let target = gates.pointer + cell * features
      for (j, column) in columns.enumerated() { target[column] = directions[cell * rank + j] }
      if directions.count > 0, directions[cell * rank].isNaN {
        target.update(repeating: .nan, count: features)
      }
    }
    if count == 2 * found {
      for entry in 0..<found * features { gates[found * features + entry] = -gates[entry] }
    }
    return MatrixView(gates, rows: count, columns: features)
  }

  /// Bytes for as many cells as the bound allows: the half in bits of hyperplanes, its hash table, the result
  /// in both orders, directions, and a little for the sweeps.
  func memoryNeeded(witnesses: Bool) -> Int {
    let half = halfBound
    let perCell = 8 * (zt_words(hyperplanes) + 2 * zt_words(samples))
    let slots = rank < 3 ? 0 : 32
    let directions = witnesses ? 8 * (rank + 2 * features) : 0
    let cells = saturatingProduct(half, perCell + slots + directions)
    let transposed = saturatingProduct(saturatingProduct(samples, 8), zt_words(coverBound))
    let sweep = 4096 + saturatingProduct(hyperplanes, 128)
    let (sum, overflow) = cells.addingReportingOverflow(transposed)
    return overflow || sum > Int.max - sweep ? Int.max : sum + sweep
  }
}

/// What the enumeration writes: room for half of the cells.
private struct HalfCells {
  let bits: Buffer<UInt64>
  let witnesses: Vector?
  let workspace: Vector

  init(of arrangement: Arrangement, witnesses wanted: Bool) throws(ZonotopeError) {
    let (h, rank, room) = (arrangement.hyperplanes, arrangement.rank, arrangement.halfBound)
    bits = try Buffer(product(room, zt_words(h), place: "patterns"))
    witnesses = wanted ? try Vector(product(room, rank, place: "patterns.gates")) : nil
    workspace = try Vector(bytes: zt_half_cells_f64_workspace(h, rank, room))
  }
}
