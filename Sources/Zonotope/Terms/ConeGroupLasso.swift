import CZonotope

/// sum_i ||v_i||_2 with v_i in the cone K_i = {v : S_i X v >= 0} of its pattern: the penalty of exact ReLU
/// networks (Pilanci and Ergen 2020, equation 8).
///
/// Blocks come in pairs: block i and block i + (number of patterns) share the cone of pattern i. With several outputs there
/// is a block for each, pattern after pattern. The prox is the group soft-threshold of the projection onto the cone, so every iterate of a solver is feasible.
public struct ConeGroupLasso: BlockPenalty {
  public let count: Int
  public let blockSize: Int
  public var thresholdRatio: Double { 0.4 }

  private let patterns: PatternSet
  private let outputs: Int
  /// The rows of X scaled to unit norm, by columns: (blockSize, samples). The cones are the same.
  private let columns: Vector

  /// - Parameter x: (samples, blockSize).
  public init(patterns: PatternSet, x: MatrixView, outputs: Int = 1) throws(ZonotopeError) {
    guard x.rows == patterns.samples else {
      throw .invalid(place: "patterns", reason: "\(patterns.samples) bits each for \(x.rows) samples")
    }
    self.patterns = patterns
    self.outputs = outputs
    count = try product(2 * outputs, patterns.count, place: "patterns")
    blockSize = x.columns
    columns = try Vector(product(x.rows, x.columns, place: "x"))
    for k in 0..<x.rows {
      let row = Values(start: x.row(k), count: x.columns)
      // Scale by the largest entry first: the norm of a row of tiny or huge numbers neither under- nor overflows.
      let largest = row.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { continue }
      var squares = 0.0
      for value in row { squares += (value / largest) * (value / largest) }
      let length = squares.squareRoot()
      for j in 0..<x.columns { columns[j * x.rows + k] = row[j] / largest / length }
    }
  }

  public final class Workspace {
    /// Per block: the rows that were active at the last projection, and the multipliers' sum B'rho.
    fileprivate let active: Buffer<Int>
    fileprivate let activeCount: Buffer<Int>
    fileprivate let correction: Vector
    fileprivate let norms: Vector
    fileprivate let scratch: Vector
    fileprivate let scratchSize: Int

    fileprivate init(count: Int, size: Int, scratchSize: Int, threads: Int) throws(ZonotopeError) {
      active = try Buffer(product(count, size, place: "blocks"))
      activeCount = try Buffer(count)
      correction = try Vector(product(count, size, place: "blocks"))
      norms = try Vector(count)
      self.scratchSize = scratchSize
      scratch = try Vector(product(threads, scratchSize, place: "threads"))
    }
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(count: count, size: blockSize, scratchSize: scratchSize, threads: threads)
  }

  public func workspaceSize(threads: Int) -> Int {
    2 * count * (blockSize + 1) + threads * scratchSize
  }

  /// The kernel's workspace, a block with the sign changed and a projection that nobody asked for.
  private var scratchSize: Int {
    zt_cone_project_f64_workspace(patterns.samples, blockSize) + 2 * blockSize
  }

  public func value(_ v: Values) -> Double {
    GroupLasso(count: count, blockSize: blockSize).value(v)
  }

  public func prox(
    _ t: Values, threshold: Double, into v: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> ShrinkSummary {
    workers.ranges(count, grain: grain) { range, slot in
      for i in range {
        let target = v.baseAddress! + i * blockSize
        let length = project(
          t.baseAddress! + i * blockSize, block: i, stop: threshold, into: target, slot, workspace)
        // Given up is zero too, whatever bound of its norm is known.
        guard length > threshold, (0..<blockSize).contains(where: { target[$0] != 0 }) else {
          target.update(repeating: 0, count: blockSize)
          workspace.norms[i] = length.isNaN ? .nan : 0
          continue
        }
        let factor = 1 - threshold / length
        for j in 0..<blockSize { target[j] *= factor }
        workspace.norms[i] = factor * length
      }
    }
    var summary = ShrinkSummary(active: 0, totalNorm: 0)
    for length in workspace.norms.values where length != 0 {
      summary.active += 1
      summary.totalNorm += length
    }
    return summary
  }

  public func dualNorm(_ g: Values, floor: Double, _ workspace: Workspace, _ workers: Workers) -> Double {
    workers.ranges(count, grain: grain) { range, slot in
      let scratch = workspace.scratch.pointer + slot * workspace.scratchSize
      let negated = scratch + workspace.scratchSize - blockSize
      var largest = floor
      for i in range {
        for j in 0..<blockSize { negated[j] = -g[i * blockSize + j] }
        let length = project(
          negated, block: i, stop: largest, into: nil, slot, workspace)
        workspace.norms[i] = length
        largest = max(largest, length)
      }
    }
    return workspace.norms.values.reduce(0, nanMax)
  }

  public var smallestFace: Int { 0 }

  public func face(of block: Int, at v: Values) -> [Double] {
    let length = norm(v), samples = patterns.samples
    // Orthonormal rows: first the normals of the active planes, then what completes them.
    var basis: [[Double]] = []
    func extend(by candidate: [Double], unless negligible: Double) {
      var rest = candidate
      for _ in 0..<2 {
        for row in basis {
          var product = 0.0
          for j in 0..<blockSize { product += row[j] * rest[j] }
          for j in 0..<blockSize { rest[j] -= product * row[j] }
        }
      }
      let size = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if size > negligible { basis.append(rest.map { $0 / size }) }
    }
    for k in 0..<samples where basis.count < blockSize {
      var product = 0.0
      for j in 0..<blockSize { product += columns[j * samples + k] * v[j] }
      guard abs(product) <= activeTolerance * length else { continue }
      extend(by: (0..<blockSize).map { columns[$0 * samples + k] }, unless: 1e-8)
    }
    let active = basis.count
    for axis in 0..<blockSize where basis.count < blockSize {
      extend(by: (0..<blockSize).map { $0 == axis ? 1 : 0 }, unless: 0.5 / Double(blockSize).squareRoot())
    }
    return Array(basis[active...].joined())
  }

  public func largestStep(of block: Int, from v: Values, along direction: Values) -> Double {
    let length = norm(v), samples = patterns.samples
    var step = 1.0
    for k in 0..<samples {
      var product = 0.0, change = 0.0
      for j in 0..<blockSize {
        product += columns[j * samples + k] * v[j]
        change += columns[j * samples + k] * direction[j]
      }
      guard abs(product) > activeTolerance * length else { continue }
      if product * change < 0 { step = min(step, -product / change) }
    }
    return step
  }

  private func pattern(of block: Int) -> Int { block % (count / 2) / outputs }

  /// The norm of the projection of `t` onto the cone of the block, or an upper bound of it that is at most `stop`.
  /// Above `stop` the projection itself is written to `target`; otherwise what is there has no meaning.
  private func project(
    _ t: UnsafePointer<Double>, block: Int, stop: Double, into target: UnsafeMutablePointer<Double>?,
    _ slot: Int, _ workspace: Workspace
  ) -> Double {
    let size = blockSize, correction = workspace.correction.pointer + block * size
    let bound = lengthAlong(correction, from: t)
    if bound <= stop { return bound }
    let scratch = workspace.scratch.pointer + slot * workspace.scratchSize
    let result = target ?? scratch + workspace.scratchSize - 2 * size
    let samples = patterns.samples
    let length = zt_cone_project_f64(
      samples, size, columns.pointer, samples,
      patterns.patternBits.pointer + pattern(of: block) * patterns.patternWords, t, stop, result,
      workspace.active.pointer + block * size, workspace.activeCount.pointer + block, scratch)
    remember(result, of: t, length, in: correction)
    return length
  }

  /// The least norm of t + a c over a >= 0. For any rho >= 0 the norm of t + B'rho bounds that of the projection, and
  /// the cone of all B'rho holds every multiple of the last one, c.
  private func lengthAlong(_ c: UnsafePointer<Double>, from t: UnsafePointer<Double>) -> Double {
    var product = 0.0, squares = 0.0, remainder = 0.0
    for j in 0..<blockSize {
      product += t[j] * c[j]
      squares += c[j] * c[j]
    }
    let multiple = product < 0 ? -product / squares : 0
    for j in 0..<blockSize {
      let entry = t[j] + multiple * c[j]
      remainder += entry * entry
    }
    return remainder.squareRoot()
  }

  /// Keeps c = v - t = B'rho where it is more than the rounding of v. A projection that was given up, which is zero with
  /// a positive norm, tells no multipliers.
  private func remember(
    _ v: UnsafePointer<Double>, of t: UnsafePointer<Double>, _ length: Double,
    in c: UnsafeMutablePointer<Double>
  ) {
    var squares = 0.0, difference = 0.0
    var isZero = true
    for j in 0..<blockSize {
      c[j] = v[j] - t[j]
      squares += t[j] * t[j]
      difference += c[j] * c[j]
      if v[j] != 0 { isZero = false }
    }
    if !(difference > 1e-6 * squares) || (isZero && length > 0) { c.update(repeating: 0, count: blockSize) }
  }
}

/// A plane is active at v when the sine of the angle to it is at most this.
private let activeTolerance = 1e-9

/// Blocks that one thread takes at a time.
private let grain = 16
