/// Samples with all their numbers and their targets, over the memory of the caller.
public typealias Dataset = LabelledRows<MatrixView>

/// Samples without their zeros and their targets.
public typealias SparseDataset = LabelledRows<SparseMatrix>

/// Samples and their targets, checked once.
public struct LabelledRows<Rows: SampleRows>: Sendable {
  /// The features, (n, d).
  public let x: Rows
  /// The targets, (n, c).
  public let y: MatrixView
  /// A name for each column of `x`, for messages.
  public let featureNames: [String]?

  /// Takes features (n, d) and targets (n, c) as they lie, without copying.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when n, d or c is 0, when the numbers of rows differ, or
  ///   when an entry is NaN or infinite; `place` is `x[row][column]`, `y[row]` or `y[row][column]`.
  public init(x: Rows, y: MatrixView, featureNames: [String]? = nil) throws(ZonotopeError) {
    try requireKernelTier()
    guard x.rows > 0 else { throw .invalid(place: "x", reason: "there is no sample") }
    guard x.columns > 0 else { throw .invalid(place: "x", reason: "there is no feature") }
    guard y.columns > 0 else { throw .invalid(place: "y", reason: "there is no target") }
    guard x.rows == y.rows else {
      throw .invalid(place: "y", reason: "\(y.rows) targets for \(x.rows) samples")
    }
    if let featureNames, featureNames.count != x.columns {
      throw .invalid(
        place: "featureNames", reason: "\(featureNames.count) names for \(x.columns) columns")
    }
    if let (row, column) = x.firstNonFinite() {
      let name = featureNames.map { " in column '\($0[column])'" } ?? ""
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column])\(name) is not finite")
    }
    if let (row, column) = y.firstNonFinite() {
      let place = y.columns == 1 ? "y[\(row)]" : "y[\(row)][\(column)]"
      throw .invalid(place: place, reason: "\(y[row, column]) is not finite")
    }
    self.x = x
    self.y = y
    self.featureNames = featureNames
  }

  /// One target a sample; `y` is copied.
  public init(x: Rows, y: [Double], featureNames: [String]? = nil) throws(ZonotopeError) {
    try self.init(x: x, y: MatrixView(y, rows: y.count, columns: 1), featureNames: featureNames)
  }

  /// The number of samples, n.
  public var samples: Int { x.rows }

  /// The samples with the given indices, copied, in the order given.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for an index out of range or no index at all.
  public func rows(_ indices: [Int]) throws(ZonotopeError) -> LabelledRows {
    for (k, index) in indices.enumerated() where index < 0 || index >= samples {
      throw .invalid(place: "indices[\(k)]", reason: "\(index) is not a row, there are \(samples)")
    }
    return try LabelledRows(
      x: x.gathering(rows: indices), y: y.gathering(rows: indices), featureNames: featureNames)
  }

  /// Deals the samples at random into two parts; the indices of each part ascend.
  ///
  /// The same state of the generator gives the same parts, on every platform.
  ///
  /// - Parameter fraction: the share of the test part, in (0, 1); its size is rounded to the nearest.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when a part would be empty.
  public func split(
    testing fraction: Double, using generator: inout some RandomNumberGenerator
  ) throws(ZonotopeError) -> (train: [Int], test: [Int]) {
    guard fraction > 0, fraction < 1 else {
      throw .invalid(place: "fraction", reason: "\(fraction) is not between 0 and 1")
    }
    let size = Int((fraction * Double(samples)).rounded())
    guard size > 0, size < samples else {
      throw .invalid(place: "fraction", reason: "\(fraction) of \(samples) samples leaves a part empty")
    }
    // A shuffle of our own: that of the standard library may change with its version.
    var order = Array(0..<samples)
    for k in 0..<size {
      let rest = UInt64(samples - k)
      let offset = Int(generator.next().multipliedFullWidth(by: rest).high)
      order.swapAt(k, k + offset)
    }
    return (order[size...].sorted(), order[..<size].sorted())
  }
}
