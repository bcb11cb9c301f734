import Testing

@testable import Zonotope

/// The prox and the dual norm of cone penalties remember where they were; what they return must not depend on it.
@Suite struct ConePenaltyTests {
  @Test(arguments: [(7, 2, 14), (40, 5, 30), (200, 8, 40)])
  func warmStartsDoNotChangeTheProx(samples: Int, features: Int, gates: Int) throws {
    let (x, patterns) = try MapTests.example(samples: samples, features: features, gates: gates, seed: 5)
    let penalty = try ConeGroupLasso(patterns: patterns, x: x)
    let workers = Workers(threads: 2), size = penalty.count * penalty.blockSize
    let warm = try penalty.makeWorkspace(threads: workers.threads)
    let (t, v, w) = try (Vector(size), Vector(size), Vector(size))
    var random = Xoshiro256(seed: 9)
    for j in 0..<size { t[j] = random.nextNormal() }
    for _ in 0..<20 {
      let threshold = 0.1 + random.nextUniform()
      let first = penalty.prox(t.values, threshold: threshold, into: v.mutable, warm, workers)
      let second = penalty.prox(
        t.values, threshold: threshold, into: w.mutable, try penalty.makeWorkspace(threads: workers.threads),
        workers)
      #expect(first.active == second.active)
      for j in 0..<size { #expect(abs(v[j] - w[j]) < 1e-12, "\(j / features) \(v[j]) \(w[j])") }
      let norm = penalty.dualNorm(t.values, floor: 0, warm, workers)
      let cold = penalty.dualNorm(
        t.values, floor: 0, try penalty.makeWorkspace(threads: workers.threads), workers)
      #expect(abs(norm - cold) < 1e-12)
      for j in 0..<size { t[j] += 0.3 * random.nextNormal() }
    }
  }
}
