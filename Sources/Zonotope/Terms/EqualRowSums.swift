/// sum_i t_i over matrices C_i >= 0 (side, side) whose rows all have the sum t_i: multiples of row-stochastic matrices.
///
/// The dual norm of G is sum_r max_k G[r, k], at least 0: the best row-stochastic matrix has its weight on the largest entry
/// of each row.
public struct EqualRowSums: BlockPenalty {
  public let count: Int
  public let side: Int
  public var blockSize: Int { side * side }
  /// Of the mean Frobenius norm of the matrices that are not zero.
  public var thresholdRatio: Double { 1 }
  public var hasFaces: Bool { false }

  public init(count: Int, side: Int) {
    self.count = count
    self.side = side
  }

  /// For every block its norm, for every thread its rows in order and their sums.
  public struct Workspace {
    fileprivate let norms: Vector
    fileprivate let rows: [Vector]
    fileprivate let sums: [Vector]
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    var rows: [Vector] = [], sums: [Vector] = []
    for _ in 0..<threads {
      rows.append(try Vector(blockSize))
      sums.append(try Vector(blockSize))
    }
    return Workspace(norms: try Vector(count), rows: rows, sums: sums)
  }

  public func workspaceSize(threads: Int) -> Int { count + 2 * threads * blockSize }

  public func value(_ v: Values) -> Double {
    var total = CompensatedSum()
    for i in 0..<count {
      // Rounding makes rows differ: the largest sum is that of a matrix that is certainly enough.
      var largest = 0.0
      for r in 0..<side {
        let start = i * blockSize + r * side
        largest = max(largest, sum(Values(rebasing: v[start..<start + side])))
      }
      total.add(largest)
    }
    return total.value
  }

  /// Rows are projected onto simplices of one mass t, the root of sum_r theta_r(t) = threshold for the thresholds theta_r of
  /// the projections. That sum is convex and falls in t, piece by piece linearly, so Newton's method from 0 ends at the root.
  public func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary {
    workers.ranges(count, grain: 16) { range, slot in
      for i in range {
        let place = i * blockSize..<(i + 1) * blockSize
        workspace.norms[i] = project(
          Values(rebasing: t[place]), threshold, into: MutableValues(rebasing: v[place]),
          workspace.rows[slot],
          workspace.sums[slot])
      }
    }
    let active = workspace.norms.values.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
    return ShrinkSummary(active: active, totalNorm: sum(workspace.norms.values))
  }

  private func project(
    _ source: Values, _ threshold: Double, into target: MutableValues, _ rows: Vector, _ sums: Vector
  ) -> Double {
    for r in 0..<side {
      let range = r * side..<(r + 1) * side
      let sorted = Array(source[range]).sorted(by: >)
      var total = 0.0
      for (k, value) in sorted.enumerated() {
        total += value
        (rows[range.lowerBound + k], sums[range.lowerBound + k]) = (value, total)
      }
    }
    /// The threshold of a row for the mass t, and how many entries are above.
    func cut(_ r: Int, _ t: Double) -> (theta: Double, count: Int) {
      var count = 1
      while count < side,
        rows[r * side + count] * Double(count + 1) > sums[r * side + count] - t
      { count += 1 }
      return ((sums[r * side + count - 1] - t) / Double(count), count)
    }
    var mass = 0.0
    for _ in 0...side * side {
      var excess = -threshold, slope = 0.0
      for r in 0..<side {
        let (theta, count) = cut(r, mass)
        excess += theta
        slope += 1 / Double(count)
      }
      guard excess > 0, mass + excess / slope > mass else { break }
      mass += excess / slope
    }
    guard mass > 0 else {
      // Also what is not a number, which shows in the norm.
      let length = norm(source)
      target.update(repeating: length.isFinite ? 0 : .nan)
      return length.isFinite ? 0 : .nan
    }
    for r in 0..<side {
      let (theta, _) = cut(r, mass)
      for k in 0..<side { target[r * side + k] = max(0, source[r * side + k] - theta) }
    }
    return norm(Values(target))
  }

  public func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double {
    var largest = 0.0
    for i in 0..<count {
      var total = 0.0
      for r in 0..<side {
        var most = -Double.infinity
        for k in 0..<side { most = nanMax(most, -g[i * blockSize + r * side + k]) }
        total += most
      }
      largest = nanMax(largest, total)
    }
    return largest * (1 + 4 * Double(side) * Double.ulpOfOne)
  }
}
