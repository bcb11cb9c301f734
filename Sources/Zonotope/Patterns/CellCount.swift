import CZonotope

/// The number of open cells of the arrangement of some rows, which is the number of their activation patterns, without
/// listing them. Rows of any rank; exact for the real numbers that the doubles hold.
///
/// By deletion and restriction over prime fields, see `zonotope/counting.h`. It shares no code with the enumeration.
public struct CellCount: Sendable, Equatable {
  /// `.budget` where there are more cells than `settings.cells`.
  public let status: EnumerationStatus
  /// The number of cells; where the count did not complete, that of cells counted so far, a lower bound.
  public let cells: Int
  /// The rank of the rows, exactly.
  public let rank: Int
  /// Rows that are not zero, parallel and antiparallel ones counted once.
  public let hyperplanes: Int

  /// Counts the cells of the rows of `x`.
  ///
  /// - Complexity: in general position, about C(hyperplanes, rank - 1) restricted rows of some nanoseconds each; far
  ///   less where rows are degenerate. No memory but that of the rows.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for an entry that is not finite,
  ///   ``ZonotopeError/unsupported(key:reason:)`` for more than 2^63 - 1 cells, memory.
  public init(of x: MatrixView, settings: EnumerationSettings = EnumerationSettings()) throws(ZonotopeError) {
    try self.init(of: x, settings: settings, primesBelow: 1 << 62)
  }

  /// - Parameter limit: 2^62; lower ones, which may need to be tried again, are for tests.
  init(of x: MatrixView, settings: EnumerationSettings, primesBelow limit: UInt64) throws(ZonotopeError) {
    try settings.check()
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    var primes = try CountingPrimes(for: x, below: limit)
    let counting = try Counting(of: x, settings: settings, primes: primes.list.count)
    while true {
      switch try counting.attempt(primes) {
      case .done(let status, let cells):
        (self.status, self.cells) = (status, cells)
        (rank, hyperplanes) = (counting.rank, counting.rank + counting.others)
        return
      case .divides(let prime): try primes.replace(prime)
      }
    }
  }
}

extension Arrangement {
  /// The rank of the rows of `x`, exactly.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for an entry that is not finite; memory.
  public static func rank(of x: MatrixView) throws(ZonotopeError) -> Int {
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    var primes = try CountingPrimes(for: x, below: 1 << 62)
    // One prime gives a lower bound, and most data have full rank.
    let quick = try Counting(of: x, settings: EnumerationSettings(), primes: 1)
    if try quick.prepare(primes) == nil, quick.rank == Swift.min(x.rows, x.columns) { return quick.rank }
    let counting = try Counting(of: x, settings: EnumerationSettings(), primes: primes.list.count)
    while let prime = try counting.prepare(primes) { try primes.replace(prime) }
    return counting.rank
  }
}

/// The largest primes below a limit, all at least half of it.
private struct CountingPrimes {
  private(set) var list: [UInt64] = []
  private let bits: Int
  private let x: MatrixView

  init(for x: MatrixView, below limit: UInt64) throws(ZonotopeError) {
    self.x = x
    bits = 62 - (limit - 1).leadingZeroBitCount + 1
    let count = zt_count_primes_f64(
      x.rows, x.columns, x.base, x.stride, min(x.rows, x.columns), bits)
    list = [limit]
    while list.count <= count { list.append(try next(list.last ?? limit)) }
    list.removeFirst()
  }

  /// Primes that decide minors of the order of the rank.
  func enough(for rank: Int) -> Int {
    min(list.count, zt_count_primes_f64(x.rows, x.columns, x.base, x.stride, rank, bits))
  }

  mutating func replace(_ index: Int) throws(ZonotopeError) {
    list[index] = try next(list.min() ?? 0)
  }

  private func next(_ below: UInt64) throws(ZonotopeError) -> UInt64 {
    let prime = zt_prime_below(below)
    guard prime >= 1 << UInt64(bits) else {
      throw .unsupported(key: "patterns", reason: "too few primes of \(bits) bits to count them")
    }
    return prime
  }
}

/// A count: memory, and attempts with given primes.
private final class Counting {
  enum Outcome {
    case done(EnumerationStatus, Int)
    /// The prime of this index divides something that is not zero.
    case divides(Int)
  }

  private let x: MatrixView
  private let settings: EnumerationSettings
  private let primes: Int
  private let lines: Buffer<UInt64>
  private(set) var rank = 0
  private(set) var others = 0

  init(of x: MatrixView, settings: EnumerationSettings, primes: Int) throws(ZonotopeError) {
    (self.x, self.settings, self.primes) = (x, settings, primes)
    let (n, d) = (x.rows, x.columns)
    let entries = saturatingProduct(saturatingProduct(n, d), saturatingProduct(primes, 24))
    let needed = saturatingSum(entries, saturatingProduct(n, 64))
    guard needed <= settings.memoryBudget else {
      throw .memoryBudget(purpose: "counting patterns", needed: needed, budget: settings.memoryBudget)
    }
    lines = try Buffer(product(product(n, min(n, d), place: "x"), primes, place: "x"))
  }

  /// Rank and residues. The index of a prime that has to be replaced, or nil.
  func prepare(_ primes: CountingPrimes) throws(ZonotopeError) -> Int? {
    var bad = 0
    let workspace = try Vector(bytes: zt_count_prepare_f64_workspace(x.rows, x.columns, self.primes))
    let status = zt_count_prepare_f64(
      x.rows, x.columns, x.base, x.stride, self.primes, primes.list, &rank, &others, lines.pointer, &bad,
      workspace.pointer)
    return status == ZT_COUNT_PRIME ? bad : nil
  }

  func attempt(_ primes: CountingPrimes) throws(ZonotopeError) -> Outcome {
    if let prime = try prepare(primes) { return .divides(prime) }
    let used = primes.enough(for: rank)
    // One prime suffices where it already shows general position.
    if used > 1, case .done(.complete, let cells) = try sum(primes.list, used: 1),
      cells == saturatingProduct(Arrangement.halfBound(hyperplanes: rank + others, rank: rank), 2)
    {
      return .done(.complete, cells)
    }
    return try sum(primes.list, used: used)
  }

  /// 2^rank and all terms: the largest first, so that threads end together; the smallest first where there may be too
  /// many cells, so that this shows early.
  private func sum(_ primes: [UInt64], used: Int) throws(ZonotopeError) -> Outcome {
    guard rank < 63 else { throw Self.tooMany }
    let workers = settings.team()
    let workspaces = try (0..<workers.threads).map { (_) throws(ZonotopeError) in
      try Vector(bytes: zt_count_term_workspace(rank, others, used))
    }
    let terms = try Buffer<UInt64>(others)
    let states = try Buffer<UInt32>(others), bad = try Buffer<Int>(others)
    states.pointer.update(repeating: ZT_COUNT_STOPPED.rawValue, count: others)
    let meter = Meter(settings, total: (0..<others).reduce(0) { $0 + work($1) })
    let bound = saturatingProduct(Arrangement.halfBound(hyperplanes: rank + others, rank: rank), 2)
    let budget = settings.cells ?? .max, mayExceed = bound > budget
    let base = UInt64(1) << UInt64(rank)
    workers.run(others) { index, slot in
      let j = mayExceed ? index : others - 1 - index
      if meter.isStopped { return }
      let status = zt_count_term(
        rank, others, lines.pointer, used, primes, j,
        { meter in Unmanaged<Meter>.fromOpaque(meter!).takeUnretainedValue().isStopped ? 1 : 0 },
        Unmanaged.passUnretained(meter).toOpaque(), terms.pointer + j, bad.pointer + j,
        workspaces[slot].pointer)
      states[j] = status.rawValue
      if status == ZT_COUNT_COMPLETE {
        meter.add(cells: Int(clamping: terms[j]), work: work(j))
        if mayExceed, saturatingSum(meter.cells, Int(base)) > budget { meter.stop() }
      } else {
        meter.stop()
      }
    }

    var total = base, isCancelled = false, tooMany = false
    for j in 0..<others {
      switch states[j] {
      case ZT_COUNT_PRIME.rawValue: return .divides(bad[j])
      case ZT_COUNT_OVERFLOW.rawValue: tooMany = true
      case ZT_COUNT_STOPPED.rawValue: isCancelled = true
      default:
        let (sum, overflow) = total.addingReportingOverflow(terms[j])
        (total, tooMany) = (sum, tooMany || overflow)
      }
    }
    if total > budget { return .done(.budget, Int(clamping: total)) }
    guard !tooMany, total <= Int.max else { throw Self.tooMany }
    return .done(isCancelled ? .cancelled : .complete, Int(total))
  }

  /// About the restricted rows of term j, in general position.
  private func work(_ j: Int) -> Double {
    var rows = 1.0
    for k in 0..<max(0, rank - 2) { rows *= Double(j + 1 + k) / Double(k + 1) }
    return rows
  }

  private static let tooMany = ZonotopeError.unsupported(
    key: "patterns", reason: "there are more than 2^63 - 1 of them")
}
