import Testing

@testable import Zonotope

@Suite struct PatternReportTests {
  @Test func countsAgreeWithLists() throws {
    let x = try MatrixView([[1, 2], [-1, 0.5], [3, 1], [0, 0]])
    let count = try PatternReport(of: x, .count)
    #expect(count.count?.cells == 6 && count.count?.rank == 2 && count.count?.hyperplanes == 3)
    #expect(
      count.json(pretty: false) == #"{"cells":6,"status":"complete","rank":2,"hyperplanes":3}"#)
  }

  @Test func samplesAreThoseOfPrograms() throws {
    let x = try MatrixView([[1, 2, 0, 1], [-1, 0.5, 2, 0], [3, 1, 1, 1], [0, 1, -1, 2], [1, 0, 0, -3]])
    let sample = try PatternSample(from: x, count: 40, seed: 5)
    let set = try PatternSet.sampled(from: x, count: 40, seed: 5)
    let texts = (0..<set.count).map(set.text)
    #expect((0..<sample.patterns.count).map(sample.patterns.text) == texts)
    // Once each, counted with one draw at a time.
    var times: [String: Int] = [:]
    for first in 0..<40 {
      let one = try PatternSet.sampled(from: x, count: 1, seed: 5, first: UInt64(first))
      times[one.text(of: 0), default: 0] += 1
    }
    #expect(times.count == set.count)
    #expect(sample.singletons == times.values.filter { $0 == 1 }.count)
    #expect(sample.unseenProbability == Double(sample.singletons) / 40)
  }

  @Test func misuseIsNamed() throws {
    let four = try MatrixView([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    let empty = try MatrixView([], rows: 0, columns: 2)
    #expect(failure { () throws(ZonotopeError) in try PatternReport(of: empty, .count) } != nil)
    let infinite = try MatrixView([[1, .infinity]])
    #expect(
      failure { () throws(ZonotopeError) in try PatternReport(of: infinite, .count) }
        == .invalid(place: "data[0][1]", reason: "inf is not a finite number"))
    let none = PatternReport.Question.sample(SamplingRule(draws: 0), .gaussian, seed: 1)
    #expect(failure { () throws(ZonotopeError) in try PatternReport(of: four, none) } != nil)
  }
}
