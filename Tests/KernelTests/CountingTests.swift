import CZonotope
import Testing

/// Counts by residues against deletion and restriction in whole numbers, and what a count does when it cannot go on.
@Suite struct CountingTests {
  private struct Outcome {
    var status = ZT_COUNT_COMPLETE
    var cells: UInt64 = 0
    var rank = 0, others = 0
    /// The prime to replace.
    var bad: UInt64 = 0
  }

  private final class Calls {
    var left: Int
    init(_ left: Int) { self.left = left }
  }

  /// All terms in turn; nil progress where `stopAfter` is nil.
  private func count(_ x: [[Double]], primes: [UInt64], stopAfter: Int? = nil) -> Outcome {
    let (n, d, count) = (x.count, x.first?.count ?? 0, primes.count)
    var outcome = Outcome(), bad = -1
    let lines = GuardedArray<UInt64>(count: count * n * min(n, d), of: .max)
    let room = GuardedArray<UInt64>(count: (zt_count_prepare_f64_workspace(n, d, count) + 7) / 8, of: .max)
    outcome.status = zt_count_prepare_f64(
      n, d, x.flatMap { $0 } + [0], d, count, primes, &outcome.rank, &outcome.others, lines.pointer, &bad,
      room.pointer)
    guard outcome.status == ZT_COUNT_COMPLETE else {
      outcome.bad = primes[bad]
      return outcome
    }
    outcome.cells = 1 << UInt64(outcome.rank)
    let bytes = zt_count_term_workspace(outcome.rank, outcome.others, count)
    let workspace = GuardedArray<UInt64>(count: (bytes + 7) / 8, of: .max)
    let calls = Calls(stopAfter ?? .max)
    for j in 0..<outcome.others {
      var term: UInt64 = 0
      let progress: zt_count_progress = { context in
        let calls = Unmanaged<Calls>.fromOpaque(context!).takeUnretainedValue()
        calls.left -= 1
        return calls.left < 0 ? 1 : 0
      }
      outcome.status = zt_count_term(
        outcome.rank, outcome.others, lines.pointer, count, primes, j, stopAfter == nil ? nil : progress,
        Unmanaged.passUnretained(calls).toOpaque(), &term, &bad, workspace.pointer)
      if outcome.status == ZT_COUNT_PRIME { outcome.bad = primes[bad] }
      guard outcome.status == ZT_COUNT_COMPLETE else { return outcome }
      outcome.cells += term
    }
    return outcome
  }

  private func primes(_ count: Int, below limit: UInt64 = 1 << 62) -> [UInt64] {
    var list: [UInt64] = []
    while list.count < count { list.append(zt_prime_below(list.last ?? limit)) }
    return list
  }

  /// As many primes as every minor of the rows asks for.
  private func enough(_ x: [[Double]]) -> [UInt64] {
    let (n, d) = (x.count, x.first?.count ?? 0)
    return primes(zt_count_primes_f64(n, d, x.flatMap { $0 } + [0], d, min(n, d), 61))
  }

  private func wholeRows(_ n: Int, _ d: Int, upTo bound: Int, _ random: inout SeededGenerator) -> [[Int]] {
    (0..<n).map { _ in (0..<d).map { _ in random.below(2 * bound + 1) - bound } }
  }

  @Test func equalsDeletionAndRestriction() {
    var random = SeededGenerator()
    for trial in 0..<200 {
      let (n, d) = (random.below(12), 1 + random.below(6))
      let rows = wholeRows(n, d, upTo: trial % 2 == 0 ? 1 : 9, &random)
      let x = rows.map { $0.map { Double($0) * 0x1p-3 } }, result = count(x, primes: enough(x))
      #expect(result.status == ZT_COUNT_COMPLETE && result.rank <= d)
      #expect(Int(result.cells) == DeletionRestriction.cells(of: rows), "\(rows)")
    }
  }

  @Test(arguments: [(60, 3), (25, 5), (14, 7)])
  func generalPositionReachesTheBound(n: Int, d: Int) {
    var random = SeededGenerator(test: "counts \(n) \(d)")
    let x = (0..<n).map { _ in (0..<d).map { _ in random.unit() } }
    let result = count(x, primes: enough(x), stopAfter: .max)
    #expect(Int(result.cells) == coverCount(n, d) && result.rank == d && result.others == n - d)
    // One prime is a lower bound, and exact where it reaches the bound of Cover.
    #expect(Int(count(x, primes: primes(1)).cells) == coverCount(n, d))
  }

  /// Minors of the size of a small prime are zero modulo it: reported and replaced, never counted wrongly.
  @Test func primesThatDivideAMinorAreReported() {
    var random = SeededGenerator(), inRows = 0, inTerms = 0
    for _ in 0..<150 {
      let rows = wholeRows(9, 4, upTo: 9, &random), x = rows.map { $0.map(Double.init) }
      let needed = zt_count_primes_f64(9, 4, x.flatMap { $0 }, 4, 4, 7)
      var list = primes(needed, below: 1 << 9), result = count(x, primes: list)
      while result.status == ZT_COUNT_PRIME {
        if result.others == 0 { inRows += 1 } else { inTerms += 1 }
        #expect(list.contains(result.bad))
        let next = zt_prime_below(list.min()!)
        guard next >= 1 << 7 else { break }
        list[list.firstIndex(of: result.bad)!] = next
        result = count(x, primes: list)
      }
      guard result.status == ZT_COUNT_COMPLETE else { continue }
      #expect(Int(result.cells) == DeletionRestriction.cells(of: rows), "\(rows)")
    }
    #expect(inRows > 0 && inTerms > 0)
  }

  @Test(arguments: [(100, 5), (40, 7)])
  func aCallbackMayStop(n: Int, d: Int) {
    var random = SeededGenerator(test: "stop \(n) \(d)")
    let x = (0..<n).map { _ in (0..<d).map { _ in random.unit() } }
    for calls in 0..<20 {
      #expect(count(x, primes: primes(1), stopAfter: calls).status == ZT_COUNT_STOPPED)
    }
  }

  /// 2^65 cells, and one hyperplane more: its restriction has 2^64.
  @Test func moreThan64BitsIsAnOverflow() {
    let axes = (0..<65).map { i in (0..<65).map { $0 == i ? 1.0 : 0 } }
    let x = axes + [[Double](repeating: 1, count: 65)]
    #expect(count(x, primes: primes(1)).status == ZT_COUNT_OVERFLOW)
  }

  @Test func primesAreThoseOfTheSieve() {
    let limit = 5000
    var isPrime = [Bool](repeating: true, count: limit)
    for p in 2..<limit where isPrime[p] {
      for q in stride(from: 2 * p, to: limit, by: p) { isPrime[q] = false }
    }
    for bound in 0..<limit {
      let expected = (3..<max(bound, 3)).last { isPrime[$0] } ?? 0
      #expect(zt_prime_below(UInt64(bound)) == UInt64(expected), "below \(bound)")
    }
    // 2047 is a strong pseudoprime to the base 2, 3215031751 to 2, 3, 5 and 7; 2^61 - 1 is prime.
    #expect(zt_prime_below(2048) == 2039 && zt_prime_below(3_215_031_752) != 3_215_031_751)
    #expect(zt_prime_below(1 << 61) == (1 << 61) - 1)
  }

  /// Half the cells of Cover, until they leave 64 bits.
  @Test func theBoundIsThatOfCover() {
    for (classes, rank) in [(0, 3), (5, 0), (1, 1), (7, 3), (7, 7), (7, 20), (100, 5), (1000, 4)] {
      #expect(zt_half_cells_bound(classes, rank) == max(1, coverCount(classes, rank) / 2))
    }
    #expect(UInt(bitPattern: zt_half_cells_bound(64, 64)) == 1 << 63)
    for (classes, rank) in [(1 << 40, 5), (65, 65), (1 << 62, 3)] {
      #expect(UInt(bitPattern: zt_half_cells_bound(classes, rank)) == .max, "\(classes), \(rank)")
    }
  }
}
