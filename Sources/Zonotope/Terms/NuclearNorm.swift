/// sum_i ||V_i||_*, the sums of the singular values of blocks V_i (rows, columns): the penalty of gated networks with several
/// outputs under weight decay (Sahiner et al. 2021, theorem 3.1).
public struct NuclearNorm: UniformPenalty {
  public let count: Int
  public let rows: Int
  public let columns: Int
  public var blockSize: Int { rows * columns }
  /// Of the mean singular value that is not zero.
  public var thresholdRatio: Double { 1.3 }
  public var hasFaces: Bool { false }

  public init(count: Int, rows: Int, columns: Int) {
    self.count = count
    self.rows = rows
    self.columns = columns
  }

  public func restricted(toBlocks count: Int) -> NuclearNorm {
    NuclearNorm(count: count, rows: rows, columns: columns)
  }

  /// For every block its rank and its norm, for every thread room for a decomposition.
  public final class Workspace {
    fileprivate let ranks: Buffer<Int>
    fileprivate let norms: Vector
    fileprivate let decompositions: [SingularValues]
    fileprivate let shrinks: [SingularShrink]

    fileprivate init(_ penalty: NuclearNorm, threads: Int) throws(ZonotopeError) {
      ranks = try Buffer(penalty.count)
      norms = try Vector(penalty.count)
      var decompositions: [SingularValues] = [], shrinks: [SingularShrink] = []
      for _ in 0..<threads {
        decompositions.append(try SingularValues(penalty.rows, penalty.columns))
        shrinks.append(try SingularShrink(penalty.rows, penalty.columns))
      }
      (self.decompositions, self.shrinks) = (decompositions, shrinks)
    }
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(self, threads: threads)
  }

  public func workspaceSize(threads: Int) -> Int {
    2 * count + threads * (SingularValues.size(rows, columns) + SingularShrink.size(rows, columns))
  }

  public func value(_ v: Values) -> Double {
    guard let decomposition = try? SingularValues(rows, columns) else { return .nan }
    var total = CompensatedSum()
    for i in 0..<count {
      let block = Values(rebasing: v[i * blockSize..<(i + 1) * blockSize])
      if block.contains(where: { $0 != 0 }) { total.add(decomposition.norm(of: block)) }
    }
    return total.value
  }

  public func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary {
    workers.ranges(count, grain: grain) { range, slot in
      for i in range {
        let place = i * blockSize..<(i + 1) * blockSize
        let source = Values(rebasing: t[place]), target = MutableValues(rebasing: v[place])
        (workspace.ranks[i], workspace.norms[i]) = shrink(
          source, threshold, into: target, workspace.decompositions[slot], workspace.shrinks[slot])
      }
    }
    return ShrinkSummary(
      active: workspace.ranks.elements.reduce(0, +), totalNorm: sum(workspace.norms.values))
  }

  private func shrink(
    _ source: Values, _ threshold: Double, into target: MutableValues, _ decomposition: SingularValues,
    _ fast: SingularShrink
  ) -> (Int, Double) {
    // No singular value is larger than the norm of all.
    let length = norm(source)
    if !(length <= threshold), length.isFinite, let answer = fast.shrink(source, threshold, into: target) {
      return answer
    }
    target.update(repeating: 0)
    guard !(length <= threshold) else { return (0, 0) }
    guard decomposition.decompose(source) else {
      target.update(repeating: .nan)
      return (1, .nan)
    }
    var rank = 0, total = 0.0
    for i in 0..<decomposition.count {
      let value = decomposition.values[i] - threshold
      guard value > 0 else { break }
      decomposition.add(value, i, to: target)
      rank += 1
      total += value
    }
    return (rank, total)
  }

  public func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double {
    workers.ranges(count, grain: grain) { range, slot in
      var largest = floor
      for i in range {
        let block = Values(rebasing: g[i * blockSize..<(i + 1) * blockSize]), length = norm(block)
        // The largest singular value is not larger.
        workspace.norms[i] =
          length <= largest ? length : workspace.decompositions[slot].largest(of: block)
        largest = max(largest, workspace.norms[i])
      }
    }
    return workspace.norms.values.reduce(0, nanMax)
  }
}

/// Blocks that one thread takes at a time.
private let grain = 16
