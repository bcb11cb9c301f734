/// A (v, w) = B (v - w): every block of a map twice, once with either sign.
///
/// Exact ReLU networks need the pair because their blocks lie in cones. Block i + `base.blocks` is the negative
/// twin of block i.
public struct PairedMap<Base: LinearMap>: LinearMap {
  public let base: Base
  public var samples: Int { base.samples }
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
    for j in 0..<half { difference[j] = z[j] - z[half + j] }
    base.forward(difference.values, into: f, workspace.base, workers)
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    base.adjoint(r, into: MutableValues(rebasing: g[..<half]), workspace.base, workers)
    for j in 0..<half { g[half + j] = -g[j] }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    base.column(block % base.blocks, direction, into: f)
    if block >= base.blocks { scale(f, by: -1) }
  }
}

extension PairedMap: GramMap where Base: GramMap {
  public func gram(into k: MutableValues, _ workers: Workers) {
    base.gram(into: k, workers)
    for i in 0..<k.count { k[i] *= 2 }
  }
}
