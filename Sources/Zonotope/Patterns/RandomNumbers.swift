#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The generator xoshiro256** of Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
/// Transactions on Mathematical Software 47 (2021).
///
/// Stream i of a seed is a generator of its own: work item i draws from stream i, so results do not depend on
/// how the work is shared between threads.
public struct Xoshiro256: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private var spareNormal: Double?

  /// Starts stream `stream` of `seed`: the state is four steps of SplitMix64 (Steele, Lea and Flood 2014),
  /// begun at a mixture of both numbers.
  public init(seed: UInt64, stream: UInt64 = 0) {
    var splitter = SplitMix64(state: seed)
    splitter.state = splitter.next() ^ SplitMix64.mix(stream &* 0xD1B5_4A32_D192_ED03 &+ 1)
    state = (splitter.next(), splitter.next(), splitter.next(), splitter.next())
    // The zero state is a fixed point; it comes up with probability 2^-256.
    if state == (0, 0, 0, 0) { state.0 = 1 }
  }

  public mutating func next() -> UInt64 {
    let scrambled = state.1 &* 5
    let result = (scrambled << 7 | scrambled >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }

  /// Uniform in the open interval (0, 1): the midpoints of 2^52 equal parts.
  public mutating func nextUniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// Standard normal, by the transformation of Box and Muller; the second number of each pair is kept for the
  /// next call.
  public mutating func nextNormal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(nextUniform())).squareRoot()
    let angle = 2 * Double.pi * nextUniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }
}

/// The generator SplitMix64, which turns any seed into well-mixed numbers.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
