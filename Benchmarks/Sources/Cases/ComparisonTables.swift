import Comparisons
import Foundation

/// Tables of kernels beside their yardsticks: the least of turns of half a second, processor time of one thread.
enum ComparisonTables {
  static func packing() throws -> [[String]] {
    try table(
      PatternComparisons.packing, ["signs, n x d x P", "seconds", "GFLOP/s", "gemm s", "/ gemm"]
    ) { work, times in
      [
        String(format: "%.6f", times.kernel), String(format: "%.0f", work / times.kernel * 1e-9),
        String(format: "%.6f", times.yardstick), String(format: "%.2f", times.ratio),
      ]
    }
  }

  /// `work` counts pairs of samples times patterns.
  static func grams() throws -> [[String]] {
    try table(
      PatternComparisons.grams + PatternComparisons.weightedGrams,
      ["Gram matrix, n x d x P", "seconds", "Gbit/s", "syrk s", "/ syrk"]
    ) { work, times in
      [
        String(format: "%.6f", times.kernel), String(format: "%.0f", work / times.kernel * 1e-9),
        String(format: "%.6f", times.yardstick), String(format: "%.2f", times.ratio),
      ]
    }
  }

  static func shrink() throws -> [[String]] {
    try table(
      ShrinkComparisons.small + ShrinkComparisons.large,
      ["step, P x d", "seconds", "GB/s", "copy GB/s", "/ copy"]
    ) { work, times in
      [
        String(format: "%.6f", times.kernel), String(format: "%.1f", work / times.kernel * 1e-9),
        String(format: "%.1f", work / times.yardstick * 1e-9), String(format: "%.2f", times.ratio),
      ]
    }
  }

  private static func table(
    _ list: [NamedComparison], _ head: [String], _ cells: (Double, Comparison.Times) -> [String]
  ) throws -> [[String]] {
    try [head]
      + list.map { named in
        let comparison = try named.make()
        return [named.name] + cells(comparison.work, comparison.times())
      }
  }
}
