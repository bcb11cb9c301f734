import CZonotope

/// A set of lines of bits, by open addressing on 64 bits of hash: quick enough for millions.
struct LineSet {
  private var slots: [UInt64]
  private let mask: Int
  /// How many insertions found their line there already. Two different lines with equal hashes count too, which for
  /// 10^7 lines has a probability of 10^-5.
  private(set) var repeated = 0
  private(set) var count = 0

  init(capacity: Int) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = Array(repeating: 0, count: size)
    mask = size - 1
  }

  private static func hash(_ words: Int, _ word: (Int) -> UInt64) -> UInt64 {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    for w in 0..<words {
      hash = (hash ^ word(w)) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      hash = hash &* 0xc4ce_b9fe_1a85_ec53
      hash ^= hash >> 29
    }
    return hash == 0 ? 1 : hash
  }

  mutating func insert(_ batch: UnsafePointer<zt_cells_batch>) {
    let cells = batch.pointee
    slots.withUnsafeMutableBufferPointer { slots in
      for i in 0..<cells.count {
        let line = cells.bits + i * cells.stride
        let hash = Self.hash(cells.stride) { line[$0] }
        var slot = Int(hash >> 1) & mask
        while slots[slot] != 0 && slots[slot] != hash { slot = (slot + 1) & mask }
        if slots[slot] == hash { repeated += 1 } else { count += 1 }
        slots[slot] = hash
      }
    }
  }

  func contains(_ line: [UInt64]) -> Bool {
    let hash = Self.hash(line.count) { line[$0] }
    var slot = Int(hash >> 1) & mask
    while slots[slot] != 0 && slots[slot] != hash { slot = (slot + 1) & mask }
    return slots[slot] == hash
  }
}
