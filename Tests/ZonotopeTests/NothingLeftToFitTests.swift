import Testing

@testable import Zonotope

/// What is free fits all there is: the network has nothing to do, and zero is proved.
@Suite struct NothingLeftToFitTests {
  @Test(arguments: [LossCase.squared, .huber, .absolute, .logistic, .hinge, .softmax3], [true, false])
  func theOptimumIsZero(term: LossCase, gated: Bool) throws {
    var random = Xoshiro256(seed: 4)
    let x = (0..<20).map { _ in (0..<3).map { _ in random.nextNormal() } }
    let line = x.map { $0[0] - 2 * $0[1] + 0.5 * $0[2] }
    let y: [[Double]] =
      switch term {
      // Classes that planes through zero tell apart.
      case .logistic, .hinge: line.map { [$0 > 0 ? 1 : -1] }
      case .softmax3: x.map { row in [Double(row.indices.max { row[$0] < row[$1] }!)] }
      default: line.map { [$0] }
      }
    var options = TwoLayerOptions(), settings = SolverSettings()
    options.skip = true
    settings.threads = 1
    let data = try Dataset(x: MatrixView(x), y: MatrixView(y))
    let patterns = PatternSelection.sampled(count: 12, seed: 1)
    let result =
      try gated
      ? GatedReLU(patterns: patterns, options: options)
        .train(on: data, loss: term.loss(), beta: .absolute(0.3), settings: settings)
      : ReLU(patterns: patterns, options: options)
        .train(on: data, loss: term.loss(), beta: .absolute(0.3), settings: settings)
    #expect(result.solution.status == .optimal)
    #expect(result.solution.objective < 1e-13 && result.solution.relativeGap == 0)
    #expect(result.network.neurons.isEmpty)
  }
}
