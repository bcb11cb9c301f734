/// A A' in sample space, the lower triangle: what a step of ADMM factors with shifts on its diagonal.
///
/// Kept as a matrix where that is small, or where free columns have to be projected out of it. Otherwise its rows are computed
/// again for every factor, which takes a few hundredths of what the factor does and no memory.
final class SampleGram<Map: GramMap> {
  private let map: Map
  private let stored: Vector?
  /// The mean entry of the diagonal, or that of its first part.
  let meanDiagonal: Double

  /// - Parameter largest: samples up to which the matrix is kept.
  init(
    _ map: Map, _ free: FreeBlock?, _ workers: Workers, storedUpTo largest: Int = largestStored
  ) throws(ZonotopeError) {
    self.map = map
    let n = map.samples
    if Self.isStored(map, hasFree: free != nil, largest) {
      let gram = try Vector(product(n, n, place: "samples"))
      try map.gram(into: gram.mutable, workers)
      if let free, !workers.isStopped { try free.project(gram: gram.mutable) }
      stored = gram
      meanDiagonal = (0..<n).reduce(0) { $0 + gram[$1 * n + $1] } / Double(max(1, n))
    } else {
      stored = nil
      returnFreedMemory()
      let first = min(n, rowsAtOnce), rows = try Vector(first * first)
      map.gramRows(0..<first, into: rows.pointer, stride: first)
      meanDiagonal = (0..<first).reduce(0) { $0 + rows[$1 * first + $1] } / Double(max(1, first))
    }
  }

  private static func isStored(_ map: Map, hasFree: Bool, _ largest: Int = largestStored) -> Bool {
    hasFree || !map.hasGramRows || map.samples <= largest
  }

  /// Doubles that it takes, and what threads take beside it while they factor.
  static func size(_ map: Map, hasFree: Bool, threads: Int) -> Int {
    isStored(map, hasFree: hasFree)
      ? saturatingProduct(map.samples, map.samples) : saturatingProduct(threads * rowsAtOnce, map.samples)
  }

  /// Factors it with a shift; false as ``CholeskyFactor/factor(_:shift:_:)``, or where memory runs out.
  func factor<Element>(
    into cholesky: inout CholeskyFactor<Element>, shift: Double, _ workers: Workers
  ) -> Bool {
    if let stored { return cholesky.factor(stored.values, shift: shift, workers) }
    let n = map.samples
    guard let room = try? Vector(workers.threads * rowsAtOnce * n) else { return false }
    return cholesky.factor(shift: shift, near: meanDiagonal + shift, workers) { k, slot, row in
      let part = k % rowsAtOnce, rows = room.pointer + slot * rowsAtOnce * n
      if part == 0 {
        let range = k..<min(n, k + rowsAtOnce)
        map.gramRows(range, into: rows, stride: range.upperBound)
      }
      row.update(from: rows + part * min(n, k - part + rowsAtOnce), count: k + 1)
    }
  }
}

/// Rows that are computed together; bands of factors are multiples of it.
private let rowsAtOnce = 32

/// Samples up to which the matrix is kept: it takes some 34 MB.
let largestStored = 2048
