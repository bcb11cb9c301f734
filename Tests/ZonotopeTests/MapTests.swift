import Testing

@testable import Zonotope

/// Products and Gram matrices of the structured maps against the sums they stand for.
@Suite struct MapTests {
  static func example(
    samples: Int, features: Int, gates: Int, seed: UInt64
  ) throws -> (x: MatrixView, patterns: PatternSet) {
    var random = Xoshiro256(seed: seed)
    let x = try MatrixView(
      (0..<samples * features).map { _ in random.nextNormal() }, rows: samples, columns: features)
    return (x, try PatternSet.sampled(from: x, count: gates, seed: seed))
  }

  /// A A' column by column, from the products alone.
  static func gramByProducts<Map: LinearMap>(_ map: Map) throws -> [Double] {
    let workers = Workers(threads: 1), workspace = try map.makeWorkspace(threads: 1)
    let unit = try Vector(map.samples), block = try Vector(map.blocks * map.blockSize)
    let column = try Vector(map.samples)
    var result: [Double] = []
    for k in 0..<map.samples {
      unit[k] = 1
      map.adjoint(unit.values, into: block.mutable, workspace, workers)
      map.forward(block.values, into: column.mutable, workspace, workers)
      unit[k] = 0
      result += column.array
    }
    return result
  }

  @Test(arguments: [(5, 2, 7), (24, 3, 14), (70, 4, 130), (130, 9, 65)])
  func gramIsTheProductOfTheMapWithItsAdjoint(samples: Int, features: Int, gates: Int) throws {
    let (x, patterns) = try Self.example(samples: samples, features: features, gates: gates, seed: 3)
    let map = PairedMap(try MaskedMap(x: x, patterns: patterns))
    let expected = try Self.gramByProducts(map)
    let gram = try Vector(samples * samples)
    try map.gram(into: gram.mutable, Workers(threads: 2))
    for i in 0..<samples {
      for j in 0...i {
        let (got, want) = (gram[i * samples + j], expected[i * samples + j])
        #expect(abs(got - want) <= 1e-11 * (1 + abs(want)), "(\(i), \(j))")
      }
    }
  }

  // MARK: Patches

  /// - Parameter stored: whether the features of samples are stored.
  private static func pooled(
    _ patches: Int, _ activation: Activation, outputs: Int, stored: Bool
  ) throws -> PooledMap {
    let (x, patterns) = try example(samples: 15 * patches, features: 3, gates: 150, seed: 9)
    let map = try PooledMap(
      MaskedMap(x: x, patterns: patterns, activation: activation, outputs: outputs), patches: patches,
      memory: 1 << 30, Workers(threads: 2), from: stored ? 2 : .max)
    #expect((map.singleProductsSize(threads: 1) == 0) == (stored && patches > 1))
    return map
  }

  /// Forward, adjoint, columns and norms of a map against its matrix, (samples * outputs, block space), by columns.
  private static func check(_ map: some GramMap, _ matrix: [[Double]]) throws {
    var random = Xoshiro256(seed: 4)
    let workers = Workers(threads: 2), workspace = try map.makeWorkspace(threads: 2)
    let z = try Vector(map.blocks * map.blockSize), f = try Vector(map.fitSize)
    for j in 0..<z.count { z[j] = random.nextNormal() }
    map.forward(z.values, into: f.mutable, workspace, workers)
    for k in 0..<f.count {
      let expected = (0..<z.count).reduce(0) { $0 + z[$1] * matrix[$1][k] }
      #expect(abs(f[k] - expected) <= 1e-11 * (1 + abs(expected)), "forward \(k)")
    }
    let r = try Vector(map.fitSize), g = try Vector(z.count)
    for k in 0..<r.count { r[k] = random.nextNormal() }
    map.adjoint(r.values, into: g.mutable, workspace, workers)
    for j in 0..<g.count {
      let expected = Naive.dot(matrix[j], r.array)
      #expect(abs(g[j] - expected) <= 1e-11 * (1 + abs(expected)), "adjoint \(j)")
    }
    let size = map.blockSize, values = g.array
    let norms = (0..<map.blocks).map { Naive.norm(Array(values[$0 * size..<($0 + 1) * size])) }
    let largest = map.largestBlockNorm(r.values, scratch: z.mutable, workspace, workers)
    #expect(abs(largest - norms.max()!) <= 1e-11 * largest)
    let direction = (0..<size).map { _ in random.nextNormal() }
    for block in 0..<map.blocks {
      direction.withUnsafeBufferPointer { map.column(block, $0, into: f.mutable) }
      for k in 0..<f.count {
        let expected = (0..<size).reduce(0) { $0 + direction[$1] * matrix[block * size + $1][k] }
        #expect(abs(f[k] - expected) <= 1e-11 * (1 + abs(expected)), "column \(block)")
      }
    }
    // Outputs do not meet in the Gram matrix: that of the first is everyone's.
    let n = map.samples, c = map.outputs, gram = try Vector(n * n)
    try map.gram(into: gram.mutable, workers)
    for i in 0..<n {
      for j in 0...i {
        let expected = matrix.reduce(0) { $0 + $1[i * c] * $1[j * c] }
        #expect(abs(gram[i * n + j] - expected) <= 1e-10 * (1 + abs(expected)), "gram (\(i), \(j))")
      }
    }
  }

  @Test(
    arguments: [1, 2, 5], [Activation.relu, .abs, Activation(on: 0.5, off: -2), Activation(on: 0, off: 1)])
  func pooledProductsAreSumsOverPatches(patches: Int, activation: Activation) throws {
    for (outputs, stored) in [(1, false), (2, false), (1, true), (2, true)] {
      let map = try Self.pooled(patches, activation, outputs: outputs, stored: stored), base = map.base
      var matrix: [[Double]] = []
      for i in 0..<base.patterns.count {
        for o in 0..<outputs {
          for j in 0..<base.x.columns {
            var column = [Double](repeating: 0, count: map.fitSize)
            for row in 0..<base.x.rows {
              let slope = base.patterns[i, row] ? activation.on : activation.off
              column[row / patches * outputs + o] += slope * base.x[row, j]
            }
            matrix.append(column)
          }
        }
      }
      try Self.check(map, matrix)
    }
  }

  @Test(arguments: [1, 3], [false, true])
  func denseProductsAreThoseOfTheMatrix(outputs: Int, joins: Bool) throws {
    let (wide, _) = try Self.example(samples: 40, features: 14, gates: 1, seed: 6)
    // Columns apart in memory.
    let x = try MatrixView(pointer: wide.base, rows: 40, columns: 12, stride: 14, owner: wide.owner)
    let map = try DenseMap(x: x, groupSize: 4, outputs: outputs, joinsOutputs: joins)
    #expect(map.blocks * map.blockSize == 12 * outputs)
    var matrix: [[Double]] = []
    for group in 0..<3 {
      for o in 0..<outputs {
        for j in 0..<4 {
          var column = [Double](repeating: 0, count: 40 * outputs)
          for k in 0..<40 { column[k * outputs + o] = x[k, group * 4 + j] }
          matrix.append(column)
        }
      }
    }
    try Self.check(map, matrix)
  }
}
