import Testing

@testable import Zonotope

/// The orthonormal basis of free columns, and what is computed with it.
@Suite struct FreeBlockTests {
  private static let samples = 9

  enum Shape: String, CaseIterable, Sendable { case constant, constantAndMore, independent, dependent, wide }

  /// Rows of S: a constant first, columns that depend on others, zeros, more columns than rows.
  private static func columns(_ shape: Shape) -> [[Double]] {
    var random = Xoshiro256(seed: 6)
    return (0..<samples).map { _ in
      let (a, b, c) = (random.nextNormal(), random.nextNormal(), random.nextNormal())
      switch shape {
      case .constant: return [1]
      case .constantAndMore: return [2, a, b]
      case .independent: return [a, b, 1e6 * c]
      case .dependent: return [0, a, b, 2 * a - b, 1e-8 * c, a]
      case .wide: return (0..<samples + 3).map { _ in random.nextNormal() }
      }
    }
  }

  private static func block(_ shape: Shape) throws -> FreeBlock {
    try FreeBlock(columns: MatrixView(columns(shape)))
  }

  /// I - Q Q', from the columns of Q.
  private static func projector(_ block: FreeBlock) -> [[Double]] {
    let basis = (0..<block.rank).map { Array(block.column($0)) }
    return (0..<samples).map { i in
      (0..<samples).map { j in basis.reduce(i == j ? 1 : 0) { $0 - $1[i] * $1[j] } }
    }
  }

  @Test(arguments: Shape.allCases)
  func theBasisIsOrthonormalAndSpansTheColumns(shape: Shape) throws {
    let block = try Self.block(shape), columns = Self.columns(shape)
    let expected = [Shape.constant: 1, .constantAndMore: 3, .independent: 3, .dependent: 3, .wide: 9]
    #expect(block.rank == expected[shape])
    #expect(block.hasConstant == (shape == .constant || shape == .constantAndMore))
    #expect(block.isConstant == (shape == .constant))
    for i in 0..<block.rank {
      for j in 0...i {
        let product = Naive.dot(Array(block.column(i)), Array(block.column(j)))
        #expect(abs(product - (i == j ? 1 : 0)) <= 1e-14)
      }
    }
    let projector = Self.projector(block)
    for j in columns[0].indices {
      let column = columns.map { $0[j] }
      for row in projector { #expect(abs(Naive.dot(row, column)) <= 1e-13 * (1 + Naive.norm(column))) }
    }
  }

  @Test(arguments: Shape.allCases, [1, 3])
  func coefficientsTranslateBackAndForth(shape: Shape, outputs: Int) throws {
    let block = try Self.block(shape), columns = Self.columns(shape)
    var random = Xoshiro256(seed: 7)
    let t = (0..<block.rank * outputs).map { _ in random.nextNormal() }
    let s = t.withUnsafeBufferPointer { block.external($0, outputs: outputs) }
    #expect(s.count == columns[0].count * outputs)
    for (a, b) in zip(try block.coefficients(ofExternal: s, outputs: outputs), t) {
      #expect(abs(a - b) < 1e-10)
    }
    let fit = try Vector(Self.samples * outputs)
    t.withUnsafeBufferPointer { block.add($0, outputs: outputs, to: fit.mutable) }
    for k in 0..<Self.samples {
      for o in 0..<outputs {
        let expected = columns[0].indices.reduce(0) { $0 + columns[k][$1] * s[$1 * outputs + o] }
        #expect(abs(fit[k * outputs + o] - expected) < 1e-10)
      }
    }
    let back = try Vector(t.count)
    block.coefficients(of: fit.values, outputs: outputs, into: back.mutable)
    for (a, b) in zip(back.array, t) { #expect(abs(a - b) < 1e-13) }
    block.project(fit.mutable, outputs: outputs, scratch: back.mutable)
    for value in fit.array { #expect(abs(value) < 1e-13) }
  }

  /// The lower triangle of P K P; what is above it is neither read nor written.
  @Test(arguments: Shape.allCases)
  func theProjectedGramMatrixIsTheProduct(shape: Shape) throws {
    let block = try Self.block(shape), n = Self.samples, p = Self.projector(block)
    var random = Xoshiro256(seed: 8)
    let root = (0..<n).map { _ in (0..<n).map { _ in random.nextNormal() } }
    let k = root.map { a in root.map { Naive.dot(a, $0) } }
    let gram = try Vector(n * n)
    for i in 0..<n { for j in 0..<n { gram[i * n + j] = j <= i ? k[i][j] : .nan } }
    try block.project(gram: gram.mutable)
    for i in 0..<n {
      for j in 0..<n where j <= i {
        var expected = 0.0
        for a in 0..<n { for b in 0..<n { expected += p[i][a] * k[a][b] * p[b][j] } }
        #expect(abs(gram[i * n + j] - expected) <= 1e-12 * 30)
      }
      for j in i + 1..<max(i + 1, n) { #expect(gram[i * n + j].isNaN) }
    }
  }
}
