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
    map.gram(into: gram.mutable, Workers(threads: 2))
    for i in 0..<samples {
      for j in 0...i {
        let (got, want) = (gram[i * samples + j], expected[i * samples + j])
        #expect(abs(got - want) <= 1e-11 * (1 + abs(want)), "(\(i), \(j))")
      }
    }
  }
}
