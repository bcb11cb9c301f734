/// A z = sum_b X_b z_b over groups X_b of columns of a stored matrix, for every output by itself: the features of networks
/// without an activation.
public struct DenseMap: GramMap, PatternMap {
  /// (samples, columns), the columns of a group next to each other.
  public let x: MatrixView
  /// Columns of a group.
  public let groupSize: Int
  public let outputs: Int
  /// Whether what all outputs have of a group is one block, or each a block of its own, group after group. Numbers lie the
  /// same way: (groups, outputs, columns of the group).
  public let joinsOutputs: Bool
  public var samples: Int { x.rows }
  public var blocks: Int { joinsOutputs ? groups : groups * outputs }
  public var blockSize: Int { joinsOutputs ? groupSize * outputs : groupSize }
  private var groups: Int { x.columns / groupSize }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where the columns are no whole number of groups.
  public init(
    x: MatrixView, groupSize: Int, outputs: Int = 1, joinsOutputs: Bool = false
  ) throws(ZonotopeError) {
    guard groupSize > 0, outputs > 0, x.columns % groupSize == 0 else {
      throw .invalid(
        place: "x", reason: "\(x.columns) columns for \(outputs) outputs are no groups of \(groupSize)")
    }
    _ = try product(x.columns, outputs, place: "x")
    _ = try product(x.rows, outputs, place: "samples")
    self.x = x
    self.groupSize = groupSize
    self.outputs = outputs
    self.joinsOutputs = joinsOutputs
  }

  /// Block space as a matrix (columns, outputs), where it is not one already.
  public struct Workspace {
    fileprivate let matrix: Vector
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(matrix: Vector(workspaceSize(threads: threads)))
  }

  public func workspaceSize(threads: Int) -> Int { outputs == 1 ? 0 : x.columns * outputs }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let c = outputs, matrix = workspace.matrix
    if c > 1 { eachEntry { place, entry in matrix[entry] = z[place] } }
    let right = c > 1 ? matrix.values : z
    workers.ranges(samples, grain: grain(x.columns)) { range, _ in
      multiply(
        x.row(range.lowerBound), stride: x.stride, rows: range.count, columns: x.columns, transposed: false,
        right, width: c, adding: false,
        into: MutableValues(rebasing: f[range.lowerBound * c..<range.upperBound * c]))
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let c = outputs, matrix = workspace.matrix
    let target = c > 1 ? matrix.mutable : g
    workers.ranges(x.columns, grain: grain(samples)) { range, _ in
      multiply(
        x.base + range.lowerBound, stride: x.stride, rows: samples, columns: range.count, transposed: true, r,
        width: c, adding: false,
        into: MutableValues(rebasing: target[range.lowerBound * c..<range.upperBound * c]))
    }
    if c > 1 { eachEntry { place, entry in g[place] = matrix[entry] } }
  }

  public var units: Int { groups }

  public func restricted(to units: [Int]) throws(ZonotopeError) -> DenseMap {
    let columns = try product(units.count, groupSize, place: "x")
    let part = try Vector(product(x.rows, columns, place: "x"))
    for k in 0..<x.rows {
      for (place, unit) in units.enumerated() {
        (part.pointer + k * columns + place * groupSize).update(
          from: x.row(k) + unit * groupSize, count: groupSize)
      }
    }
    return try DenseMap(
      x: MatrixView(part, rows: x.rows, columns: columns), groupSize: groupSize, outputs: outputs,
      joinsOutputs: joinsOutputs)
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    let group = joinsOutputs ? block : block / outputs
    let range = joinsOutputs ? 0..<outputs : block % outputs..<block % outputs + 1
    scale(f, by: 0)
    for k in 0..<samples {
      let row = x.row(k) + group * groupSize
      for (part, o) in range.enumerated() {
        var product = 0.0
        for j in 0..<groupSize { product += row[j] * direction[part * groupSize + j] }
        f[k * outputs + o] = product
      }
    }
  }

  public func gram(into k: MutableValues, _ workers: Workers) { gramOfRows(x, into: k, workers) }

  /// Calls `body` with the place of every number in block space and in the matrix (columns, outputs).
  private func eachEntry(_ body: (_ place: Int, _ entry: Int) -> Void) {
    var place = 0
    for group in 0..<groups {
      for o in 0..<outputs {
        for j in 0..<groupSize {
          body(place, (group * groupSize + j) * outputs + o)
          place += 1
        }
      }
    }
  }

  /// Rows or columns of some tenths of a millisecond; the borders are the same for any number of threads.
  private func grain(_ depth: Int) -> Int { max(16, 1_000_000 / max(1, depth * outputs)) }
}
