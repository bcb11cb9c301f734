import Zonotope

/// Teachers of every kind, and students of every kind for each: samples of 8 tokens of 4 standard normal features, two outputs
/// for every token, noise of a tenth of the deviation of the outputs.
///
/// A teacher has three heads with normal factors behind each of its four gates. A student of its kind has its gates, as a
/// program has the gates it is given; the others have gates of their own, as many. Beta is the best of eight on a fifth of
/// the training samples, the answer is trained on all of them.
struct TeacherGrid {
  let seeds: Int

  private static let names = ["gated MLP", "attention", "mixer", "Fourier"]
  private let samples = 500, tokens = 8, features = 4, outputs = 2, gates = 4

  func table() throws {
    var errors = [[[Double]]](
      repeating: [[Double]](repeating: [], count: 4), count: 4)
    for seed in 0..<seeds {
      for teacher in 0..<4 {
        let row = try errorsOfStudents(of: teacher, seed: UInt64(seed))
        for student in 0..<4 { errors[teacher][student].append(row[student]) }
      }
    }
    say("| teacher, student: | \(Self.names.joined(separator: " | ")) |\n|---|---|---|---|---|")
    for teacher in 0..<4 {
      let cells = errors[teacher].map { list in
        let mean = list.reduce(0, +) / Double(list.count)
        return "\(fixed(mean, 4)) (\(fixed(list.min() ?? 0, 4))-\(fixed(list.max() ?? 0, 4)))"
      }
      say("| \(Self.names[teacher]) | \(cells.joined(separator: " | ")) |")
    }
    say("")
  }

  /// The layer of a kind with gates of a stream.
  private func layer(_ kind: Int, _ random: inout Xoshiro256) throws -> any TokenArchitecture {
    func normal(_ rows: Int, _ columns: Int) throws -> [MatrixView] {
      try (0..<gates).map { _ in
        try MatrixView((0..<rows * columns).map { _ in random.nextNormal() }, rows: rows, columns: columns)
      }
    }
    switch kind {
    case 0:
      // A network of two layers on every token by itself.
      let one = try MatrixView([1], rows: 1, columns: 1)
      return SimplexAttention(
        tokens: 1, outputs: .nuclear, gates: try normal(1, features).map { (u: one, v: $0) })
    case 1: return Attention(tokens: tokens, gates: try normal(features, features))
    case 2: return Mixer(tokens: tokens, gates: try normal(tokens, tokens))
    default: return FourierOperator(tokens: tokens, gates: try normal(1, tokens * features))
    }
  }

  private func errorsOfStudents(of teacher: Int, seed: UInt64) throws -> [Double] {
    var random = Xoshiro256(seed: seed, stream: UInt64(teacher))
    let rows = 2 * samples * tokens
    let x = try MatrixView(
      (0..<rows * features).map { _ in random.nextNormal() }, rows: rows, columns: features)
    let layers = try (0..<4).map { try layer($0, &random) }
    var y = try answers(of: layers[teacher], x, &random)
    let deviation = (y.reduce(0) { $0 + $1 * $1 } / Double(y.count)).squareRoot()
    for k in y.indices { y[k] = y[k] / deviation + 0.1 * random.nextNormal() }
    let data = try Dataset(x: x, y: MatrixView(y, rows: rows, columns: outputs))
    return try layers.map { try error(of: $0, data) }
  }

  /// What a layer with random heads makes of x.
  private func answers<A: TokenArchitecture>(
    of layer: A, _ x: MatrixView, _ random: inout Xoshiro256
  ) throws -> [Double] {
    let workers = Workers(threads: 1)
    let formulation = try layer.formulation(of: x, outputs: outputs, memory: 1 << 32, workers)
    guard case .nuclear(let norm) = formulation.penalty else { fail("no nuclear norm\n") }
    var blocks = [Double](repeating: 0, count: norm.count * norm.rows * norm.columns)
    for block in 0..<norm.count {
      for _ in 0..<3 {
        let p = (0..<norm.rows).map { _ in random.nextNormal() }
        let q = (0..<norm.columns).map { _ in random.nextNormal() }
        for i in 0..<norm.rows {
          for j in 0..<norm.columns { blocks[(block * norm.rows + i) * norm.columns + j] += p[i] * q[j] }
        }
      }
    }
    var fit = [Double](repeating: 0, count: x.rows * outputs)
    let workspace = try formulation.map.makeWorkspace(threads: 1)
    blocks.withUnsafeBufferPointer { blocks in
      fit.withUnsafeMutableBufferPointer { formulation.map.forward(blocks, into: $0, workspace, workers) }
    }
    return fit
  }

  /// The mean square error on the test samples, in variances of the answers without noise.
  private func error<A: TokenArchitecture>(of layer: A, _ data: Dataset) throws -> Double {
    let half = samples * tokens, part = half / 5 * 4
    func train(_ rows: Range<Int>) throws -> TrainingSession<A, SquaredLoss> {
      var settings = SolverSettings()
      (settings.threads, settings.tolerance) = (1, 1e-4)
      return try TrainingSession(layer, data: data.rows(Array(rows)), loss: SquaredLoss(), settings: settings)
    }
    func error(_ network: TokenNetwork, _ rows: Range<Int>) throws -> Double {
      let test = try data.rows(Array(rows)), outputs = try network.predict(test.x)
      var sum = 0.0
      for (k, value) in outputs.enumerated() {
        let difference = value - test.y[k / self.outputs, k % self.outputs]
        sum += difference * difference
      }
      return sum / Double(outputs.count)
    }
    let session = try train(0..<part)
    var best = (ratio: 1.0, error: Double.infinity)
    for ratio in [0.3, 0.1, 0.03, 0.01, 0.003, 1e-3, 3e-4, 1e-4] {
      let value = try error(session.train(beta: .ratio(ratio)).network, part..<half)
      if value < best.error { best = (ratio, value) }
    }
    return try error(train(0..<half).train(beta: .ratio(best.ratio)).network, half..<2 * half)
  }
}
