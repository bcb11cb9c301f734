/// Rows dealt into parts of equal size, of which each is held out once.
public struct Folds: Sendable, Equatable {
  /// The rows of each part, ascending. Every row is in one of them.
  public let heldOut: [[Int]]
  public let rows: Int

  /// Deals the rows at random; the same seed gives the same parts, on every platform.
  ///
  /// - Parameters:
  ///   - strata: for each sample its class; the parts of a class differ in size by one at most, as those of all rows do.
  ///   - rowsPerSample: rows, next to each other, that stay together.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for fewer than two parts or more than samples, and for a class of
  ///   which there is one sample: no part could be held out without it.
  public init(
    _ count: Int, rows: Int, strata: [Double]? = nil, seed: UInt64 = 0, rowsPerSample: Int = 1
  ) throws(ZonotopeError) {
    let samples = rows / max(1, rowsPerSample)
    guard count >= 2, count <= samples else {
      throw .invalid(
        place: "folds", reason: "\(count) is not between 2 and \(samples), the samples there are")
    }
    if let strata, strata.count != samples {
      throw .invalid(place: "folds", reason: "\(strata.count) classes for \(samples) samples")
    }
    let groups = RowSplit.grouped(Array(0..<samples), strata)
    if groups.count > 1, groups.contains(where: { $0.count == 1 }) {
      throw .invalid(
        place: "folds", reason: "there is a class of one sample, which cannot be both held out and trained on"
      )
    }
    var generator = Xoshiro256(seed: seed, stream: 3)
    var parts = [[Int]](repeating: [], count: count), next = 0
    for var group in groups {
      RowSplit.shuffle(&group, first: group.count, &generator)
      // The next class goes on where the last has ended, so that all parts grow at the same pace.
      for sample in group {
        parts[next] += sample * rowsPerSample..<(sample + 1) * rowsPerSample
        next = (next + 1) % count
      }
    }
    heldOut = parts.map { $0.sorted() }
    self.rows = rows
  }

  /// The rows that are not in a part, ascending.
  public func training(_ fold: Int) -> [Int] {
    var isOut = [Bool](repeating: false, count: rows)
    for row in heldOut[fold] { isOut[row] = true }
    return (0..<rows).filter { !isOut[$0] }
  }
}
