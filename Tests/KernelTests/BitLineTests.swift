import CKernelTiers
import CZonotope
import Testing

/// Transposition, hashing and the search for equal lines.
@Suite struct BitLineTests {
  @Test(arguments: Tier.all) func transpositionMovesEveryBit(_ tier: Tier) {
    var random = SeededGenerator()
    let shapes =
      (0...67).map { ($0, 5) } + (0...67).map { (3, $0) } + [(64, 64), (130, 129), (65, 200), (0, 0)]
    for (lines, bits) in shapes {
      let source = BitMatrix(lines, bits, padding: 1) { _, _ in random.next() & 1 == 1 }
      let turned = BitMatrix(bits, lines, padding: 2)
      tier.transpose(source, into: turned)
      #expect(turned.isClean)
      #expect(turned.words == source.transposed().words, "\(lines) lines of \(bits)")
      let back = BitMatrix(lines, bits, at: .start)
      tier.transpose(turned, into: back)
      #expect(back.words == source.words)
    }
  }

  @Test(arguments: Tier.all) func hashesDependOnTheLineAlone(_ tier: Tier) {
    var random = SeededGenerator()
    for bits in [0, 1, 63, 64, 65, 200] {
      let source = BitMatrix(40, bits) { _, _ in random.next() & 1 == 1 }
      let padded = BitMatrix(40, bits, padding: 3) { source[$0, $1] }
      #expect(tier.hashes(source) == tier.hashes(padded))
      #expect(tier.hashes(source) == Tier.reference.hashes(source))
    }
    let single = BitMatrix(200, 200) { $0 == $1 }
    #expect(Set(tier.hashes(single)).count == 200)
  }

  /// A value written down once: files may hold hashes.
  @Test func hashesAreTheSameOnEveryMachine() {
    #expect(Tier.reference.hashes(BitMatrix(1, 65) { $1 % 3 == 0 }) == [pinnedHash])
  }

  private func distinct(_ lines: BitMatrix, hashes: Int32 = 0) -> (first: [Int], count: Int) {
    let first = GuardedArray(count: lines.lines, of: -1)
    let room = GuardedArray<Int>(count: zt_distinct_lines_workspace(lines.lines), of: -1)
    let count =
      hashes == 0
      ? zt_distinct_lines(lines.lines, lines.bits, lines.pointer, lines.stride, first.pointer, room.pointer)
      : zt_distinct_lines_colliding(
        lines.lines, lines.bits, lines.pointer, lines.stride, first.pointer, room.pointer, hashes)
    return (first.values, count)
  }

  /// With the real hash, with two hashes, and with the same for all: collisions cost time, never correctness.
  @Test(arguments: [0, 1, 2] as [Int32]) func distinctLinesAreThoseOfASet(_ hashes: Int32) {
    var random = SeededGenerator()
    for (count, bits) in [(0, 5), (1, 0), (7, 0), (1, 64), (2, 64), (50, 3), (64, 65), (200, 130), (257, 5)] {
      let kinds = (0..<max(1, count / 3)).map { _ in (0..<bits).map { _ in random.next() & 1 == 1 } }
      let choice = (0..<count).map { _ in random.below(kinds.count) }
      let lines = BitMatrix(count, bits, padding: 1) { kinds[choice[$0]][$1] }
      let (first, distinct) = distinct(lines, hashes: hashes)
      var seen: [[UInt64]: Int] = [:]
      let wanted = lines.words.enumerated().map { index, line in
        seen[line] = seen[line] ?? index
        return seen[line]!
      }
      #expect(first == wanted)
      #expect(distinct == Set(lines.words).count)
    }
  }
}

private let pinnedHash: UInt64 = 15_213_068_259_790_397_993
