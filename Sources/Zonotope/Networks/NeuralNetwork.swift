/// A trained network as weights: what architectures end in.
///
/// It knows nothing of convex programs.
public protocol NeuralNetwork: Sendable {
  /// Columns of the data it takes.
  var features: Int { get }
  var outputs: Int { get }
  /// Hidden neurons of the last layer: units that are added up.
  var units: Int { get }

  /// The outputs for the rows of `x`, (rows, features), into memory of the caller: ``outputs`` elements a row.
  func predict(_ x: MatrixView, into results: UnsafeMutableBufferPointer<Double>) throws(ZonotopeError)

  /// The same for sparse rows, (rows, features).
  func predict(
    _ x: SparseMatrix, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError)

  /// What training adds to the loss, for beta 1.
  var penalty: Double { get }
}

extension NeuralNetwork {
  /// The outputs for the rows of `x`, (rows, features): those of a row next to each other.
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    let results = try Vector(product(x.rows, outputs, place: "outputs"))
    try predict(x, into: results.mutable)
    return try results.list()
  }

  /// The outputs for sparse rows, (rows, features): those of a row next to each other.
  public func predict(_ x: SparseMatrix) throws(ZonotopeError) -> [Double] {
    let results = try Vector(product(x.rows, outputs, place: "outputs"))
    try predict(x, into: results.mutable)
    return try results.list()
  }

  /// Some rows at a time with their zeros, for networks that take no others: that much memory does not grow with the rows.
  ///
  /// - Throws: as for these rows.
  public func predict(
    _ x: SparseMatrix, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    try checkInput(x, results)
    try x.inParts(outputs: outputs, into: results) { (rows, part) throws(ZonotopeError) in
      try predict(rows, into: part)
    }
  }

  /// loss on the data + beta times the penalty of the weights: the objective of ordinary training, from the weights alone.
  public func objective(
    on x: some SampleRows, targets: [Double], loss: some Loss, beta: Double
  ) throws(ZonotopeError) -> Double {
    try value(x.outputs(of: self), targets: targets, loss: loss) + beta * penalty
  }

  /// The loss of outputs on the data.
  func value(
    _ outputs: [Double], targets: [Double], loss: some Loss
  ) throws(ZonotopeError) -> Double {
    guard targets.count == outputs.count else {
      throw .invalid(place: "y", reason: "\(targets.count) targets for \(outputs.count) outputs")
    }
    return outputs.withUnsafeBufferPointer { f in
      targets.withUnsafeBufferPointer { y in loss.value(f, y) }
    }
  }

  func checkInput(_ x: some SampleRows, _ results: UnsafeMutableBufferPointer<Double>) throws(ZonotopeError) {
    guard results.count == x.rows * outputs else {
      throw .invalid(
        place: "outputs", reason: "\(results.count) elements for \(x.rows) rows of \(outputs)")
    }
    guard x.columns == features else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the network takes \(features)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
  }
}

extension TwoLayerNetwork: NeuralNetwork {
  public var units: Int { neurons.count }
}
