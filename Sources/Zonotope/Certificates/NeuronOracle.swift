/// Answers whether any neuron could improve a network: the oracle of column generation.
///
/// For a dual point z, (samples, outputs), the gain of a neuron is what its block's dual norm would be: for exact networks
/// max over ||w|| <= 1 of |z_o' phi(X w)| (Pilanci and Ergen 2020, section 3). No network of any width is better where no
/// gain exceeds beta.
///
/// An oracle may search as it likes. What it claims is a ``GainBound``, and those come from proofs alone, so an oracle that
/// misses neurons makes a worse network and never a false certificate.
public protocol NeuronOracle {
  /// Looks for neurons that gain more than `request.floor`.
  func search(_ z: Values, _ request: NeuronSearch, _ workers: Workers) throws(ZonotopeError) -> NeuronReport
}

/// What an oracle is asked for.
public struct NeuronSearch: Sendable {
  /// Gains up to here are of no interest.
  public var floor: Double
  /// By how much of the floor a gain must exceed it, and how tight the bound should be where none does.
  public var tolerance: Double
  /// How tight a bound is wanted where neurons were found, relative to the largest gain; nil: none.
  public var looseTolerance: Double?
  /// Whether the bound is worth some minutes though neurons were found.
  public var isFinal = false
  /// Bytes that may be used; what does not fit is done without, and with it a tighter bound.
  public var memory = Int.max
  /// Patterns at most.
  public var limit = 24
  /// Directions of neurons, of as many numbers as the rows have, where a search may start.
  public var starts: [[Double]] = []
  /// Of the random directions that it starts from besides.
  public var seed: UInt64 = 0
  public init(floor: Double, tolerance: Double) { (self.floor, self.tolerance) = (floor, tolerance) }
}

extension NeuronSearch {
  /// A gain above this counts.
  var threshold: Double { floor * (1 + tolerance) }
}

/// What an oracle found.
public struct NeuronReport {
  /// Patterns of neurons that gain more than the floor, those that gain most first.
  public var found: [FoundPattern]
  /// The largest gain found.
  public var largest: Double
  /// What no gain exceeds, where that was proved.
  public var bound: GainBound?

  public init(found: [FoundPattern], largest: Double, bound: GainBound?) {
    (self.found, self.largest, self.bound) = (found, largest, bound)
  }
}

/// A pattern with a neuron's gain.
public struct FoundPattern: Sendable, Equatable {
  public var gain: Double
  /// One bit a row, in words of 64.
  public var bits: [UInt64]

  public init(gain: Double, bits: [UInt64]) { (self.gain, self.bits) = (gain, bits) }

  /// The best of each pattern, those that gain most first.
  static func best(of found: [FoundPattern], limit: Int) -> [FoundPattern] {
    var seen: Set<[UInt64]> = []
    let sorted = found.enumerated().sorted {
      ($1.element.gain, $0.offset) < ($0.element.gain, $1.offset)
    }
    return Array(sorted.map(\.element).filter { seen.insert($0.bits).inserted }.prefix(limit))
  }
}

extension PatternSet {
  /// These patterns and those found that are not among them, in this order.
  func adding(_ found: [FoundPattern], _ workers: Workers) throws(ZonotopeError) -> PatternSet {
    let words = patternWords
    let lines = try Buffer<UInt64>(product(count + found.count, words, place: "patterns"))
    lines.pointer.update(from: patternBits.pointer, count: count * words)
    for (i, pattern) in found.enumerated() {
      for word in 0..<words { lines[(count + i) * words + word] = pattern.bits[word] }
    }
    return try PatternSet(
      merging: lines, lines: count + found.count, samples: samples, gates: nil, source: .grown, workers)
  }
}
