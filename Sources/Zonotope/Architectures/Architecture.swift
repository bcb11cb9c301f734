/// A network architecture: what becomes a convex program, and how its optimum becomes weights.
///
/// An architecture never runs a loop of its own, and a solver never asks which architecture it is solving.
public protocol Architecture: Sendable {
  associatedtype Map: GramMap
  associatedtype Penalty: BlockPenalty

  /// An unpenalised constant added to the output.
  var outputBias: Bool { get }

  /// The structured map and the penalty of the program over the rows of `x`.
  ///
  /// Where the workers are stopped, over as few patterns as there can be at once: a run that is stopped before its first
  /// step ends with them, and with the zero network.
  ///
  /// - Parameter memory: bytes that may be used.
  func formulation(
    of x: MatrixView, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<Map, Penalty>

  /// What an optimum of the program over these patterns is an optimum of.
  func scope(over patterns: PatternSet) -> Certificate.Scope

  /// The network that the blocks stand for, with the same objective.
  func network(
    at point: BlockPoint, of formulation: Formulation<Map, Penalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork
}

/// The parts of a convex program that the architecture and the rows determine; losses and beta come on top.
public struct Formulation<Map: GramMap, Penalty: BlockPenalty>: Sendable {
  /// The rows as the network's first layer sees them: with the column of ones, where there is an input bias.
  public let rows: MatrixView
  public let patterns: PatternSet
  public let map: Map
  public let penalty: Penalty
}
