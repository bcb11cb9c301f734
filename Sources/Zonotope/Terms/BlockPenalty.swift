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

  func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace

  /// Doubles, or words of their size, that the workspace takes.
  func workspaceSize(threads: Int) -> Int

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

  /// Whether the dual norm is the largest Euclidean norm of a block of A'z, which a map may know without A'z.
  var hasEuclideanDualNorm: Bool { get }

  /// Whether the penalty is the Euclidean norm on faces of cones, where Newton's method can go on.
  var hasFaces: Bool { get }

  /// An orthonormal basis of the smallest face of the block's cone that holds `v`, which is not zero: vectors of
  /// `blockSize` numbers one after the other. Near `v` the penalty is the norm on the span of the face.
  func face(of block: Int, at v: Values) -> [Double]

  /// Every face has as many dimensions or more: what that is worth is known before one is computed.
  var smallestFace: Int { get }

  /// The largest step up to 1 from `v`, inside the cone of the block, along a direction in the span of its face that
  /// stays inside.
  func largestStep(of block: Int, from v: Values, along direction: Values) -> Double
}

/// A penalty that treats all blocks alike, so that it is the same over some of them.
public protocol UniformPenalty: BlockPenalty {
  func restricted(toBlocks count: Int) -> Self
}

extension BlockPenalty {
  public var hasEuclideanDualNorm: Bool { false }
  public var hasFaces: Bool { true }

  public var smallestFace: Int { blockSize }

  /// Without cones the face is the whole space.
  public func face(of block: Int, at v: Values) -> [Double] {
    (0..<blockSize * blockSize).map { $0 / blockSize == $0 % blockSize ? 1 : 0 }
  }

  public func largestStep(of block: Int, from v: Values, along direction: Values) -> Double { 1 }
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
