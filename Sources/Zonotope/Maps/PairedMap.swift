/// A (v, w) = B (v - w): every block of a map twice, once with either sign.
///
/// Exact ReLU networks need the pair because their blocks lie in cones. Block i + `base.blocks` is the negative
/// twin of block i.
public struct PairedMap<Base: LinearMap>: LinearMap {
  public let base: Base
  public var samples: Int { base.samples }
  public var outputs: Int { base.outputs }
  public var blocks: Int { 2 * base.blocks }
  public var blockSize: Int { base.blockSize }
  private var half: Int { base.blocks * base.blockSize }

  public init(_ base: Base) { self.base = base }

  public struct Workspace {
    fileprivate let base: Base.Workspace
    fileprivate let difference: Vector
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(base: base.makeWorkspace(threads: threads), difference: Vector(half))
  }

  public func workspaceSize(threads: Int) -> Int { half + base.workspaceSize(threads: threads) }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let difference = workspace.difference
    subtractTwins(z, into: difference)
    base.forward(difference.values, into: f, workspace.base, workers)
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    base.adjoint(r, into: MutableValues(rebasing: g[..<half]), workspace.base, workers)
    addTwins(to: g, half)
  }

  public func columns(_ block: Int, _ directions: Values, into f: MutableValues) {
    base.columns(block % base.blocks, directions, into: f)
    if block >= base.blocks { scale(f, by: -1) }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    base.column(block % base.blocks, direction, into: f)
    if block >= base.blocks { scale(f, by: -1) }
  }
}

extension PairedMap: FactoredMap where Base: GramMap {}

extension PairedMap: GramMap where Base: GramMap {
  public func gram(into k: MutableValues, _ workers: Workers) throws(ZonotopeError) {
    try base.gram(into: k, workers)
    for i in 0..<k.count { k[i] *= 2 }
  }

  public var hasGramRows: Bool { base.hasGramRows }

  public func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int) {
    base.gramRows(rows, into: k, stride: stride)
    for i in 0..<rows.count { for j in 0...rows.lowerBound + i { k[i * stride + j] *= 2 } }
  }
}

extension PairedMap {
  public func makeSingleProducts(threads: Int) throws(ZonotopeError) -> (any SingleProducts)? {
    guard let products = try base.makeSingleProducts(threads: threads) else { return nil }
    return try PairedSingleProducts(base: products, difference: Vector(half))
  }

  public func singleProductsSize(threads: Int) -> Int {
    let size = base.singleProductsSize(threads: threads)
    return size == 0 ? 0 : half + size
  }
}

private struct PairedSingleProducts: SingleProducts {
  let base: any SingleProducts
  let difference: Vector

  func forward(_ z: Values, into f: MutableValues, _ workers: Workers) {
    subtractTwins(z, into: difference)
    base.forward(difference.values, into: f, workers)
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers) {
    let half = difference.count
    base.adjoint(r, into: MutableValues(rebasing: g[..<half]), workers)
    addTwins(to: g, half)
  }
}

/// v - w
private func subtractTwins(_ z: Values, into difference: Vector) {
  let half = difference.count
  for j in 0..<half { difference[j] = z[j] - z[half + j] }
}

/// The products with the twins from those with the blocks.
private func addTwins(to g: MutableValues, _ half: Int) {
  for j in 0..<half { g[half + j] = -g[j] }
}
