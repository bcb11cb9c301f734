import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private func angles(_ x: MatrixView) throws -> (cells: PatternSet, angles: SolidAngles) {
  let cells = try Arrangement(of: x).cells(memory: 1 << 28, witnesses: true)
  return (cells, try SolidAngles(of: cells, on: x))
}

@Suite struct SolidAngleTests {
  @Test func orthantsAreEqual() throws {
    for d in 1...3 {
      let identity = try MatrixView((0..<d).map { k in (0..<d).map { $0 == k ? 2 : 0 } })
      let found = try angles(identity).angles
      #expect(found.draws == 0 && found.fractions.count == 1 << d)
      for fraction in found.fractions { #expect(abs(fraction * Double(1 << d) - 1) < 1e-14) }
    }
  }

  /// Lines at the angles 0, 20 and 75 degrees leave sectors of 20, 55 and 105.
  @Test func sectorsOfThePlane() throws {
    let x = try MatrixView([0, 20, 75].map { [cos($0 * Double.pi / 180), sin($0 * Double.pi / 180), 0] })
    let found = try angles(x)
    let degrees = found.angles.fractions.map { $0 * 360 }.sorted()
    for (value, expected) in zip(degrees, [20, 20, 55, 55, 105, 105] as [Double]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }

  /// The mirrors of a regular solid cut the sphere into as many equal triangles as its group has elements.
  @Test func reflectionArrangementsHaveEqualCells() throws {
    let a3 = [
      [1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1], [0, 1, -1, 0], [0, 1, 0, -1], [0, 0, 1, -1],
    ].map { $0.map(Double.init) }
    let b3 = [
      [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1], [0, 1, -1],
    ].map { $0.map(Double.init) }
    for (rows, order) in [(a3, 24.0), (b3, 48)] {
      for fraction in try angles(MatrixView(rows)).angles.fractions {
        #expect(abs(fraction * order - 1) < 1e-13)
      }
    }
  }

  @Test(arguments: [(12, 3), (60, 3), (40, 2), (3, 3), (2, 3)]) func theyAddUpToTheSphere(n: Int, d: Int)
    throws
  {
    let found = try angles(normalRows(n, d, seed: 81))
    #expect(abs(found.angles.fractions.reduce(0, +) - 1) < 1e-12)
    #expect(found.angles.fractions.allSatisfy { $0 > 0 })
  }

  @Test func degenerateRowsAddUpToo() throws {
    let grid = try MatrixView((0..<25).map { [Double($0 % 5), Double($0 / 5), 1] })
    let found = try angles(grid)
    #expect(found.cells.count == 402)
    #expect(abs(found.angles.fractions.reduce(0, +) - 1) < 1e-12)
    // Opposite cells are equal.
    for i in stride(from: 0, to: found.cells.count, by: 2) {
      #expect(abs(found.angles.fractions[i] - found.angles.fractions[i + 1]) < 1e-13)
    }
  }

  @Test func agreeWithDraws() throws {
    let x = try normalRows(7, 3, seed: 82), found = try angles(x)
    let sample = try PatternSample(from: x, count: 200_000, seed: 4)
    let times = Dictionary(uniqueKeysWithValues: zip(sample.patterns.texts, sample.times))
    for (text, fraction) in zip(found.cells.texts, found.angles.fractions) {
      let error = (fraction * (1 - fraction) / 200_000).squareRoot()
      #expect(abs(Double(times[text] ?? 0) / 200_000 - fraction) < 6 * error + 1e-9)
    }
  }

  @Test func beyondRankThreeTheyAreEstimates() throws {
    let identity = try MatrixView((0..<5).map { k in (0..<5).map { $0 == k ? 1 : 0 } })
    let sample = try PatternSample(from: identity, count: 2000, seed: 3)
    #expect(sample.patterns.count == 32)
    let found = try SolidAngles(of: sample.patterns, on: identity, draws: 50_000, seed: 5)
    #expect(found.draws == 50_000)
    for (fraction, error) in zip(found.fractions, found.errors) {
      #expect(abs(error - (1.0 / 32 * 31 / 32 / 50_000).squareRoot()) < 1e-4)
      #expect(abs(fraction - 1.0 / 32) < 5 * error)
    }
  }

  @Test func directionsAreNeeded() throws {
    let x = try MatrixView([[1, 0], [0, 1]])
    let masks = try PatternSet.masks([[true, true]], samples: 2)
    #expect(throws: ZonotopeError.self) { try SolidAngles(of: masks, on: x) }
    let other = try PatternSet.masks([[true]], samples: 1)
    #expect(throws: ZonotopeError.self) { try SolidAngles(of: other, on: x) }
  }
}
