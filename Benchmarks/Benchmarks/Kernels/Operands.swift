import CZonotope
import Zonotope

/// Random operands of one size for all kernels, with the memory that they write to.
struct Operands {
  private let n: Int
  private let d: Int
  private let p: Int
  private let x: [Double]
  private let gates: [Double]
  private let residual: [Double]
  private var patternBits: [UInt64]
  private var sampleBits: [UInt64]
  private var fit: [Double]
  private var blocks: [Double]
  private var norms: [Double]
  private var workspace: [Double]

  init(_ n: Int, _ d: Int, _ p: Int) {
    var random = Xoshiro256(seed: 1)
    (self.n, self.d, self.p) = (n, d, p)
    x = (0..<n * d).map { _ in random.nextNormal() }
    gates = (0..<p * d).map { _ in random.nextNormal() }
    residual = (0..<n).map { _ in random.nextNormal() }
    patternBits = [UInt64](repeating: 0, count: p * zt_words(n))
    sampleBits = [UInt64](repeating: 0, count: n * zt_words(p))
    fit = [Double](repeating: 0, count: n)
    blocks = [Double](repeating: 0, count: p * d)
    norms = [Double](repeating: 0, count: p)
    var map = zt_masked_f64(
      samples: n, features: d, patterns: p, outputs: 1, x: nil, x_stride: d, sample_bits: nil,
      sample_bit_stride: 0, pattern_bits: nil, pattern_bit_stride: 0, on: 1, off: 0)
    let needed = [
      zt_pack_signs_f64_workspace(n, d, p), zt_masked_forward_f64_workspace(&map),
      zt_masked_adjoint_f64_workspace(&map),
    ]
    workspace = [Double](repeating: 0, count: needed.max()!)
    pack()
    zt_transpose_bits(p, n, patternBits, zt_words(n), &sampleBits, zt_words(p))
  }

  mutating func pack() {
    zt_pack_signs_f64(n, d, p, x, d, gates, d, &patternBits, zt_words(n), &workspace)
  }

  mutating func forward() {
    var map = shape
    x.withUnsafeBufferPointer { x in
      sampleBits.withUnsafeBufferPointer { bits in
        (map.x, map.sample_bits, map.sample_bit_stride) = (x.baseAddress, bits.baseAddress, zt_words(p))
        zt_masked_forward_f64(&map, 0, n, gates, d, &fit, 1, &workspace)
      }
    }
  }

  mutating func adjoint() {
    var map = shape
    x.withUnsafeBufferPointer { x in
      patternBits.withUnsafeBufferPointer { bits in
        (map.x, map.pattern_bits, map.pattern_bit_stride) = (x.baseAddress, bits.baseAddress, zt_words(n))
        zt_masked_adjoint_f64(&map, 0, p, residual, 1, &blocks, d, &workspace)
      }
    }
  }

  /// Gates, without their pointers.
  private var shape: zt_masked_f64 {
    zt_masked_f64(
      samples: n, features: d, patterns: p, outputs: 1, x: nil, x_stride: d, sample_bits: nil,
      sample_bit_stride: 0, pattern_bits: nil, pattern_bit_stride: 0, on: 1, off: 0)
  }

  /// About half of the blocks survive.
  mutating func shrink() {
    _ = zt_group_shrink_f64(p, d, gates, d, Double(d).squareRoot(), &blocks, d, &norms, nil)
  }
}
