import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Of antipodal patterns one is kept, and nothing else is lost.
@Suite struct HalvedPatternTests {
  @Test(arguments: [(6, 2), (70, 3), (130, 4)])
  func oneOfTwoComplementsIsKept(samples: Int, features: Int) throws {
    var random = Xoshiro256(seed: 4)
    // Rows of zeros are on in both.
    let rows = (0..<samples).map { k in (0..<features).map { _ in k % 5 == 2 ? 0 : random.nextNormal() } }
    let x = try MatrixView(rows)
    let drawn = try PatternSet.sampled(from: x, count: 40, seed: 2)
    var masks = (0..<drawn.count).map { i in (0..<samples).map { drawn[i, $0] } }
    func complement(_ mask: [Bool]) -> [Bool] {
      mask.indices.map { rows[$0].contains { $0 != 0 } ? !mask[$0] : mask[$0] }
    }
    // Complements of some, before and after what they belong to.
    masks = [complement(masks[3])] + masks + [complement(masks[0]), complement(masks[1])]
    let all = try PatternSelection.masks(masks).patterns(of: x, memory: .max, Workers(threads: 1))
    let distinct = (0..<all.count).map { i in (0..<samples).map { all[i, $0] } }
    let halved = try all.halved(over: x)
    var expected: [[Bool]] = []
    for mask in distinct where !expected.contains(complement(mask)) { expected.append(mask) }
    #expect(halved.count == expected.count && halved.count < all.count)
    for (i, mask) in expected.enumerated() {
      #expect((0..<samples).map { halved[i, $0] } == mask)
    }
    // Both orders of the bits agree.
    for k in 0..<samples {
      for i in 0..<halved.count {
        let bit = halved.sampleBits[k * halved.sampleWords + i / 64] >> UInt64(i % 64) & 1
        #expect((bit == 1) == halved[i, k])
      }
    }
    #expect(try halved.halved(over: x).count == halved.count)
    #expect(halved.source == all.source)
  }

  @Test func gatesStayWithTheirPatterns() throws {
    var random = Xoshiro256(seed: 4)
    let x = try MatrixView((0..<9).map { _ in (0..<2).map { _ in random.nextNormal() } })
    let directions = (0..<6).map { [cos(Double($0)), sin(Double($0))] }
    let both = try MatrixView(directions + directions.map { $0.map { -$0 } })
    let all = try PatternSelection.gates(both).patterns(of: x, memory: .max, Workers(threads: 1))
    let halved = try all.halved(over: x), gates = try #require(halved.gates)
    #expect(2 * halved.count == all.count && gates.rows == halved.count)
    for i in 0..<halved.count {
      for k in 0..<9 {
        let product = x[k, 0] * gates[i, 0] + x[k, 1] * gates[i, 1]
        #expect((product >= 0) == halved[i, k])
      }
    }
  }

  @Test func rowsOfZerosAloneLeaveEverything() throws {
    let x = try MatrixView([[0, 0], [0, 0]])
    let all = try PatternSelection.masks([[true, true]]).patterns(of: x, memory: .max, Workers(threads: 1))
    #expect(try all.halved(over: x).count == 1)
  }
}
