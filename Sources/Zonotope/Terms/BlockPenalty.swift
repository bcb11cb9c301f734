/// A sum over blocks of a norm, perhaps with a cone that each block must lie in.
///
/// Blocks are `count` runs of `blockSize` numbers, one after the other.
public protocol BlockPenalty: Sendable {
  /// What a prox or a dual norm remembers from one call to the next to start warm; one per solve.
  associatedtype Workspace

  var count: Int { get }
  var blockSize: Int { get }

  /// The ADMM step rule: threshold / mean norm of the active blocks at which it converges fastest.
  var thresholdRatio: Double { get }

  func makeWorkspace() throws(ZonotopeError) -> Workspace

  /// penalty(v) for blocks inside their cones.
  func value(_ v: Values) -> Double

  /// v = argmin threshold * penalty(v) + ||v - t||^2 / 2 over the cones. Every block of `v` is inside its cone.
  func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary

  /// The largest dual norm over the blocks for the constraint that the penalty puts on a dual point z:
  /// `g` holds A'z, and the block's norm is that of the projection of -g_i onto its cone.
  ///
  /// Never below the true value. Where the true value is at most `floor`, the result may be anything up to `floor`.
  func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double
}

/// What a proximal step left.
public struct ShrinkSummary: Sendable {
  /// Blocks that are not zero.
  public var active: Int
  /// Sum of the norms of the blocks.
  public var totalNorm: Double

  public init(active: Int, totalNorm: Double) {
    self.active = active
    self.totalNorm = totalNorm
  }

  /// Mean norm of the blocks that are not zero; 0 when there are none.
  public var meanNorm: Double { active == 0 ? 0 : totalNorm / Double(active) }
}
