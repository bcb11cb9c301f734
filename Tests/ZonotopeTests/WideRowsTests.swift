import Testing

@testable import Zonotope

/// Rows longer than twice their number, of which programs see coordinates in a basis: a rotation of short rows among many
/// columns changes neither optimum nor answers.
@Suite struct WideRowsTests {
  /// Short rows (n, r), and the same turned into d columns patch by patch.
  private static func rows(
    _ n: Int, _ r: Int, _ d: Int, patches: Int = 1
  ) throws -> (short: MatrixView, wide: MatrixView) {
    var random = Xoshiro256(seed: 31)
    let short = try MatrixView(
      (0..<n * patches * r).map { _ in random.nextNormal() }, rows: n, columns: patches * r)
    var basis: [[Double]] = []
    while basis.count < r {
      var row = (0..<d).map { _ in random.nextNormal() }
      for _ in 0..<2 {
        for other in basis {
          let product = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for j in 0..<d { row[j] -= product * other[j] }
        }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      basis.append(row.map { $0 / length })
    }
    var wide = [Double](repeating: 0, count: n * patches * d)
    for k in 0..<n * patches {
      for i in 0..<r {
        let value = short[k / patches, k % patches * r + i]
        for j in 0..<d { wide[k * d + j] += value * basis[i][j] }
      }
    }
    return (short, try MatrixView(wide, rows: n, columns: patches * d))
  }

  enum Kind: CaseIterable { case plain, biases, skip, leaky, patches, classes }

  @Test(arguments: Kind.allCases) func aRotationChangesNothing(kind: Kind) throws {
    var options = TwoLayerOptions()
    switch kind {
    case .plain, .classes: break
    case .biases: (options.inputBias, options.outputBias) = (true, true)
    case .skip: options.skip = true
    case .leaky: options.activation = .leaky(0.2)
    case .patches: options.patches = 2
    }
    let n = 18, (short, wide) = try Self.rows(n, 6, 120, patches: options.patches)
    var random = Xoshiro256(seed: 5)
    let masks = try (0..<7).map { _ in
      let direction = try MatrixView((0..<6).map { _ in random.nextNormal() }, rows: 6, columns: 1)
      let rows = try short.cut(into: options.patches)
      return (0..<rows.rows).map { k -> Bool in
        let products = (0..<6).map { j -> Double in rows[k, j] * direction[j, 0] }
        return products.reduce(0, +) >= 0
      }
    }
    let network = ReLU(
      patterns: .set(try PatternSet.masks(masks, samples: n * options.patches)), options: options)
    let y = (0..<n).map { short[$0, 0] * short[$0, 1] + 0.1 * random.nextNormal() }
    var settings = SolverSettings()
    (settings.tolerance, settings.threads) = (1e-10, 1)
    func train(_ x: MatrixView) throws -> TrainingResult {
      kind == .classes
        ? try network.train(
          on: Dataset(x: x, y: y.map { $0 > 0.5 ? 2 : $0 > -0.5 ? 1 : 0 }), loss: SoftmaxLoss(classes: 3),
          beta: .ratio(0.1), settings: settings)
        : try network.train(
          on: Dataset(x: x, y: y), loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    }
    #expect(try RowCoordinates(of: options.rows(of: wide), memory: .max) != nil)
    #expect(try RowCoordinates(of: options.rows(of: short), memory: .max) == nil)
    let expected = try train(short), result = try train(wide)
    #expect(result.solution.status == .optimal)
    #expect(abs(result.betaMax - expected.betaMax) <= 1e-9 * expected.betaMax)
    let objective = expected.solution.objective
    #expect(abs(result.solution.objective - objective) <= 1e-8 * objective)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9 * objective)
    let answers = try result.network.predict(wide), others = try expected.network.predict(short)
    for (a, b) in zip(answers, others) { #expect(abs(a - b) <= 1e-4 * (1 + abs(b))) }
    #expect(result.network.neurons.allSatisfy { $0.weights.count == 120 + (options.inputBias ? 1 : 0) })
  }

  /// The factor is that of the rows, zero rows and rows of any scale among them.
  @Test func coordinatesAreThoseOfTheRows() throws {
    let (_, wide) = try Self.rows(12, 4, 70)
    var values = wide.entries()
    for j in 0..<70 { (values[70 * 3 + j], values[70 * 5 + j]) = (0, 1e-150 * values[70 * 5 + j]) }
    let x = try MatrixView(values, rows: 12, columns: 70)
    let coordinates = try #require(try RowCoordinates(of: x, memory: .max))
    for k in 0..<12 {
      // A row's coordinates are weights too, and give the row back.
      let row = coordinates.weights(Array(coordinates.rows.entries()[k * 12..<(k + 1) * 12])[...])
      let length = (0..<70).reduce(0) { max($0, abs(x[k, $1])) }
      for j in 0..<70 { #expect(abs(row[j] - x[k, j]) <= 1e-13 * length) }
    }
    #expect(try RowCoordinates(of: x, memory: 8 * 12 * 82 - 1) == nil)
  }

  /// Other audits start from the weights of the network; of these rows they start anew.
  @Test func networksOnWideRowsAreAudited() throws {
    let (_, wide) = try Self.rows(16, 3, 80)
    let data = try Dataset(x: wide, y: (0..<16).map { wide[$0, 0] * 8 + abs(wide[$0, 1]) })
    var settings = SolverSettings()
    (settings.seconds, settings.threads) = (2, 1)
    let result = try ReLU(patterns: .sampled(count: 6, seed: 1)).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    let audit = try result.network.audit(on: data, loss: SquaredLoss(), beta: result.beta, settings: settings)
    #expect(abs(audit.objective - result.networkObjective) <= 1e-9 * audit.objective)
    #expect(audit.ownOptimum <= audit.objective * (1 + 1e-9))
    #expect(audit.certificate.lowerBound <= audit.ownOptimum * (1 + 1e-9))
  }

  /// Other optima are those of the coordinates, with weights of the rows.
  @Test func otherOptimaHaveWeightsOfTheRows() throws {
    let (_, wide) = try Self.rows(16, 3, 80)
    let data = try Dataset(x: wide, y: (0..<16).map { wide[$0, 0] * 8 + abs(wide[$0, 1]) })
    var settings = SolverSettings()
    (settings.tolerance, settings.threads) = (1e-10, 1)
    let session = try TrainingSession(
      ReLU(patterns: .sampled(count: 12, seed: 1)), data: data, loss: SquaredLoss(), settings: settings)
    let result = try session.train(beta: .ratio(0.05))
    let other = try OptimalSet(of: result, in: session).minimumNorm()
    #expect(abs(other.networkObjective - result.networkObjective) <= 1e-8 * result.networkObjective)
    #expect(other.network.neurons.allSatisfy { $0.weights.count == 80 })
  }
}
