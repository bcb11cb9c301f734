import CZonotope

/// When sampling ends: with the draws, or earlier where asked for.
public struct SamplingRule: Sendable, Equatable {
  /// Draws at most.
  public var draws: Int
  /// Ends with the draw that brings this many distinct patterns.
  public var distinct: Int?
  /// Ends once the probability of a pattern not seen yet is proved to be below this.
  public var unseenBelow: Double?
  /// Of that proof.
  public var confidence = 0.95

  public init(draws: Int, distinct: Int? = nil, unseenBelow: Double? = nil) {
    (self.draws, self.distinct, self.unseenBelow) = (draws, distinct, unseenBelow)
  }

  func check() throws(ZonotopeError) {
    guard draws >= 0 else { throw .invalid(place: "patterns.sample.count", reason: "\(draws) is negative") }
    if let distinct, distinct <= 0 {
      throw .invalid(place: "patterns.sample", reason: "\(distinct) distinct patterns are not above 0")
    }
    if let unseenBelow, !(unseenBelow > 0 && unseenBelow < 1) {
      throw .invalid(
        place: "patterns.sample", reason: "a probability of \(unseenBelow) is not between 0 and 1")
    }
    guard confidence > 0, confidence < 1 else {
      throw .invalid(
        place: "patterns.sample", reason: "a confidence of \(confidence) is not between 0 and 1")
    }
  }
}

/// The distinct patterns of random gates, and how much the draws have left unseen.
///
/// The same for any number of threads: gate i is drawn from stream i of the seed.
public struct PatternSample: Sendable {
  /// How sampling ended.
  public enum Ending: String, Sendable {
    case draws, distinct, rare, cancelled
  }

  /// In the order in which they came up, each with its first gate.
  public let patterns: PatternSet
  /// How often each came up.
  public let times: [Int]
  public let draws: Int
  public let ending: Ending
  /// Patterns that came up once.
  public let singletons: Int
  /// Draws of the second half that gave a pattern which the first half had not.
  let surprises: Int

  /// The probability that the next draw gives a pattern not seen yet, as Good and Turing estimate it: singletons /
  /// draws (Good, "The population frequencies of species", Biometrika 40, 1953).
  public var unseenProbability: Double { draws > 0 ? Double(singletons) / Double(draws) : 1 }

  /// The probability of a pattern not seen yet is at most this, with the given confidence; for a number of draws that
  /// was fixed beforehand.
  ///
  /// What the first half of the draws left unseen came up `surprises` times in the second half, a binomial number; the
  /// bound is that of Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934). Later draws
  /// only lower the probability.
  public func unseenBound(confidence: Double = 0.95) -> Double {
    Self.bound(surprises: surprises, draws: draws, failure: 1 - confidence)
  }

  fileprivate static func bound(surprises: Int, draws: Int, failure: Double) -> Double {
    binomialUpperBound(successes: surprises, trials: draws - draws / 2, failure: failure)
  }

  /// Draws `count` gates with independent standard normal entries; the patterns are those of
  /// ``PatternSet/sampled(from:count:seed:first:memory:)``.
  ///
  /// - Throws: as that.
  public init(
    from x: MatrixView, count: Int, seed: UInt64, memory: Int = .max
  ) throws(ZonotopeError) {
    var settings = EnumerationSettings()
    settings.memory = memory
    try self.init(from: x, until: SamplingRule(draws: count), seed: seed, settings: settings)
  }

  /// Draws gates until the rule is met.
  ///
  /// - Parameter first: the stream of the first gate, so that a later call can continue an earlier one.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``,
  ///   compared with what the rule may find at most, ``ZonotopeError/outOfMemory(bytes:)``.
  public init(
    from x: MatrixView, by distribution: GateDistribution = .gaussian, until rule: SamplingRule, seed: UInt64,
    first: UInt64 = 0, settings: EnumerationSettings = EnumerationSettings()
  ) throws(ZonotopeError) {
    try settings.check()
    try rule.check()
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    let most = min(rule.draws, rule.distinct ?? .max)
    let needed = PatternCollector.memory(most, samples: x.rows, width: x.columns)
    guard needed <= settings.memoryBudget else {
      throw .memoryBudget(
        purpose: "sampling \(most) patterns", needed: needed, budget: settings.memoryBudget)
    }
    let source = try GateSource(distribution, for: x, seed: seed)
    let batch = try GateBatch(source, size: min(GateBatch.size, rule.draws), settings.team())
    let collector = try PatternCollector(samples: x.rows, width: x.columns)
    let meter = Meter(settings, total: Double(rule.draws))
    var ending = Ending.draws, checks = 0

    while collector.draws < rule.draws, ending == .draws {
      if meter.isStopped {
        ending = .cancelled
        break
      }
      let before = (draws: collector.draws, count: collector.count)
      let count = min(batch.size, rule.draws - collector.draws)
      guard batch.draw(count, first: first &+ UInt64(collector.draws)) else {
        ending = .cancelled
        break
      }
      for i in 0..<count {
        try collector.add(batch.line(i), hash: batch.hashes[i], gate: batch.gate(i))
        if let distinct = rule.distinct, collector.count == distinct {
          ending = .distinct
          break
        }
      }
      meter.add(cells: collector.count - before.count, work: Double(collector.draws - before.draws))
      // Asked at 1, 2, 4 ... batches; the k-th question may be wrong with probability failure / (k (k + 1)), all of
      // them together with no more than `failure`.
      let draws = collector.draws, batches = draws / GateBatch.size
      if let limit = rule.unseenBelow, ending == .draws, draws % GateBatch.size == 0,
        batches & (batches - 1) == 0
      {
        checks += 1
        let failure = (1 - rule.confidence) / Double(checks * (checks + 1))
        let surprises = collector.drawsOfNewPatterns(since: draws / 2)
        if Self.bound(surprises: surprises, draws: draws, failure: failure) < limit { ending = .rare }
      }
    }
    draws = collector.draws
    times = collector.multiplicities
    singletons = times.reduce(0) { $0 + ($1 == 1 ? 1 : 0) }
    surprises = collector.drawsOfNewPatterns(since: draws / 2)
    self.ending = ending
    patterns = try collector.patterns(source: .sampled)
  }
}

/// Some gates at a time, their patterns and hashes, computed by several threads.
private final class GateBatch {
  /// Gates of a batch; what a rule may ask in between depends on it.
  static let size = 1024
  private static let grain = 64

  let size: Int
  let hashes: Buffer<UInt64>
  private let source: GateSource
  private let workers: Workers
  private let gates: Vector
  private let bits: Buffer<UInt64>
  private let scratch: [Vector]
  private let signs: [Vector]

  init(_ source: GateSource, size: Int, _ workers: Workers) throws(ZonotopeError) {
    self.source = source
    self.size = max(1, size)
    let x = source.x, words = zt_words(x.rows)
    self.workers = workers
    gates = try Vector(product(self.size, x.columns, place: "patterns.gates"))
    bits = try Buffer(product(self.size, words, place: "patterns"))
    hashes = try Buffer(self.size)
    scratch = try (0..<workers.threads).map { (_) throws(ZonotopeError) in try Vector(source.scratchSize) }
    signs = try (0..<workers.threads).map { (_) throws(ZonotopeError) in
      try Vector(zt_pack_signs_f64_workspace(x.rows, x.columns, Self.grain))
    }
  }

  func gate(_ i: Int) -> UnsafePointer<Double> { UnsafePointer(gates.pointer + i * source.x.columns) }
  func line(_ i: Int) -> UnsafePointer<UInt64> { UnsafePointer(bits.pointer + i * zt_words(source.x.rows)) }

  /// False when the workers were stopped and left out some.
  func draw(_ count: Int, first: UInt64) -> Bool {
    let x = source.x, d = x.columns, words = zt_words(x.rows)
    workers.ranges(count, grain: Self.grain) { range, slot in
      for i in range {
        source.draw(first &+ UInt64(i), into: gates.pointer + i * d, scratch: scratch[slot].pointer)
      }
      let start = range.lowerBound
      zt_pack_signs_f64(
        x.rows, d, range.count, x.base, x.stride, gates.pointer + start * d, d, bits.pointer + start * words,
        words, signs[slot].pointer)
      zt_hash_lines(range.count, x.rows, bits.pointer + start * words, words, hashes.pointer + start)
    }
    return !workers.isStopped
  }
}
