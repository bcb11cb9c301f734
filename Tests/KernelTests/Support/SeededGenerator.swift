/// Random numbers that depend on nothing but the name of the test, so that every failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// The seed is printed: it is the FNV-1a hash of the name.
  init(test name: String = #function) {
    state = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    print("seed of \(name): \(state)")
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// In [-1, 1), by steps of 2^-52.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }
}
