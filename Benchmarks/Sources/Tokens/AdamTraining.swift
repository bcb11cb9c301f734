import CBenchmarkBLAS
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Heads trained by Adam (Kingma and Ba 2015) on the objective of the convex program, with its gates:
///
///     loss(A(sum_j p_j q_j'); y) + beta/2 sum_j ||p_j||^2 + ||q_j||^2
///
/// Factors begin as normal vectors of length one or so. All samples a step; the step size falls linearly to zero. As many heads
/// a gate as its matrix has rows or columns, ten at most.
struct AdamTraining<Map: LinearMap, Objective: SmoothLoss> {
  static var steps: Int { 400 }
  static var stepSize: Double { 0.02 }

  private let map: Map
  private let workspace: Map.Workspace
  private let norm: NuclearNorm
  private let heads: Int
  private let loss: Objective
  private let targets: [Double]
  private let beta: Double
  private let workers: Workers

  init(
    _ map: Map, _ norm: NuclearNorm, loss: Objective, targets: [Double], beta: Double, _ workers: Workers
  ) throws {
    (self.map, self.norm, self.loss, self.targets) = (map, norm, loss, targets)
    (self.beta, self.workers) = (beta, workers)
    heads = min(10, norm.rows, norm.columns)
    workspace = try map.makeWorkspace(threads: 1)
  }

  /// The objective at the end, and the matrices of all gates.
  mutating func run(seed: UInt64) -> (objective: Double, blocks: [Double]) {
    let (rows, columns) = (norm.rows, norm.columns), leftSize = norm.count * heads * rows
    let size = leftSize + norm.count * heads * columns
    var random = Xoshiro256(seed: seed)
    var x = (0..<size).map { random.nextNormal() / Double($0 < leftSize ? rows : columns).squareRoot() }
    var blocks = [Double](repeating: 0, count: norm.count * rows * columns), slopes = blocks
    var fit = [Double](repeating: 0, count: map.samples * map.outputs), residual = fit
    var gradient = [Double](repeating: 0, count: size), first = gradient, second = gradient
    var objective = 0.0
    for step in 0...Self.steps {
      for g in 0..<norm.count {
        product(
          x, g * heads * rows, rows, x, leftSize + g * heads * columns, columns, &blocks, g * rows * columns)
      }
      blocks.withUnsafeBufferPointer { blocks in
        fit.withUnsafeMutableBufferPointer { map.forward(blocks, into: $0, workspace, workers) }
      }
      targets.withUnsafeBufferPointer { y in
        fit.withUnsafeBufferPointer { fit in
          objective = loss.value(fit, y)
          residual.withUnsafeMutableBufferPointer { loss.gradient(fit, y, into: $0) }
        }
      }
      objective += beta / 2 * x.reduce(0) { $0 + $1 * $1 }
      guard step < Self.steps else { break }
      residual.withUnsafeBufferPointer { residual in
        slopes.withUnsafeMutableBufferPointer { map.adjoint(residual, into: $0, workspace, workers) }
      }
      for g in 0..<norm.count {
        let (left, right) = (g * heads * rows, leftSize + g * heads * columns)
        multiply(x, right, slopes, g * rows * columns, transposed: true, &gradient, left)
        multiply(x, left, slopes, g * rows * columns, transposed: false, &gradient, right)
      }
      let t = Double(step + 1), size = Self.stepSize * (1 - Double(step) / Double(Self.steps))
      for k in x.indices {
        let slope = gradient[k] + beta * x[k]
        first[k] = 0.9 * first[k] + 0.1 * slope
        second[k] = 0.999 * second[k] + 0.001 * slope * slope
        x[k] -=
          size * (first[k] / (1 - pow(0.9, t))) / ((second[k] / (1 - pow(0.999, t))).squareRoot() + 1e-8)
      }
    }
    return (objective, blocks)
  }

  /// P'Q of a gate.
  private func product(
    _ x: [Double], _ left: Int, _ rows: Int, _ y: [Double], _ right: Int, _ columns: Int, _ z: inout [Double],
    _ place: Int
  ) {
    x.withUnsafeBufferPointer { x in
      z.withUnsafeMutableBufferPointer { z in
        cblas_dgemm(
          CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(heads), 1,
          x.baseAddress! + left, Int32(rows), x.baseAddress! + right, Int32(columns), 0,
          z.baseAddress! + place,
          Int32(columns))
      }
    }
  }

  /// Q G', or P G, of a gate.
  private func multiply(
    _ x: [Double], _ from: Int, _ slopes: [Double], _ place: Int, transposed: Bool, _ target: inout [Double],
    _ to: Int
  ) {
    let (depth, width) = transposed ? (norm.columns, norm.rows) : (norm.rows, norm.columns)
    x.withUnsafeBufferPointer { x in
      slopes.withUnsafeBufferPointer { slopes in
        target.withUnsafeMutableBufferPointer {
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(heads), Int32(width),
            Int32(depth), 1, x.baseAddress! + from, Int32(depth), slopes.baseAddress! + place,
            Int32(norm.columns), 0, $0.baseAddress! + to, Int32(width))
        }
      }
    }
  }
}
