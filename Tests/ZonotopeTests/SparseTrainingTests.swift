import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Training on sparse rows: the optima, weights and predictions of the same rows with their zeros, without the memory of these.
@Suite struct SparseTrainingTests {
  /// Every loss with the norms that its outputs allow, each with some of the other options.
  private static let cases: [NetworkCase] = {
    var cases: [NetworkCase] = [], bits = 0
    for term in LossCase.allCases where term != .softmax10 {
      for outputs in term.isSoftmax ? [term.outputs] : [1, 3] {
        for norm in outputs > 1 ? OutputNorm.allCases : [.perClass] {
          let activation = NetworkCase.activations[bits % NetworkCase.activations.count]
          // A linear network has nothing to add to a skip connection.
          let isLinear = activation.on == activation.off
          cases.append(
            NetworkCase(
              activation: activation, term: term, outputs: outputs, norm: norm,
              skip: bits & 4 > 0 && !isLinear,
              inputBias: bits & 1 > 0, outputBias: bits & 2 > 0))
          bits += 1
        }
      }
    }
    return cases
  }()

  /// About four entries in ten, an empty row and an empty column.
  private static func rows(_ count: Int, _ columns: Int, seed: UInt64) -> [[Double]] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { k in
      (0..<columns).map { j in
        random.nextUniform() < 0.4 && k != 3 && j != 2 ? random.nextNormal() : 0
      }
    }
  }

  private struct Pair {
    let dense: Dataset
    let sparse: SparseDataset
    let loss: any ProximableLoss

    init(_ network: NetworkCase, rows: Int = 40, columns: Int = 6) throws {
      var random = Xoshiro256(seed: 5)
      let x = try MatrixView(SparseTrainingTests.rows(rows, columns, seed: 11))
      let y = network.term.targets(rows * network.outputs / network.term.outputs, &random)
      let targets = try MatrixView(y, rows: rows, columns: y.count / rows)
      dense = try Dataset(x: x, y: targets)
      sparse = try SparseDataset(x: SparseMatrix(x), y: targets)
      loss = network.term.loss(1)
    }
  }

  private static let patterns = PatternSelection.sampled(count: 7, seed: 4)

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: cases) private func optimaAreThoseOfTheDenseRows(network: NetworkCase) throws {
    let data = try Pair(network)
    var settings = SolverSettings()
    (settings.tolerance, settings.threads) = (1e-12, 1)
    let expected = try GatedReLU(patterns: Self.patterns, options: network.options).train(
      on: data.dense, loss: data.loss, beta: .ratio(0.1), settings: settings)
    let result = try SparseGatedReLU(patterns: Self.patterns, options: network.options).train(
      on: data.sparse, loss: data.loss, beta: .ratio(0.1), settings: settings)
    #expect(abs(result.betaMax - expected.betaMax) <= 1e-12 * expected.betaMax)
    #expect(result.patternCount == expected.patternCount && result.patternSource == .sampled)
    let size = abs(expected.solution.objective)
    #expect(abs(result.solution.objective - expected.solution.objective) <= 1e-10 * size)
    #expect(result.solution.gap <= 1e-10 * size && result.certificate.scope == .givenPatterns)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-10 * size)
    let fit = try result.network.predict(data.sparse.x), other = try expected.network.predict(data.dense.x)
    #expect(try fit == result.network.predict(data.dense.x))
    #expect(fit.count == other.count)
    // Where the optimum is one point, it is as far away as the root of the gap.
    if network.term.isSmooth, network.activation.on != network.activation.off {
      #expect(distance(result.solution.point.blocks, expected.solution.point.blocks) <= 1e-5)
    }
  }

  @Test(arguments: cases) private func aPointIsTheSameNetwork(network: NetworkCase) throws {
    let data = try Pair(network), one = Workers(threads: 1)
    let outputs = try data.loss.targets(of: data.dense).count / 40
    let gated = GatedReLU(patterns: Self.patterns, options: network.options)
    let sparse = SparseGatedReLU(patterns: Self.patterns, options: network.options)
    let (a, b) = (
      try gated.formulation(of: data.dense.x, outputs: outputs, memory: .max, one),
      try sparse.formulation(of: data.sparse.x, outputs: outputs, memory: .max, one)
    )
    #expect((0..<a.patterns.count).map(a.patterns.text) == (0..<b.patterns.count).map(b.patterns.text))
    var random = Xoshiro256(seed: 3)
    let point = BlockPoint(
      blocks: (0..<a.map.blocks * a.map.blockSize).map { _ in random.nextNormal() },
      free: (0..<(a.free?.columns.columns ?? 0) * outputs).map { _ in random.nextNormal() })
    // Weights, gates, biases, and the hash of the rows.
    #expect(try gated.network(at: point, of: a) == sparse.network(at: point, of: b))
  }

  // MARK: Memory

  /// Bytes that large arrays take at a time.
  private final class Meter: Sendable {
    private let bytes = Guarded((live: 0, peak: 0, sizes: [UnsafeMutableRawPointer: Int]()))

    var peak: Int { bytes.withLock { $0.peak } }

    var allocator: Allocator {
      Allocator { [self] size in
        guard let block = calloc(1, size) else { return nil }
        bytes.withLock {
          $0.live += size
          $0.peak = max($0.peak, $0.live)
          $0.sizes[block] = size
        }
        return block
      } release: { [self] block in
        bytes.withLock { $0.live -= $0.sizes.removeValue(forKey: block) ?? 0 }
        free(block)
      }
    }
  }

  /// 20,000 rows of 20,000 columns, which would be 3.2 GB with their zeros, by 50 gates: 1,000,000 unknowns.
  @Test func memoryIsThatOfTheEntriesAndTheUnknowns() throws {
    let n = 20_000, each = 10
    var random = Xoshiro256(seed: 2)
    var places: [Int] = [], values: [Double] = []
    for _ in 0..<n {
      let chosen = Set((0..<each).map { _ in Int.random(in: 0..<n, using: &random) }).sorted()
      places += chosen + (chosen.count..<each).map { _ in -1 }
      values += (0..<each).map { _ in random.nextNormal() }
    }
    var starts = [0], rows: [Int] = [], entries: [Double] = []
    for k in 0..<n {
      for t in k * each..<(k + 1) * each where places[t] >= 0 {
        rows.append(places[t])
        entries.append(values[t])
      }
      starts.append(rows.count)
    }
    let x = try SparseMatrix(rows: n, columns: n, p: starts, i: rows, x: entries).transposed()
    let data = try SparseDataset(x: x, y: (0..<n).map { _ in random.nextNormal() })
    var settings = SolverSettings()
    (settings.threads, settings.iterations, settings.memory) = (1, 5, 600 << 20)
    let meter = Meter(), architecture = SparseGatedReLU(patterns: .sampled(count: 50, seed: 1))
    let result = try meter.allocator.providing { () throws(ZonotopeError) in
      try architecture.train(on: data, loss: SquaredLoss(), beta: .ratio(0.3), settings: settings)
    }
    #expect(result.solution.dual > 0 && result.solution.objective < result.solution.dual * 1.5)
    #expect(meter.peak < 15 * 8 * 50 * n, "\(meter.peak) bytes")
    // A face of so wide a block is no system to solve, and its basis is never made.
    let formulation = try architecture.formulation(of: x, outputs: 1, memory: .max, Workers(threads: 1))
    let program = try ConvexProgram(
      map: formulation.map, penalty: formulation.penalty, loss: SquaredLoss(), targets: data.y.entries(),
      beta: result.beta)
    #expect(program.faceMemory == 0)
    #expect(try program.dualNewtonMemory(isFactored: false, threads: 1) > 8 * 50 * n * n)
    settings.memory = 20 << 20
    #expect(throws: ZonotopeError.self) {
      try architecture.train(on: data, loss: SquaredLoss(), beta: .ratio(0.3), settings: settings)
    }
  }

  // MARK: What is refused

  @Test func whatNeedsTheZerosIsRefusedByName() throws {
    let data = try Pair(NetworkCase()).sparse
    func key(_ patterns: PatternSelection, _ change: (inout TwoLayerOptions) -> Void = { _ in }) throws
      -> String?
    {
      var options = TwoLayerOptions()
      change(&options)
      return try refusedKey {
        _ = try SparseGatedReLU(patterns: patterns, options: options).train(
          on: data, loss: SquaredLoss(), beta: .ratio(0.1))
      }
    }
    #expect(try key(.all) == "model.patterns")
    #expect(try key(Self.patterns) { $0.grows = true } == "model.grow")
    #expect(try key(Self.patterns) { $0.patches = 2 } == "model.patches")
    #expect(try key(Self.patterns) == nil)
    #expect(throws: ZonotopeError.self) { try key(.gates(MatrixView([[1, 2]]))) }
    var settings = SolverSettings(), options = TwoLayerOptions()
    (settings.memory, options.skip) = (3000, true)
    let error = #expect(throws: ZonotopeError.self) {
      try SparseGatedReLU(patterns: .gates(MatrixView([[1, 2, 3, 4, 5, 6]])), options: options).train(
        on: data, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings)
    }
    #expect("\(error!)".contains("skip connection"))
    #expect(throws: ZonotopeError.self) { try SparseDataset(x: data.x, y: [1, 2]) }
  }

  /// Products that vanish in real numbers, but not in rounded ones, and the other way round.
  @Test func signsAreExact() throws {
    let x = try MatrixView([[0.1, 0, 0.2, -0.3], [1e16, 1, -1e16, 0], [0, 0, 0, 0], [0.3, -0.1, 0, 0.7]])
    let gates = try MatrixView([[1, 5, 1, 1], [1, 1, 1, 1], [1, -1, 1, 1], [-1, 3, 1, 0], [1, 0, 1, 1]])
    let expected = try PatternSet.gates(gates, on: x), patterns = try SparseMatrix(x).patterns(of: gates)
    #expect((0..<expected.count).map(expected.text) == (0..<patterns.count).map(patterns.text))
  }

  /// A mask says nothing about other rows, whichever way these are stored.
  @Test func masksBelongToTheTrainingRows() throws {
    let data = try Pair(NetworkCase(outputBias: true))
    let masks = (0..<3).map { i in (0..<40).map { ($0 * 7 + i) % 5 < 2 } }
    let result = try SparseGatedReLU(patterns: .masks(masks)).train(
      on: data.sparse, loss: SquaredLoss(), beta: .ratio(0.1))
    #expect(try result.network.predict(data.sparse.x) == result.network.predict(data.dense.x))
    let other = try data.sparse.x.gathering(rows: Array((0..<40).reversed()))
    #expect(throws: ZonotopeError.self) { try result.network.predict(other) }
  }

  // MARK: Paths, plans, problems

  @Test func pathsAreThoseOfTheDenseRows() throws {
    let data = try Pair(NetworkCase())
    var settings = PathSettings()
    (settings.grid, settings.folds, settings.standardizes) = (try BetaGrid(ratios: [0.5, 0.1]), 2, false)
    (settings.solver.tolerance, settings.solver.threads) = (1e-10, 1)
    let sparse = SparseGatedReLU(patterns: Self.patterns), dense = GatedReLU(patterns: Self.patterns)
    let path = try sparse.path(on: data.sparse, loss: SquaredLoss(), settings: settings)
    let expected = try dense.path(on: data.dense, loss: SquaredLoss(), settings: settings)
    for (a, b) in zip(path.stages, expected.stages) {
      #expect(abs(a.result.solution.objective - b.result.solution.objective) <= 1e-9 * b.result.beta + 1e-9)
    }
    let (a, b) = (try #require(path.validation), try #require(expected.validation))
    for (p, q) in zip(a.points, b.points) {
      let (loss, other) = (try #require(p.loss), try #require(q.loss))
      #expect(abs(loss.mean - other.mean) <= 1e-4 * other.mean)
    }
    settings.standardizes = true
    let scaled = try sparse.path(on: data.sparse, loss: SquaredLoss(), settings: settings)
    #expect(scaled.standardization?.shifts == false)
  }

  private static func text(_ count: Int) -> String {
    var random = Xoshiro256(seed: 8)
    return rows(count, 9, seed: 6).map { row in
      let sign = row[0] - row[1] + 0.3 * random.nextNormal() > 0 ? "+1" : "-1"
      return row.enumerated().reduce(into: sign) {
        if $1.element != 0 { $0 += " \($1.offset + 1):\($1.element)" }
      }
    }.joined(separator: "\n")
  }

  private static func file(_ text: String, columns: Int? = nil) throws -> LibsvmFile {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try LibsvmFile(bytes, name: "rows", columns: columns)
    }
  }

  @Test func plansScaleColumnsWithoutShiftingThem() throws {
    let file = try Self.file(Self.text(80), columns: 200)
    var plan = TrainingPlan(target: "")
    (plan.gated, plan.loss, plan.penalty) = (true, .logistic, .fixed(.ratio(0.05)))
    plan.settings.threads = 1
    let report = try plan.run(on: file), card = report.model.card
    let scales = try #require(card.preprocessing.standardization)
    #expect(
      scales.means == [Double](repeating: 0, count: 200) && scales.scales[2] == 1 && scales.scales[9] == 1)
    #expect(
      card.preprocessing.classes == ["-1", "1"] && card.preprocessing.target == nil && report.baseline == nil)
    #expect(try #require(card.run?.trainScore) > 0.8 && report.result.solution.status == .optimal)
    // The raw rows, in both ways, and from the file of the model.
    let outputs = try report.model.predict(file.x)
    #expect(try outputs == report.model.predict(file.x.dense()))
    let again = try Model(bytes: report.model.encode(), file: "model")
    #expect(again == report.model)
    #expect(try again.predict(file.x) == outputs)
    // Scales are roots of mean squares of the training rows.
    plan.testFraction = 0
    let all = try #require(plan.run(on: file).model.card.preprocessing.standardization).scales
    let squares = (0..<80).reduce(0) { $0 + file.x[$1, 4] * file.x[$1, 4] }
    #expect(abs(all[4] * all[4] * 80 - squares) <= 1e-12 * squares)
  }

  /// A model that shifts columns predicts sparse rows as well, some at a time.
  @Test func anyModelPredictsSparseRows() throws {
    let file = try Self.file(Self.text(60)), dense = try file.x.dense()
    var text = "y,a,b,c,d,e,f,g,h,i\n"
    for k in 0..<60 {
      text += "\(file.y[k])," + (0..<9).map { "\(dense[k, $0])" }.joined(separator: ",") + "\n"
    }
    let table = try CSVTable(bytes: Array(text.utf8), file: "table")
    var plan = TrainingPlan(target: "y")
    (plan.penalty, plan.settings.threads) = (.fixed(.ratio(0.2)), 1)
    let model = try plan.run(on: table).model
    #expect(model.card.preprocessing.standardization?.shifts == true)
    #expect(try model.predict(file.x) == model.predict(dense))
  }
}
