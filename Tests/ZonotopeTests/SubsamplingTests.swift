import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct SubsamplingTests {
  /// I_x(1, b) = 1 - (1 - x)^b, I_x(a, 1) = x^a, I_x(1/2, 1/2) = (2 / pi) asin sqrt x, and I_x(2, 3) by hand.
  @Test func incompleteBetaHasItsClosedForms() {
    for x in [1e-9, 0.01, 0.3, 0.5, 0.77, 0.999] {
      for b in [0.5, 1, 3, 40] as [Double] {
        let tail = pow(1 - x, b)
        #expect(abs(incompleteBeta(x, 1, b) - (1 - tail)) < 1e-13)
        #expect(abs(incompleteBeta(x, b, 1) - pow(x, b)) < 1e-13)
      }
      #expect(abs(incompleteBeta(x, 0.5, 0.5) - 2 / Double.pi * asin(x.squareRoot())) < 1e-13)
      #expect(abs(incompleteBeta(x, 2, 3) - x * x * (6 - 8 * x + 3 * x * x)) < 1e-13)
    }
    #expect(incompleteBeta(0, 2, 3) == 0 && incompleteBeta(1, 2, 3) == 1)
  }

  /// No success in n trials: 1 - failure^(1 / n). And the definition, by adding up the binomial distribution.
  @Test func binomialBounds() {
    #expect(abs(binomialUpperBound(successes: 0, trials: 100, failure: 0.05) - (1 - pow(0.05, 0.01))) < 1e-12)
    #expect(binomialUpperBound(successes: 7, trials: 7, failure: 0.05) == 1)
    #expect(binomialUpperBound(successes: 0, trials: 0, failure: 0.05) == 1)
    let p = binomialUpperBound(successes: 3, trials: 20, failure: 0.1)
    var total = 0.0, term = pow(1 - p, 20)
    for k in 0...3 {
      total += term
      term *= Double(20 - k) / Double(k + 1) * p / (1 - p)
    }
    #expect(abs(total - 0.1) < 1e-10)
  }

  /// In the plane a cap is 2 phi of 2 pi; on the sphere (1 - cos phi) / 2.
  @Test func capsHaveTheirClosedForms() {
    for angle in [0.01, 0.4, 1.5, 2.2] {
      #expect(abs(SubsamplingGuarantee.capFraction(angle: angle, rank: 2) - angle / .pi) < 1e-12)
      #expect(abs(SubsamplingGuarantee.capFraction(angle: angle, rank: 3) - (1 - cos(angle)) / 2) < 1e-12)
    }
    #expect(SubsamplingGuarantee.capFraction(angle: 0.1, rank: 1) == 0.5)
  }

  @Test func anglesAndGatesAreInverse() throws {
    let x = try normalRows(20, 4, seed: 91)
    let guarantee = try SubsamplingGuarantee(gates: 5000, on: x, neurons: 3, confidence: 0.9)
    #expect(guarantee.rank == 4)
    let gates = SubsamplingGuarantee.gates(angle: guarantee.angle, rank: 4, neurons: 3, confidence: 0.9)
    #expect(abs(gates - 5000) <= 1)
    let more = try SubsamplingGuarantee(gates: 50_000, on: x, neurons: 3, confidence: 0.9)
    #expect(more.angle < guarantee.angle)
  }

  @Test func theSingularValueIsBounded() throws {
    // Orthogonal columns of lengths 5, 3 and 1, and a row space of one direction.
    let x = try MatrixView([[5, 0, 0], [0, 3, 0], [0, 0, 1], [0, 0, 0]])
    let bound = try SubsamplingGuarantee(gates: 10, on: x).largestSingularValue
    #expect(bound >= 5 && bound <= 5 * 1.025)
    let ones = try MatrixView(Array(repeating: 1, count: 50), rows: 10, columns: 5)
    let rank1 = try SubsamplingGuarantee(gates: 10, on: ones).largestSingularValue
    #expect(rank1 >= 50.0.squareRoot() && rank1 <= 50.0.squareRoot() * 1.025)
  }

  /// The promise against what it speaks of: programs over sampled patterns and over all of them.
  @Test func subsampledOptimaKeepThePromise() throws {
    let x = try normalRows(7, 2, seed: 92)
    let data = try Dataset(x: x, y: [1, -0.5, 0.3, 2, -1, 0.7, 0.1])
    let beta = 0.4
    let best = try ReLU(patterns: .all).train(on: data, loss: SquaredLoss(), beta: .absolute(beta))
    for count in [4, 30, 300] {
      let sampled = try ReLU(patterns: .sampled(count: count, seed: 2))
        .train(on: data, loss: SquaredLoss(), beta: .absolute(beta))
      let guarantee = try SubsamplingGuarantee(gates: count, on: x)
      let bound = guarantee.squaredLossBound(optimum: best.solution.objective, beta: beta)
      #expect(sampled.solution.objective <= bound * (1 + 1e-6))
    }
    let fine = try SubsamplingGuarantee(gates: 1_000_000, on: x)
    #expect(
      fine.squaredLossBound(optimum: best.solution.objective, beta: beta) < 1.01 * best.solution.objective)
    #expect(fine.factor(beta: beta, lipschitz: 1) < 1.01)
  }

  /// The vertices of the zonotope of two unit vectors are the corners of a square.
  @Test func verticesAreSumsOfRows() throws {
    let x = try MatrixView([[1, 0], [0, 1]])
    let cells = try Arrangement(of: x).cells(memory: 1 << 20)
    let vertices = try cells.vertices(of: x)
    let corners = Set((0..<4).map { "\(vertices[$0, 0]) \(vertices[$0, 1])" })
    #expect(corners == ["0.0 0.0", "1.0 0.0", "0.0 1.0", "1.0 1.0"])
  }
}
