import CZonotope

/// sum_i ||v_i||_2: the penalty of gated networks (Pilanci and Ergen 2020; Mishkin, Sahiner and Pilanci 2022).
public struct GroupLasso: UniformPenalty {
  public let count: Int
  public let blockSize: Int
  public var thresholdRatio: Double { 1.7 }
  public var hasEuclideanDualNorm: Bool { true }

  public final class Workspace {
    fileprivate let norms: Vector
    init(count: Int) throws(ZonotopeError) { norms = try Vector(count) }
  }

  public init(count: Int, blockSize: Int) {
    self.count = count
    self.blockSize = blockSize
  }

  public func restricted(toBlocks count: Int) -> GroupLasso { GroupLasso(count: count, blockSize: blockSize) }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace { try Workspace(count: count) }

  public func workspaceSize(threads: Int) -> Int { count }

  public func value(_ v: Values) -> Double {
    var total = 0.0
    for i in 0..<count { total += norm(Values(rebasing: v[i * blockSize..<(i + 1) * blockSize])) }
    return total
  }

  public func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary {
    let active = zt_group_shrink_f64(
      count, blockSize, t.baseAddress, blockSize, threshold, v.baseAddress, blockSize,
      workspace.norms.pointer, nil)
    return ShrinkSummary(active: active, totalNorm: sum(workspace.norms.values))
  }

  public func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double {
    zt_block_norms_f64(count, blockSize, g.baseAddress, blockSize, workspace.norms.pointer)
    return workspace.norms.values.reduce(0, nanMax)
  }
}

/// The larger of two numbers; NaN if either is.
func nanMax(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
