import Testing

@testable import Zonotope

@Suite struct StaircaseTests {
  /// The same network with every unit on its own.
  private func writtenOut(_ network: ParallelNetwork) -> ParallelNetwork {
    var result = ParallelNetwork(
      activation: network.activation, features: network.features, depth: network.depth, bias: network.bias)
    for unit in 0..<network.units { result.append(network[unit]) }
    return result
  }

  private static let networks = [OneDimensionalNetwork.Activation.threshold, .sign].flatMap { activation in
    [true, false].flatMap { bias in
      [
        OneDimensionalNetwork(
          activation: activation, depth: 4, shape: .rectangular, widths: [20, 3], outputBias: bias),
        OneDimensionalNetwork(
          activation: activation, depth: 4, shape: .tree, widths: [4, 5], outputBias: bias),
      ]
    }
  }

  @Test(arguments: networks)
  func unitsAddUpToTheStaircase(_ network: OneDimensionalNetwork) throws {
    for (seed, shift) in [(3, 0.0), (4, 9), (5, -9)] as [(UInt64, Double)] {
      let problem = LineCase(12, seed: seed)
      let data = try Dataset(
        x: MatrixView(problem.x, rows: 12, columns: 1), y: problem.y.map { $0 + shift })
      let found = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(0.05)).network
      let staircase = try #require(found.staircase), all = writtenOut(found)
      #expect(all.units == found.units && found.units > 1 && all.staircase == nil)
      #expect(staircase.units == found.units)
      #expect(abs(all.penalty - found.penalty) <= 1e-13 * found.penalty)
      let places = problem.x + staircase.cuts + staircase.cuts.map(\.nextDown) + [-100, 100]
      let x = try MatrixView(places, rows: places.count, columns: 1)
      let values = try zip(found.predict(x), all.predict(x))
      #expect(values.allSatisfy { abs($0 - $1) <= 1e-13 * (20 + abs($1)) })
      #expect(Set(all.breakpoints).isSubset(of: found.breakpoints))
    }
  }

  @Test func rowsInSpaceShareADirection() throws {
    var numbers = Xoshiro256(seed: 8)
    var rows = (0..<40).map { _ in (0..<3).map { _ in numbers.nextNormal() } }
    rows += rows[..<7]
    let y = rows.map { $0[0] * $0[1] + numbers.nextNormal() }
    let network = ThresholdNetwork(
      patterns: .shattered, depth: 3, widths: [39], inputBias: true, hiddenBias: true)
    let result = try network.train(
      on: Dataset(x: MatrixView(rows), y: y), loss: SquaredLoss(), beta: .ratio(0.02))
    #expect(result.solution.status == .optimal)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-10)
    let all = writtenOut(result.network), x = try MatrixView(rows)
    let values = try zip(result.network.predict(x), all.predict(x))
    #expect(values.allSatisfy { abs($0 - $1) <= 1e-12 })
    #expect(abs(all.penalty - result.network.penalty) <= 1e-12)
  }

  /// Written out, the units would have half a billion thresholds.
  @Test func manyUnitsTakeLinearMemory() throws {
    var numbers = Xoshiro256(seed: 1)
    let n = 30_000, x = (0..<n).map { _ in numbers.nextNormal() }, y = x.map { $0 + numbers.nextNormal() }
    let network = ThresholdNetwork(
      patterns: .shattered, depth: 3, widths: [n], inputBias: true, hiddenBias: true)
    var settings = SolverSettings()
    settings.memory = 100 << 20
    let result = try network.train(
      on: Dataset(x: MatrixView(x, rows: n, columns: 1), y: y), loss: SquaredLoss(), beta: .ratio(0.001),
      settings: settings)
    let fit = try result.network.predict(MatrixView(x, rows: n, columns: 1))
    #expect(result.solution.status == .optimal && result.network.units > n / 2)
    #expect(result.network.units == Set(fit).subtracting([0]).count)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-10 * result.networkObjective)
    let (high, low) = (fit.max() ?? 0, fit.min() ?? 0)
    #expect(zip(fit, y).allSatisfy { $0 == max(low, min(high, $1)) })
  }

  @Test func numbersThatAreNoStaircaseAreRefused() throws {
    func make(
      _ cuts: [Double], _ heights: [Double], _ range: [Double], sign: Bool = false, children: [Int] = []
    ) throws -> Staircase? {
      try Staircase(
        checking: SwitchUnit(isSign: sign, depth: 3, children: children), cuts: cuts, heights: heights,
        range: range)
    }
    #expect(try make([1, 2], [0, 3, -1], [0, 3])?.units == 2)
    #expect(try make([1, 2], [0, 3, -1], [0, 3], children: [2])?.units == 2)
    #expect(try make([1, 2], [0, 3, -1], [0, 3], children: [1]) == nil)
    #expect(try make([1, 2], [0, 3, -1], [0, 3], children: [2, 2]) == nil)
    #expect(try make([1, 2], [0, 3, -1], [0, 3], sign: true) == nil)
    #expect(try make([2, 1], [0, 3, -1], [0, 3]) == nil)
    #expect(try make([1, 2], [0, 3], [0, 3]) == nil)
    #expect(try make([1, 2], [0, 3, -1], [0, 2]) == nil)
    #expect(try make([1, 2], [0, 3, -1], [0]) == nil)
  }
}
