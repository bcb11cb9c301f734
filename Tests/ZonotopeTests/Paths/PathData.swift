@testable import Zonotope

/// Small data sets for paths.
enum PathData {
  /// y = |a| + b / 2 and some noise.
  static func regression(_ rows: Int = 40, outputs: Int = 1) throws -> Dataset {
    var random = Xoshiro256(seed: 5)
    let x = try MatrixView((0..<rows * 2).map { _ in random.nextNormal() }, rows: rows, columns: 2)
    var y: [Double] = []
    for k in 0..<rows {
      for o in 0..<outputs {
        let slope = o == 0 ? 0.5 : -1.0
        y.append(abs(x[k, 0]) + slope * x[k, 1] + 0.3 * random.nextNormal())
      }
    }
    return try Dataset(x: x, y: MatrixView(y, rows: rows, columns: outputs))
  }

  /// -1 and 1, one in four 1.
  static func classes(_ rows: Int = 40) throws -> Dataset {
    let data = try regression(rows)
    let y: [Double] = (0..<rows).map { (k: Int) -> Double in k % 4 == 0 || data.x[k, 0] > 1 ? 1 : -1 }
    return try Dataset(x: data.x, y: y)
  }

  static func line(_ rows: Int = 30) throws -> Dataset {
    var random = Xoshiro256(seed: 6)
    let x: [Double] = (0..<rows).map { Double($0 * 7 % rows) / 10 }
    let y: [Double] = x.map { abs($0 - 1) + 0.2 * random.nextNormal() }
    return try Dataset(x: MatrixView(x, rows: rows, columns: 1), y: y)
  }

  static func settings(_ ratios: [Double] = [1, 0.3, 0.1, 0.03], folds: Int = 0) throws -> PathSettings {
    var settings = PathSettings()
    (settings.grid, settings.folds, settings.seed) = (try BetaGrid(ratios: ratios), folds, 3)
    (settings.solver.tolerance, settings.foldTolerance, settings.solver.threads) = (1e-8, 1e-8, 1)
    return settings
  }
}
