/// Shifts and scales columns to mean 0 and standard deviation 1, with figures learned from one data set and
/// applied to others.
public struct Standardization: Sendable, Equatable {
  /// Per column.
  public let means: [Double]
  /// Per column: the population standard deviation, 1 for a constant column.
  public let scales: [Double]

  init(means: [Double], scales: [Double]) { (self.means, self.scales) = (means, scales) }

  /// Whether some column is shifted.
  public var shifts: Bool { means.contains { $0 != 0 } }

  /// Learns from a matrix (n, d) in two passes.
  ///
  /// - Parameter shared: one mean and one scale for all columns.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when there is no row, or when an entry or a sum of a
  ///   column is not finite.
  public init(learning x: MatrixView, shared: Bool = false) throws(ZonotopeError) {
    guard x.rows > 0 else { throw .invalid(place: "x", reason: "there is no row to learn from") }
    if shared {
      let whole = x.stride == x.columns ? x : try x.copy()
      let column = try MatrixView(
        pointer: whole.base, rows: product(x.rows, x.columns, place: "x"), columns: 1, owner: whole.owner)
      let all = column.rows > 0 ? try Standardization(learning: column) : nil
      means = [Double](repeating: all?.means[0] ?? 0, count: x.columns)
      scales = [Double](repeating: all?.scales[0] ?? 1, count: x.columns)
      return
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not finite")
    }
    let n = Double(x.rows)
    var means = [Double](repeating: 0, count: x.columns)
    var constant = [Bool](repeating: true, count: x.columns)
    for k in 0..<x.rows {
      for j in 0..<x.columns {
        means[j] += x.row(k)[j]
        if x.row(k)[j] != x.row(0)[j] { constant[j] = false }
      }
    }
    for j in 0..<x.columns {
      // The rounding of a sum must not make a constant column vary.
      means[j] = constant[j] ? x.row(0)[j] : means[j] / n
    }
    var squares = [Double](repeating: 0, count: x.columns)
    for k in 0..<x.rows {
      for j in 0..<x.columns {
        let deviation = x.row(k)[j] - means[j]
        squares[j] += deviation * deviation
      }
    }
    var scales = squares.map { ($0 / n).squareRoot() }
    for j in 0..<x.columns {
      guard means[j].isFinite, scales[j].isFinite else {
        throw .invalid(place: "x", reason: "column \(j) is too large to standardise")
      }
      // The squares of differences below 1e-162 vanish.
      if constant[j] || scales[j] == 0 { scales[j] = 1 }
    }
    self.means = means
    self.scales = scales
  }

  /// A standardised copy of a matrix with the same number of columns.
  public func applied(to x: MatrixView) throws(ZonotopeError) -> MatrixView {
    guard x.columns == means.count else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the standardization has \(means.count)")
    }
    let buffer = try Vector(product(x.rows, x.columns, place: "x"))
    for k in 0..<x.rows {
      let source = x.row(k)
      let target = buffer.pointer + k * x.columns
      for j in 0..<x.columns { target[j] = (source[j] - means[j]) / scales[j] }
    }
    return MatrixView(buffer, rows: x.rows, columns: x.columns)
  }
}

// MARK: - JSON

extension Standardization {
  var json: JSONValue {
    .object([JSONMember("means", .numbers(means)), JSONMember("scales", .numbers(scales))])
  }

  /// - Parameter place: what messages call the value.
  init(_ json: JSONValue, place: String) throws(ZonotopeError) {
    guard case .object(let members) = json else {
      throw .invalid(place: place, reason: "\(json.kind), an object is expected")
    }
    for member in members where member.name != "means" && member.name != "scales" {
      throw .unsupported(key: "\(place).\(member.name)", reason: "unknown key")
    }
    means = try Self.numbers(json["means"], "\(place).means")
    scales = try Self.numbers(json["scales"], "\(place).scales")
    guard means.count == scales.count else {
      throw .invalid(place: place, reason: "\(means.count) means and \(scales.count) scales")
    }
    if let j = scales.firstIndex(where: { $0 <= 0 }) {
      throw .invalid(place: "\(place).scales[\(j)]", reason: "\(scales[j]) is not positive")
    }
  }

  private static func numbers(_ value: JSONValue?, _ place: String) throws(ZonotopeError) -> [Double] {
    guard let value else { throw .invalid(place: place, reason: "missing") }
    guard case .numbers(let numbers) = value else {
      throw .invalid(place: place, reason: "a list of numbers is expected")
    }
    return numbers
  }
}
