import Testing

@testable import Zonotope

/// Decompositions of small blocks, and the nuclear norm as a penalty, against their definitions.
@Suite struct SingularValueTests {
  private static let shapes = [(1, 1), (1, 4), (4, 1), (2, 3), (3, 2), (5, 5), (3, 40), (40, 3)]

  private static func random(_ count: Int, _ seed: UInt64) -> [Double] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { _ in random.nextNormal() }
  }

  /// The largest singular value, by power steps on A'A; from below.
  private static func largest(_ a: [Double], _ rows: Int, _ columns: Int) -> Double {
    var v = random(columns, 3), value = 0.0
    for _ in 0..<3000 {
      let u = (0..<rows).map { i in Naive.dot(Array(a[i * columns..<(i + 1) * columns]), v) }
      value = Naive.norm(u) / Naive.norm(v)
      v = (0..<columns).map { j in (0..<rows).reduce(0) { $0 + a[$1 * columns + j] * u[$1] } }
      let length = Naive.norm(v)
      guard length > 0 else { return 0 }
      v = v.map { $0 / length }
    }
    return value
  }

  @Test(arguments: shapes, [1e-30, 1, 1e30])
  func theDecompositionIsTheMatrix(shape: (Int, Int), unit: Double) throws {
    let (rows, columns) = shape, a = Self.random(rows * columns, 1).map { unit * $0 }
    let decomposition = try SingularValues(rows, columns), count = min(rows, columns)
    // Twice, because memory is used again.
    for _ in 0..<2 { #expect(a.withUnsafeBufferPointer { decomposition.decompose($0) }) }
    let sum = try Vector(a.count)
    for i in 0..<count {
      decomposition.add(decomposition.values[i], i, to: sum.mutable)
      if i > 0 { #expect(decomposition.values[i] <= decomposition.values[i - 1]) }
      for j in 0...i {
        let expected = i == j ? 1.0 : 0
        #expect(
          abs(Naive.dot(decomposition.leftVector(i), decomposition.leftVector(j)) - expected) < 1e-13)
        #expect(
          abs(Naive.dot(decomposition.rightVector(i), decomposition.rightVector(j)) - expected) < 1e-13)
      }
    }
    for (got, expected) in zip(sum.array, a) { #expect(abs(got - expected) <= 1e-13 * unit) }
    let largest = a.withUnsafeBufferPointer { decomposition.largest(of: $0) }
    let expected = Self.largest(a, rows, columns)
    #expect(largest >= expected && largest <= expected * (1 + 1e-7))
  }

  @Test func zerosAndNumbersThatAreNotFinite() throws {
    let decomposition = try SingularValues(2, 3)
    #expect([Double](repeating: 0, count: 6).withUnsafeBufferPointer { decomposition.norm(of: $0) } == 0)
    for bad in [Double.nan, .infinity] {
      let a = [1, 2, bad, 4, 5, 6]
      #expect(!a.withUnsafeBufferPointer { decomposition.decompose($0) })
      #expect(a.withUnsafeBufferPointer { decomposition.largest(of: $0) }.isNaN)
    }
  }

  /// From the Gram matrix as from the decomposition, and not at all where squares would lose too many digits.
  @Test(arguments: shapes, [1e-30, 1, 1e30]) func theFastShrinkIsThatOfTheDecomposition(
    shape: (Int, Int), unit: Double
  ) throws {
    let (rows, columns) = shape, t = Self.random(rows * columns, 4).map { unit * $0 }
    let decomposition = try SingularValues(rows, columns), fast = try SingularShrink(rows, columns)
    #expect(t.withUnsafeBufferPointer { decomposition.decompose($0) })
    let largest = decomposition.values[0]
    for share in [0.001, 0.3, 0.9, 1.1] {
      let threshold = share * largest
      let expected = try Vector(t.count), got = try Vector(t.count)
      var rank = 0, total = 0.0
      for i in 0..<decomposition.count where decomposition.values[i] > threshold {
        decomposition.add(decomposition.values[i] - threshold, i, to: expected.mutable)
        rank += 1
        total += decomposition.values[i] - threshold
      }
      let answer = t.withUnsafeBufferPointer { fast.shrink($0, threshold, into: got.mutable) }
      #expect(answer?.rank == rank)
      #expect(abs((answer?.total ?? .nan) - total) <= 1e-11 * largest)
      for (a, b) in zip(got.array, expected.array) { #expect(abs(a - b) <= 1e-11 * largest) }
    }
    let scratch = try Vector(t.count)
    #expect(t.withUnsafeBufferPointer { fast.shrink($0, 1e-5 * largest, into: scratch.mutable) } == nil)
  }

  /// t - v is threshold times a subgradient at v: its largest singular value is at most the threshold, and its product
  /// with v is the threshold times the norm of v.
  @Test(arguments: [0.0, 0.3, 1, 3, 100])
  func theProxSatisfiesItsOptimalityCondition(threshold: Double) throws {
    let penalty = NuclearNorm(count: 20, rows: 3, columns: 4), workers = Workers(threads: 2)
    var t = Self.random(240, 2)
    for j in 0..<12 { t[j] = 0 }
    // A block of rank one.
    for j in 0..<12 { t[12 + j] = Double(1 + j / 4) * Double(j % 4 - 1) }
    let v = try Vector(240), workspace = try penalty.makeWorkspace(threads: 2)
    let summary = t.withUnsafeBufferPointer {
      penalty.prox($0, threshold: threshold, into: v.mutable, workspace, workers)
    }
    let decomposition = try SingularValues(3, 4)
    var total = 0.0, ranks = 0
    for i in 0..<20 {
      let block = Array(v.array[12 * i..<12 * (i + 1)]), rest = zip(t[12 * i..<12 * (i + 1)], block).map(-)
      #expect(Self.largest(rest, 3, 4) <= threshold + 1e-12)
      let norm = block.withUnsafeBufferPointer { decomposition.norm(of: $0) }
      ranks += decomposition.values.array.filter { $0 > 1e-12 }.count
      total += norm
      #expect(abs(Naive.dot(rest, block) - threshold * norm) <= 1e-12 * (1 + threshold * norm))
    }
    #expect(abs(summary.totalNorm - total) <= 1e-12 * (1 + total))
    #expect(abs(penalty.value(v.values) - total) <= 1e-12 * (1 + total))
    if threshold > 0 { #expect(summary.active == ranks) }
  }

  /// With a floor too: never below the truth, except where that is below the floor.
  @Test func theDualNormIsTheLargestSingularValueAndNeverLess() throws {
    let penalty = NuclearNorm(count: 30, rows: 2, columns: 5), workers = Workers(threads: 2)
    let workspace = try penalty.makeWorkspace(threads: 2)
    for seed in 0..<5 as Range<UInt64> {
      let g = Self.random(300, seed)
      let truth = (0..<30).map { Self.largest(Array(g[10 * $0..<10 * ($0 + 1)]), 2, 5) }.max()!
      for floor in [0, 0.5 * truth, 2 * truth] {
        let norm = g.withUnsafeBufferPointer { penalty.dualNorm($0, floor: floor, workspace, workers) }
        if floor <= truth { #expect(norm >= truth * (1 - 1e-15)) }
        #expect(norm <= max(floor, truth * (1 + 1e-7)))
      }
      var bad = g
      bad[77] = .nan
      #expect(bad.withUnsafeBufferPointer { penalty.dualNorm($0, floor: 0, workspace, workers) }.isNaN)
    }
  }
}
