/// A structured linear map from blocks to the fit of every sample; it is never stored as a matrix.
///
/// Block space holds `blocks` runs of `blockSize` numbers; sample space holds `samples` times `outputs` numbers, the
/// outputs of a sample next to each other.
public protocol LinearMap: Sendable {
  var samples: Int { get }
  var outputs: Int { get }
  var blocks: Int { get }
  var blockSize: Int { get }

  /// Memory for the products, which belongs to one solve on `threads` threads.
  associatedtype Workspace
  func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace

  /// Doubles that the workspace takes.
  func workspaceSize(threads: Int) -> Int

  /// f = A z
  func forward(_ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers)

  /// g = A' r
  func adjoint(_ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers)

  /// The largest Euclidean norm of a block of A'r, NaN if one is NaN; `scratch` has room for A'r.
  func largestBlockNorm(
    _ r: Values, scratch: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> Double

  /// f = A z for a z that is `direction` in one block and zero elsewhere.
  func column(_ block: Int, _ direction: Values, into f: MutableValues)

  /// The same for several directions, one after the other: f (directions, samples times outputs).
  func columns(_ block: Int, _ directions: Values, into f: MutableValues)

  /// The same products in single precision, for one solve on `threads` threads; nil where the map has none.
  func makeSingleProducts(threads: Int) throws(ZonotopeError) -> (any SingleProducts)?

  /// Doubles' worth of memory that they take.
  func singleProductsSize(threads: Int) -> Int
}

extension LinearMap {
  public var outputs: Int { 1 }
  /// Numbers in sample space.
  var fitSize: Int { samples * outputs }
  public func columns(_ block: Int, _ directions: Values, into f: MutableValues) {
    guard blockSize > 0 else { return }
    for i in 0..<directions.count / blockSize {
      column(
        block, Values(rebasing: directions[i * blockSize..<(i + 1) * blockSize]),
        into: MutableValues(rebasing: f[i * fitSize..<(i + 1) * fitSize]))
    }
  }
  public func makeSingleProducts(threads: Int) throws(ZonotopeError) -> (any SingleProducts)? { nil }
  public func singleProductsSize(threads: Int) -> Int { 0 }
}

extension LinearMap {
  /// For maps that cannot do without A'r.
  public func largestBlockNorm(
    _ r: Values, scratch: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> Double {
    adjoint(r, into: scratch, workspace, workers)
    var largest = 0.0
    for i in 0..<blocks {
      largest = nanMax(largest, norm(Values(rebasing: scratch[i * blockSize..<(i + 1) * blockSize])))
    }
    return largest
  }
}

/// A map that can be looked at pattern by pattern, and restricted to some of them.
///
/// The numbers of a pattern in block space are one run, pattern after pattern.
public protocol PatternMap: LinearMap {
  /// Patterns.
  var units: Int { get }

  /// The map of these patterns alone, in this order.
  func restricted(to units: [Int]) throws(ZonotopeError) -> Self

  /// No smaller than the spectral norm of the features of any pattern; infinite where that is not known.
  func largestGain() -> Double

  /// For every pattern the largest Euclidean norm of its blocks of A'r; `scratch` has room for A'r.
  func unitNorms(
    _ r: Values, into norms: MutableValues, scratch: MutableValues, _ workspace: Workspace,
    _ workers: Workers)
}

extension PatternMap {
  public func largestGain() -> Double { .infinity }

  /// For maps that cannot do without A'r.
  public func unitNorms(
    _ r: Values, into norms: MutableValues, scratch: MutableValues, _ workspace: Workspace,
    _ workers: Workers
  ) {
    adjoint(r, into: scratch, workspace, workers)
    let each = blocks / max(1, units)
    for unit in 0..<units {
      norms[unit] = 0
      for block in unit * each..<(unit + 1) * each {
        let place = block * blockSize..<(block + 1) * blockSize
        norms[unit] = nanMax(norms[unit], norm(Values(rebasing: scratch[place])))
      }
    }
  }
}

/// A map for which `(delta I + A A') z = b` can be solved by factors that are made once for each delta, which is what ADMM
/// asks for.
public protocol FactoredMap: LinearMap {
  /// The orders of the systems that are factored.
  var systemOrders: [Int] { get }
}

/// A map whose Gram matrix in sample space is cheaper than its columns are many. Outputs do not meet in it.
public protocol GramMap: FactoredMap {
  /// The lower triangle of k, (samples, samples): A A' is k for every output by itself.
  func gram(into k: MutableValues, _ workers: Workers) throws(ZonotopeError)

  /// Whether it can be computed some rows at a time.
  var hasGramRows: Bool { get }

  /// Those rows of it, up to the diagonal at least: (rows, rows.upperBound), `stride` numbers apart, on the thread of the
  /// caller. Maps without them leave `k` as it is.
  func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int)
}

extension GramMap {
  public var hasGramRows: Bool { false }
  public func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int) {}
}

extension GramMap {
  public var systemOrders: [Int] { [samples] }
}
