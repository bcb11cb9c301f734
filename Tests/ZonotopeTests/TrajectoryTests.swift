import Testing

@testable import Zonotope

@Suite struct TrajectoryTests {
  private func predictedSum(_ step: (Int) -> [Double]) throws -> [Double]? {
    var trajectory = try TrajectoryExtrapolation(size: 3)
    var age = 0
    while !trajectory.isReady {
      let slot = trajectory.next(), values = step(age)
      for j in 0..<3 { slot[j] = values[j] }
      age += 1
    }
    let sum = try Vector(3)
    return trajectory.predict(into: sum.mutable, Workers(threads: 1)) ? sum.array : nil
  }

  /// A rotation that shrinks: the steps left sum to the rest of the geometric series.
  @Test func spiralsEndAtTheirCentre() throws {
    let (shrink, cosine, sine) = (0.8, 0.6, 0.8)
    var points: [[Double]] = [[1, 0.5, -2]]
    for _ in 0..<20 {
      let p = points[points.count - 1]
      points.append([
        shrink * (cosine * p[0] - sine * p[1]), shrink * (sine * p[0] + cosine * p[1]), 0.5 * p[2],
      ])
    }
    var last = 0
    let sum = try #require(
      try predictedSum { age in
        last = age + 1
        return zip(points[age + 1], points[age]).map { $0 - $1 }
      })
    for j in 0..<3 { #expect(abs(points[last][j] + sum[j]) < 1e-3, "\(j)") }
  }

  /// Equal steps lead on in the same direction.
  @Test func straightLinesGoOn() throws {
    let sum = try #require(try predictedSum { _ in [1, -2, 0.5] })
    #expect(sum[0] > 20)
    #expect(abs(sum[1] / sum[0] + 2) < 1e-9 && abs(sum[2] / sum[0] - 0.5) < 1e-9)
  }

  @Test func nothingIsPredictedFromNothingOrFromGrowth() throws {
    #expect(try predictedSum { _ in [0, 0, 0] } == nil)
    #expect(try predictedSum { _ in [.nan, 0, 0] } == nil)
    #expect(try predictedSum { age in [1, 3, 10].map { $0 * Double(1 << (2 * age)) } } == nil)
  }
}
