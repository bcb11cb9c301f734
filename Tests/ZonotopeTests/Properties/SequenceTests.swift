import Testing

@testable import Zonotope

/// Convex attention with an output for every token, and its penalty.
@Suite struct SequenceTests {
  private static func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = Xoshiro256(seed: seed)
    return (0..<count).map { _ in random.nextNormal() }
  }

  /// By the decomposition of Moreau: what the prox takes away has the dual norm of the threshold, and pays for what it leaves.
  @Test(arguments: [1, 2, 5], [0.1, 1, 3]) func theProxLeavesWhatItsThresholdPaysFor(
    side: Int, threshold: Double
  ) throws {
    let penalty = EqualRowSums(count: 4, side: side), workers = Workers(threads: 2)
    let workspace = try penalty.makeWorkspace(threads: 2)
    let t = Self.numbers(4 * side * side, seed: UInt64(side))
    let v = try Vector(t.count), rest = try Vector(t.count)
    let summary = t.withUnsafeBufferPointer {
      penalty.prox($0, threshold: threshold, into: v.mutable, workspace, workers)
    }
    // g holds A'z, the negative of what the dual norm is of.
    for j in 0..<t.count { rest[j] = v[j] - t[j] }
    var active = 0
    for block in 0..<4 {
      let range = block * side * side..<(block + 1) * side * side
      let one = EqualRowSums(count: 1, side: side), own = try one.makeWorkspace(threads: 1)
      let part = Values(rebasing: v.values[range]), taken = Values(rebasing: rest.values[range])
      let mass = one.value(part)
      #expect(part.allSatisfy { $0 >= 0 })
      for r in 0..<side {
        let row = part[r * side..<(r + 1) * side].reduce(0, +)
        #expect(abs(row - mass) <= 1e-12 * max(1, mass))
      }
      let dual = one.dualNorm(taken, floor: 0, own, Workers(threads: 1))
      #expect(dual <= threshold * (1 + 1e-10))
      #expect(abs(dot(taken, part) + threshold * mass) <= 1e-10 * (1 + mass))
      if mass > 0 { active += 1 }
    }
    #expect(summary.active == active)
  }

  private func train(_ x: [[Double]], _ y: [[Double]], tokens: Int, beta: Beta) throws -> TrainingOutcome<
    TokenNetwork
  > {
    var settings = SolverSettings()
    settings.tolerance = 1e-9
    return try SequenceAttention(tokens: tokens).train(
      on: Dataset(x: MatrixView(x), y: MatrixView(y)), loss: SquaredLoss(), beta: beta, settings: settings)
  }

  /// X = [1; 1], Y = [1; 0], beta = 1/4: 23/64, where rows of at most one sum would give 7/32.
  @Test func rowsOfOneHeadHaveOneSum() throws {
    let result = try train([[1], [1]], [[1], [0]], tokens: 2, beta: .absolute(0.25))
    #expect(abs(result.solution.objective - 23.0 / 64) <= 1e-9)
  }

  @Test func theNetworkHasTheObjectiveOfTheProgram() throws {
    let x = (0..<12).map { Self.numbers(2, seed: UInt64($0)) }
    let y = (0..<12).map { Self.numbers(2, seed: UInt64(50 + $0)) }
    let result = try train(x, y, tokens: 3, beta: .ratio(0.1))
    #expect(result.solution.status == .optimal, "\(result.solution.relativeGap)")
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-10 * result.solution.objective)
    for head in result.network.heads {
      for a in 0..<3 { #expect(abs(head.left[3 * a..<3 * a + 3].reduce(0, +) - 1) <= 1e-12) }
    }
    #expect(try train(x, y, tokens: 3, beta: .ratio(1.001)).network.heads.isEmpty)
  }
}
