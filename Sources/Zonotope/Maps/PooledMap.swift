/// A z = sum over the patches of a sample of a masked map on patches: the features of networks whose neurons see one patch
/// after the other and add up what they make of them.
///
/// The rows of `base` are patches, those of a sample next to each other. With one patch a sample it is `base` itself. Where
/// the patches are many the features of a sample, one row for all its patches, are stored if there is room.
public struct PooledMap: GramMap, PatternMap {
  public let base: MaskedMap
  /// Patches of a sample.
  public let patches: Int
  /// The features sum_p D_ip X_p of all patterns i, in place of products on bits.
  private var stored: DenseMap?
  public var samples: Int { base.samples / patches }
  public var outputs: Int { base.outputs }
  public var blocks: Int { base.blocks }
  public var blockSize: Int { base.blockSize }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where the rows are not `patches` for every sample.
  public init(_ base: MaskedMap, patches: Int) throws(ZonotopeError) {
    guard patches > 0, base.samples % patches == 0 else {
      throw .invalid(place: "patches", reason: "\(base.samples) patches are not \(patches) for every sample")
    }
    self.base = base
    self.patches = patches
  }

  /// The same with the features stored where that makes products faster and takes a small part of `memory` bytes.
  ///
  /// A product on bits takes some tenths of the time of a dense one for each patch, and so much longer for a sample of many.
  init(
    _ base: MaskedMap, patches: Int, memory: Int, _ workers: Workers, from least: Int = 16
  ) throws(ZonotopeError) {
    try self.init(base, patches: patches)
    let (width, count) = (base.x.columns, base.patterns.count)
    let columns = try product(count, width, place: "patterns")
    let bytes = saturatingProduct(8, saturatingProduct(samples, columns))
    guard patches > 1, patches >= least, bytes <= memory / 8, !workers.isStopped else { return }
    let features = try Vector(product(samples, columns, place: "patterns"))
    fill(features, 0..<count, workers)
    // What is not complete is of no use.
    if workers.isStopped { return }
    stored = try DenseMap(
      x: MatrixView(features, rows: samples, columns: columns), groupSize: width, outputs: outputs,
      joinsOutputs: base.joinsOutputs)
  }

  /// Numbers in the sample space of the patches, where that is another than that of the samples.
  private var stackedSize: Int { patches == 1 ? 0 : base.fitSize }

  public struct Workspace {
    fileprivate enum Products {
      case bits(MaskedMap.Workspace, stacked: Vector)
      case stored(DenseMap, DenseMap.Workspace)
    }
    fileprivate let products: Products
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    if let stored {
      return Workspace(products: .stored(stored, try stored.makeWorkspace(threads: threads)))
    }
    return Workspace(
      products: .bits(try base.makeWorkspace(threads: threads), stacked: try Vector(stackedSize)))
  }

  public func workspaceSize(threads: Int) -> Int {
    if let stored { return stored.workspaceSize(threads: threads) }
    let panel = patches == 1 ? 0 : samples * panelPatterns * base.x.columns
    return base.workspaceSize(threads: threads) + stackedSize + panel
  }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    switch workspace.products {
    case .stored(let map, let workspace): map.forward(z, into: f, workspace, workers)
    case .bits(let workspace, _) where patches == 1: base.forward(z, into: f, workspace, workers)
    case .bits(let workspace, let stacked):
      base.forward(z, into: stacked.mutable, workspace, workers)
      pool(stacked, patches, outputs, into: f)
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    switch workspace.products {
    case .stored(let map, let workspace): map.adjoint(r, into: g, workspace, workers)
    case .bits(let workspace, _) where patches == 1: base.adjoint(r, into: g, workspace, workers)
    case .bits(let workspace, let stacked):
      spread(r, patches, outputs, into: stacked)
      base.adjoint(stacked.values, into: g, workspace, workers)
    }
  }

  public func largestBlockNorm(
    _ r: Values, scratch: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> Double {
    switch workspace.products {
    case .stored(let map, let workspace):
      return map.largestBlockNorm(r, scratch: scratch, workspace, workers)
    case .bits(let workspace, _) where patches == 1:
      return base.largestBlockNorm(r, scratch: scratch, workspace, workers)
    case .bits(let workspace, let stacked):
      spread(r, patches, outputs, into: stacked)
      return base.largestBlockNorm(stacked.values, scratch: scratch, workspace, workers)
    }
  }

  public var units: Int { base.units }

  /// Sums over the patches of a sample lengthen by the square root of their number at most.
  public func largestGain() -> Double { Double(patches).squareRoot() * base.largestGain() }

  public func restricted(to units: [Int]) throws(ZonotopeError) -> PooledMap {
    var part = try PooledMap(base.restricted(to: units), patches: patches)
    part.stored = try stored.map { (map) throws(ZonotopeError) in try map.restricted(to: units) }
    return part
  }

  public func unitNorms(
    _ r: Values, into norms: MutableValues, scratch: MutableValues, _ workspace: Workspace,
    _ workers: Workers
  ) {
    switch workspace.products {
    case .stored(let map, let workspace):
      map.unitNorms(r, into: norms, scratch: scratch, workspace, workers)
    case .bits(let workspace, _) where patches == 1:
      base.unitNorms(r, into: norms, scratch: scratch, workspace, workers)
    case .bits(let workspace, let stacked):
      spread(r, patches, outputs, into: stacked)
      base.unitNorms(stacked.values, into: norms, scratch: scratch, workspace, workers)
    }
  }

  public func columns(_ block: Int, _ directions: Values, into f: MutableValues) {
    if stored == nil, patches == 1 { return base.columns(block, directions, into: f) }
    for i in 0..<directions.count / max(1, blockSize) {
      column(
        block, Values(rebasing: directions[i * blockSize..<(i + 1) * blockSize]),
        into: MutableValues(rebasing: f[i * fitSize..<(i + 1) * fitSize]))
    }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    if let stored { return stored.column(block, direction, into: f) }
    base.column(block, direction, summing: patches, into: f)
  }

  // MARK: The Gram matrix

  public var hasGramRows: Bool { stored == nil && patches == 1 && base.hasGramRows }

  public func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int) {
    base.gramRows(rows, into: k, stride: stride)
  }

  /// sum_i A_i A_i' with the features A_i = sum_p D_ip X_p of each pattern, some patterns at a time.
  ///
  /// That of the patches is cheaper to come by where they are few, but (patches)^2 times as large.
  public func gram(into k: MutableValues, _ workers: Workers) throws(ZonotopeError) {
    if let stored { return stored.gram(into: k, workers) }
    if patches == 1 { return base.gram(into: k, workers) }
    let width = base.x.columns, count = base.patterns.count
    let panel = try Vector(product(samples, panelPatterns * width, place: "samples"))
    for start in stride(from: 0, to: count, by: panelPatterns) where !workers.isStopped {
      let part = start..<min(count, start + panelPatterns), columns = part.count * width
      fill(panel, part, workers)
      gramOfRows(
        MatrixView(panel, rows: samples, columns: columns), adding: start > 0, into: k, workers)
    }
  }

  /// Patterns whose features are held at a time: enough columns for a matrix product to be at its speed.
  private var panelPatterns: Int { min(base.patterns.count, max(1, 256 / base.x.columns)) }

  /// The features of some patterns, (samples, patterns, columns).
  private func fill(_ panel: Vector, _ part: Range<Int>, _ workers: Workers) {
    let columns = part.count * base.x.columns
    workers.ranges(samples, grain: max(1, 1_000_000 / (patches * columns))) { range, _ in
      for sample in range { features(of: sample, part, into: panel.pointer + sample * columns) }
    }
  }

  /// A row of A_i for each of some patterns.
  private func features(of sample: Int, _ part: Range<Int>, into row: UnsafeMutablePointer<Double>) {
    let width = base.x.columns, words = base.patterns.sampleWords
    let (on, off) = (base.activation.on, base.activation.off)
    row.update(repeating: 0, count: part.count * width)
    for patch in sample * patches..<(sample + 1) * patches {
      let bits = base.patterns.sampleBits.pointer + patch * words, x = base.x.row(patch)
      for (place, i) in part.enumerated() {
        let slope = bits[i / 64] >> UInt64(i % 64) & 1 == 1 ? on : off
        if slope == 0 { continue }
        let target = row + place * width
        for j in 0..<width { target[j] += slope * x[j] }
      }
    }
  }
}

extension PooledMap {
  public func makeSingleProducts(threads: Int) throws(ZonotopeError) -> (any SingleProducts)? {
    if let stored { return try stored.makeSingleProducts(threads: threads) }
    guard let products = try base.makeSingleProducts(threads: threads), patches > 1 else {
      return try base.makeSingleProducts(threads: threads)
    }
    return try PooledSingleProducts(
      base: products, patches: patches, outputs: outputs, stacked: Vector(stackedSize))
  }

  public func singleProductsSize(threads: Int) -> Int {
    if let stored { return stored.singleProductsSize(threads: threads) }
    return base.singleProductsSize(threads: threads) + stackedSize
  }
}

private struct PooledSingleProducts: SingleProducts {
  let base: any SingleProducts
  let patches: Int
  let outputs: Int
  let stacked: Vector

  func forward(_ z: Values, into f: MutableValues, _ workers: Workers) {
    base.forward(z, into: stacked.mutable, workers)
    pool(stacked, patches, outputs, into: f)
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers) {
    spread(r, patches, outputs, into: stacked)
    base.adjoint(stacked.values, into: g, workers)
  }
}

/// The sums over the patches of every sample.
private func pool(_ stacked: Vector, _ patches: Int, _ outputs: Int, into f: MutableValues) {
  for sample in 0..<stacked.count / (patches * outputs) {
    let start = stacked.pointer + sample * patches * outputs
    for o in 0..<outputs {
      var total = 0.0
      for patch in 0..<patches { total += start[patch * outputs + o] }
      f[sample * outputs + o] = total
    }
  }
}

/// The numbers of a sample for every patch of it.
private func spread(_ r: Values, _ patches: Int, _ outputs: Int, into stacked: Vector) {
  for patch in 0..<stacked.count / outputs {
    for o in 0..<outputs { stacked[patch * outputs + o] = r[patch / patches * outputs + o] }
  }
}
