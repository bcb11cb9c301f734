import Testing

/// Products that are zero, or as close to zero as they can be, in exact arithmetic: only the real sign counts.
@Suite struct ExactTieTests {
  /// The sign of x.g by whole numbers: every product is a 106-bit integer times a power of two.
  static func exactBit(_ x: [Double], _ g: [Double]) -> Bool {
    var terms: [(whole: Int128, exponent: Int)] = []
    for (a, b) in zip(x, g) where a != 0 && b != 0 {
      let (p, q) = (whole(a), whole(b))
      terms.append((p.value * q.value, p.exponent + q.exponent))
    }
    let least = terms.map { $0.exponent }.min() ?? 0
    precondition(terms.allSatisfy { $0.exponent - least < 18 }, "beyond 128 bits")
    var sum: Int128 = 0
    for term in terms { sum += term.whole << Int128(term.exponent - least) }
    return sum >= 0
  }

  private static func whole(_ value: Double) -> (value: Int128, exponent: Int) {
    let size = Int128(value.significand * 0x1p52)
    return (value < 0 ? -size : size, Int(value.exponent))
  }

  private func check(_ tier: Tier, _ rows: [[Double]], _ lines: [[Double]]) {
    let d = rows[0].count
    let bits = BitMatrix(lines.count, rows.count)
    tier.packSigns(
      Matrix(rows.count, d) { rows[$0][$1] }, Matrix(lines.count, d) { lines[$0][$1] }, into: bits)
    #expect(bits.isClean)
    for i in lines.indices {
      for k in rows.indices {
        #expect(bits[i, k] == Self.exactBit(rows[k], lines[i]), "\(rows[k]) . \(lines[i])")
      }
    }
  }

  /// 0.1 * 3 - 0.3 and its kin: zero in decimals, not in doubles, and rounded to zero by a careless sum.
  @Test(arguments: Tier.all) func decimals(_ tier: Tier) {
    var rows: [[Double]] = [], lines: [[Double]] = []
    for tenths in 1...20 {
      rows.append([Double(tenths) / 10, -Double(tenths * 3) / 10])
      rows.append([-Double(tenths) / 10, Double(tenths) * 3 / 10])
      rows.append([Double(tenths) * 0.1, -Double(tenths) * 0.3])
      lines.append([3, 1])
      lines.append([Double(tenths * 3) / 10, Double(tenths) / 10])
      lines.append([0.3 * Double(tenths), 0.1 * Double(tenths)])
    }
    check(tier, rows, lines)
  }

  /// Rows (a, b, -a) and gates (c, 0, c), exactly orthogonal, then moved by one unit in the last place.
  @Test(arguments: Tier.all) func oneUlpOff(_ tier: Tier) {
    var random = SeededGenerator()
    for _ in 0..<20 {
      let (a, c) = (1 + abs(random.unit()) / 2, 1 + abs(random.unit()) / 2)
      let rows = [
        [a, 0.75, -a], [a.nextUp, 0.75, -a], [a.nextDown, 0.75, -a], [-a, 0.75, a], [-a.nextUp, 0.75, a],
        [a, 0, -a], [a * 0.5, 0, -a * 0.5],
      ]
      check(tier, rows, [[c, 0, c], [c.nextUp, 0, c], [c.nextDown, 0, c], [-c, 0, -c], [c, 0x1p-6, c]])
    }
  }

  /// Gates that solve a 2 x 2 system: x = (a, b) and g = (b, -a), the products of which cancel to the last bit.
  @Test(arguments: Tier.all) func orthogonalPairs(_ tier: Tier) {
    var random = SeededGenerator()
    var rows: [[Double]] = [], lines: [[Double]] = []
    for _ in 0..<67 {
      let (a, b) = (0.5 + abs(random.unit()) / 2, 0.5 + abs(random.unit()) / 2)
      rows.append([a, b])
      lines.append([b, -a])
      lines.append([b.nextUp, -a])
    }
    check(tier, rows, lines)
  }

  /// Long sums of whole numbers that end in -1, 0 or 1 after large terms; n runs over all tails of a word.
  @Test(arguments: Tier.all) func longCancellation(_ tier: Tier) {
    var random = SeededGenerator()
    for n in [1, 15, 16, 17, 63, 64, 65, 67] {
      let rows = (0..<n).map { k -> [Double] in
        let head = (0..<8).map { _ in (1 + abs(random.unit())).rounded(toPlaces: 40) }
        return head + head.map { -$0 } + [Double(k % 3 - 1) * 0x1p-14]
      }
      check(tier, rows, [Array(repeating: 1.25, count: 16) + [1], Array(repeating: -1, count: 17)])
    }
  }

  /// A power of two changes no sign, wherever the bits of the products come to lie.
  @Test(arguments: Tier.all) func everyBinaryPlace(_ tier: Tier) {
    var random = SeededGenerator()
    let c = 1.5 + abs(random.unit()) / 2
    let lines = [[c, c, c], [c.nextUp, c, c], [c.nextDown, c, c], [-c, -c, -c]]
    let gates = Matrix(4, 3) { lines[$0][$1] }
    for place in stride(from: -900, to: 900, by: 1) where abs(place) < 70 || place % 37 == 0 {
      let a = 1 + abs(random.unit()) / 2
      let rows = [
        [2 * a, -a, -a], [-2 * a, a, a.nextUp], [-a, 2 * a, -a.nextUp], [-2 * a, a, a.nextDown],
      ]
      let scale = Double(sign: .plus, exponent: place, significand: 1)
      let bits = BitMatrix(4, 4)
      tier.packSigns(Matrix(4, 3) { rows[$0][$1] * scale }, gates, into: bits)
      for i in 0..<4 {
        for k in 0..<4 { #expect(bits[i, k] == Self.exactBit(rows[k], lines[i]), "2^\(place) \(rows[k])") }
      }
    }
  }

  @Test(arguments: Tier.all) func zerosAreOnes(_ tier: Tier) {
    check(tier, [[0, 0], [-0.0, 0], [1, -1], [0, 1]], [[0, 0], [1, 1], [-0.0, -0.0], [1, 0]])
  }

  /// Beyond what 128 bits can hold the tiers still agree with each other.
  @Test func tiersAgreeOnNearTies() {
    var random = SeededGenerator()
    let x = Matrix(200, 7) { _, c in random.unit() * [1, 1e-9, 1e12, 1e-160, 1e150, 1, 1][c] }
    let gates = Matrix(50, 7) { i, c in c == 6 ? 0 : random.unit() * [1, 1e9, 1e-12, 1e-160, 1e-165, 1, 0][c]
    }
    for i in 0..<50 {
      // The last entry cancels the rest of one product up to its rounding.
      let rest = (0..<6).reduce(0) { $0 + x[i, $1] * gates[i, $1] }
      gates[i, 6] = -rest / x[i, 6]
    }
    let wanted = BitMatrix(50, 200)
    Tier.reference.packSigns(x, gates, into: wanted)
    for tier in Tier.all {
      let bits = BitMatrix(50, 200)
      tier.packSigns(x, gates, into: bits)
      #expect(bits.words == wanted.words)
    }
  }
}

extension Double {
  fileprivate func rounded(toPlaces bits: Int) -> Double {
    let unit = Double(sign: .plus, exponent: -bits, significand: 1)
    return (self / unit).rounded() * unit
  }
}
