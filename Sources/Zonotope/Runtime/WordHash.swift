/// FNV-1a of 64 bits, a word at a time: the same numbers give the same hash, whichever way they are stored.
struct WordHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01b3

  mutating func add(_ word: UInt64) { value = (value ^ word) &* Self.prime }

  /// Both zeros are the same number.
  mutating func add(_ number: Double) { add(number == 0 ? 0 : number.bitPattern) }

  /// As many zeros, each of which multiplies by the prime.
  mutating func addZeros(_ count: Int) {
    var power = Self.prime, rest = count
    while rest > 0 {
      if rest & 1 == 1 { value = value &* power }
      power = power &* power
      rest >>= 1
    }
  }
}
