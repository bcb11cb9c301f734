@testable import Zonotope

/// Turns a number into NaN once it is armed: the next time, or from then on. For one thread.
final class Fault: @unchecked Sendable {
  private let stays: Bool
  private var isArmed = false
  /// Times it struck.
  private(set) var count = 0

  init(stays: Bool) { self.stays = stays }

  func arm() { isArmed = true }

  func strike(_ values: MutableValues) {
    guard isArmed, stays || count == 0, values.count > 0 else { return }
    count += 1
    values[values.count / 2] = .nan
  }
}

/// The squared loss, not known to be quadratic, whose proximal steps, gradients and curvatures can fail.
struct FaultyLoss: SmoothLoss, ProximableLoss {
  private let base = SquaredLoss()
  var fault: Fault?
  var curvatureFault: Fault?

  var name: String { base.name }
  var scale: Double { base.scale }
  var curvatureBound: Double { base.curvatureBound }
  var isTranslationInvariant: Bool { true }

  init(fault: Fault?, curvatureFault: Fault? = nil) {
    self.fault = fault
    self.curvatureFault = curvatureFault
  }

  func check(_ y: Values) throws(ZonotopeError) { try base.check(y) }
  func value(_ f: Values, _ y: Values) -> Double { base.value(f, y) }
  func dualValue(_ z: Values, _ y: Values) -> Double { base.dualValue(z, y) }
  func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double { base.dualScaling(z, y, limit: limit) }
  func balance(_ z: MutableValues, _ y: Values) { base.balance(z, y) }
  func optimalBias(_ f: Values, _ y: Values) -> Double { base.optimalBias(f, y) }
  func meanCurvature(_ f: Values, _ y: Values) -> Double { base.meanCurvature(f, y) }
  func divergence(_ f: Values, from g: Values, _ y: Values) -> Double { base.divergence(f, from: g, y) }

  func curvature(_ f: Values, _ y: Values, into h: MutableValues) {
    base.curvature(f, y, into: h)
    curvatureFault?.strike(h)
  }

  func gradient(_ f: Values, _ y: Values, into z: MutableValues) {
    base.gradient(f, y, into: z)
    fault?.strike(z)
  }

  func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues) {
    base.prox(t, y, step: step, into: f)
    fault?.strike(f)
  }
}

/// A map whose products can fail.
struct FaultyMap: GramMap {
  let base: MaskedMap
  var fault: Fault?

  var samples: Int { base.samples }
  var blocks: Int { base.blocks }
  var blockSize: Int { base.blockSize }

  func makeWorkspace(threads: Int) throws(ZonotopeError) -> MaskedMap.Workspace {
    try base.makeWorkspace(threads: threads)
  }
  func workspaceSize(threads: Int) -> Int { base.workspaceSize(threads: threads) }
  func gram(into k: MutableValues, _ workers: Workers) { base.gram(into: k, workers) }
  func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    base.column(block, direction, into: f)
  }

  func forward(_ z: Values, into f: MutableValues, _ workspace: MaskedMap.Workspace, _ workers: Workers) {
    base.forward(z, into: f, workspace, workers)
    fault?.strike(f)
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workspace: MaskedMap.Workspace, _ workers: Workers) {
    base.adjoint(r, into: g, workspace, workers)
    fault?.strike(g)
  }
}

/// The group Lasso, whose proximal steps can fail.
struct FaultyPenalty: BlockPenalty {
  let base: GroupLasso
  var fault: Fault?

  var count: Int { base.count }
  var blockSize: Int { base.blockSize }
  var thresholdRatio: Double { base.thresholdRatio }

  func makeWorkspace(threads: Int) throws(ZonotopeError) -> GroupLasso.Workspace {
    try base.makeWorkspace(threads: threads)
  }
  func workspaceSize(threads: Int) -> Int { base.workspaceSize(threads: threads) }
  func value(_ v: Values) -> Double { base.value(v) }

  func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: GroupLasso.Workspace,
    _ workers: Workers
  ) -> ShrinkSummary {
    let summary = base.prox(t, threshold: threshold, into: v, workspace, workers)
    fault?.strike(v)
    return summary
  }

  func dualNorm(
    _ g: Values, floor: Double, _ workspace: GroupLasso.Workspace, _ workers: Workers
  ) -> Double { base.dualNorm(g, floor: floor, workspace, workers) }
}
