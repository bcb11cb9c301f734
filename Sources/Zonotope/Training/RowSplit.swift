/// Deals rows at random into two parts; classes keep their shares.
enum RowSplit {
  /// - Parameters:
  ///   - rows: the rows to deal.
  ///   - strata: for each row of the data the class it belongs to; nil for one class.
  ///   - fraction: the share of the second part, rounded to the nearest within a class; the first part keeps one row
  ///     of each class.
  /// - Returns: both parts, ascending.
  static func deal(
    _ rows: [Int], strata: [Double]?, fraction: Double, seed: UInt64, stream: UInt64
  ) -> (first: [Int], second: [Int]) {
    var generator = Xoshiro256(seed: seed, stream: stream)
    let groups = grouped(rows, strata)
    var first: [Int] = [], second: [Int] = []
    for var group in groups where !group.isEmpty {
      let size = min(Int((fraction * Double(group.count)).rounded()), group.count - 1)
      shuffle(&group, first: size, &generator)
      first += group[size...]
      second += group[..<size]
    }
    return (first.sorted(), second.sorted())
  }

  /// The rows of each class, by its number; all as one without classes.
  static func grouped(_ rows: [Int], _ strata: [Double]?) -> [[Int]] {
    guard let strata else { return [rows] }
    return Dictionary(grouping: rows) { strata[$0] }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Draws the first `count` of a group at random. A shuffle of our own: that of the standard library may change with its
  /// version.
  static func shuffle(_ group: inout [Int], first count: Int, _ generator: inout Xoshiro256) {
    for k in 0..<count {
      let rest = UInt64(group.count - k)
      group.swapAt(k, k + Int(generator.next().multipliedFullWidth(by: rest).high))
    }
  }
}
