/// minimise  loss(A z + S s; y) + beta * penalty(z)  over blocks z and, where asked for, unpenalised coefficients s.
///
/// Every architecture becomes this sentence; solvers and certificates know nothing else.
public struct ConvexProgram<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss>: Sendable {
  public let map: Map
  public let penalty: Penalty
  public let loss: Objective
  /// One number a sample and output.
  public let targets: [Double]
  public let beta: Double
  /// S: a constant, a linear skip connection.
  public let free: FreeBlock?

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when the shapes disagree, a target does not suit the loss,
  ///   or `beta` is negative or not finite.
  public init(
    map: Map, penalty: Penalty, loss: Objective, targets: [Double], beta: Double, free: FreeBlock? = nil
  ) throws(ZonotopeError) {
    guard beta >= 0, beta.isFinite else {
      throw .invalid(place: "beta", reason: "\(beta) is not a finite number of at least 0")
    }
    if let outputs = loss.outputs, outputs != map.outputs {
      throw .invalid(place: "loss", reason: "takes \(outputs) outputs, the map has \(map.outputs)")
    }
    guard targets.count == map.fitSize else {
      throw .invalid(
        place: "y", reason: "\(targets.count) targets for \(map.samples) samples of \(map.outputs) outputs")
    }
    guard penalty.count == map.blocks, penalty.blockSize == map.blockSize else {
      throw .invalid(
        place: "penalty",
        reason:
          "\(penalty.count) blocks of \(penalty.blockSize), the map has \(map.blocks) of \(map.blockSize)")
    }
    if let free, free.columns.rows != map.samples {
      throw .invalid(place: "skip", reason: "\(free.columns.rows) rows for \(map.samples) samples")
    }
    try targets.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try loss.check(y) }
    self.map = map
    self.penalty = penalty
    self.loss = loss
    self.targets = targets
    self.beta = beta
    self.free = free
  }

  /// The same program with another weight of the penalty.
  public func with(beta: Double) throws(ZonotopeError) -> Self {
    try Self(map: map, penalty: penalty, loss: loss, targets: targets, beta: beta, free: free)
  }

  /// The same program with its loss as what else it is.
  func with<Other: Loss>(loss: Other) throws(ZonotopeError) -> ConvexProgram<Map, Penalty, Other> {
    try ConvexProgram<Map, Penalty, Other>(
      map: map, penalty: penalty, loss: loss, targets: targets, beta: beta, free: free)
  }

  /// Numbers in block space.
  var size: Int { map.blocks * map.blockSize }

  /// Unpenalised coefficients in the basis of the free block.
  var freeSize: Int { (free?.rank ?? 0) * map.outputs }

  /// Doubles that every solve takes: the workspaces of the solver and of the evaluator, the best answer and its copy,
  /// and the faces of Newton's method.
  func sharedMemory(threads: Int) -> Int {
    2 * penalty.workspaceSize(threads: threads) + map.workspaceSize(threads: threads) + 5 * size
      + 16 * map.fitSize + 16 * freeSize + (loss is any SmoothLoss ? faceMemory : 0)
  }
}

/// A point of block space and the unpenalised coefficients, as solvers hand them on.
public struct BlockPoint: Sendable {
  /// Blocks one after the other, as the map of the program multiplies them; networks have the weights.
  public var blocks: [Double]
  /// One coefficient for each column of the free block and output, the outputs of a column next to each other.
  public var free: [Double]

  public init(blocks: [Double], free: [Double] = []) {
    self.blocks = blocks
    self.free = free
  }
}
