/// What a training run proved.
public struct Certificate: Sendable, Equatable {
  /// What the lower bound is a bound over.
  public enum Scope: String, Sendable, Codable {
    /// Networks whose neurons use the patterns of the program.
    case givenPatterns = "given-patterns"
    /// All networks of the architecture, of any width.
    case allNeurons = "all-neurons"
  }

  public var scope: Scope
  /// The training objective of the network.
  public var objective: Double
  /// No network within the scope has a training objective below this.
  public var lowerBound: Double

  public var gap: Double { objective - lowerBound }
  public var relativeGap: Double { Zonotope.relativeGap(objective, lowerBound) }
}
