/// Lines of bits between guard pages. The gaps between lines are filled with ones, which no line may have there.
struct BitMatrix {
  let lines: Int, bits: Int, stride: Int
  let storage: GuardedArray<UInt64>

  init(
    _ lines: Int, _ bits: Int, padding: Int = 0, at placement: GuardedArray<UInt64>.Placement = .end,
    bit: ((Int, Int) -> Bool)? = nil
  ) {
    let words = (bits + 63) / 64
    (self.lines, self.bits, stride) = (lines, bits, words + padding)
    let count = lines == 0 ? 0 : (lines - 1) * (words + padding) + words
    storage = GuardedArray(count: count, of: .max, at: placement)
    guard let bit else { return }
    for i in 0..<lines {
      for j in 0..<words { storage.pointer[i * stride + j] = 0 }
      for j in 0..<bits where bit(i, j) { storage.pointer[i * stride + j / 64] |= 1 << UInt64(j % 64) }
    }
  }

  var pointer: UnsafeMutablePointer<UInt64> { storage.pointer }

  subscript(line: Int, bit: Int) -> Bool {
    storage.pointer[line * stride + bit / 64] >> UInt64(bit % 64) & 1 == 1
  }

  func line(_ index: Int) -> [UInt64] { (0..<(bits + 63) / 64).map { storage.pointer[index * stride + $0] } }

  var words: [[UInt64]] { (0..<lines).map(line) }

  /// Unused high bits are zero, and what lies between the lines is as it was.
  var isClean: Bool {
    let words = (bits + 63) / 64
    return (0..<lines).allSatisfy { i in
      let tail = bits % 64 == 0 || line(i)[words - 1] >> UInt64(bits % 64) == 0
      return tail
        && (i + 1 == lines || (words..<stride).allSatisfy { storage.pointer[i * stride + $0] == .max })
    }
  }

  func transposed(padding: Int = 0) -> BitMatrix { BitMatrix(bits, lines, padding: padding) { self[$1, $0] } }
}
