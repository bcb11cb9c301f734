import CZonotope

/// The distinct patterns of random gates, and how much the draws have left unseen.
public struct PatternSample: Sendable {
  public let patterns: PatternSet
  public let draws: Int
  /// Patterns that came up once.
  public let singletons: Int

  /// The probability that the next draw gives a pattern not seen yet, as Good and Turing estimate it: singletons /
  /// draws (Good, "The population frequencies of species", Biometrika 40, 1953).
  public var unseenProbability: Double { draws > 0 ? Double(singletons) / Double(draws) : 1 }

  /// Draws `count` gates with independent standard normal entries; the patterns are those of
  /// ``PatternSet/sampled(from:count:seed:first:memory:)``.
  ///
  /// - Throws: as that.
  public init(
    from x: MatrixView, count: Int, seed: UInt64, memory: Int = .max
  ) throws(ZonotopeError) {
    let gates = try PatternSet.drawnGates(for: x, count: count, seed: seed, first: 0, memory: memory)
    let bits = try PatternSet.packedSigns(of: gates, on: x)
    let first = try Buffer<Int>(count), workspace = try Buffer<Int>(zt_distinct_lines_workspace(count))
    _ = zt_distinct_lines(
      count, x.rows, bits.pointer, zt_words(x.rows), first.pointer, workspace.pointer)
    var times = [Int](repeating: 0, count: count)
    for i in 0..<count { times[first[i]] += 1 }
    singletons = times.reduce(0) { $0 + ($1 == 1 ? 1 : 0) }
    draws = count
    patterns = try PatternSet(
      merging: bits, lines: count, samples: x.rows, gates: gates, source: .sampled)
  }
}
