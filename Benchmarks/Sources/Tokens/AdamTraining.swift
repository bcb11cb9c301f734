import CBenchmarkBLAS
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is chosen for every head and loss: the largest step, and the length of the factors at the start, which are normal
/// vectors.
struct AdamChoice {
  let step: Double, length: Double

  static let all = [0.001, 0.003, 0.01, 0.03].flatMap { step in
    [0.03, 0.1].map { AdamChoice(step: step, length: $0) }
  }
}

/// Samples: their features, and their targets once for every network.
struct AdamBatch {
  let map: FeatureMap
  let targets: [Double]
  let workspace: FeatureMap.Workspace

  /// - Parameter map: with the outputs of all networks next to each other.
  init(_ map: FeatureMap, _ own: [Double], networks: Int) throws {
    self.map = map
    let width = own.count / map.samples
    targets = (0..<map.samples).flatMap { row in
      (0..<networks).flatMap { _ in own[row * width..<(row + 1) * width] }
    }
    workspace = try map.makeWorkspace(threads: 1)
  }
}

/// Heads trained by Adam (Kingma and Ba 2015) on the objective of the convex program, with its gates:
///
///     loss(A(sum_j p_j q_j'); y) + beta/2 sum_j ||p_j||^2 + ||q_j||^2
///
/// As many heads a gate as its matrix has rows or columns, ten at most. A step sees one of the batches of samples, which come
/// in a new order every epoch; the step size falls linearly to zero. Several networks are trained side by side, whose outputs
/// are those of one map: so features are read once for all of them.
struct AdamTraining<Objective: SmoothLoss> {
  private let batches: [AdamBatch]
  private let norm: NuclearNorm
  private let outputs: Int
  private let heads: Int
  private let loss: Objective
  private let beta: Double
  private let epochs: Int
  private let workers = Workers(threads: 1)

  /// - Parameters:
  ///   - norm: of one network.
  ///   - outputs: of one network.
  init(
    _ batches: [AdamBatch], _ norm: NuclearNorm, outputs: Int, loss: Objective, beta: Double, epochs: Int
  ) {
    (self.batches, self.norm, self.outputs) = (batches, norm, outputs)
    (self.loss, self.beta, self.epochs) = (loss, beta, epochs)
    heads = min(10, norm.rows, norm.columns)
  }

  /// Of every network the objective at the end, and the matrices of all gates.
  func run(_ networks: [(choice: AdamChoice, seed: UInt64)]) -> [(objective: Double, blocks: [Double])] {
    let (rows, columns, count) = (norm.rows, norm.columns, networks.count), each = norm.count * rows * columns
    let leftSize = norm.count * heads * rows, size = leftSize + norm.count * heads * columns
    let samples = Double(batches.reduce(0) { $0 + $1.map.samples })
    var states = networks.map { State($0.choice, seed: $0.seed, size, leftSize, rows, columns) }
    var order = Array(batches.indices), shuffling = Xoshiro256(seed: 77)
    var blocks = [Double](repeating: 0, count: each), slopes = blocks
    var wide = [Double](repeating: 0, count: each * count), wideSlopes = wide
    var gradient = [Double](repeating: 0, count: size)
    let steps = epochs * batches.count
    for step in 0..<steps {
      if step % batches.count == 0 { order.shuffle(using: &shuffling) }
      let batch = batches[order[step % batches.count]]
      for r in 0..<count {
        multiply(states[r].x, leftSize, into: &blocks)
        move(&blocks, &wide, network: r, of: count, out: true)
      }
      let residual = slope(batch, fit(batch, wide))
      residual.withUnsafeBufferPointer { residual in
        wideSlopes.withUnsafeMutableBufferPointer {
          batch.map.adjoint(residual, into: $0, batch.workspace, workers)
        }
      }
      for r in 0..<count {
        move(&slopes, &wideSlopes, network: r, of: count, out: false)
        for g in 0..<norm.count {
          let (left, right) = (g * heads * rows, leftSize + g * heads * columns), x = states[r].x
          multiply(x, right, slopes, g * rows * columns, transposed: true, &gradient, left)
          multiply(x, left, slopes, g * rows * columns, transposed: false, &gradient, right)
        }
        states[r].step(
          gradient, decay: beta * Double(batch.map.samples) / samples, left: 1 - Double(step) / Double(steps))
      }
    }
    for r in 0..<count {
      multiply(states[r].x, leftSize, into: &blocks)
      move(&blocks, &wide, network: r, of: count, out: true)
    }
    var values = states.map { state in beta / 2 * state.x.reduce(0) { $0 + $1 * $1 } }
    for batch in batches {
      let fit = fit(batch, wide), width = batch.targets.count / batch.map.samples / count
      for k in 0..<batch.map.samples * count {
        fit[k * outputs..<(k + 1) * outputs].withUnsafeBufferPointer { fit in
          batch.targets[k * width..<(k + 1) * width].withUnsafeBufferPointer {
            values[k % count] += loss.value(fit, $0)
          }
        }
      }
    }
    return states.indices.map { r in
      multiply(states[r].x, leftSize, into: &blocks)
      return (values[r], blocks)
    }
  }

  private func fit(_ batch: AdamBatch, _ blocks: [Double]) -> [Double] {
    var fit = [Double](repeating: 0, count: batch.map.samples * batch.map.outputs)
    blocks.withUnsafeBufferPointer { blocks in
      fit.withUnsafeMutableBufferPointer { batch.map.forward(blocks, into: $0, batch.workspace, workers) }
    }
    return fit
  }

  private func slope(_ batch: AdamBatch, _ fit: [Double]) -> [Double] {
    var slope = fit
    fit.withUnsafeBufferPointer { fit in
      batch.targets.withUnsafeBufferPointer { y in
        slope.withUnsafeMutableBufferPointer { loss.gradient(fit, y, into: $0) }
      }
    }
    return slope
  }

  /// Between the matrices of a network and those of all, whose columns are outputs next to each other.
  private func move(_ own: inout [Double], _ all: inout [Double], network r: Int, of count: Int, out: Bool) {
    own.withUnsafeMutableBufferPointer { own in
      all.withUnsafeMutableBufferPointer { all in
        for k in 0..<own.count / outputs {
          let mine = own.baseAddress! + k * outputs, theirs = all.baseAddress! + (k * count + r) * outputs
          if out {
            theirs.update(from: mine, count: outputs)
          } else {
            mine.update(from: theirs, count: outputs)
          }
        }
      }
    }
  }

  /// P'Q of all gates.
  private func multiply(_ x: [Double], _ leftSize: Int, into blocks: inout [Double]) {
    let (rows, columns) = (norm.rows, norm.columns)
    for g in 0..<norm.count {
      product(
        x, g * heads * rows, rows, x, leftSize + g * heads * columns, columns, &blocks, g * rows * columns)
    }
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

extension AdamTraining {
  /// The factors of a network, with what Adam keeps of their gradients.
  private struct State {
    var x: [Double]
    private var first: [Double], second: [Double]
    private let choice: AdamChoice
    private var t = 0.0

    init(_ choice: AdamChoice, seed: UInt64, _ size: Int, _ leftSize: Int, _ rows: Int, _ columns: Int) {
      var random = Xoshiro256(seed: seed)
      x = (0..<size).map {
        choice.length * random.nextNormal() / Double($0 < leftSize ? rows : columns).squareRoot()
      }
      first = [Double](repeating: 0, count: size)
      (second, self.choice) = (first, choice)
    }

    /// - Parameter left: of the step size.
    mutating func step(_ gradient: [Double], decay: Double, left: Double) {
      t += 1
      let size = left * choice.step / (1 - pow(0.9, t)), share = 1 / (1 - pow(0.999, t))
      x.withUnsafeMutableBufferPointer { x in
        first.withUnsafeMutableBufferPointer { first in
          second.withUnsafeMutableBufferPointer { second in
            gradient.withUnsafeBufferPointer { gradient in
              for k in 0..<x.count {
                let slope = gradient[k] + decay * x[k]
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope * slope
                x[k] -= size * first[k] / ((share * second[k]).squareRoot() + 1e-8)
              }
            }
          }
        }
      }
    }
  }
}
