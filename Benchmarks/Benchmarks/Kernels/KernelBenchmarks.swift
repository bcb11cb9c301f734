import Benchmark
import CZonotope
import Zonotope

/// Microbenchmarks of the kernels, one thread: `swift package benchmark` in this folder.
let benchmarks = { @Sendable in
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], warmupIterations: 3, maxDuration: .seconds(2))

  for (n, d, p) in [(1000, 20, 100), (2000, 50, 500)] {
    let size = "\(n)x\(d)x\(p)"

    Benchmark("pack signs \(size)") { benchmark in
      var operands = Operands(n, d, p)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { operands.pack() }
    }
    Benchmark("masked forward \(size)") { benchmark in
      var operands = Operands(n, d, p)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { operands.forward() }
    }
    Benchmark("masked adjoint \(size)") { benchmark in
      var operands = Operands(n, d, p)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { operands.adjoint() }
    }
    Benchmark("group shrink \(size)") { benchmark in
      var operands = Operands(n, d, p)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { operands.shrink() }
    }
  }
}
