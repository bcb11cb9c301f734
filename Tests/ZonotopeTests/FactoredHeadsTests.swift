import Testing

@testable import Zonotope

/// Heads trained in place of their matrix, beside the program with all of it.
@Suite struct FactoredHeadsTests {
  private static func normals(_ count: Int, seed: UInt64) -> [Double] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { _ in random.nextNormal() }
  }

  private static func vector(_ list: [Double]) throws -> Vector {
    try list.withUnsafeBufferPointer { try Vector(copying: $0) }
  }

  // MARK: Products

  /// With fewer rows than columns of features and with more, so that the map is that of products and the one that is stored.
  @Test(arguments: [false, true], [2, 40]) func productsWithHeadsAreThoseOfTheMap(pooled: Bool, samples: Int)
    throws
  {
    let network = TokenCase(
      kind: .attention, pooled: pooled, tokens: 3, features: 3, outputs: 2, samples: samples)
    let layer = try network.layer(), x = try network.x(), workers = Workers(threads: 2)
    let map = try AnyLayer(layer: layer).formulation(of: x, outputs: 2, memory: 1 << 24, workers).map
    #expect((map.products != nil) == (map.rows <= 27))
    let heads = try AttentionHeads(layer.shape(of: x, outputs: 2), tokens: 3, pooled: pooled)
    let (rows, columns, m) = (heads.rows, heads.columns, 3)
    #expect(rows * columns == map.blockSize && heads.fitSize == map.fitSize)
    let p = Self.normals(m * rows, seed: 1), q = Self.normals(m * columns, seed: 2)
    let z = (0..<rows * columns).map { k in
      (0..<m).reduce(0.0) { $0 + p[$1 * rows + k / columns] * q[$1 * columns + k % columns] }
    }
    let left = try Self.vector(p), right = try Self.vector(q),
      r = try Self.vector(
        Self.normals(map.fitSize, seed: 3))
    let workspace = try Vector(heads.workspaceSize(heads: m, threads: 2))
    let mapWorkspace = try map.makeWorkspace(threads: 2)
    let fit = try Vector(map.fitSize), expected = try Vector(map.fitSize), gradient = try Vector(z.count)
    heads.forward(left.values, right.values, heads: m, into: fit.mutable, workspace, workers)
    z.withUnsafeBufferPointer { map.forward($0, into: expected.mutable, mapWorkspace, workers) }
    for k in 0..<fit.count { #expect(abs(fit[k] - expected[k]) <= 1e-12 * (1 + 100 * abs(expected[k]))) }
    map.adjoint(r.values, into: gradient.mutable, mapWorkspace, workers)
    // M'p of the heads of the forward product and of those given, and M q.
    let others = try Vector(m * columns), again = try Vector(m * columns), ones = try Vector(m * rows)
    heads.right(of: r.values, nil, heads: m, into: others.mutable, workspace, workers)
    heads.right(of: r.values, left.values, heads: m, into: again.mutable, workspace, workers)
    heads.left(of: r.values, right.values, heads: m, into: ones.mutable, workspace, workers)
    #expect(others.array == again.array)
    for j in 0..<m {
      for b in 0..<columns {
        let sum = (0..<rows).reduce(0.0) { $0 + gradient[$1 * columns + b] * p[j * rows + $1] }
        #expect(abs(sum - others[j * columns + b]) <= 1e-10 * (1 + abs(sum)))
      }
      for a in 0..<rows {
        let sum = (0..<columns).reduce(0.0) { $0 + gradient[a * columns + $1] * q[j * columns + $1] }
        #expect(abs(sum - ones[j * rows + a]) <= 1e-10 * (1 + abs(sum)))
      }
    }
  }

  // MARK: Singular values

  private func go(
    _ pairs: inout SingularPairs, on matrix: Vector, _ rows: Int, _ columns: Int, to steps: Int
  ) throws {
    func product(_ transposed: Bool, _ x: Values, _ target: MutableValues) {
      multiply(
        matrix, rows: rows, columns: columns, transposed: transposed, x, width: 1, adding: false, into: target
      )
    }
    try pairs.run(
      to: steps, left: { product(false, $0, $1) }, right: { product(true, $0, $1) }, while: { true })
  }

  /// Few steps bound the largest singular value from above; all of them find all values.
  @Test(arguments: [(30, 50), (50, 30), (40, 1)]) func singularValuesAreBounded(rows: Int, columns: Int)
    throws
  {
    let matrix = try Self.vector(Self.normals(rows * columns, seed: 4))
    let decomposition = try SingularValues(rows, columns)
    #expect(decomposition.decompose(matrix.values))
    var random = Xoshiro256(seed: 5)
    var pairs = try SingularPairs(rows: rows, columns: columns, random: &random)
    for steps in [1, 3, 10, 1000] {
      try go(&pairs, on: matrix, rows, columns, to: steps)
      let largest = decomposition.values[0]
      #expect(pairs.values[0] <= largest * (1 + 1e-12) && largest <= pairs.bound)
    }
    for (a, b) in zip(pairs.values, decomposition.values.array) { #expect(abs(a - b) <= 1e-10 * (1 + b)) }
    #expect(pairs.values.count == min(rows, columns) && pairs.bound <= pairs.values[0] * (1 + 1e-10))
    let u = try Vector(rows), v = try Vector(columns), product = try Vector(rows)
    pairs.write(0, left: u.mutable, right: v.mutable)
    multiply(
      matrix, rows: rows, columns: columns, transposed: false, v.values, width: 1, adding: false,
      into: product.mutable)
    for k in 0..<rows { #expect(abs(product[k] - pairs.values[0] * u[k]) <= 1e-9 * pairs.values[0]) }
  }

  /// Where steps come to an end before all is found: low rank, and values so close that the start tells them apart no more.
  @Test(arguments: [1, 3, 40, 0]) func boundsHoldWhereStepsBreakDown(rank: Int) throws {
    let (rows, columns) = (60, 40), matrix = try Vector(60 * 40)
    if rank == 0 {
      for i in 0..<columns { matrix[i * columns + i] = i == 0 ? 1 + 1e-6 : 1 }
    } else {
      let a = Self.normals(rows * rank, seed: 6), b = Self.normals(columns * rank, seed: 7)
      for i in 0..<rows {
        for j in 0..<columns {
          matrix[i * columns + j] = (0..<rank).reduce(0) { $0 + a[i * rank + $1] * b[j * rank + $1] }
        }
      }
    }
    let decomposition = try SingularValues(rows, columns)
    #expect(decomposition.decompose(matrix.values))
    let largest = decomposition.values[0]
    for seed in 0..<20 as Range<UInt64> {
      var random = Xoshiro256(seed: seed)
      var pairs = try SingularPairs(rows: rows, columns: columns, random: &random)
      for steps in [1, 2, 5, 1000] {
        try go(&pairs, on: matrix, rows, columns, to: steps)
        #expect(pairs.values[0] <= largest * (1 + 1e-12) && largest <= pairs.bound, "\(seed) \(steps)")
      }
      #expect(pairs.values[0] >= largest * (1 - 1e-10) && pairs.bound <= largest * (1 + 1e-8), "\(seed)")
    }
  }

  /// The steps that are said to bound a value to within one percent do.
  @Test func stepsSayHowTightTheirBoundIs() {
    let steps = SingularPairs.steps(rows: 20_000, columns: 10_000, excess: 0.01)
    #expect((50..<400).contains(steps))
    #expect(SingularPairs.steps(rows: 20_000, columns: 10_000, excess: 0.001) > 3 * steps)
    #expect(SingularPairs.steps(rows: 7, columns: 10_000, excess: 1e-9) == 7)
  }

  // MARK: Answers

  private func expectSameOptimum(
    _ network: TokenCase, y: MatrixView? = nil, beta: Double, _ loss: some Loss
  ) throws {
    let whole = try network.train(y: y, beta: .ratio(beta), loss: loss)
    let heads = try network.train(y: y, beta: .ratio(beta), loss: loss) {
      ($0.kind, $0.tolerance) = (.factored, 1e-5)
    }
    let solution = heads.solution
    #expect(solution.status == .optimal && solution.solver == .factored, "\(solution.relativeGap)")
    #expect(abs(heads.betaMax - whole.betaMax) <= 1e-8 * whole.betaMax)
    #expect(solution.dual <= whole.solution.objective * (1 + 1e-9))
    #expect(solution.objective >= whole.solution.dual * (1 - 1e-9))
    #expect(abs(solution.objective - whole.solution.objective) <= 1e-5 * whole.solution.objective)
    #expect(abs(heads.networkObjective - solution.objective) <= 1e-9 * solution.objective)
    #expect(heads.certificate.scope == .allNeurons && solution.point.blocks.isEmpty)
  }

  @Test(arguments: [false, true], [0.3, 0.03]) func squaresHaveTheOptimumOfTheWholeProgram(
    pooled: Bool, beta: Double
  ) throws {
    try expectSameOptimum(
      TokenCase(kind: .attention, pooled: pooled, tokens: 4, features: 4, outputs: 3, samples: 20),
      beta: beta, SquaredLoss())
  }

  @Test func classesHaveTheOptimumOfTheWholeProgram() throws {
    let network = TokenCase(
      kind: .attention, pooled: true, tokens: 4, features: 4, outputs: 3, samples: 20)
    let labels = try MatrixView((0..<20).map { Double($0 % 3) }, rows: 20, columns: 1)
    try expectSameOptimum(network, y: labels, beta: 0.1, SoftmaxLoss(classes: 3))
  }

  @Test func thereAreNoHeadsAboveBetaMax() throws {
    let network = TokenCase(kind: .attention, pooled: true, features: 3, samples: 6)
    let result = try network.train(beta: .ratio(1.001)) { $0.kind = .factored }
    #expect(result.solution.status == .optimal && result.network.heads.isEmpty)
  }

  // MARK: Limits

  private static let large = TokenCase(
    kind: .attention, pooled: true, tokens: 5, features: 12, outputs: 12, samples: 60)

  @Test func aBudgetTooSmallForTheMatrixNamesTheSolverThatIsNot() throws {
    let message = #expect(throws: ZonotopeError.self) {
      try Self.large.train(beta: .ratio(0.3)) { $0.memory = 2_000_000 }
    }
    #expect(message?.description.contains("\"factored\"") == true, "\(message?.description ?? "")")
    let result = try Self.large.train(beta: .ratio(0.3)) {
      ($0.kind, $0.tolerance, $0.memory) = (.factored, 1e-2, 2_000_000)
    }
    #expect(result.solution.relativeGap <= 1e-2 && !result.network.heads.isEmpty)
    #expect(throws: ZonotopeError.self) {
      try Self.large.train(beta: .ratio(0.3)) { ($0.kind, $0.memory) = (.factored, 100_000) }
    }
  }

  @Test func aLimitEndsItWithTheGapItHas() throws {
    let few = try Self.large.train(beta: .ratio(0.1)) { ($0.kind, $0.iterations) = (.factored, 3) }
    #expect(few.solution.status == .iterationLimit && few.solution.iterations == 3)
    #expect(few.solution.relativeGap > 0 && few.solution.dual > 0)
    let cancellation = Cancellation()
    cancellation.cancel()
    let none = try Self.large.train(beta: .absolute(1)) {
      ($0.kind, $0.cancellation) = (.factored, cancellation)
    }
    #expect(none.solution.status == .cancelled && none.solution.iterations == 0)
  }

  @Test func otherLayersAndLossesAreRefused() throws {
    for kind in [TokenLayer.Kind.mixer, .fourier(blocks: 1)] {
      #expect(throws: ZonotopeError.self) {
        try TokenCase(kind: kind).train { $0.kind = .factored }
      }
    }
    #expect(throws: ZonotopeError.self) {
      try TokenCase(gates: 2).train { $0.kind = .factored }
    }
    #expect(throws: ZonotopeError.self) {
      try TokenCase().train(loss: AbsoluteLoss()) { $0.kind = .factored }
    }
    let data = try Dataset(x: MatrixView([[1, 2], [3, 4]]), y: [1, 2])
    var settings = SolverSettings()
    settings.kind = .factored
    #expect(throws: ZonotopeError.self) {
      try ReLU(patterns: .all).train(on: data, loss: SquaredLoss(), beta: .absolute(1), settings: settings)
    }
  }
}
