/// The features of tokens as stored matrices, for every part of the outputs its own or one for all, or of linear attention as
/// what they are products of.
///
/// Sample space as a matrix (rows, parts, outputs of a part) has the fit
///
///     f[r, q, o] = sum_j X_q[r, j] W_q[j, o]
///
/// and block space holds the numbers of all W_q in an order of its own: that of the matrices whose norms are the penalty,
/// which may take numbers of every part. What a loss calls samples and outputs may be cut otherwise: a row is one of them
/// with its outputs, or several.
public struct FeatureMap: FactoredMap {
  public let samples: Int
  public let outputs: Int
  public let blocks: Int
  public let blockSize: Int
  /// (rows, columns): one for every part, or a single one for all; none where they are products.
  let features: [MatrixView]
  let products: ProductFeatures?
  let parts: Int
  /// Outputs of a part.
  let width: Int
  /// The place of each number of block space in the matrices, (parts, columns, width); nil where it is the same.
  private let entries: Buffer<Int>?

  var rows: Int { products?.rows ?? features[0].rows }
  var columns: Int { products?.columns ?? features[0].columns }
  var isShared: Bool { features.count <= 1 }

  /// - Parameters:
  ///   - features: one matrix for every part, or a single one; all of one shape.
  ///   - outputs: what the loss calls so: rows * parts * width are samples * outputs.
  ///   - place: where W_q[j, o] lies in block space, a permutation; nil for the order (q, j, o).
  init(
    features: [MatrixView], parts: Int, width: Int, outputs: Int, blocks: Int,
    place: ((_ part: Int, _ column: Int, _ output: Int) -> Int)?
  ) throws(ZonotopeError) {
    self.features = features
    products = nil
    self.parts = parts
    self.width = width
    self.outputs = outputs
    let (rows, columns) = (features[0].rows, features[0].columns)
    let fit = try product(product(rows, parts, place: "x"), width, place: "y")
    samples = fit / max(1, outputs)
    let size = try product(product(parts, columns, place: "x"), width, place: "blocks")
    self.blocks = blocks
    blockSize = size / max(1, blocks)
    guard let place else {
      entries = nil
      return
    }
    let entries = try Buffer<Int>(size)
    var entry = 0
    for q in 0..<parts {
      for j in 0..<columns {
        for o in 0..<width {
          entries[place(q, j, o)] = entry
          entry += 1
        }
      }
    }
    self.entries = entries
  }

  /// Linear attention, with its one matrix as it lies in block space.
  init(_ products: ProductFeatures, outputs: Int) throws(ZonotopeError) {
    (features, self.products, parts, width, self.outputs) = ([], products, 1, outputs, outputs)
    (samples, blocks, entries) = (products.rows, 1, nil)
    blockSize = try product(products.columns, outputs, place: "blocks")
  }

  func matrix(_ part: Int) -> MatrixView { features[isShared ? 0 : part] }

  /// The matrices of all parts, and a part's fit, where they do not lie together.
  public struct Workspace {
    fileprivate let matrices: Vector
    fileprivate let fits: Vector
    /// What features that are products take.
    fileprivate let wide: Vector
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(
      matrices: Vector(entries == nil ? 0 : blocks * blockSize),
      fits: Vector(parts == 1 ? 0 : rows * width * parts),
      wide: Vector(products?.workspaceSize(outputs: outputs) ?? 0))
  }

  public func workspaceSize(threads: Int) -> Int {
    (entries == nil ? 0 : blocks * blockSize) + (parts == 1 ? 0 : rows * width * parts)
      + (products?.workspaceSize(outputs: outputs) ?? 0)
  }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    if let products { return products.forward(z, outputs: outputs, into: f, workspace.wide, workers) }
    var matrices = z
    if let entries {
      for place in 0..<z.count { workspace.matrices[entries[place]] = z[place] }
      matrices = workspace.matrices.values
    }
    let size = columns * width, fits = parts == 1 ? f : workspace.fits.mutable
    for q in 0..<parts {
      let x = matrix(q), weights = Values(rebasing: matrices[q * size..<(q + 1) * size])
      workers.ranges(rows, grain: grain(columns)) { range, _ in
        let target = q * rows * width + range.lowerBound * width..<q * rows * width + range.upperBound * width
        multiplyNarrow(
          x.row(range.lowerBound), stride: x.stride, rows: range.count, columns: columns, transposed: false,
          weights, width: width, into: MutableValues(rebasing: fits[target]))
      }
    }
    guard parts > 1 else { return }
    eachRow { row, part in
      (f.baseAddress! + row).update(from: fits.baseAddress! + part, count: width)
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    if let products { return products.adjoint(r, outputs: outputs, into: g, workspace.wide, workers) }
    var fits = r
    if parts > 1 {
      eachRow { row, part in
        (workspace.fits.pointer + part).update(from: r.baseAddress! + row, count: width)
      }
      fits = workspace.fits.values
    }
    let size = columns * width, matrices = entries == nil ? g : workspace.matrices.mutable
    for q in 0..<parts {
      let x = matrix(q), residual = Values(rebasing: fits[q * rows * width..<(q + 1) * rows * width])
      workers.ranges(columns, grain: grain(rows)) { range, _ in
        let target = q * size + range.lowerBound * width..<q * size + range.upperBound * width
        multiplyNarrow(
          x.base + range.lowerBound, stride: x.stride, rows: rows, columns: range.count, transposed: true,
          residual, width: width, into: MutableValues(rebasing: matrices[target]))
      }
    }
    if let entries { for place in 0..<g.count { g[place] = matrices[entries[place]] } }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    scale(f, by: 0)
    for (place, value) in zip(block * blockSize..<(block + 1) * blockSize, direction) where value != 0 {
      let entry = entries?[place] ?? place
      let (q, j, o) = (entry / width / columns, entry / width % columns, entry % width)
      for r in 0..<rows {
        let feature = products?.feature(r, j) ?? matrix(q).row(r)[j]
        f[(r * parts + q) * width + o] += value * feature
      }
    }
  }

  /// Calls `body` with where the outputs of a part of a row lie in sample space, and in (parts, rows, width).
  private func eachRow(_ body: (_ row: Int, _ part: Int) -> Void) {
    for r in 0..<rows {
      for q in 0..<parts { body((r * parts + q) * width, (q * rows + r) * width) }
    }
  }

  /// Rows or columns of a tenth of a millisecond: many enough that BLAS copies its operands, which few of long rows need. The
  /// borders are the same for any number of threads.
  private func grain(_ depth: Int) -> Int { max(64, 4_000_000 / max(1, depth * width)) }
}

extension FeatureMap: SystemMap {
  /// In the space of rows or of columns, whichever is smaller.
  public var systemOrders: [Int] { products.map { [$0.rows] } ?? features.map { min($0.rows, $0.columns) } }

  func makeOwnSystem(
    _ workers: Workers
  ) throws(ZonotopeError) -> (system: any SampleSystem, meanDiagonal: Double) {
    let system = try FeatureSystem(self, workers)
    return (system, system.meanDiagonal)
  }

  func ownSystemSize() throws(ZonotopeError) -> Int {
    var size = workspaceSize(threads: 1) + rows * parts * width + columns * width * parts
    for order in systemOrders {
      let square = try product(product(order, order, place: "x"), products == nil ? 2 : 3, place: "x")
      let (sum, overflow) = size.addingReportingOverflow(square)
      guard !overflow else { throw .sizeOverflow(place: "x") }
      size = sum
    }
    return size
  }
}
