/// An orthonormal basis of the space that the rows of a matrix span, and the rows in its coordinates. Angles between
/// directions are those of the row space: what is orthogonal to all rows does not reach a pattern.
struct RowSpace {
  let rank: Int
  /// `rank` vectors of `columns` entries.
  let basis: [[Double]]
  /// (rows, rank): the rows in these coordinates, each scaled to length 1; zero rows stay zero.
  let directions: [[Double]]

  /// - Parameter rank: the exact one.
  init(of x: MatrixView, rank: Int) {
    let d = x.columns
    var rows = (0..<x.rows).map { k in Self.normalised((0..<d).map { x.row(k)[$0] }) }
    let units = rows
    var basis: [[Double]] = []
    // Gram and Schmidt with pivoting: the row that is farthest from the span so far comes next.
    for _ in 0..<rank {
      guard let pivot = rows.indices.max(by: { Self.square(rows[$0]) < Self.square(rows[$1]) }) else { break }
      var vector = Self.normalised(rows[pivot])
      // Once more, against what rounding has left of the earlier vectors.
      for other in basis { vector = Self.without(other, vector) }
      vector = Self.normalised(vector)
      for k in rows.indices { rows[k] = Self.without(vector, rows[k]) }
      basis.append(vector)
    }
    self.rank = rank
    self.basis = basis
    directions = units.map { row in Self.normalised(basis.map { Self.dot($0, row) }) }
  }

  /// A direction of the whole space in these coordinates.
  func coordinates(of direction: [Double]) -> [Double] { basis.map { Self.dot($0, direction) } }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var total = 0.0
    for j in a.indices { total += a[j] * b[j] }
    return total
  }

  private static func square(_ a: [Double]) -> Double { dot(a, a) }

  private static func without(_ unit: [Double], _ vector: [Double]) -> [Double] {
    let part = dot(unit, vector)
    return vector.indices.map { vector[$0] - part * unit[$0] }
  }

  /// Scaled to length 1, in two steps so that squares neither overflow nor vanish.
  static func normalised(_ vector: [Double]) -> [Double] {
    let largest = vector.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return vector }
    let scaled = vector.map { $0 / largest }
    let length = square(scaled).squareRoot()
    return scaled.map { $0 / length }
  }
}
