/// A trained network of two layers with everything that is known about it.
public typealias TrainingResult = TrainingOutcome<TwoLayerNetwork>

/// A trained network with everything that is known about it.
public struct TrainingOutcome<Network: Sendable>: Sendable {
  public var network: Network
  public var certificate: Certificate
  public var solution: Solution
  /// The objective of the network, from its weights alone.
  public var networkObjective: Double
  public var beta: Double
  public var betaMax: Double
  public var patternCount: Int
  /// Patterns with a block that is not zero.
  public var activePatterns: Int
  public var patternSource: PatternSet.Source
  /// What column generation did, where it was asked for.
  public var growth: Growth?

  /// Whether the run was cancelled, or its time over, before a step was taken: the network has no neurons then, unless a
  /// start was given.
  public var wasStoppedInSetUp: Bool {
    solution.iterations == 0 && (solution.status == .cancelled || solution.status == .timeLimit)
  }
}
