import CKernels
import CZonotope

/// The version of the library, that of the C header.
public let libraryVersion = String(cString: zt_version_string())

/// A network with its preprocessing and the card that says how it came about: what a model file holds.
public struct Model: Sendable, Equatable {
  public let network: TwoLayerNetwork
  public let card: ModelCard

  init(network: TwoLayerNetwork, card: ModelCard) {
    self.network = network
    self.card = card
  }

  /// The outputs for raw rows, (rows, features): standardised as the training rows were, where they were.
  ///
  /// - Throws: as ``TwoLayerNetwork/predict(_:)``.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    let outputs = try Vector(product(x.rows, network.outputs, place: "outputs"))
    try predict(x, into: outputs.mutable)
    return try outputs.list()
  }

  /// The outputs for raw rows, (rows, features), into memory of the caller: as many as the network has for each row.
  ///
  /// - Throws: as ``TwoLayerNetwork/predict(_:)``; nothing is written then.
  public func predict(
    _ x: MatrixView, into outputs: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    guard x.columns == network.features else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the model takes \(network.features)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    guard let standardization = card.preprocessing.standardization else {
      return try network.predict(x, into: outputs)
    }
    try network.predict(standardization.applied(to: x), into: outputs)
  }

  /// The outputs for the rows of a table, whose columns are found by name where the model knows names. Other columns
  /// may be there.
  public func predict(_ table: CSVTable) throws(ZonotopeError) -> [Double] {
    try predict(table.matrix(columns: card.preprocessing.features))
  }

  /// What each output stands for: its class, or its number from 0.
  public var outputNames: [String] {
    let c = network.outputs
    if c > 1, let classes = card.preprocessing.classes { return classes }
    return (0..<c).map { "\($0)" }
  }

  /// What the outputs of rows say: the class of each row for a classifier, nil for a regression. With one output, 0
  /// belongs to the second class; with several, the first of the largest decides.
  public func classes(of outputs: [Double]) -> [String]? {
    guard card.isClassifier else { return nil }
    let c = network.outputs
    if c == 1 {
      let names = card.preprocessing.classes ?? ["-1", "1"]
      return outputs.map { names[$0 >= 0 ? 1 : 0] }
    }
    let names = outputNames
    return choices(outputs, of: c).map { names[$0] }
  }
}

/// For each row of outputs the first of the largest.
func choices(_ outputs: [Double], of c: Int) -> [Int] {
  stride(from: 0, to: outputs.count, by: c).map { row in
    var best = 0
    for o in 1..<c where outputs[row + o] > outputs[row + best] { best = o }
    return best
  }
}
