import Zonotope

/// Six rows of three features that small examples with known optima share.
enum ReferenceRows {
  static let x: [[Double]] = [[1, -2, 0], [0, 1, 3], [-1, 1, 1], [2, 0, -1], [1, 1, 1], [-2, 1, 0]]

  static func data(_ y: [Double] = [2, -1, 0.5, 1.5, -3, 0]) throws -> Dataset {
    try Dataset(x: MatrixView(x), y: y)
  }

  static func labelled() throws -> Dataset { try data([1, -1, 1, -1, 1, -1]) }
}
