import Testing

@testable import Zonotope

/// Masked maps with any slopes and several outputs, against the matrix they stand for.
@Suite struct MaskedMapTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var samples: Int, features: Int, gates: Int, outputs: Int
    var activation: Activation
    var joined = false
    var testDescription: String {
      "\(samples) x \(features), \(gates) gates, \(outputs) outputs, \(activation.on)/\(activation.off) \(joined)"
    }
  }

  static let shapes = [
    Activation.relu, .abs, .leaky(0.3), Activation(on: -0.5, off: 2), Activation(on: 0, off: 1),
  ]
  .flatMap { activation in
    [(5, 2, 7, 1), (24, 3, 14, 3), (70, 4, 130, 2), (13, 9, 65, 10)].flatMap { n, d, p, c in
      [false, true].map {
        Shape(samples: n, features: d, gates: p, outputs: c, activation: activation, joined: $0)
      }
    }
  }

  private static func map(_ shape: Shape) throws -> (map: MaskedMap, matrix: [[Double]]) {
    let (x, patterns) = try MapTests.example(
      samples: shape.samples, features: shape.features, gates: shape.gates, seed: 3)
    let map = try MaskedMap(
      x: x, patterns: patterns, activation: shape.activation, outputs: shape.outputs,
      joinsOutputs: shape.joined)
    let (d, c) = (shape.features, shape.outputs)
    // Columns are patterns, outputs, features, whatever of them is a block.
    let matrix = (0..<shape.samples * c).map { row -> [Double] in
      let (k, output) = (row / c, row % c)
      return (0..<patterns.count * c * d).map { column in
        let (i, o, j) = (column / (c * d), column / d % c, column % d)
        let slope = patterns[i, k] ? shape.activation.on : shape.activation.off
        return o == output ? slope * x[k, j] : 0
      }
    }
    return (map, matrix)
  }

  private static func random(_ count: Int, _ seed: UInt64) throws -> Vector {
    var random = Xoshiro256(seed: seed)
    let vector = try Vector(count)
    for k in 0..<count { vector[k] = random.nextNormal() }
    return vector
  }

  private static func transposed(_ matrix: [[Double]]) -> [[Double]] {
    matrix[0].indices.map { j in matrix.map { $0[j] } }
  }

  private func expectClose(_ got: [Double], _ expected: [Double], _ tolerance: Double) {
    let size = 1 + Naive.norm(expected)
    #expect(got.count == expected.count)
    #expect(zip(got, expected).allSatisfy { abs($0 - $1) <= tolerance * size })
  }

  @Test(arguments: shapes)
  func productsAreThoseOfTheMatrix(shape: Shape) throws {
    let (map, matrix) = try Self.map(shape), workers = Workers(threads: 2)
    let workspace = try map.makeWorkspace(threads: 2)
    let z = try Self.random(map.blocks * map.blockSize, 1), r = try Self.random(map.fitSize, 2)
    let f = try Vector(map.fitSize), g = try Vector(z.count)
    map.forward(z.values, into: f.mutable, workspace, workers)
    map.adjoint(r.values, into: g.mutable, workspace, workers)
    let transposed = Self.transposed(matrix)
    expectClose(f.array, matrix.map { Naive.dot($0, z.array) }, 1e-13)
    expectClose(g.array, transposed.map { Naive.dot($0, r.array) }, 1e-13)
    let (left, right) = (dot(f.values, r.values), dot(z.values, g.values))
    #expect(abs(left - right) <= 1e-12 * norm(f.values) * norm(r.values))

    let norms = (0..<map.blocks).map {
      Naive.norm(Array(g.array[$0 * map.blockSize..<($0 + 1) * map.blockSize]))
    }
    let largest = map.largestBlockNorm(r.values, scratch: g.mutable, workspace, workers)
    #expect(abs(largest - norms.max()!) <= 1e-12 * largest)
  }

  @Test(arguments: shapes)
  func columnsAreThoseOfTheMatrix(shape: Shape) throws {
    let (map, matrix) = try Self.map(shape), size = map.blockSize
    let direction = try Self.random(size, 5), f = try Vector(map.fitSize)
    for block in [0, map.blocks / 2, map.blocks - 1] {
      map.column(block, direction.values, into: f.mutable)
      expectClose(
        f.array, matrix.map { Naive.dot(Array($0[block * size..<(block + 1) * size]), direction.array) },
        1e-14)
      let paired = PairedMap(map), twin = try Vector(map.fitSize)
      paired.column(block + map.blocks, direction.values, into: twin.mutable)
      #expect(twin.array == f.array.map { -$0 })
    }
  }

  @Test(arguments: shapes)
  func severalColumnsAreThoseOneByOne(shape: Shape) throws {
    let (map, _) = try Self.map(shape), size = map.blockSize, paired = PairedMap(map)
    let directions = try Self.random(3 * size, 6), all = try Vector(3 * map.fitSize)
    let one = try Vector(map.fitSize)
    for block in [0, map.blocks - 1, 2 * map.blocks - 1] {
      paired.columns(block, directions.values, into: all.mutable)
      for i in 0..<3 {
        paired.column(
          block, Values(rebasing: directions.values[i * size..<(i + 1) * size]), into: one.mutable)
        expectClose(Array(all.array[i * map.fitSize..<(i + 1) * map.fitSize]), one.array, 1e-14)
      }
    }
  }

  @Test(arguments: shapes)
  func rowsOfTheGramMatrixAreThoseOfTheWhole(shape: Shape) throws {
    let (map, _) = try Self.map(shape), n = shape.samples, paired = PairedMap(map)
    let gram = try Vector(n * n)
    try paired.gram(into: gram.mutable, Workers(threads: 1))
    for start in stride(from: 0, to: n, by: 7) {
      let range = start..<min(n, start + 7), rows = try Vector(range.count * range.upperBound)
      paired.gramRows(range, into: rows.pointer, stride: range.upperBound)
      for i in range {
        for j in 0...i {
          let value = rows[(i - start) * range.upperBound + j], whole = gram[i * n + j]
          #expect(abs(value - whole) <= 1e-12 * (1 + abs(whole)))
        }
      }
    }
  }

  @Test(arguments: shapes)
  func theGramMatrixIsThatOfEveryOutput(shape: Shape) throws {
    let (map, matrix) = try Self.map(shape), n = shape.samples, c = shape.outputs
    let gram = try Vector(n * n), paired = try Vector(n * n)
    map.gram(into: gram.mutable, Workers(threads: 2))
    try PairedMap(map).gram(into: paired.mutable, Workers(threads: 2))
    for i in 0..<n {
      for j in 0...i {
        for o in Set([0, c - 1]) {
          let expected = Naive.dot(matrix[i * c + o], matrix[j * c + o])
          #expect(abs(gram[i * n + j] - expected) <= 1e-11 * (1 + abs(expected)))
        }
        #expect(paired[i * n + j] == 2 * gram[i * n + j])
        if c > 1 { #expect(Naive.dot(matrix[i * c], matrix[j * c + 1]) == 0) }
      }
    }
  }

  @Test(arguments: shapes)
  func singlePrecisionIsCloseAtAnyScale(shape: Shape) throws {
    let (map, matrix) = try Self.map(shape), workers = Workers(threads: 2)
    let products = try #require(try map.makeSingleProducts(threads: 2))
    for unit in [1e-40, 1, 1e40] {
      let z = try Self.random(map.blocks * map.blockSize, 1), r = try Self.random(map.fitSize, 2)
      for j in 0..<z.count { z[j] *= unit }
      for k in 0..<r.count { r[k] *= unit }
      let f = try Vector(map.fitSize), g = try Vector(z.count)
      products.forward(z.values, into: f.mutable, workers)
      products.adjoint(r.values, into: g.mutable, workers)
      let size = unit * Double(z.count + r.count).squareRoot() * 10
      for (got, row) in zip(f.array, matrix) { #expect(abs(got - Naive.dot(row, z.array)) <= 1e-6 * size) }
      for (got, row) in zip(g.array, Self.transposed(matrix)) {
        #expect(abs(got - Naive.dot(row, r.array)) <= 1e-6 * size)
      }
    }
  }
}
