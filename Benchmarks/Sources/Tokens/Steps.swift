import CBenchmarkBLAS
import Zonotope

/// What steps cost, on one thread, in processor time: the least of many turns.
enum Steps {
  static func table() throws {
    openblas_set_num_threads(1)
    try singularValues()
    try attention()
  }

  private static func normals(_ count: Int, seed: UInt64) -> [Double] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { _ in random.nextNormal() }
  }

  /// 64 blocks of 64 x 32: their proximal step in turn with the eigendecompositions of their Gram matrices, (32, 32), alone.
  private static func singularValues() throws {
    let (count, rows, columns) = (64, 64, 32),
      penalty = NuclearNorm(count: count, rows: rows, columns: columns)
    let workers = Workers(threads: 1), workspace = try penalty.makeWorkspace(threads: 1)
    let blocks = normals(count * rows * columns, seed: 1)
    var grams = [Double](repeating: 0, count: count * columns * columns)
    for i in 0..<count {
      blocks.withUnsafeBufferPointer { blocks in
        grams.withUnsafeMutableBufferPointer { grams in
          cblas_dsyrk(
            CblasRowMajor, CblasLower, CblasTrans, Int32(columns), Int32(rows), 1,
            blocks.baseAddress! + i * rows * columns, Int32(columns), 0,
            grams.baseAddress! + i * columns * columns, Int32(columns))
        }
      }
    }
    var target = [Double](repeating: 0, count: blocks.count), copy = grams
    var values = [Double](repeating: 0, count: columns)
    let n = Int32(columns)
    var work = [Double](repeating: 0, count: 1 + 6 * columns + 2 * columns * columns)
    var integers = [Int32](repeating: 0, count: 3 + 5 * columns)
    say(
      "| threshold | blocks kept of rank | step, ms | eigendecompositions alone, ms | times |\n|---|---|---|---|---|"
    )
    // Of singular values from 2.3 to 13.7: none, most and half of them are cut off.
    for threshold in [0.5, 6.0, 10.0] {
      var best = (step: Double.infinity, yardstick: Double.infinity), rank = 0
      for _ in 0..<200 {
        var start = processorSeconds()
        let summary = blocks.withUnsafeBufferPointer { source in
          target.withUnsafeMutableBufferPointer {
            penalty.prox(source, threshold: threshold, into: $0, workspace, workers)
          }
        }
        best.step = min(best.step, processorSeconds() - start)
        rank = summary.active
        for i in copy.indices { copy[i] = grams[i] }
        start = processorSeconds()
        copy.withUnsafeMutableBufferPointer { copy in
          for i in 0..<count {
            _ = LAPACKE_dsyevd_work(
              LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), n,
              copy.baseAddress! + i * columns * columns, n, &values, &work, Int32(work.count), &integers,
              Int32(integers.count))
          }
        }
        best.yardstick = min(best.yardstick, processorSeconds() - start)
      }
      say(
        "| \(threshold) | \(fixed(Double(rank) / Double(count), 1)) | \(fixed(1e3 * best.step, 2)) | "
          + "\(fixed(1e3 * best.yardstick, 2)) | \(fixed(best.step / best.yardstick, 2)) |")
    }
    say("")
  }

  /// A step of linear attention with d = 16, c = 10, n = 1,000: the difference of two solves.
  private static func attention() throws {
    let (n, s, d, c) = (1000, 16, 16, 10)
    let x = try MatrixView(normals(n * s * d, seed: 2), rows: n, columns: s * d)
    let y = try MatrixView(normals(n * c, seed: 3), rows: n, columns: c)
    let labels = try MatrixView((0..<n).map { Double($0 % c) }, rows: n, columns: 1)
    say("| linear attention, d = 16, c = 10, n = 1,000 | ms an iteration |\n|---|---|")
    for (name, data, loss) in [
      ("squared", try Dataset(x: x, y: y), SquaredLoss() as any Loss),
      ("softmax", try Dataset(x: x, y: labels), SoftmaxLoss(classes: c)),
    ] {
      try time(loss, data, name)
    }
    say("")
  }

  private static func time(_ loss: some Loss, _ data: Dataset, _ name: String) throws {
    var best = [Double](repeating: .infinity, count: 2)
    for _ in 0..<5 {
      for (which, iterations) in [40, 140].enumerated() {
        var settings = SolverSettings()
        (settings.kind, settings.threads, settings.tolerance) = (.admm, 1, 1e-15)
        settings.iterations = iterations
        let session = try TrainingSession(
          Attention(tokens: 16, pooled: true), data: data, loss: loss, settings: settings)
        let start = processorSeconds()
        _ = try session.train(beta: .ratio(0.1))
        best[which] = min(best[which], processorSeconds() - start)
      }
    }
    say("| \(name) | \(fixed(1e3 * (best[1] - best[0]) / 100, 2)) |")
  }
}
