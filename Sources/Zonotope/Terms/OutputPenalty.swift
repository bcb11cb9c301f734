/// The penalty of gated networks, as their outputs are coupled.
public enum OutputPenalty: UniformPenalty {
  case groups(GroupLasso)
  case nuclear(NuclearNorm)

  public enum Workspace {
    case groups(GroupLasso.Workspace)
    case nuclear(NuclearNorm.Workspace)
  }

  private var base: any BlockPenalty {
    switch self {
    case .groups(let penalty): penalty
    case .nuclear(let penalty): penalty
    }
  }

  public var count: Int { base.count }
  public var blockSize: Int { base.blockSize }
  public var thresholdRatio: Double { base.thresholdRatio }
  public var hasEuclideanDualNorm: Bool { base.hasEuclideanDualNorm }
  public var hasFaces: Bool { base.hasFaces }
  public var smallestFace: Int { base.smallestFace }
  public func workspaceSize(threads: Int) -> Int { base.workspaceSize(threads: threads) }
  public func value(_ v: Values) -> Double { base.value(v) }

  public func restricted(toBlocks count: Int) -> OutputPenalty {
    switch self {
    case .groups(let penalty): .groups(penalty.restricted(toBlocks: count))
    case .nuclear(let penalty): .nuclear(penalty.restricted(toBlocks: count))
    }
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    switch self {
    case .groups(let penalty): .groups(try penalty.makeWorkspace(threads: threads))
    case .nuclear(let penalty): .nuclear(try penalty.makeWorkspace(threads: threads))
    }
  }

  public func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary {
    switch (self, workspace) {
    case (.groups(let penalty), .groups(let workspace)):
      penalty.prox(t, threshold: threshold, into: v, workspace, workers)
    case (.nuclear(let penalty), .nuclear(let workspace)):
      penalty.prox(t, threshold: threshold, into: v, workspace, workers)
    default: preconditionFailure("the workspace of another penalty")
    }
  }

  public func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double {
    switch (self, workspace) {
    case (.groups(let penalty), .groups(let workspace)):
      penalty.dualNorm(g, floor: floor, workspace, workers)
    case (.nuclear(let penalty), .nuclear(let workspace)):
      penalty.dualNorm(g, floor: floor, workspace, workers)
    default: preconditionFailure("the workspace of another penalty")
    }
  }
}
