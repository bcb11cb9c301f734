import Comparisons
import Foundation
import Zonotope

/// Networks on a line, and thresholds in several dimensions, from data in memory to the network: wall-clock seconds of one
/// thread beside those of copies of memory in the same run, the least of turns.
enum LineTable {
  private static let head = [
    "network", "n", "beta / betaMax", "ms", "/ copy", "solver ms", "rel. gap", "units",
  ]

  static func make() throws -> [[String]] {
    var lines = [head]
    let relu = OneDimensionalNetwork(activation: .relu)
    for n in [1000, 5000, 100_000, 1_000_000] {
      let data = try wave(n)
      for ratio in [0.01, 0.001] {
        lines.append(
          try row("ReLU, two layers", n, ratio) { settings in
            try relu.train(on: data, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
          })
      }
    }
    let many = try wave(1_000_000)
    for (name, activation) in [("thresholds", OneDimensionalNetwork.Activation.threshold), ("signs", .sign)] {
      let network = OneDimensionalNetwork(activation: activation)
      lines.append(
        try row(name, 1_000_000, 0.01) { settings in
          try network.train(on: many, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
        })
    }
    let shattered = ThresholdNetwork(
      patterns: .shattered, depth: 3, widths: [1_000_000], inputBias: true, hiddenBias: true)
    lines.append(
      try row("shattered thresholds", 1_000_000, 0.01) { settings in
        try shattered.train(on: many, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
      })
    let plane = try cloud(2000, features: 20)
    let sampled = ThresholdNetwork(patterns: .sampled(count: 4000, seed: 3))
    lines.append(
      try row("thresholds, 4000 patterns", 2000, 0.01, copy: 2000 * 4000 / 8) { settings in
        try sampled.train(on: plane, loss: SquaredLoss(), beta: .ratio(0.01), settings: settings)
      })
    return lines
  }

  /// A noisy sine over sorted places.
  private static func wave(_ n: Int) throws -> Dataset {
    var random = Xoshiro256(seed: 31)
    let x = (0..<n).map { _ in 2 * random.nextUniform() - 1 }.sorted()
    return try Dataset(
      x: MatrixView(x, rows: n, columns: 1), y: x.map { sin(6 * $0) + 0.3 * random.nextNormal() })
  }

  /// Standard normal rows and the sign of a product of two features.
  private static func cloud(_ n: Int, features d: Int) throws -> Dataset {
    var random = Xoshiro256(seed: 32)
    let x = (0..<n * d).map { _ in random.nextNormal() }
    return try Dataset(
      x: MatrixView(x, rows: n, columns: d),
      y: (0..<n).map { (x[$0 * d] * x[$0 * d + 1] > 0 ? 1 : -1) + 0.1 * random.nextNormal() })
  }

  /// - Parameter copy: bytes of the yardstick; those of x and y without it.
  private static func row(
    _ name: String, _ n: Int, _ ratio: Double, copy bytes: Int? = nil,
    _ train: (SolverSettings) throws -> TrainingOutcome<ParallelNetwork>
  ) throws -> [String] {
    var settings = SolverSettings()
    (settings.threads, settings.tolerance) = (1, 1e-9)
    let bytes = bytes ?? 16 * n
    let from = [UInt8](repeating: 1, count: bytes)
    var to = from
    let repeats = max(1, 1_000_000 / bytes)
    var best = (total: Double.infinity, copy: Double.infinity, solver: Double.infinity), gap = 0.0, units = 0
    for _ in 0..<max(5, min(200, 5_000_000 / n)) {
      let start = seconds()
      let result = try train(settings)
      best.total = min(best.total, seconds() - start)
      best.solver = min(best.solver, result.solution.seconds)
      (gap, units) = (result.solution.relativeGap, result.network.units)
      let other = seconds()
      for _ in 0..<repeats {
        from.withUnsafeBytes { from in to.withUnsafeMutableBytes { $0.copyMemory(from: from) } }
      }
      best.copy = min(best.copy, (seconds() - other) / Double(repeats))
    }
    return [
      name, "\(n)", "\(ratio)", String(format: "%.3f", 1e3 * best.total),
      String(format: "%.0f", best.total / best.copy), String(format: "%.3f", 1e3 * best.solver),
      String(format: "%.1e", gap), "\(units)",
    ]
  }
}
