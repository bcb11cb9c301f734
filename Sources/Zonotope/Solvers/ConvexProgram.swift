/// minimise  loss(A z + b 1; y) + beta * penalty(z)  over blocks z and, where asked for, an unpenalised bias b.
///
/// Every architecture becomes this sentence; solvers and certificates know nothing else.
public struct ConvexProgram<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss>: Sendable {
  public let map: Map
  public let penalty: Penalty
  public let loss: Objective
  /// One number a sample and output.
  public let targets: [Double]
  public let beta: Double
  /// Adds a free constant to every fit.
  public let hasBias: Bool

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when the shapes disagree, a target does not suit the loss,
  ///   or `beta` is negative or not finite.
  public init(
    map: Map, penalty: Penalty, loss: Objective, targets: [Double], beta: Double, hasBias: Bool = false
  ) throws(ZonotopeError) {
    guard beta >= 0, beta.isFinite else {
      throw .invalid(place: "beta", reason: "\(beta) is not a finite number of at least 0")
    }
    guard targets.count == map.samples else {
      throw .invalid(place: "y", reason: "\(targets.count) targets for \(map.samples) samples")
    }
    guard penalty.count == map.blocks, penalty.blockSize == map.blockSize else {
      throw .invalid(
        place: "penalty",
        reason:
          "\(penalty.count) blocks of \(penalty.blockSize), the map has \(map.blocks) of \(map.blockSize)")
    }
    try targets.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try loss.check(y) }
    self.map = map
    self.penalty = penalty
    self.loss = loss
    self.targets = targets
    self.beta = beta
    self.hasBias = hasBias
  }

  /// The same program with another weight of the penalty.
  public func with(beta: Double) throws(ZonotopeError) -> Self {
    try Self(
      map: map, penalty: penalty, loss: loss, targets: targets, beta: beta, hasBias: hasBias)
  }

  /// Numbers in block space.
  var size: Int { map.blocks * map.blockSize }

  /// Doubles that every solve takes: the workspaces of the solver and of the evaluator, the best answer and its copy,
  /// and the faces of Newton's method.
  func sharedMemory(threads: Int) -> Int where Objective: SmoothLoss {
    2 * penalty.workspaceSize(threads: threads) + map.workspaceSize(threads: threads) + 5 * size
      + 12 * map.samples + FaceNewton<Map, Penalty, Objective>.memory(self)
  }
}

/// A point of block space and the bias, as solvers hand them on.
public struct BlockPoint: Sendable {
  /// Blocks one after the other.
  public var blocks: [Double]
  public var bias: Double

  public init(blocks: [Double], bias: Double = 0) {
    self.blocks = blocks
    self.bias = bias
  }
}
