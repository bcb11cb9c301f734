import Testing

@testable import Zonotope

/// Losses with kinks: their Moreau envelopes, and the method of multipliers that Newton's method runs in.
@Suite struct KinkNewtonTests {
  private func envelope<L: ProximableLoss>(
    _ loss: L, sigma: Double, _ shift: [Double]
  ) -> any SmoothLoss { MoreauEnvelope(base: loss, sigma: sigma, shift: shift) }

  private struct Sample {
    let y: [Double], f: [Double], shift: [Double]
    init(_ term: LossCase, unit: Double = 1) {
      var random = Xoshiro256(seed: 9)
      y = term.targets(30, &random).map { unit * $0 }
      f = y.map { _ in 2 * unit * random.nextNormal() }
      shift = y.map { _ in 0.3 * unit * random.nextNormal() }
    }
  }

  /// min_s loss(s) + sigma/2 (f + shift - s)^2, number by number on a fine grid.
  @Test(arguments: [LossCase.hinge, .absolute, .huber], [0.3, 4])
  func theEnvelopeIsTheMinimum(term: LossCase, sigma: Double) {
    let sample = Sample(term), loss = envelope(term.loss(0.7), sigma: sigma, sample.shift)
    var expected = 0.0
    for k in sample.f.indices {
      let place = sample.f[k] + sample.shift[k]
      // The kinks of all three are at the target or beside it.
      let grid = (-40_000...40_000).map { place + 1e-4 * Double($0) } + [sample.y[k]]
      let values = grid.map { s in
        return term.value([s], [sample.y[k]], scale: 0.7) + 0.5 * sigma * (place - s) * (place - s)
      }
      expected += values.min()!
    }
    let value = loss.value(sample.f, sample.y)
    #expect(value <= expected + 1e-12 && value >= expected - 1e-6 * expected)
  }

  @Test(arguments: [LossCase.hinge, .absolute, .huber], [0.3, 4])
  func itsGradientAndCurvatureAreDerivatives(term: LossCase, sigma: Double) {
    let sample = Sample(term), loss = envelope(term.loss(0.7), sigma: sigma, sample.shift)
    let z = loss.gradient(sample.f, sample.y), h = loss.curvatures(sample.f, sample.y)
    #expect(loss.dual(z, sample.y).isFinite)
    for k in sample.f.indices {
      func moved(_ step: Double) -> [Double] {
        var f = sample.f
        f[k] += step
        return f
      }
      let slope = (loss.value(moved(1e-5), sample.y) - loss.value(moved(-1e-5), sample.y)) / 2e-5
      #expect(abs(slope - z[k]) < 1e-8)
      let (up, down) = (loss.gradient(moved(1e-5), sample.y)[k], loss.gradient(moved(-1e-5), sample.y)[k])
      #expect(abs((up - down) / 2e-5 - h[k]) < 1e-6 * sigma)
    }
  }

  /// Targets in another unit have kinks as sharp.
  @Test(arguments: [1e-20, 1e-6, 1e6, 1e20])
  func theCurvatureDoesNotDependOnUnits(unit: Double) {
    let plain = Sample(.absolute), scaled = Sample(.absolute, unit: unit)
    let before = envelope(AbsoluteLoss(), sigma: 0.7, plain.shift).curvatures(plain.f, plain.y)
    let after = envelope(AbsoluteLoss(), sigma: 0.7 / unit, scaled.shift).curvatures(scaled.f, scaled.y)
    #expect(before.contains { $0 > 0.69 } && before.contains { $0 < 0.01 })
    for (a, b) in zip(after, before) { #expect(abs(unit * a - b) < 1e-5) }
  }

  @Test(arguments: [1e-9, 1, 1e9], [false, true])
  func absoluteLossesReachTheSameOptimumInAnyUnit(unit: Double, skip: Bool) throws {
    let data = Example(samples: 24, features: 3, seed: 14)
    var options = TwoLayerOptions()
    options.skip = skip
    let network = GatedReLU(patterns: .masks(try data.masks(12, seed: 3)), options: options)
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    func objective(_ unit: Double) throws -> Double {
      let set = try Dataset(x: MatrixView(data.x), y: data.y.map { unit * $0 })
      let result = try network.train(on: set, loss: AbsoluteLoss(), beta: .absolute(0.4), settings: settings)
      #expect(result.solution.status == .optimal, "\(result.solution.relativeGap)")
      return result.solution.objective
    }
    let expected = unit * (try objective(1))
    #expect(abs(try objective(unit) - expected) <= 1e-9 * expected)
  }

  /// Started close by it ends at the optimum of the program.
  @Test(arguments: [LossCase.hinge, .absolute])
  func multipliersLeadToTheOptimum(term: LossCase) throws {
    let (x, patterns) = try MapTests.example(samples: 20, features: 3, gates: 8, seed: 5)
    var random = Xoshiro256(seed: 2)
    let y = term.targets(20, &random), map = try MaskedMap(x: x, patterns: patterns)
    func check<L: ProximableLoss>(_ loss: L) throws {
      let program = try ConvexProgram(
        map: map, penalty: GroupLasso(count: map.blocks, blockSize: 3), loss: loss, targets: y, beta: 0.5)
      var settings = SolverSettings()
      settings.tolerance = 1e-11
      let solution = try program.solve(settings)
      #expect(solution.status == .optimal)
      let start = solution.point.blocks.map { 0.99 * $0 }
      let multiplier = solution.dualPoint.map { 0.99 * $0 }
      var best = Double.infinity
      try start.withUnsafeBufferPointer { blocks in
        try multiplier.withUnsafeBufferPointer { z in
          try y.withUnsafeBufferPointer { targets in
            let evaluator = try Evaluator(program, Workers(threads: 1))
            try runKinkNewton(
              program, loss, targets: targets, from: blocks, free: [], multiplier: z, Workers(threads: 1),
              while: { true }
            ) { (polished, _, _) throws(ZonotopeError) in
              best = min(best, evaluator.primal(polished.values))
              return true
            }
          }
        }
      }
      #expect(abs(best - solution.objective) <= 1e-8 * solution.objective, "\(best), \(solution.objective)")
    }
    try check(term.loss())
  }
}
