import Zonotope

/// Linear attention with d = c = 100: 10^8 unknowns, at 0.3 betaMax and to a gap of 1e-2, from heads alone within a gigabyte.
enum FactoredTable {
  static func table() throws {
    let (n, s, d, c) = (1000, 16, 100, 100)
    var random = Xoshiro256(seed: 9)
    let x = try MatrixView((0..<n * s * d).map { _ in random.nextNormal() }, rows: n, columns: s * d)
    let attention = Attention(tokens: s, pooled: true)
    var settings = SolverSettings()
    (settings.threads, settings.tolerance, settings.memory) = (1, 1e-2, 1_000_000_000)
    let noise = (0..<n * c).map { _ in random.nextNormal() }
    do {
      _ = try attention.train(
        on: Dataset(x: x, y: MatrixView(noise, rows: n, columns: c)), loss: SquaredLoss(), beta: .ratio(0.3),
        settings: settings)
    } catch { say("in full: \(error)\n") }
    settings.kind = .factored
    // Five heads with normal factors, by the definition of the layer; noise of a tenth of their deviation, or noise alone.
    var y = [Double](repeating: 0, count: n * c)
    for _ in 0..<5 {
      let w = (0..<d * d).map { _ in random.nextNormal() }, v = (0..<d * c).map { _ in random.nextNormal() }
      for i in 0..<n { add(head: w, v, of: (0..<s * d).map { x[i, $0] }, to: &y, i, s: s, d: d, c: c) }
    }
    let deviation = (y.reduce(0) { $0 + $1 * $1 } / Double(y.count)).squareRoot()
    for k in y.indices { y[k] = y[k] / deviation + 0.1 * noise[k] }
    say(
      "| targets | relative gap | heads | steps | solve, seconds | all, seconds | MB |\n|---|---|---|---|---|---|---|"
    )
    for (name, values) in [("five heads and noise", y), ("noise", noise)] {
      let start = processorSeconds()
      let result = try attention.train(
        on: Dataset(x: x, y: MatrixView(values, rows: n, columns: c)), loss: SquaredLoss(), beta: .ratio(0.3),
        settings: settings)
      say(
        "| \(name) | \(short(result.solution.relativeGap)) | \(result.network.heads.count) "
          + "| \(result.solution.iterations) | \(fixed(result.solution.seconds, 1)) "
          + "| \(fixed(processorSeconds() - start, 1)) | \(peakMegabytes()) |")
    }
    say("")
  }

  private static func add(
    head w: [Double], _ v: [Double], of x: [Double], to y: inout [Double], _ i: Int, s: Int, d: Int, c: Int
  ) {
    var h = [Double](repeating: 0, count: d), g = h
    for p in 0..<s {
      for a in 0..<d {
        let value = x[p * d + a] / Double(s)
        for k in 0..<d { h[k] += value * w[k * d + a] }
      }
    }
    for q in 0..<s {
      var score = 0.0
      for k in 0..<d { score += x[q * d + k] * h[k] }
      for l in 0..<d { g[l] += score * x[q * d + l] }
    }
    for l in 0..<d {
      for o in 0..<c { y[i * c + o] += g[l] * v[l * c + o] }
    }
  }
}
