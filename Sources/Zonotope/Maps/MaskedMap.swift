import CZonotope

/// A z = sum_i (on D_i + off (I - D_i)) X z_i over patterns D_i = diag(0/1): the features of gated networks, for every
/// output by itself.
///
/// The products run on the bits of the patterns; no matrix of samples times patterns is formed.
public struct MaskedMap: GramMap, PatternMap {
  public let x: MatrixView
  public let patterns: PatternSet
  public let activation: Activation
  public let outputs: Int
  /// Whether the columns of all outputs are one block of a pattern, or each is a block of its own.
  public let joinsOutputs: Bool
  public var samples: Int { x.rows }
  public var blocks: Int { joinsOutputs ? patterns.count : patterns.count * outputs }
  public var blockSize: Int { joinsOutputs ? x.columns * outputs : x.columns }
  /// Numbers in block space that belong to one pattern.
  private var patternSize: Int { x.columns * outputs }

  /// - Parameter joinsOutputs: whether a block is (outputs, columns) and belongs to a pattern, or is a column and belongs
  ///   to a pattern and an output, pattern after pattern.
  public init(
    x: MatrixView, patterns: PatternSet, activation: Activation = .relu, outputs: Int = 1,
    joinsOutputs: Bool = false
  ) throws(ZonotopeError) {
    guard patterns.samples == x.rows else {
      throw .invalid(place: "patterns", reason: "\(patterns.samples) bits each for \(x.rows) samples")
    }
    _ = try product(product(patterns.count, x.columns, place: "patterns"), outputs, place: "patterns")
    _ = try product(x.rows, outputs, place: "samples")
    self.x = x
    self.patterns = patterns
    self.activation = activation
    self.outputs = outputs
    self.joinsOutputs = joinsOutputs
  }

  /// Whether its columns are the patterns themselves, zeros and ones.
  var isIndicator: Bool {
    x.columns == 1 && outputs == 1 && activation == .relu && (0..<x.rows).allSatisfy { x[$0, 0] == 1 }
  }

  /// For every thread a kernel workspace and the largest norm that it has seen.
  public final class Workspace {
    fileprivate let scratch: Vector
    fileprivate let largest: Vector
    fileprivate let size: Int

    fileprivate init(size: Int, threads: Int) throws(ZonotopeError) {
      self.size = size
      scratch = try Vector(product(threads, size, place: "threads"))
      largest = try Vector(threads)
    }
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(size: kernelSize, threads: threads)
  }

  public func workspaceSize(threads: Int) -> Int { threads * (kernelSize + 1) }

  private var kernelSize: Int {
    var map = kernelMap
    return max(
      zt_masked_forward_f64_workspace(&map), zt_masked_adjoint_f64_workspace(&map),
      zt_masked_norms_f64_workspace(&map))
  }

  /// The map as the kernels take it.
  private var kernelMap: zt_masked_f64 {
    zt_masked_f64(
      samples: samples, features: x.columns, patterns: patterns.count, outputs: outputs, x: x.base,
      x_stride: x.stride,
      sample_bits: patterns.sampleBits.pointer, sample_bit_stride: patterns.sampleWords,
      pattern_bits: patterns.patternBits.pointer, pattern_bit_stride: patterns.patternWords,
      on: activation.on, off: activation.off)
  }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let map = kernelMap
    workers.ranges(samples, grain: grain(samples, against: patterns.count, workers)) { range, slot in
      withUnsafePointer(to: map) { map in
        zt_masked_forward_f64(
          map, range.lowerBound, range.upperBound, z.baseAddress, patternSize, f.baseAddress, outputs,
          workspace.scratch.pointer + slot * workspace.size)
      }
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let map = kernelMap
    workers.ranges(patterns.count, grain: grain(patterns.count, against: samples, workers)) { range, slot in
      withUnsafePointer(to: map) { map in
        zt_masked_adjoint_f64(
          map, range.lowerBound, range.upperBound, r.baseAddress, outputs, g.baseAddress, patternSize,
          workspace.scratch.pointer + slot * workspace.size)
      }
    }
  }

  public func largestBlockNorm(
    _ r: Values, scratch: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) -> Double {
    let map = kernelMap
    let largest = workspace.largest
    for slot in 0..<largest.count { largest[slot] = 0 }
    let kind = joinsOutputs || outputs == 1 ? ZT_NORM_BLOCK : ZT_NORM_OUTPUTS
    workers.ranges(patterns.count, grain: grain(patterns.count, against: samples, workers)) { range, slot in
      var norm = 0.0
      _ = withUnsafePointer(to: map) { map in
        zt_masked_largest_f64(
          map, kind, range.lowerBound, range.upperBound, r.baseAddress, outputs, &norm,
          workspace.scratch.pointer + slot * workspace.size)
      }
      largest[slot] = nanMax(largest[slot], norm)
    }
    // What was left out may have been larger.
    return workers.isStopped ? .nan : largest.values.reduce(0, nanMax)
  }

  public var units: Int { patterns.count }

  /// That of X, since the features of a pattern are rows of it times slopes. Beyond some columns it costs too much.
  public func largestGain() -> Double {
    guard x.columns <= 512 else { return .infinity }
    return max(abs(activation.on), abs(activation.off)) * x.spectralBound()
  }

  public func restricted(to units: [Int]) throws(ZonotopeError) -> MaskedMap {
    try MaskedMap(
      x: x, patterns: patterns.gathering(units), activation: activation, outputs: outputs,
      joinsOutputs: joinsOutputs)
  }

  public func unitNorms(
    _ r: Values, into norms: MutableValues, scratch: MutableValues, _ workspace: Workspace,
    _ workers: Workers
  ) {
    let map = kernelMap
    workers.ranges(patterns.count, grain: grain(patterns.count, against: samples, workers)) { range, slot in
      withUnsafePointer(to: map) { map in
        let scratch = workspace.scratch.pointer + slot * workspace.size
        if joinsOutputs || outputs == 1 {
          zt_masked_norms_f64(
            map, ZT_NORM_BLOCK, range.lowerBound, range.upperBound, r.baseAddress, outputs,
            norms.baseAddress, scratch)
          return
        }
        for i in range {
          _ = zt_masked_largest_f64(
            map, ZT_NORM_OUTPUTS, i, i + 1, r.baseAddress, outputs, norms.baseAddress! + i, scratch)
        }
      }
    }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    column(block, direction, summing: 1, into: f)
  }

  /// By one product with X.
  public func columns(_ block: Int, _ directions: Values, into f: MutableValues) {
    let count = directions.count / max(1, blockSize), width = x.columns
    let pattern = joinsOutputs ? block : block / outputs, parts = joinsOutputs ? outputs : 1
    guard count > 1, width > 0,
      let turned = try? Vector(width * count), let products = try? Vector(samples * count)
    else {
      for i in 0..<count {
        column(
          block, Values(rebasing: directions[i * blockSize..<(i + 1) * blockSize]),
          into: MutableValues(rebasing: f[i * fitSize..<(i + 1) * fitSize]))
      }
      return
    }
    scale(f, by: 0)
    for part in 0..<parts {
      for i in 0..<count {
        for j in 0..<width { turned[j * count + i] = directions[i * blockSize + part * width + j] }
      }
      multiply(
        x.base, stride: x.stride, rows: samples, columns: width, transposed: false, turned.values,
        width: count, adding: false, into: products.mutable)
      let output = joinsOutputs ? part : block % outputs
      for k in 0..<samples {
        let slope = patterns[pattern, k] ? activation.on : activation.off
        guard slope != 0 else { continue }
        for i in 0..<count { f[i * fitSize + k * outputs + output] = slope * products[k * count + i] }
      }
    }
  }

  /// The same with the fits of so many samples in a row added up.
  func column(_ block: Int, _ direction: Values, summing count: Int, into f: MutableValues) {
    let pattern = joinsOutputs ? block : block / outputs
    let range = joinsOutputs ? 0..<outputs : block % outputs..<block % outputs + 1
    scale(f, by: 0)
    for k in 0..<samples {
      let row = x.row(k), slope = patterns[pattern, k] ? activation.on : activation.off
      guard slope != 0 else { continue }
      for (part, o) in range.enumerated() {
        var product = 0.0
        for j in 0..<x.columns { product += row[j] * direction[part * x.columns + j] }
        f[k / count * outputs + o] += slope * product
      }
    }
  }

  /// sum_i D_i X X' D_i = (M M') o (X X'), with slopes in place of ones and zeros.
  public func gram(into k: MutableValues, _ workers: Workers) {
    gramOfRows(x, into: k, workers)
    guard let base = k.baseAddress else { return }
    workers.ranges(samples, grain: gramGrain) { range, _ in
      patterns.weigh(range, by: activation, rowsAt: base + range.lowerBound * samples, stride: samples)
    }
  }

  public var hasGramRows: Bool { true }

  public func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int) {
    productsOfRows(x, rows, into: k, stride: stride)
    patterns.weigh(rows, by: activation, rowsAt: k, stride: stride)
  }

  /// One range a thread, two where they are long enough for their tables, and some hundredths of a second each at most
  /// where the map is very large, after which workers can leave off. Every output is computed the same way whatever the
  /// range, so these borders may depend on the threads. Products below 2 MFLOP are not worth a second one.
  func grain(_ count: Int, against others: Int, _ workers: Workers) -> Int {
    let work = max(1, patternSize * others)
    guard 2 * Double(count) * Double(work) >= 2e6 else { return max(1, count) }
    let pieces = workers.threads == 1 ? 1 : workers.threads * (count >= 4096 * workers.threads ? 2 : 1)
    let even = (count + pieces - 1) / pieces
    let whole = even > 64 ? (even + 63) / 64 * 64 : even
    return min(whole, max(128, 1_000_000_000 / work))
  }
  private var gramGrain: Int { max(8, min(64, 20_000_000 / max(1, samples * patterns.sampleWords))) }
}
