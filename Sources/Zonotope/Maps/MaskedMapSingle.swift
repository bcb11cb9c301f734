import CZonotope

extension MaskedMap {
  public func makeSingleProducts(threads: Int) throws(ZonotopeError) -> (any SingleProducts)? {
    try MaskedSingleProducts(self, threads: threads)
  }

  public func singleProductsSize(threads: Int) -> Int {
    MaskedSingleProducts.size(self, threads: threads) / 2 + 1
  }
}

/// The products of ``MaskedMap`` in single precision, on a copy of the rows.
private final class MaskedSingleProducts: SingleProducts {
  private let map: MaskedMap
  private let x: Buffer<Float>
  private let unit: Double
  private let blocks: Buffer<Float>
  private let samples: Buffer<Float>
  private let scratch: Buffer<Float>
  private let scratchSize: Int

  init(_ map: MaskedMap, threads: Int) throws(ZonotopeError) {
    self.map = map
    let (n, d) = (map.samples, map.x.columns)
    x = try Buffer(product(n, d, place: "x"))
    blocks = try Buffer(map.blocks * map.blockSize)
    samples = try Buffer(map.fitSize)
    scratchSize = Self.kernelSize(map)
    scratch = try Buffer(product(threads, scratchSize, place: "threads"))
    var largest = 0.0
    for k in 0..<n { for j in 0..<d { largest = max(largest, abs(map.x.row(k)[j])) } }
    unit = largest.isNormal ? largest.binade : 1
    for k in 0..<n { for j in 0..<d { x[k * d + j] = Float(map.x.row(k)[j] / unit) } }
  }

  /// Floats that it takes.
  static func size(_ map: MaskedMap, threads: Int) -> Int {
    map.samples * (map.x.columns + map.outputs) + map.blocks * map.blockSize + threads * kernelSize(map)
  }

  private static func kernelSize(_ map: MaskedMap) -> Int {
    var kernelMap = kernelMap(map, nil)
    return max(zt_masked_forward_f32_workspace(&kernelMap), zt_masked_adjoint_f32_workspace(&kernelMap))
  }

  private static func kernelMap(_ map: MaskedMap, _ x: UnsafePointer<Float>?) -> zt_masked_f32 {
    zt_masked_f32(
      samples: map.samples, features: map.x.columns, patterns: map.patterns.count, outputs: map.outputs, x: x,
      x_stride: map.x.columns, sample_bits: map.patterns.sampleBits.pointer,
      sample_bit_stride: map.patterns.sampleWords, pattern_bits: map.patterns.patternBits.pointer,
      pattern_bit_stride: map.patterns.patternWords, on: Float(map.activation.on),
      off: Float(map.activation.off))
  }

  func forward(_ z: Values, into f: MutableValues, _ workers: Workers) {
    let kernelMap = Self.kernelMap(map, x.pointer), factor = unit * blocks.round(z)
    let (count, c) = (map.patterns.count, map.outputs), size = c * map.x.columns
    workers.ranges(map.samples, grain: map.grain(map.samples, against: count, workers)) { range, slot in
      withUnsafePointer(to: kernelMap) { kernelMap in
        zt_masked_forward_f32(
          kernelMap, range.lowerBound, range.upperBound, blocks.pointer, size, samples.pointer, c,
          scratch.pointer + slot * scratchSize)
      }
      for k in range.lowerBound * c..<range.upperBound * c { f[k] = factor * Double(samples[k]) }
    }
  }

  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers) {
    let kernelMap = Self.kernelMap(map, x.pointer), factor = unit * samples.round(r)
    let (count, c) = (map.patterns.count, map.outputs), size = c * map.x.columns
    workers.ranges(count, grain: map.grain(count, against: map.samples, workers)) { range, slot in
      withUnsafePointer(to: kernelMap) { kernelMap in
        zt_masked_adjoint_f32(
          kernelMap, range.lowerBound, range.upperBound, samples.pointer, c, blocks.pointer, size,
          scratch.pointer + slot * scratchSize)
      }
      for j in range.lowerBound * size..<range.upperBound * size { g[j] = factor * Double(blocks[j]) }
    }
  }
}
