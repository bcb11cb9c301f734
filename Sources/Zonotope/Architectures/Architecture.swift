/// What becomes a convex program, and how its optimum becomes the weights of a network.
///
/// An architecture never runs a loop of its own, and a solver never asks which architecture it is solving.
public protocol Trainable<Network>: PathTrainable {
  associatedtype Map: FactoredMap
  associatedtype Penalty: BlockPenalty
  associatedtype Network

  /// The structured map and the penalty of the program over the rows of `x`, for so many outputs.
  ///
  /// Where the workers are stopped, over as few patterns as there can be at once: a run that is stopped before its first
  /// step ends with them, and with the zero network.
  ///
  /// - Parameter memory: bytes that may be used.
  func formulation(
    of x: Rows, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<Rows, Map, Penalty>

  /// What an optimum of the program over these patterns is an optimum of.
  func scope(over patterns: PatternSet) -> Certificate.Scope

  /// The network that the blocks stand for, with the same objective.
  func network(
    at point: BlockPoint, of formulation: Formulation<Rows, Map, Penalty>
  ) throws(ZonotopeError) -> Network

  /// The norms of the neurons, |alpha| ||w||, by what a neuron has in common with those of other networks on the same data;
  /// nil where the blocks of the patterns have them.
  func unitNorms(of network: Network) -> [UInt64: Double]?

  /// Whether patterns are added while they help: column generation.
  var grows: Bool { get }

  /// The same architecture over the patterns that column generation begins with, fewer than all.
  func beginning() -> Self

  /// The same architecture over other patterns.
  func over(_ patterns: PatternSet) -> Self

  /// The same network on fewer blocks, where neurons can move from one to another.
  func consolidating(_ point: BlockPoint, of formulation: Formulation<Rows, Map, Penalty>) -> BlockPoint

  /// Knows which neurons, of any pattern, could improve a network; nil where nobody does.
  func oracle(of formulation: Formulation<Rows, Map, Penalty>) throws(ZonotopeError) -> (any NeuronOracle)?
}

/// A network whose program lives in sample space.
public protocol Architecture: Trainable where Rows == MatrixView, Map: GramMap, Network == TwoLayerNetwork {}

extension Trainable {
  public func unitNorms(of network: Network) -> [UInt64: Double]? { nil }
  public var grows: Bool { false }
  public func beginning() -> Self { self }
  public func over(_ patterns: PatternSet) -> Self { self }
  public func consolidating(
    _ point: BlockPoint, of formulation: Formulation<Rows, Map, Penalty>
  ) -> BlockPoint { point }
  public func oracle(
    of formulation: Formulation<Rows, Map, Penalty>
  ) throws(ZonotopeError) -> (any NeuronOracle)? { nil }
}

/// The parts of a convex program that the architecture and the rows determine; losses and beta come on top.
public struct Formulation<Rows: SampleRows, Map: FactoredMap, Penalty: BlockPenalty>: Sendable {
  /// The rows as the network's first layer sees them: patch by patch, with the column of ones where there is an input
  /// bias.
  public let rows: Rows
  /// The patterns that have blocks.
  public let patterns: PatternSet
  /// The patterns that the program stands for: as many, or more where one of two antipodal ones serves for both.
  public let patternCount: Int
  public let map: Map
  public let penalty: Penalty
  /// Unpenalised columns: the constant of an output bias first, then the skip connection's.
  public let free: FreeBlock?
  /// Numbers of block space, next to each other, that belong to one pattern; those of negative twins apart.
  let patternSize: Int
  /// The rows in place of ``rows`` that the map and the penalty were made of, where these are long.
  var coordinates: RowCoordinates?
}

/// What networks of two layers, convolutional ones among them, have in common.
public struct TwoLayerOptions: Sendable {
  public var activation = Activation.relu
  /// Appends a column of ones to the data, penalised with the other weights.
  public var inputBias = false
  /// Adds a constant to every output, not penalised.
  public var outputBias = false
  /// Adds a linear map of the inputs to the outputs, not penalised.
  public var skip = false
  public var outputNorm = OutputNorm.perClass
  /// The parts of a row, next to each other, that every neuron sees one by one, with the same weights: a convolutional
  /// network. An input bias is a one after each patch, and a skip connection has the same weights for all of them. 1: the
  /// whole row at once.
  public var patches = 1
  /// Column generation: patterns are added while a neuron with another one would improve the network, and the certificate
  /// speaks of all neurons as far as that can be proved. Training begins with the patterns selected, with some of them in
  /// place of ``PatternSelection/all``.
  public var grows = false

  public init() {}

  /// The patches of all rows, one below the other, as neurons see them.
  func rows<Rows: SampleRows>(of x: Rows) throws(ZonotopeError) -> Rows {
    try activation.check(place: "model.activation")
    let rows = try x.cut(into: patches)
    return inputBias ? try rows.appendingOnes() : rows
  }

  /// - Parameter memory: bytes that may be used: the basis of the columns of a skip connection is dense.
  func freeBlock(of x: some SampleRows, memory: Int) throws(ZonotopeError) -> FreeBlock? {
    guard skip else { return outputBias ? try .constant(samples: x.rows) : nil }
    let inputs = try x.summing(patches: patches)
    let needed = saturatingProduct(8, FreeBlock.size(samples: inputs.rows, columns: inputs.columns + 1))
    guard needed <= memory else {
      throw .memoryBudget(
        purpose: "a skip connection from \(inputs.columns) columns", needed: needed, budget: memory)
    }
    return try FreeBlock(columns: outputBias ? inputs.prependingOnes() : inputs)
  }

  /// Of antipodal patterns one: where the features of the other are the same but for their sign, or differ by a linear map
  /// that the skip connection has for nothing.
  func distinct(_ patterns: PatternSet, of rows: some SampleRows) throws(ZonotopeError) -> PatternSet {
    let skipIsWhole = skip && (outputBias || !inputBias)
    return activation.isSymmetric || skipIsWhole ? try patterns.halved(over: rows) : patterns
  }

  /// Biases and skip weights from the coefficients of the free block.
  func free(_ coefficients: [Double], features: Int, outputs c: Int) -> (biases: [Double], skip: [Double]) {
    let biases = outputBias ? Array(coefficients.prefix(c)) : [Double](repeating: 0, count: c)
    return (biases, skip ? Array(coefficients.suffix(features * c)) : [])
  }
}
