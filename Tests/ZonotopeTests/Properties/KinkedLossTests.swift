import Testing

@testable import Zonotope

/// Losses with kinks have many multipliers where no network, or next to none, is the optimum: they are found.
@Suite struct KinkedLossTests {
  enum Kinked: CaseIterable { case hinge, absolute }

  @Test(arguments: Kinked.allCases, [false, true])
  func smallNetworksAndNoneAreProvedOptimal(loss: Kinked, gated: Bool) throws {
    var settings = SolverSettings(), options = TwoLayerOptions()
    (settings.tolerance, settings.threads, options.outputBias) = (1e-7, 1, true)
    func status(_ data: Dataset, _ loss: some Loss, _ ratio: Double) throws -> Solution {
      let patterns = PatternSelection.sampled(count: 10, seed: 1), beta = Beta.ratio(ratio)
      return gated
        ? try GatedReLU(patterns: patterns, options: options).train(
          on: data, loss: loss, beta: beta, settings: settings
        ).solution
        : try ReLU(patterns: patterns, options: options).train(
          on: data, loss: loss, beta: beta, settings: settings
        ).solution
    }
    for seed in thinned(Array(1...12)) {
      var random = Xoshiro256(seed: UInt64(seed))
      let n = 10 + 2 * seed, d = 2 + seed % 4
      let x = try MatrixView((0..<n * d).map { _ in random.nextNormal() }, rows: n, columns: d)
      let y = (0..<n).map { _ -> Double in
        loss == .hinge ? (random.nextUniform() < 0.6 ? 1 : -1) : random.nextNormal()
      }
      for ratio in [0.95, 0.8, 0.65, 0.5, 0.35] {
        let solution =
          loss == .hinge
          ? try status(Dataset(x: x, y: y), HingeLoss(), ratio)
          : try status(Dataset(x: x, y: y), AbsoluteLoss(), ratio)
        #expect(solution.status == .optimal, "seed \(seed), \(ratio) betaMax: \(solution.relativeGap)")
      }
    }
  }
}
