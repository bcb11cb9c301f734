import Testing

@testable import Zonotope

/// Gap-safe screening of patterns, and the strong rule between values of beta.
@Suite struct ScreeningTests {
  /// Many patterns, so that working sets have something to leave out.
  private func program(
    _ loss: some SmoothLoss, seed: UInt64
  ) throws -> (map: MaskedMap, penalty: GroupLasso, targets: [Double]) {
    var random = Xoshiro256(seed: seed)
    let n = 40, d = 3
    let x = try MatrixView((0..<n * d).map { _ in random.nextNormal() }, rows: n, columns: d)
    let gates = try MatrixView((0..<90 * d).map { _ in random.nextNormal() }, rows: 90, columns: d)
    let patterns = try PatternSelection.gates(gates).patterns(
      of: x, memory: 1 << 30, Workers(threads: 1))
    let map = try MaskedMap(x: x, patterns: patterns)
    let targets = (0..<n).map { k in loss is LogisticLoss ? (k % 3 == 0 ? -1.0 : 1) : random.nextNormal() }
    return (map, GroupLasso(count: map.blocks, blockSize: d), targets)
  }

  /// At every look of a run of FISTA on working sets, down to gaps of rounding.
  @Test(arguments: [0.5, 0.1, 0.02], [UInt64(1), 2, 3])
  func noActivePatternIsDiscarded(ratio: Double, seed: UInt64) throws {
    try neverDiscards(SquaredLoss(scale: 0.2), ratio, seed)
    try neverDiscards(LogisticLoss(), ratio, seed)
  }

  private func neverDiscards<L: SmoothLoss & ProximableLoss>(_ loss: L, _ ratio: Double, _ seed: UInt64)
    throws
  {
    let (map, penalty, targets) = try program(loss, seed: seed)
    let zero = try ConvexProgram(map: map, penalty: penalty, loss: loss, targets: targets, beta: 0)
    let problem = try zero.with(beta: ratio * zero.betaMax(threads: 1))
    var settings = SolverSettings()
    (settings.kind, settings.tolerance, settings.threads) = (.admm, 1e-11, 1)
    let answer = try problem.solve(settings)
    #expect(answer.status == .optimal)
    let active = Set(
      (0..<map.patterns.count).filter { i in answer.point.blocks[3 * i..<3 * i + 3].contains { $0 != 0 } })
    let evaluator = try Evaluator(problem, Workers(threads: 1))
    var set = try WorkingSet(evaluator, from: nil, tolerance: 1e-12, precision: .double)
    var fewest = map.patterns.count
    for _ in 0..<2000 where set.outerGap > 1e-10 {
      set.advance(upTo: .max)
      let alive = Set(set.screen?.alive ?? [])
      #expect(active.isSubset(of: alive))
      fewest = min(fewest, alive.count)
    }
    // It does discard, once the gap is small.
    if ratio >= 0.1 { #expect(set.outerGap < 1e-4 && fewest <= map.patterns.count / 2) }
  }

  @Test func theRadiusIsThatOfTheGap() {
    var screen = GapSafeScreen(units: 4, gain: 2, beta: 1, curvatureBound: 0.5)
    // sqrt(2 * 0.5 * 0.04) * 2 = 0.4
    let norms = [0.59, 0.61, 1, 0.1]
    let isShorter = norms.withUnsafeBufferPointer { screen.discard(norms: $0, scale: 1, gap: 0.04) }
    #expect(isShorter && screen.alive == [1, 2])
    let again = [0.61, 1].withUnsafeBufferPointer { screen.discard(norms: $0, scale: 1, gap: 0.04) }
    #expect(!again)
    let useless = [0.0, 0].withUnsafeBufferPointer { screen.discard(norms: $0, scale: 1, gap: .infinity) }
    #expect(!useless)
  }

  /// Against power steps, which come from below.
  @Test(arguments: [1, 4, 30]) func theBoundOfTheNormHoldsAndIsClose(columns: Int) throws {
    var random = Xoshiro256(seed: 4)
    let x = try MatrixView((0..<50 * columns).map { _ in random.nextNormal() }, rows: 50, columns: columns)
    var v = (0..<columns).map { _ in random.nextNormal() }, norm = 0.0
    for _ in 0..<500 {
      let image = (0..<50).map { k in (0..<columns).reduce(0) { $0 + x[k, $1] * v[$1] } }
      let back = (0..<columns).map { j in (0..<50).reduce(0) { $0 + x[$1, j] * image[$1] } }
      let length = back.reduce(0) { $0 + $1 * $1 }.squareRoot()
      norm = length.squareRoot()
      v = back.map { $0 / length }
    }
    let bound = x.spectralBound()
    #expect(bound >= norm * (1 - 1e-12) && bound <= 1.25 * norm)
  }

  /// A path of betas over one session ends at the optima of separate solves.
  @Test func aPathEndsAtTheSameOptima() throws {
    var random = Xoshiro256(seed: 11), settings = SolverSettings()
    (settings.kind, settings.tolerance, settings.threads) = (.fista, 1e-8, 1)
    let x = try MatrixView((0..<60 * 3).map { _ in random.nextNormal() }, rows: 60, columns: 3)
    let data = try Dataset(x: x, y: (0..<60).map { _ in random.nextNormal() })
    let network = GatedReLU(patterns: .sampled(count: 200, seed: 3))
    let session = try TrainingSession(network, data: data, loss: SquaredLoss(), settings: settings)
    for ratio in [0.5, 0.35, 0.25, 0.1] {
      let warm = try session.train(beta: .ratio(ratio))
      let cold = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
      #expect(warm.solution.status == .optimal)
      #expect(
        abs(warm.solution.objective - cold.solution.objective) <= 2e-8 * cold.solution.objective)
    }
  }
}
