/// The rows of a data set, one a sample, as networks are trained on them: with all their numbers, or without their zeros.
///
/// What architectures of two layers, data sets, standardisation and networks ask of rows is here, so that each has one text for
/// both; the products with masks are in the maps, ``MaskedMap`` and ``SparseMaskedMap``.
public protocol SampleRows: Sendable {
  var rows: Int { get }
  var columns: Int { get }
  /// Numbers that are stored: all of them, or those that are not zero.
  var storedCount: Int { get }
  subscript(row: Int, column: Int) -> Double { get }

  /// The largest absolute value.
  var largestMagnitude: Double { get }

  /// The first entry that is NaN or infinite, if any.
  func firstNonFinite() -> (row: Int, column: Int)?

  /// For every row whether it has an entry that is not zero.
  func occupiedRows() -> [Bool]

  /// A hash of the rows: the same numbers give the same hash, however they are stored.
  func fingerprint() throws(ZonotopeError) -> UInt64

  // MARK: Other rows

  /// The rows with the given indices, copied.
  func gathering(rows indices: [Int]) throws(ZonotopeError) -> Self

  /// A copy with a column of ones after the last.
  func appendingOnes() throws(ZonotopeError) -> Self

  /// A copy with a column of ones before the first.
  func prependingOnes() throws(ZonotopeError) -> Self

  /// Every one of so many patches, next to each other, as a row of its own.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` where rows cannot be cut.
  func cut(into patches: Int) throws(ZonotopeError) -> Self

  /// The sum of the patches of every row.
  func summing(patches: Int) throws(ZonotopeError) -> Self

  // MARK: Columns

  /// Writes a column, as many numbers as there are rows.
  func copyColumn(_ column: Int, into target: UnsafeMutableBufferPointer<Double>)

  /// f += X s for s (columns, outputs) and f (rows, outputs).
  func addProducts(
    with s: [Double], outputs: Int, to f: UnsafeMutableBufferPointer<Double>)

  // MARK: What depends on how they are stored

  /// Learns how columns are shifted and scaled, see ``Standardization``.
  func standardization(shared: Bool) throws(ZonotopeError) -> Standardization

  /// Shifts and scales the columns.
  func standardized(by standardization: Standardization) throws(ZonotopeError) -> Self

  /// The outputs of a network: those of a row next to each other.
  func outputs(of network: some NeuralNetwork) throws(ZonotopeError) -> [Double]

  /// All open cells of the arrangement of the rows.
  func cells(memory: Int, _ workers: Workers) throws(ZonotopeError) -> PatternSet

  /// The distinct patterns of the rows of `gates`, see ``PatternSet/gates(_:on:_:)``.
  func patterns(of gates: MatrixView, _ workers: Workers) throws(ZonotopeError) -> PatternSet

  /// The distinct patterns of random gates, see ``PatternSet/sampled(from:count:seed:first:memory:_:)``.
  func sampledPatterns(
    count: Int, seed: UInt64, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet

  /// A direction whose pattern on the rows is the one with this index; nil where none was found.
  func witness(of index: Int, in patterns: PatternSet) throws(ZonotopeError) -> [Double]?
}

extension MatrixView: SampleRows {
  public var storedCount: Int { saturatingProduct(rows, columns) }

  public func occupiedRows() -> [Bool] {
    (0..<rows).map { k in (0..<columns).contains { self[k, $0] != 0 } }
  }

  /// FNV-1a over the bit patterns, row by row.
  public func fingerprint() -> UInt64 {
    var hash = WordHash()
    for k in 0..<rows {
      let row = row(k)
      for j in 0..<columns { hash.add(row[j]) }
    }
    return hash.value
  }

  public func prependingOnes() throws(ZonotopeError) -> MatrixView { try .ones(rows: rows, before: self) }

  public func copyColumn(_ column: Int, into target: UnsafeMutableBufferPointer<Double>) {
    for k in 0..<rows { target[k] = row(k)[column] }
  }

  public func addProducts(
    with s: [Double], outputs c: Int, to f: UnsafeMutableBufferPointer<Double>
  ) {
    for k in 0..<rows {
      for j in 0..<columns { for o in 0..<c { f[k * c + o] += row(k)[j] * s[j * c + o] } }
    }
  }

  public func standardization(shared: Bool) throws(ZonotopeError) -> Standardization {
    try Standardization(learning: self, shared: shared)
  }

  public func standardized(by standardization: Standardization) throws(ZonotopeError) -> MatrixView {
    try standardization.applied(to: self)
  }

  public func outputs(of network: some NeuralNetwork) throws(ZonotopeError) -> [Double] {
    try network.predict(self)
  }

  public func cells(memory: Int, _ workers: Workers) throws(ZonotopeError) -> PatternSet {
    try Arrangement(of: self).cells(memory: memory, workers)
  }

  public func patterns(of gates: MatrixView, _ workers: Workers) throws(ZonotopeError) -> PatternSet {
    try PatternSet.gates(gates, on: self, workers)
  }

  public func sampledPatterns(
    count: Int, seed: UInt64, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> PatternSet {
    try PatternSet.sampled(from: self, count: count, seed: seed, memory: memory, workers)
  }

  public func witness(of index: Int, in patterns: PatternSet) throws(ZonotopeError) -> [Double]? {
    try patterns.witness(of: index, on: self)
  }
}
