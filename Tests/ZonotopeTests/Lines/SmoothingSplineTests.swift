import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct SmoothingSplineTests {
  private func spline(_ x: [Double], _ y: [Double]) throws -> SmoothingSpline {
    try SmoothingSpline(x: MatrixView(x, rows: x.count, columns: 1), y: y)
  }

  @Test func linesStayLines() throws {
    let x = [3.0, -1, 4, 1, 5, 9, 2, 6, 5], line = try spline(x, x.map { 2 - 3 * $0 })
    for place in [-7.0, -1, 0.3, 5, 9, 20] { #expect(abs(line(place) - (2 - 3 * place)) <= 1e-9) }
    #expect(try spline([2], [5])(9) == 5)
    #expect(try abs(spline([0, 1], [5, 7])(3) - 11) <= 1e-12)
  }

  /// Values of scipy 1.17, `make_smoothing_spline`, which minimises the same criterion between the steps of ours.
  @Test func smoothsAsAnotherProgram() throws {
    let x = (0..<40).map { Double($0) / 4 }, y = x.map { sin($0) + 0.3 * cos(37 * $0 * $0) }
    let curve = try spline(x, y)
    for (place, value) in [
      (0.0, 0.101168), (2.1, 0.864592), (5.0, -0.886136), (7.7, 0.907767), (9.75, -0.296904),
    ] {
      #expect(abs(curve(place) - value) <= 5e-3, "\(place)")
    }
    #expect(curve.degreesOfFreedom > 4 && curve.degreesOfFreedom < 20)
    #expect(try spline(x + x, y + y).knots == curve.knots)
  }

  /// The normal equations of the penalised problem, along constants and lines, which cost nothing.
  @Test func theSumOfResidualsAndOfTheirMomentsIsZero() throws {
    let x = (0..<30).map { Double($0 * $0) / 100 }, y = x.map { cos(9 * $0) + $0 }
    let curve = try spline(x, y), rest = zip(x, y).map { $1 - curve($0) }
    #expect(abs(rest.reduce(0, +)) <= 1e-9)
    #expect(abs(zip(rest, x).reduce(0) { $0 + $1.0 * $1.1 }) <= 1e-9)
  }
}
