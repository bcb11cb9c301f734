import Testing

@testable import Zonotope

private func sample(
  _ x: MatrixView, _ distribution: GateDistribution, _ rule: SamplingRule, threads: Int = 0
) throws -> PatternSample {
  var settings = EnumerationSettings()
  settings.threads = threads
  return try PatternSample(from: x, by: distribution, until: rule, seed: 9, settings: settings)
}

@Suite struct PatternSampleTests {
  static let distributions: [GateDistribution] = [
    .gaussian, .rows(1), .rows(3), .windows(width: 2), .active(fraction: 0.5),
    .patches(height: 1, width: 2, imageHeight: 2, imageWidth: 2),
  ]

  @Test(arguments: distributions) func isTheSameForAnyNumberOfThreads(_ distribution: GateDistribution) throws
  {
    let x = try normalRows(30, 4, seed: 71)
    let one = try sample(x, distribution, SamplingRule(draws: 3000), threads: 1)
    for threads in [2, 5] {
      let other = try sample(x, distribution, SamplingRule(draws: 3000), threads: threads)
      #expect(other.patterns.texts == one.patterns.texts && other.times == one.times)
    }
    #expect(one.times.reduce(0, +) == 3000 && one.draws == 3000 && one.ending == .draws)
    #expect(Set(one.patterns.texts).count == one.patterns.count)
  }

  @Test(arguments: distributions) func gatesHaveTheirPatterns(_ distribution: GateDistribution) throws {
    let x = try normalRows(30, 4, seed: 72), found = try sample(x, distribution, SamplingRule(draws: 400))
    let again = try PatternSet.gates(try #require(found.patterns.gates), on: x)
    #expect(again.texts == found.patterns.texts)
  }

  @Test func rowsOfTheDataAreGates() throws {
    let x = try normalRows(6, 3, seed: 73), found = try sample(x, .rows(1), SamplingRule(draws: 500))
    var own: Set<String> = []
    for k in 0..<6 {
      let row = (0..<3).map { x[k, $0] }
      own.formUnion(try PatternSet.gates([row, row.map { -$0 }], on: x).texts)
    }
    #expect(Set(found.patterns.texts) == own)
  }

  @Test func localGatesVanishElsewhere() throws {
    let x = try normalRows(5, 12, seed: 74)
    let windows = try #require(try sample(x, .windows(width: 3), SamplingRule(draws: 50)).patterns.gates)
    for i in 0..<windows.rows {
      let places = (0..<12).filter { windows[i, $0] != 0 }
      #expect(places.count == 3 && places[2] - places[0] == 2)
    }
    // Images of 2 x 3 pixels of two numbers; patches of 2 x 1 pixels are columns of four numbers.
    let patches = try sample(
      x, .patches(height: 2, width: 1, imageHeight: 2, imageWidth: 3), SamplingRule(draws: 50))
    let gates = try #require(patches.patterns.gates)
    for i in 0..<gates.rows {
      let places = (0..<12).filter { gates[i, $0] != 0 }
      #expect(places.count == 4 && places[1] == places[0] + 1 && places[2] == places[0] + 6)
    }
  }

  @Test(arguments: [0, 0.1, 0.5, 0.8, 1]) func partsOfTheRowsAreMet(fraction: Double) throws {
    var rows: [[Double]] = []
    let x = try normalRows(40, 3, seed: 75)
    for k in 0..<40 { rows.append([x[k, 0], x[k, 1], x[k, 2], 1]) }
    let found = try sample(try MatrixView(rows), .active(fraction: fraction), SamplingRule(draws: 100))
    for text in found.patterns.texts {
      let active = text.filter { $0 == "1" }.count
      #expect(abs(Double(active) - 40 * fraction) <= 2, "\(text)")
    }
    // Rows that come in opposite pairs have a mean of zero; half of them are active in every cell.
    let centred = rows.map { $0.dropLast() + [0] } + rows.map { $0.dropLast().map { -$0 } + [0] }
    let balanced = try sample(MatrixView(centred), .active(fraction: 0.5), SamplingRule(draws: 50))
    #expect(balanced.patterns.texts.allSatisfy { $0.filter { $0 == "1" }.count == 40 })
  }

  @Test func endsWithTheWantedNumber() throws {
    let x = try normalRows(30, 5, seed: 76)
    let found = try sample(x, .gaussian, SamplingRule(draws: 100_000, distinct: 1500))
    #expect(found.patterns.count == 1500 && found.ending == .distinct)
    let same = try PatternSample(from: x, count: found.draws, seed: 9)
    #expect(same.patterns.texts == found.patterns.texts)
    let one = try PatternSample(from: x, count: found.draws - 1, seed: 9)
    #expect(one.patterns.count == 1499)
  }

  @Test func endsOnceNewPatternsAreRare() throws {
    let x = try normalRows(8, 3, seed: 77), all = try CellCount(of: x).cells
    let found = try sample(x, .gaussian, SamplingRule(draws: 10_000_000, unseenBelow: 0.001))
    #expect(found.ending == .rare && found.draws < 100_000)
    // 58 cells; those not seen together are rarer than that, as solid angles tell.
    let cells = try Arrangement(of: x).cells(memory: 1 << 24, witnesses: true)
    #expect(cells.count == all)
    let angles = try SolidAngles(of: cells, on: x).fractions
    let seen = Set(found.patterns.texts)
    let unseen = zip(cells.texts, angles).reduce(0) { seen.contains($1.0) ? $0 : $0 + $1.1 }
    #expect(unseen < 0.001)
  }

  /// The bound of 95 % holds in at least about 95 % of samples.
  @Test func theBoundCoversTheProbability() throws {
    let x = try normalRows(14, 3, seed: 78)
    let cells = try Arrangement(of: x).cells(memory: 1 << 24, witnesses: true)
    let angles = Dictionary(
      uniqueKeysWithValues: zip(cells.texts, try SolidAngles(of: cells, on: x).fractions))
    var covered = 0, estimates = 0.0, truths = 0.0
    for seed in 0..<200 as Range<UInt64> {
      let found = try PatternSample(from: x, count: 300, seed: seed)
      let unseen = 1 - found.patterns.texts.reduce(0) { $0 + (angles[$1] ?? 0) }
      if unseen <= found.unseenBound() { covered += 1 }
      estimates += found.unseenProbability
      truths += unseen
    }
    #expect(covered >= 185)
    #expect(abs(estimates - truths) < 0.2 * truths)
  }

  @Test func misuseIsNamed() throws {
    let x = try normalRows(5, 4, seed: 79)
    for distribution: GateDistribution in [
      .rows(0), .windows(width: 5), .windows(width: 0), .active(fraction: 1.5), .active(fraction: .nan),
      .patches(height: 1, width: 1, imageHeight: 1, imageWidth: 3),
      .patches(height: 2, width: 1, imageHeight: 1, imageWidth: 4),
    ] {
      #expect(throws: ZonotopeError.self) { try sample(x, distribution, SamplingRule(draws: 5)) }
    }
    for rule in [
      SamplingRule(draws: -1), SamplingRule(draws: 5, distinct: 0), SamplingRule(draws: 5, unseenBelow: 0),
    ] {
      #expect(throws: ZonotopeError.self) { try sample(x, .gaussian, rule) }
    }
    #expect(throws: ZonotopeError.self) {
      try PatternSample(from: x, count: 1 << 40, seed: 1, memory: 1 << 30)
    }
  }

  @Test func cancellationEndsIt() throws {
    var settings = EnumerationSettings()
    let cancellation = Cancellation()
    settings.cancellation = cancellation
    settings.progress = { _ in cancellation.cancel() }
    let x = try normalRows(30, 5, seed: 80)
    let found = try PatternSample(
      from: x, until: SamplingRule(draws: 1_000_000), seed: 1, settings: settings)
    #expect(found.ending == .cancelled && found.draws < 1_000_000 && found.patterns.count > 0)
  }
}
