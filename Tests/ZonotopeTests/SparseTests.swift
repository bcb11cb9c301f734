import Testing

@testable import Zonotope

/// Sparse features: compressed columns, LIBSVM files, and masked products against those of the same matrix with its zeros.
@Suite struct SparseTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    var activation = Activation.relu
    var outputs = 1
    var joinsOutputs = false
    var testDescription: String { "\(activation.on)/\(activation.off) \(outputs) \(joinsOutputs)" }
  }

  private static let cases = [
    Case(), Case(activation: .abs), Case(activation: .leaky(0.3), outputs: 3),
    Case(outputs: 2, joinsOutputs: true),
  ]

  /// About one entry in six, an empty row and an empty column.
  private static func features(_ rows: Int, _ columns: Int, seed: UInt64) throws -> MatrixView {
    var random = Xoshiro256(seed: seed)
    var values = (0..<rows * columns).map { _ in random.nextUniform() < 0.17 ? random.nextNormal() : 0 }
    for j in 0..<columns { values[3 * columns + j] = 0 }
    for k in 0..<rows { values[k * columns + 2] = 0 }
    return try MatrixView(values, rows: rows, columns: columns)
  }

  private static func gates(_ count: Int, _ columns: Int) throws -> MatrixView {
    var random = Xoshiro256(seed: 5)
    return try MatrixView(
      (0..<count * columns).map { _ in random.nextNormal() }, rows: count, columns: columns)
  }

  private static func maps(_ shape: Case) throws -> (dense: MaskedMap, sparse: SparseMaskedMap) {
    let x = try features(70, 12, seed: 3), sparse = try SparseMatrix(x)
    let patterns = try sparse.patterns(of: gates(75, 12))
    let dense = try MaskedMap(
      x: x, patterns: patterns, activation: shape.activation, outputs: shape.outputs,
      joinsOutputs: shape.joinsOutputs)
    let other = try SparseMaskedMap(
      x: sparse, patterns: patterns, activation: shape.activation, outputs: shape.outputs,
      joinsOutputs: shape.joinsOutputs)
    return (dense, other)
  }

  private func random(_ count: Int, _ seed: UInt64) throws -> Vector {
    var random = Xoshiro256(seed: seed)
    let vector = try Vector(count)
    for k in 0..<count { vector[k] = random.nextNormal() }
    return vector
  }

  private func expectClose(_ a: Values, _ b: Values) {
    #expect(a.count == b.count)
    let size = 1 + b.reduce(0) { max($0, abs($1)) }
    for k in 0..<a.count { #expect(abs(a[k] - b[k]) <= 1e-12 * size) }
  }

  @Test(arguments: cases) private func productsAreThoseOfTheDenseMap(shape: Case) throws {
    let (dense, sparse) = try Self.maps(shape)
    #expect(sparse.blocks == dense.blocks && sparse.blockSize == dense.blockSize)
    let size = dense.blocks * dense.blockSize, z = try random(size, 1), r = try random(dense.fitSize, 2)
    let (f, g) = (try Vector(dense.fitSize), try Vector(size))
    let (otherF, otherG) = (try Vector(dense.fitSize), try Vector(size))
    let one = Workers(threads: 1), denseSpace = try dense.makeWorkspace(threads: 1)
    dense.forward(z.values, into: f.mutable, denseSpace, one)
    dense.adjoint(r.values, into: g.mutable, denseSpace, one)
    for threads in [1, 2] {
      let workers = Workers(threads: threads), space = try sparse.makeWorkspace(threads: threads)
      sparse.forward(z.values, into: otherF.mutable, space, workers)
      sparse.adjoint(r.values, into: otherG.mutable, space, workers)
      expectClose(otherF.values, f.values)
      expectClose(otherG.values, g.values)
      let norms = try Vector(75), otherNorms = try Vector(75), scratch = try Vector(size)
      dense.unitNorms(r.values, into: norms.mutable, scratch: scratch.mutable, denseSpace, one)
      sparse.unitNorms(r.values, into: otherNorms.mutable, scratch: scratch.mutable, space, workers)
      expectClose(otherNorms.values, norms.values)
      let largest = sparse.largestBlockNorm(r.values, scratch: scratch.mutable, space, workers)
      #expect(
        abs(
          largest
            - dense.largestBlockNorm(r.values, scratch: scratch.mutable, denseSpace, one)) <= 1e-12 * largest)
    }
    let direction = try random(dense.blockSize, 7)
    for block in [0, dense.blocks - 1] {
      dense.column(block, direction.values, into: f.mutable)
      sparse.column(block, direction.values, into: otherF.mutable)
      expectClose(otherF.values, f.values)
    }
  }

  @Test(arguments: cases) private func gramMatricesAreThoseOfTheDenseMap(shape: Case) throws {
    let (dense, sparse) = try Self.maps(shape), n = 70
    let gram = try Vector(n * n), other = try Vector(n * n)
    dense.gram(into: gram.mutable, Workers(threads: 1))
    sparse.gram(into: other.mutable, Workers(threads: 2))
    for i in 0..<n {
      for j in 0...i {
        #expect(abs(gram[i * n + j] - other[i * n + j]) <= 1e-12 * (1 + abs(gram[i * n + j])))
      }
    }
    let part = try sparse.restricted(to: [4, 0, 9]), whole = try dense.restricted(to: [4, 0, 9])
    let z = try random(part.blocks * part.blockSize, 3)
    let f = try Vector(part.fitSize), otherF = try Vector(part.fitSize), one = Workers(threads: 1)
    whole.forward(z.values, into: f.mutable, try whole.makeWorkspace(threads: 1), one)
    part.forward(z.values, into: otherF.mutable, try part.makeWorkspace(threads: 1), one)
    expectClose(otherF.values, f.values)
  }

  /// Working sets, ADMM and Newton's method, with the same optimum.
  @Test(arguments: [SolverKind.fista, .admm, .newton, .automatic])
  func programsHaveTheSameOptimum(kind: SolverKind) throws {
    let (dense, sparse) = try Self.maps(Case())
    let targets = try random(70, 9).list(), penalty = GroupLasso(count: 75, blockSize: 12)
    var settings = SolverSettings()
    (settings.kind, settings.tolerance, settings.threads) = (kind, 1e-9, 1)
    let zero = try ConvexProgram(
      map: dense, penalty: penalty, loss: SquaredLoss(), targets: targets, beta: 0)
    let beta = try 0.1 * zero.betaMax(threads: 1)
    let expected = try zero.with(beta: beta).solve(settings)
    let result = try ConvexProgram(
      map: sparse, penalty: penalty, loss: SquaredLoss(), targets: targets, beta: beta
    ).solve(settings)
    #expect(result.status == .optimal)
    #expect(abs(result.objective - expected.objective) <= 3e-9 * expected.objective)
  }

  @Test func patternsAreThoseOfTheDenseRows() throws {
    let x = try Self.features(40, 6, seed: 8), gates = try Self.gates(20, 6)
    let expected = try PatternSelection.gates(gates).patterns(of: x, memory: 1 << 30, Workers(threads: 1))
    let patterns = try SparseMatrix(x).patterns(of: gates)
    #expect(patterns.count == expected.count)
    for i in 0..<patterns.count { #expect(patterns.text(of: i) == expected.text(of: i)) }
  }

  // MARK: Matrices and files

  @Test func transposingTwiceGivesTheMatrix() throws {
    let x = try Self.features(9, 7, seed: 1), sparse = try SparseMatrix(x)
    let twice = try sparse.transposed().transposed()
    #expect(twice.p == sparse.p && twice.i == sparse.i && twice.x == sparse.x)
    let back = try sparse.dense(), turned = try sparse.transposed().dense()
    for k in 0..<9 { for j in 0..<7 { #expect(back[k, j] == x[k, j] && turned[j, k] == x[k, j]) } }
  }

  @Test(arguments: [
    ([0, 1], [0], [1.0]), ([0, 2, 1], [0, 1], [1, 2]), ([0, 1, 2], [0, 3], [1, 2]),
    ([0, 2, 2], [1, 0], [1, 2]), ([0, 2, 2], [1, 1], [1, 2]), ([0, 1, 2], [0, 1], [1, .nan]),
    ([0, 1, 3], [0, 1], [1, 2]), ([1, 1, 2], [0, 1], [1, 2]),
  ])
  func columnsThatDoNotFitAreRefused(p: [Int], i: [Int], x: [Double]) {
    #expect(throws: ZonotopeError.self) { try SparseMatrix(rows: 2, columns: 2, p: p, i: i, x: x) }
  }

  private func read(_ text: String, columns: Int? = nil) throws(ZonotopeError) -> LibsvmFile {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try LibsvmFile(bytes, name: "rows", columns: columns)
    }
  }

  @Test func linesOfIndexAndValueAreRows() throws {
    let file = try read("# two classes\n+1 1:0.5 3:-2 # a comment\r\n\n-1\n1  2:1e-3\t4:7")
    #expect(file.y == [1, -1, 1] && file.x.rows == 3 && file.x.columns == 4)
    let x = try file.x.dense()
    #expect(
      (0..<3).map { k in (0..<4).map { x[k, $0] } } == [[0.5, 0, -2, 0], [0, 0, 0, 0], [0, 1e-3, 0, 7]])
    #expect(try read("1 2:3", columns: 5).x.columns == 5)
  }

  @Test(arguments: [
    ("", 0, 0), ("1 1:2\nx", 2, 1), ("1 1:", 1, 5), ("1 0:1", 1, 5), ("1 2:1 2:1", 1, 9), ("1 a:1", 1, 3),
    ("1 1:1e999", 1, 5), ("1 1:2x", 1, 6), ("1 3", 1, 4), ("1 99999999999999:1", 1, 18), ("nan", 1, 1),
  ])
  func faultsNameTheirPlace(text: String, line: Int, column: Int) {
    let error = #expect(throws: ZonotopeError.self) { try read(text) }
    if line > 0 { #expect("\(error!)".hasPrefix("rows:\(line):\(column):"), "\(error!)") }
  }

  @Test func anIndexBeyondTheBudgetIsRefused() {
    let bytes = Array("1 999999999:1".utf8)
    #expect(throws: ZonotopeError.self) {
      try bytes.withUnsafeBufferPointer { try LibsvmFile($0, name: "rows", memory: 1 << 20) }
    }
  }
}
