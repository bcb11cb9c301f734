import CKernels
import CZonotope

/// The version of the library, that of the C header.
public let libraryVersion = String(cString: zt_version_string())

/// A network of two layers with its preprocessing and the card that says how it came about.
public struct Model: StoredModel {
  public let network: TwoLayerNetwork
  public let card: ModelCard

  init(network: TwoLayerNetwork, card: ModelCard) {
    self.network = network
    self.card = card
  }

  public var trainingCard: TrainingCard { card.training }
  public var trainingRows: UInt64? { network.trainingRows }
  public var architecture: CardArchitecture { card.architecture }
  public var columns: Int { network.features }

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
    try check(x, columns: network.features)
    guard let standardization = card.preprocessing.standardization else {
      return try network.predict(x, into: outputs)
    }
    try network.predict(standardization.applied(to: x), into: outputs)
  }

  /// The outputs for raw sparse rows, whose zeros are passed over where the model does not shift columns.
  ///
  /// - Throws: as ``predict(_:)-(MatrixView)``.
  public func predict(_ x: SparseMatrix) throws(ZonotopeError) -> [Double] {
    let outputs = try Vector(product(x.rows, network.outputs, place: "outputs"))
    try predict(x, into: outputs.mutable)
    return try outputs.list()
  }

  /// The same into memory of the caller: as many numbers as the network has outputs for each row.
  public func predict(
    _ x: SparseMatrix, into outputs: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    guard x.columns == network.features else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the model takes \(network.features)")
    }
    guard let standardization = card.preprocessing.standardization else {
      return try network.predict(x, into: outputs)
    }
    guard standardization.shifts else {
      return try network.predict(x.standardized(by: standardization), into: outputs)
    }
    try x.inParts(outputs: network.outputs, into: outputs) { (rows, part) throws(ZonotopeError) in
      try predict(rows, into: part)
    }
  }

  /// Rows, or patches where the network sees as many.
  public func rows(of array: NPYArray) throws(ZonotopeError) -> MatrixView {
    guard array.shape.count == 3 else { return try array.matrix() }
    guard array.shape[1] == network.patches.parts else {
      throw .invalid(
        place: "x",
        reason: "\(array.shape[1]) patches a sample, the network takes \(network.patches.parts)")
    }
    return try array.blockRows()
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
