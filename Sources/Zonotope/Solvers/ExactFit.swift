/// Moves blocks whose fit is nearly the targets to blocks whose fit they are, to rounding: by the shortest move within the
/// faces of their cones, where longer blocks may move more.
///
/// Iterations in sample space reach y in the limit only, and a network that misses it has no finite objective under
/// ``InterpolationLoss``. The move is as short as what is missing, and so the penalty is wrong by no more than that.
final class ExactFit<Map: LinearMap, Penalty: BlockPenalty, Objective: Loss> {
  private let evaluator: Evaluator<Map, Penalty, Objective>
  private let program: ConvexProgram<Map, Penalty, Objective>
  private let residual: Vector
  private let coefficients: Vector
  let blocks: Vector

  init(_ evaluator: Evaluator<Map, Penalty, Objective>) throws(ZonotopeError) {
    (self.evaluator, program) = (evaluator, evaluator.program)
    residual = try Vector(program.map.fitSize)
    coefficients = try Vector(program.freeSize)
    blocks = try Vector(program.size)
  }

  /// A vector of a block's face, as long as the block.
  private struct Direction {
    let block: Int
    let vector: [Double]
  }

  /// Writes the moved copy of the blocks to `blocks`. False where their faces do not reach the targets.
  func move(_ start: Values) throws(ZonotopeError) -> Bool {
    _ = blocks.mutable.update(fromContentsOf: start)
    let size = norm(evaluator.targets.values)
    guard size > 0 else { return false }
    // A move that left a cone was cut short: from there the faces are others.
    for _ in 0..<4 {
      let before = missing()
      if before <= enough * size { return true }
      guard before.isFinite, before <= farthest * size, !evaluator.workers.isStopped else { return false }
      let directions = directions()
      guard let system = try Reach(columns: directions.count, samples: residual.count) else { return false }
      for (i, direction) in directions.enumerated() {
        direction.vector.withUnsafeBufferPointer {
          program.map.column(direction.block, $0, into: residual.mutable)
        }
        program.free?.project(residual.mutable, outputs: program.map.outputs, scratch: coefficients.mutable)
        system.set(i, residual.values)
      }
      guard system.factor(evaluator.workers) else { return false }
      var last = missing()
      while last > enough * size, !evaluator.workers.isStopped {
        let steps = try system.solve(residual.values)
        for (i, direction) in directions.enumerated() {
          for (j, value) in direction.vector.enumerated() {
            blocks[direction.block * program.map.blockSize + j] += steps[i] * value
          }
        }
        guard try evaluator.project(blocks) else { return false }
        let next = missing()
        guard next < 0.5 * last else { break }
        last = next
      }
    }
    return missing() <= enough * size
  }

  /// The length of y - A v, and itself, less what free columns can add.
  private func missing() -> Double {
    program.map.forward(blocks.values, into: residual.mutable, evaluator.mapWorkspace, evaluator.workers)
    for k in 0..<residual.count { residual[k] = evaluator.targets[k] - residual[k] }
    program.free?.project(residual.mutable, outputs: program.map.outputs, scratch: coefficients.mutable)
    return norm(residual.values)
  }

  /// Bases of the faces of the longest blocks, in units of their lengths.
  private func directions() -> [Direction] {
    let size = program.map.blockSize,
      limit = ConvexProgram<Map, Penalty, Objective>.directionsLimit(residual.count)
    let lengths = (0..<program.map.blocks).map {
      norm(Values(rebasing: blocks.values[$0 * size..<($0 + 1) * size]))
    }
    var directions: [Direction] = []
    for block in lengths.indices.filter({ lengths[$0] > 0 }).sorted(by: { lengths[$0] > lengths[$1] }) {
      let basis = program.penalty.face(
        of: block, at: Values(rebasing: blocks.values[block * size..<(block + 1) * size]))
      guard directions.count + basis.count / max(1, size) <= limit else { break }
      for start in stride(from: 0, to: basis.count, by: size) {
        directions.append(
          Direction(block: block, vector: basis[start..<start + size].map { lengths[block] * $0 }))
      }
    }
    return directions
  }
}

/// The shortest s with B s = r, or close to it, for columns of B one by one.
private final class Reach {
  private let columns: Int
  private let samples: Int
  /// B', or B where there are fewer samples than columns: the rows whose Gram matrix is factored.
  private let rows: Vector
  private let isWide: Bool
  private var cholesky: CholeskyFactor<Double>

  init?(columns: Int, samples: Int) throws(ZonotopeError) {
    guard columns > 0, samples > 0 else { return nil }
    (self.columns, self.samples, isWide) = (columns, samples, columns > samples)
    rows = try Vector(product(columns, samples, place: "faces"))
    cholesky = try CholeskyFactor(order: min(columns, samples))
  }

  func set(_ i: Int, _ column: Values) {
    for k in 0..<samples { rows[isWide ? k * columns + i : i * samples + k] = column[k] }
  }

  func factor(_ workers: Workers) -> Bool {
    let order = min(columns, samples)
    guard let gram = try? Vector(order * order) else { return false }
    gramOfRows(MatrixView(rows, rows: order, columns: max(columns, samples)), into: gram.mutable, workers)
    let trace = (0..<order).reduce(0) { $0 + gram[$1 * order + $1] }
    guard trace > 0, trace.isFinite else { return false }
    // Solves are repeated on what is left, which makes up for the shift.
    return [1e-14, 1e-12, 1e-10].contains {
      cholesky.factor(gram.values, shift: $0 * trace, workers)
    }
  }

  func solve(_ r: Values) throws(ZonotopeError) -> Vector {
    let s = try Vector(columns), order = min(columns, samples), width = max(columns, samples)
    if isWide {
      let z = try Vector(copying: r)
      cholesky.solve(z.mutable)
      multiply(
        rows, rows: order, columns: width, transposed: true, z.values, width: 1, adding: false,
        into: s.mutable)
    } else {
      multiply(
        rows, rows: order, columns: width, transposed: false, r, width: 1, adding: false, into: s.mutable)
      cholesky.solve(s.mutable)
    }
    return s
  }
}

extension ConvexProgram {
  /// Directions that ``ExactFit`` uses at most.
  static func directionsLimit(_ samples: Int) -> Int { 2 * samples + 1000 }

  /// Doubles that ``ExactFit`` takes.
  var exactFitMemory: Int {
    let columns = min(size, Self.directionsLimit(map.fitSize)), order = min(columns, map.fitSize)
    return columns * (map.fitSize + blockSize) + 2 * order * order + 2 * size
  }

  private var blockSize: Int { map.blockSize }
}

/// What may be missing, as a share of the targets: short of the tolerance of the loss.
private let enough = 2e-14

/// Farther away than this the faces are not yet those of the answer.
private let farthest = 0.1
