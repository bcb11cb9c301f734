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
    var groups: [[Int]] = [rows]
    if let strata {
      groups = Dictionary(grouping: rows) { strata[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }
    var first: [Int] = [], second: [Int] = []
    for var group in groups where !group.isEmpty {
      let size = min(Int((fraction * Double(group.count)).rounded()), group.count - 1)
      for k in 0..<size {
        // A shuffle of our own: that of the standard library may change with its version.
        let rest = UInt64(group.count - k)
        group.swapAt(k, k + Int(generator.next().multipliedFullWidth(by: rest).high))
      }
      first += group[size...]
      second += group[..<size]
    }
    return (first.sorted(), second.sorted())
  }
}
