import CZonotope

/// A z = sum_i D_i X z_i over patterns D_i = diag(0/1): the features of gated networks.
///
/// The products run on the bits of the patterns; no matrix of samples times patterns is formed.
public struct MaskedMap: GramMap {
  public let x: MatrixView
  public let patterns: PatternSet
  public var samples: Int { x.rows }
  public var blocks: Int { patterns.count }
  public var blockSize: Int { x.columns }

  public init(x: MatrixView, patterns: PatternSet) throws(ZonotopeError) {
    guard patterns.samples == x.rows else {
      throw .invalid(place: "patterns", reason: "\(patterns.samples) bits each for \(x.rows) samples")
    }
    _ = try product(patterns.count, x.columns, place: "patterns")
    self.x = x
    self.patterns = patterns
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
    return max(zt_masked_forward_f64_workspace(&map), zt_masked_norms_f64_workspace(&map))
  }

  /// The map as the kernels take it: gates, 1 where a pattern selects a sample and 0 elsewhere.
  private var kernelMap: zt_masked_f64 {
    zt_masked_f64(
      samples: samples, features: blockSize, patterns: blocks, outputs: 1, x: x.base, x_stride: x.stride,
      sample_bits: patterns.sampleBits.pointer, sample_bit_stride: patterns.sampleWords,
      pattern_bits: patterns.patternBits.pointer, pattern_bit_stride: patterns.patternWords, on: 1, off: 0)
  }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let map = kernelMap
    workers.ranges(samples, grain: grain(samples, against: blocks, workers)) { range, slot in
      withUnsafePointer(to: map) { map in
        zt_masked_forward_f64(
          map, range.lowerBound, range.upperBound, z.baseAddress, blockSize, f.baseAddress, 1,
          workspace.scratch.pointer + slot * workspace.size)
      }
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let map = kernelMap
    workers.ranges(blocks, grain: grain(blocks, against: samples, workers)) { range, slot in
      withUnsafePointer(to: map) { map in
        zt_masked_adjoint_f64(
          map, range.lowerBound, range.upperBound, r.baseAddress, 1, g.baseAddress, blockSize,
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
    workers.ranges(blocks, grain: grain(blocks, against: samples, workers)) { range, slot in
      var norm = 0.0
      _ = withUnsafePointer(to: map) { map in
        zt_masked_largest_f64(
          map, ZT_NORM_BLOCK, range.lowerBound, range.upperBound, r.baseAddress, 1, &norm,
          workspace.scratch.pointer + slot * workspace.size)
      }
      largest[slot] = nanMax(largest[slot], norm)
    }
    // What was left out may have been larger.
    return workers.isStopped ? .nan : largest.values.reduce(0, nanMax)
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    for k in 0..<samples {
      let row = x.row(k)
      var product = 0.0
      if patterns[block, k] { for j in 0..<blockSize { product += row[j] * direction[j] } }
      f[k] = product
    }
  }

  /// sum_i D_i X X' D_i = (M M') o (X X')
  public func gram(into k: MutableValues, _ workers: Workers) {
    gramOfRows(x, into: k, workers)
    workers.ranges(samples, grain: gramGrain) { range, _ in
      zt_hadamard_gram_f64(
        range.lowerBound, range.upperBound, blocks, patterns.sampleBits.pointer, patterns.sampleWords,
        k.baseAddress, samples)
    }
  }

  /// One range a thread, two where they are long enough for their tables, and some hundredths of a second each at most
  /// where the map is very large, after which workers can leave off. Every output is computed the same way whatever the
  /// range, so these borders may depend on the threads. Products below 2 MFLOP are not worth a second one.
  func grain(_ count: Int, against others: Int, _ workers: Workers) -> Int {
    let work = max(1, blockSize * others)
    guard 2 * Double(count) * Double(work) >= 2e6 else { return max(1, count) }
    let pieces = workers.threads == 1 ? 1 : workers.threads * (count >= 4096 * workers.threads ? 2 : 1)
    let even = (count + pieces - 1) / pieces
    let whole = even > 64 ? (even + 63) / 64 * 64 : even
    return min(whole, max(128, 1_000_000_000 / work))
  }
  private var gramGrain: Int { max(8, min(64, 20_000_000 / max(1, samples * patterns.sampleWords))) }
}
