import Testing

@testable import Zonotope

/// Data at the edge of what data are: the same optimum where nothing has changed, a typed error or a defined answer
/// elsewhere.
@Suite struct DegenerateDataTests {
  private static let data = Example(samples: 12, features: 2, seed: 6)

  private func expectSameOptimum(
    _ scenario: Scenario, _ changed: Example, factor: Double = 1,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let plain = try scenario.train(Self.data, .all, beta: .absolute(0.2)).solution
    let other = try scenario.train(changed, .all, beta: .absolute(0.2)).solution
    #expect(plain.status == .optimal && other.status == .optimal, sourceLocation: location)
    #expect(
      abs(other.objective - factor * plain.objective) <= 1e-9 * plain.objective, sourceLocation: location)
  }

  /// A row of zeros has an output of 0 without an output bias, whatever the network.
  @Test(arguments: Scenario.Kind.allCases) func rowsOfZeros(kind: Scenario.Kind) throws {
    let changed = Example(x: [[0, 0]] + Self.data.x + [[0, -0.0]], y: [0] + Self.data.y + [0])
    try expectSameOptimum(Scenario(kind: kind, term: .squared), changed)
  }

  /// Two halves of a row weigh as much as the row: x and y scaled by the square root of a half.
  @Test(arguments: Scenario.Kind.allCases) func repeatedRows(kind: Scenario.Kind) throws {
    let half = 0.5.squareRoot()
    let x = Self.data.x.map { $0.map { half * $0 } }, y = Self.data.y.map { half * $0 }
    try expectSameOptimum(Scenario(kind: kind, term: .squared), Example(x: x + x, y: y + y))
  }

  /// Halves of a column side by side are a rotation of it beside zeros.
  @Test(arguments: Scenario.plain) func repeatedColumns(scenario: Scenario) throws {
    let half = 0.5.squareRoot()
    let x = Self.data.x.map { row in (row + row).map { half * $0 } }
    try expectSameOptimum(scenario, Example(x: x, y: Self.data.y))
  }

  /// More columns than rows, and rows that depend on each other.
  @Test(arguments: Scenario.plain) func moreColumnsThanRows(scenario: Scenario) throws {
    for samples in [3, 7] {
      var wide = Example(samples: samples, features: 10, seed: 3)
      wide.y = wide.y.indices.map { $0.isMultiple(of: 2) ? 1 : -2 }
      var dependent = wide
      dependent.x[2] = zip(wide.x[0], wide.x[1]).map { $0 - 0.5 * $1 }
      for data in [wide, dependent] {
        let result = try scenario.train(data, .sampled(count: 100, seed: 1), beta: .ratio(0.2))
        #expect(result.solution.status == .optimal)
        #expect(result.solution.dual <= result.solution.objective)
      }
    }
    // Three rows in general position, rank 3: 2 (1 + 2 + 1) cells.
    let x = try MatrixView(Example(samples: 3, features: 10, seed: 3).x)
    #expect(try PatternSelection.all.patterns(of: x, memory: .max).count == 8)
  }

  /// No rows, no columns, no patterns, one row, one class: an error that names its place, or a finite answer.
  @Test(arguments: [0, 1, 2, 5], [0, 1, 2, 5]) func nothingAndNextToNothing(n: Int, d: Int) throws {
    for scenario in Scenario.plain {
      for patterns in [0, 1, 3] {
        for isOneClass in [false, true] {
          let x = (0..<n).map { k in (0..<d).map { Double((3 * k + 5 * $0) % 7) - 2.5 } }
          let y = (0..<n).map { isOneClass || $0.isMultiple(of: 2) ? 1.0 : -1 }
          let masks = (0..<patterns).map { i in (0..<n).map { ($0 + i) % 3 != 0 } }
          let isSound = n > 0 && d > 0 && patterns > 0 && (scenario.term == .squared || Set(y).count == 2)
          let run = { try scenario.train(Example(x: x, y: y), .masks(masks), beta: .ratio(0.5)) }
          if isSound {
            let result = try run()
            #expect(result.solution.status == .optimal && result.solution.objective.isFinite)
          } else {
            let error = #expect(throws: ZonotopeError.self, performing: run)
            guard case .invalid(let place, _)? = error else {
              Issue.record("\(String(describing: error))")
              continue
            }
            #expect(["x", "y", "patterns"].contains(place), "\(place)")
          }
        }
      }
    }
  }
}
