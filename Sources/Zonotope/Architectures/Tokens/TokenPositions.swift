#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a layer puts beside the numbers of every token before it looks at them: a constant, and where the token is.
///
/// Pooled attention without positions sees a set of tokens: whatever their order, its output is the same. The network has
/// them, so that it takes the tokens as they are.
public struct TokenPositions: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case none
    /// A number for every token, 1 for its own.
    case oneHot
    /// Along each axis of the grid from -1 to 1.
    case coordinates
    /// Along each axis of length L cos(2 pi f k / L) and sin(2 pi f k / L), f from 1 to this many, L / 2 at most.
    case fourier(frequencies: Int)
  }

  public var kind: Kind
  /// Tokens in a row of the grid that the tokens lie on, row after row; nil: they are one row.
  public var gridColumns: Int?
  /// Whether there is a one before the positions.
  public var constant: Bool

  public init(_ kind: Kind = .none, gridColumns: Int? = nil, constant: Bool = false) {
    (self.kind, self.gridColumns, self.constant) = (kind, gridColumns, constant)
  }

  /// Tokens as they are.
  public static let none = TokenPositions()

  func check(tokens s: Int) throws(ZonotopeError) {
    if let gridColumns, gridColumns <= 0 || s % gridColumns != 0 {
      throw .invalid(
        place: "model.positions.gridColumns", reason: "\(s) tokens are no rows of \(gridColumns)")
    }
    if case .fourier(let frequencies) = kind {
      let longest = axes(s).map(\.length).max() ?? 1
      guard frequencies > 0, frequencies <= longest / 2 else {
        throw .invalid(
          place: "model.positions.frequencies",
          reason: "\(frequencies) is not from 1 to \(longest / 2), half of an axis of \(longest) tokens")
      }
    }
  }

  /// The two axes of the grid, and how many tokens lie between neighbours on them.
  private func axes(_ s: Int) -> [(length: Int, stride: Int)] {
    let columns = gridColumns ?? s
    return [(s / max(1, columns), columns), (columns, 1)]
  }

  /// Frequencies on an axis.
  private func frequencies(_ length: Int) -> Int {
    if case .fourier(let count) = kind { min(count, length / 2) } else { 0 }
  }

  /// Numbers that are put beside a token, of s.
  ///
  /// - Throws: where they do not fit the tokens.
  func width(tokens s: Int) throws(ZonotopeError) -> Int {
    try check(tokens: s)
    let numbers =
      switch kind {
      case .none: 0
      case .oneHot: s
      case .coordinates: axes(s).count { $0.length > 1 }
      case .fourier:
        // The sine of the highest frequency may be zero at all tokens.
        axes(s).reduce(0) {
          $0 + 2 * frequencies($1.length) - (2 * frequencies($1.length) == $1.length ? 1 : 0)
        }
      }
    let (width, overflow) = numbers.addingReportingOverflow(constant ? 1 : 0)
    guard !overflow else { throw .sizeOverflow(place: "model.tokens") }
    return width
  }

  /// The numbers for token k of s.
  func numbers(_ k: Int, of s: Int) -> [Double] {
    var numbers = constant ? [1.0] : []
    switch kind {
    case .none: break
    case .oneHot: numbers += (0..<s).map { $0 == k ? 1 : 0 }
    case .coordinates:
      for axis in axes(s) where axis.length > 1 {
        numbers.append(2 * Double(k / axis.stride % axis.length) / Double(axis.length - 1) - 1)
      }
    case .fourier:
      for axis in axes(s) where axis.length > 1 {
        for f in 1...max(1, frequencies(axis.length)) {
          let angle = 2 * Double.pi * Double(f * (k / axis.stride % axis.length)) / Double(axis.length)
          numbers.append(cos(angle))
          if 2 * f < axis.length { numbers.append(sin(angle)) }
        }
      }
    }
    return numbers
  }

  /// The tokens with their positions beside them.
  ///
  /// - Parameter x: tokens below each other, (n s, d).
  func applied(to x: MatrixView, tokens s: Int) throws(ZonotopeError) -> MatrixView {
    let width = try width(tokens: s)
    guard width > 0 else { return x }
    let (columns, overflow) = x.columns.addingReportingOverflow(width)
    guard !overflow else { throw .sizeOverflow(place: "x") }
    let result = try Vector(product(x.rows, columns, place: "x"))
    for k in 0..<s {
      let numbers = numbers(k, of: s)
      for row in stride(from: k, to: x.rows, by: s) {
        let target = result.pointer + row * columns
        target.update(from: x.row(row), count: x.columns)
        for (j, number) in numbers.enumerated() { target[x.columns + j] = number }
      }
    }
    return MatrixView(result, rows: x.rows, columns: columns)
  }
}
