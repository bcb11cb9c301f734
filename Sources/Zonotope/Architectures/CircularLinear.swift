#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Linear filters turned round the row, with an output weight for each turn: f(x) = x' sum_j circ(w_j) alpha_j.
///
/// With weight decay (beta/2) sum ||w_j||^2 + ||alpha_j||^2 training is the group Lasso
///
///     minimise  loss(X z) + (beta / sqrt d) ||F z||_1
///
/// with the unitary discrete Fourier transform F and the moduli of its complex numbers; one filter is enough (Ergen and
/// Pilanci 2021). Here z is a sum of waves of frequencies k <= d/2, z_j = sum_k a_k cos(2 pi k j / d) + b_k sin(2 pi k j / d),
/// and the penalty beta sum_k ||(a_k, b_k)||: conjugate numbers are one wave. With several outputs each has waves of its own,
/// ``OutputNorm/perClass``, or the norms are over the waves of all, ``OutputNorm/nuclear``.
public struct CircularLinear: Architecture {
  public var options: TwoLayerOptions

  public init() { options = .linear() }

  public init(options: TwoLayerOptions) { self.options = options }

  public func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, DenseMap, OutputPenalty> {
    try options.checkLinear(pooling: "circular", outputs: outputs)
    guard !options.inputBias else {
      throw .unsupported(
        key: "model.inputBias", reason: "a filter that goes round the row has no place for a column of ones")
    }
    guard options.patches == 1 else {
      throw .unsupported(
        key: "model.patches", reason: "\"pooling\": \"circular\" takes rows, which are not cut into patches")
    }
    let waves = Waves(length: x.columns)
    let map = try DenseMap(
      x: waves.products(x, memory: memory, workers.persistent), groupSize: 2, outputs: outputs,
      joinsOutputs: options.outputNorm == .nuclear)
    return Formulation(
      rows: x, patterns: try .linear(samples: x.rows), patternCount: 1, map: map,
      penalty: .groups(GroupLasso(count: map.blocks, blockSize: map.blockSize)),
      free: try options.freeBlock(of: x, memory: memory), patternSize: map.x.columns * outputs)
  }

  /// There is one pattern, and the program has the optimum of all widths.
  public func scope(over patterns: PatternSet) -> Certificate.Scope { .allNeurons }

  /// One filter a block of outputs: one that is the sum of cosines, of the size that balances each wave, while the output
  /// weights have its phase. The transform of the product is the product of the transforms.
  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, DenseMap, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork {
    let waves = Waves(length: formulation.rows.columns), d = waves.length, c = formulation.map.outputs
    let together = options.outputNorm == .nuclear ? c : 1
    let neurons = stride(from: 0, to: c, by: together).compactMap { first -> TwoLayerNetwork.Neuron? in
      var filter = [Double](repeating: 0, count: d), heads = [Double](repeating: 0, count: c * d)
      for k in 0..<waves.count {
        let place = (k * c + first) * 2
        let block = point.blocks[place..<place + 2 * together]
        let length = block.withUnsafeBufferPointer { norm($0) }
        guard length > 0 else { continue }
        let squares = waves.squares(k), size = (length / squares).squareRoot()
        for j in 0..<d { filter[j] += size * waves.cosine(k, j) }
        for o in 0..<together {
          let a = block[place + 2 * o] / (size * squares), b = block[place + 2 * o + 1] / (size * squares)
          for j in 0..<d { heads[(first + o) * d + j] += a * waves.cosine(k, j) + b * waves.sine(k, j) }
        }
      }
      return filter.contains { $0 != 0 } ? TwoLayerNetwork.Neuron(weights: filter, outputs: heads) : nil
    }
    return TwoLayerNetwork(
      activation: .linear, gates: .own, neurons: neurons,
      biases: options.free(point.free, features: 0, outputs: c).biases, outputNorm: options.outputNorm,
      width: d, inputBias: false, patches: .circular, trainingRows: formulation.rows.fingerprint())
  }
}

/// The waves of frequencies 0 ... d/2 on a circle of d points: a cosine and a sine each.
private struct Waves {
  let length: Int
  /// cos(2 pi m / d) and sin(2 pi m / d)
  private let cosines: [Double], sines: [Double]

  init(length: Int) {
    self.length = length
    let angles = (0..<length).map { 2 * Double.pi * Double($0) / Double(length) }
    (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
  }

  var count: Int { length / 2 + 1 }

  /// Whether the sine of a frequency is zero everywhere.
  private func isReal(_ k: Int) -> Bool { k == 0 || 2 * k == length }

  /// The sum of the squares of the cosine, and of the sine where there is one.
  func squares(_ k: Int) -> Double { isReal(k) ? Double(length) : Double(length) / 2 }

  func cosine(_ k: Int, _ j: Int) -> Double { cosines[k * j % length] }

  func sine(_ k: Int, _ j: Int) -> Double { isReal(k) ? 0 : sines[k * j % length] }

  /// X times the cosine and the sine of every frequency, (rows, 2 frequencies); the sine is 0 where the frequency has none.
  func products(_ x: MatrixView, memory: Int, _ workers: Workers) throws(ZonotopeError) -> MatrixView {
    let (n, d, columns) = (x.rows, length, 2 * count)
    let needed = try product(8, product(n + d, columns, place: "x"), place: "x")
    guard needed <= memory else {
      throw .memoryBudget(purpose: "the waves of rows of \(d) numbers", needed: needed, budget: memory)
    }
    let transform = try Vector(d * columns), result = try Vector(n * columns)
    for k in 0..<count {
      for j in 0..<d {
        transform[j * columns + 2 * k] = cosine(k, j)
        transform[j * columns + 2 * k + 1] = sine(k, j)
      }
    }
    workers.ranges(n, grain: square) { range, _ in
      multiply(
        x.row(range.lowerBound), stride: x.stride, rows: range.count, columns: d, transposed: false,
        transform.values, width: columns, adding: false,
        into: MutableValues(start: result.pointer + range.lowerBound * columns, count: range.count * columns))
    }
    return MatrixView(result, rows: n, columns: columns)
  }
}
