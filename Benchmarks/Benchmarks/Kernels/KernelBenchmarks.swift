import Benchmark
import Comparisons

/// Microbenchmarks of the kernels, one thread: `swift package benchmark` in this folder.
///
/// Each reports one number once: the time of the kernel in thousandths of that of its yardstick (a plain BLAS product, a
/// copy of memory, multiply-adds on registers), both the least of half a second of turns. Thresholds for it are in
/// Thresholds/; `make bench-check` compares with them.
let benchmarks = { @Sendable in
  let thousandths = BenchmarkMetric.custom("thousandths of the yardstick", useScalingFactor: false)
  Benchmark.defaultConfiguration = .init(
    metrics: [thousandths], warmupIterations: 0, maxIterations: 1,
    thresholds: [thousandths: BenchmarkThresholds(relative: [.p90: 30])])

  let families = [
    PatternComparisons.packing, PatternComparisons.grams, PatternComparisons.weightedGrams,
    ProductComparisons.all, ShrinkComparisons.small, CellComparisons.all,
  ]
  for comparison in families.joined() {
    Benchmark("\(comparison.name)-by-\(comparison.yardstick)") { (benchmark, state: Comparison) in
      benchmark.measurement(thousandths, Int((1000 * state.times().ratio).rounded()))
    } setup: {
      try comparison.make()
    }
  }
}
