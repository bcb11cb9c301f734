import Testing

@testable import Zonotope

@Suite struct CrossValidationTests {
  /// The same by a loop over the parts, each beta a solve of its own.
  private func loop<A: PathTrainable>(
    _ architecture: A, _ data: Dataset, _ loss: some Loss, _ settings: PathSettings, strata: [Double]?
  ) throws -> [(mean: Double, error: Double, accuracy: Double)] where A.Rows == MatrixView {
    let folds = try Folds(settings.folds, rows: data.samples, strata: strata, seed: settings.seed)
    let all = try Standardization(learning: data.x).applied(to: data.x)
    let full = try architecture.session(
      on: Dataset(x: all, y: data.y), loss: loss, settings: settings.solver)
    return try settings.grid.ratios.map { ratio in
      var losses: [Double] = [], right = 0
      for fold in 0..<settings.folds {
        let rows = try data.rows(folds.training(fold)), held = try data.rows(folds.heldOut[fold])
        let scaling = try Standardization(learning: rows.x)
        let beta = ratio * full.betaMax * Double(rows.samples) / Double(data.samples)
        let result = try architecture.session(
          on: Dataset(x: scaling.applied(to: rows.x), y: rows.y), loss: loss, settings: settings.solver
        ).train(beta: .absolute(beta))
        let outputs = try result.network.predict(scaling.applied(to: held.x))
        for (f, y) in zip(outputs, held.y.entries()) {
          losses.append(loss is LogisticLoss ? softplus(-y * f) : 0.5 * (f - y) * (f - y))
          if (f >= 0) == (y > 0) { right += 1 }
        }
      }
      // Parts of equal size.
      let size = losses.count / settings.folds
      var means: [Double] = []
      for fold in 0..<settings.folds {
        means.append(losses[fold * size..<(fold + 1) * size].reduce(0, +) / Double(size))
      }
      let mean = means.reduce(0, +) / Double(means.count)
      var variance = 0.0
      for value in means { variance += (value - mean) * (value - mean) / Double(means.count - 1) }
      return (mean, (variance / Double(means.count)).squareRoot(), Double(right) / Double(losses.count))
    }
  }

  @Test func partsHaveRoomWhateverTheThreads() throws {
    let data = try PathData.regression(), network = GatedReLU(patterns: .sampled(count: 20, seed: 1))
    var settings = try PathData.settings()
    // The least power of two that the path itself takes on three threads: a part's share of it is too little.
    (settings.solver.memory, settings.solver.threads) = (1024, 3)
    while (try? network.path(on: data, loss: SquaredLoss(), settings: settings)) == nil {
      settings.solver.memory = try #require(settings.solver.memory) * 2
    }
    settings.folds = 4
    let curves = try [1, 2, 3].map { threads in
      settings.solver.threads = threads
      return try network.path(on: data, loss: SquaredLoss(), settings: settings).validation
    }
    #expect(curves[0]?.points.allSatisfy { $0.folds == 4 } == true)
    #expect(curves[1] == curves[0] && curves[2] == curves[0])
  }

  private func compare<A: PathTrainable>(
    _ architecture: A, _ data: Dataset, _ loss: some Loss, strata: [Double]? = nil
  ) throws where A.Rows == MatrixView {
    var settings = try PathData.settings(folds: 4)
    settings.standardizes = true
    let path = try architecture.path(on: data, loss: loss, settings: settings)
    let curve = try #require(path.validation)
    #expect(curve.folds == 4 && curve.points.allSatisfy { $0.folds == 4 })
    for (point, expected) in zip(curve.points, try loop(architecture, data, loss, settings, strata: strata)) {
      let found = try #require(point.loss)
      #expect(abs(found.mean - expected.mean) <= 1e-4 * expected.mean, "\(point.ratio)")
      #expect(abs(found.standardError - expected.error) <= 1e-3 * expected.error)
      if let accuracy = point.accuracy {
        #expect(abs(accuracy.mean - expected.accuracy) < 1e-12)
      } else {
        #expect(strata == nil)
      }
    }
    #expect(try path.standardization == Standardization(learning: data.x))
  }

  @Test func itIsALoopOverTheParts() throws {
    try compare(
      ReLU(patterns: .sampled(count: 15, seed: 1), outputBias: true), PathData.regression(),
      SquaredLoss(scale: 3))
    let classes = try PathData.classes()
    try compare(
      GatedReLU(patterns: .sampled(count: 15, seed: 1), outputBias: true), classes, LogisticLoss(),
      strata: classes.y.entries())
    try compare(OneDimensionalNetwork(activation: .relu), PathData.line(32), SquaredLoss())
  }

  @Test func softmaxAndSeveralOutputsAreValidated() throws {
    let data = try PathData.regression(30, outputs: 2)
    let network = GatedReLU(patterns: .sampled(count: 10, seed: 1), outputBias: true)
    let vector = try network.path(on: data, loss: SquaredLoss(), settings: PathData.settings(folds: 3))
    #expect(vector.validation?.points.allSatisfy { $0.accuracy == nil && $0.folds == 3 } == true)
    let labels = try Dataset(x: data.x, y: (0..<30).map { Double($0 % 3) })
    let choice = try GatedReLU(patterns: .sampled(count: 10, seed: 1)).path(
      on: labels, loss: SoftmaxLoss(classes: 3), settings: PathData.settings([3, 0.3], folds: 3))
    // Far above betaMax there is no network, and all classes are equally likely: log 3.
    let first = try #require(choice.validation?.points.first?.loss)
    #expect(abs(first.mean - 1.0986122886681098) < 1e-12 && first.standardError < 1e-12)
    #expect(choice.validation?.points.allSatisfy { $0.accuracy != nil } == true)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    var settings = try PathData.settings(folds: 3)
    let network = ReLU(patterns: .sampled(count: 20, seed: 1), outputBias: true),
      data = try PathData.regression()
    let one = try network.path(on: data, loss: SquaredLoss(), settings: settings)
    for threads in [2, 5] {
      settings.solver.threads = threads
      let several = try network.path(on: data, loss: SquaredLoss(), settings: settings)
      #expect(several.validation == one.validation)
      #expect(several.stages.map(\.result.network) == one.stages.map(\.result.network))
    }
  }

  @Test func partsAreEvenAndStratifiedAndRepeatable() throws {
    let strata: [Double] = (0..<53).map { (k: Int) -> Double in k % 7 == 0 ? 1 : k % 2 == 0 ? 0 : 2 }
    let folds = try Folds(5, rows: 53, strata: strata, seed: 9)
    #expect(folds.heldOut.flatMap { $0 }.sorted() == Array(0..<53))
    #expect(folds.heldOut.map(\.count).sorted() == [10, 10, 11, 11, 11])
    for label in [0.0, 1, 2] {
      let counts = folds.heldOut.map { $0.filter { strata[$0] == label }.count }
      #expect(counts.max()! - counts.min()! <= 1)
    }
    #expect(try folds == Folds(5, rows: 53, strata: strata, seed: 9))
    #expect(try folds != Folds(5, rows: 53, strata: strata, seed: 10))
    #expect(folds.training(2) == (0..<53).filter { !folds.heldOut[2].contains($0) })
    let blocks = try Folds(3, rows: 12, seed: 1, rowsPerSample: 2)
    for part in blocks.heldOut { #expect(part.count == 4 && part.allSatisfy { part.contains($0 ^ 1) }) }
    #expect(throws: ZonotopeError.self) { try Folds(2, rows: 5, strata: [0, 0, 0, 0, 1]) }
    #expect(throws: ZonotopeError.self) { try Folds(6, rows: 5) }
  }

  private func curve(_ losses: [(Double, Double)], folds: [Int]? = nil) -> ValidationCurve {
    ValidationCurve(
      folds: 5, seed: 0,
      points: losses.enumerated().map { k, loss in
        .init(
          ratio: 1 / Double(k + 1), folds: folds?[k] ?? 5,
          loss: .init(mean: loss.0, standardError: loss.1))
      })
  }

  @Test func theRuleTakesTheLargestBetaWithinOneError() {
    let made = curve([(9, 1), (6.1, 1), (5.4, 2), (5.6, 0.1), (5, 0.5), (5, 3), (7, 1)])
    // 5 + 0.5 is above 5.4; the earlier of equal ones is the best.
    #expect(made.best == 4 && made.oneStandardError == 2)
    #expect(curve([(3, 0), (2, 0), (1, 0)]).oneStandardError == 2)
    #expect(curve([(1, 0.1), (2, 0)]).oneStandardError == 0)
    // Points that not all parts have reached are no candidates.
    let cut = curve([(9, 1), (8, 1), (1, 1)], folds: [5, 5, 4])
    #expect(cut.best == 1 && cut.oneStandardError == 0)
    #expect(curve([]).best == nil && curve([(1, 1)], folds: [0]).oneStandardError == nil)
  }

  @Test func meansAreThoseOfAllRows() throws {
    // Parts of 1 and 3 rows with means 4 and 8: 7 over all rows.
    let estimate = try #require(ValidationCurve.Estimate(means: [4, 8], rows: [1, 3]))
    #expect(estimate.mean == 7 && abs(estimate.standardError - 3.0.squareRoot()) < 1e-12)
    #expect(ValidationCurve.Estimate(means: [4], rows: [2])?.standardError == .infinity)
    #expect(ValidationCurve.Estimate(means: [], rows: []) == nil)
  }
}
