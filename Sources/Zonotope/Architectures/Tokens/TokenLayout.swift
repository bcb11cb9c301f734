/// How the columns of a table are tokens.
public enum TokenLayout: Sendable, Equatable {
  /// So many, one after the other.
  case rows(tokens: Int)
  /// Patches of images, whose columns are pixels line by line, the numbers of a pixel next to each other. Patches follow each
  /// other line by line too.
  case image(height: Int, width: Int, patchHeight: Int, patchWidth: Int)

  public var tokens: Int {
    switch self {
    case .rows(let tokens): tokens
    case .image(let height, let width, let patchHeight, let patchWidth):
      patchHeight > 0 && patchWidth > 0
        ? saturatingProduct(height / patchHeight, width / patchWidth) : 0
    }
  }

  /// Tokens in a row of their grid.
  public var gridColumns: Int {
    switch self {
    case .rows(let tokens): tokens
    case .image(_, let width, _, let patchWidth): patchWidth > 0 ? width / patchWidth : 0
    }
  }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where so many columns are no such tokens.
  func check(columns: Int) throws(ZonotopeError) {
    switch self {
    case .rows(let tokens):
      guard tokens > 0, columns > 0, columns % tokens == 0 else {
        throw .invalid(place: "tokens", reason: "\(columns) columns are no \(tokens) tokens of equal length")
      }
    case .image(let height, let width, let patchHeight, let patchWidth):
      let image = "\(height) x \(width)"
      guard height > 0, width > 0, patchHeight > 0, patchWidth > 0, height % patchHeight == 0,
        width % patchWidth == 0
      else {
        throw .invalid(
          place: "patch",
          reason: "images of \(image) are not cut into patches of \(patchHeight) x \(patchWidth)")
      }
      guard columns > 0, columns % saturatingProduct(height, width) == 0 else {
        throw .invalid(place: "image", reason: "\(columns) columns are no image of \(image) pixels")
      }
    }
  }

  /// For every number of every token, one after the other, the column it is in.
  func order(columns: Int) throws(ZonotopeError) -> [Int] {
    try check(columns: columns)
    guard case .image(let height, let width, let h, let w) = self else { return Array(0..<columns) }
    let channels = columns / (height * width)
    var order: [Int] = []
    order.reserveCapacity(columns)
    for top in stride(from: 0, to: height, by: h) {
      for left in stride(from: 0, to: width, by: w) {
        for line in top..<top + h {
          for pixel in left..<left + w {
            for channel in 0..<channels { order.append((line * width + pixel) * channels + channel) }
          }
        }
      }
    }
    return order
  }

  /// The rows with the numbers of a token next to each other, as layers with a pooled output take them.
  public func applied(to x: MatrixView) throws(ZonotopeError) -> MatrixView {
    try check(columns: x.columns)
    guard case .image = self else { return x }
    let order = try order(columns: x.columns)
    let result = try Vector(product(x.rows, x.columns, place: "x"))
    for row in 0..<x.rows {
      let source = x.row(row), target = result.pointer + row * x.columns
      for (k, column) in order.enumerated() { target[k] = source[column] }
    }
    return MatrixView(result, rows: x.rows, columns: x.columns)
  }
}
