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
    let needed = [
      zt_pack_signs_f64_workspace(n, d, p), zt_masked_forward_f64_workspace(n, d, p),
      zt_masked_adjoint_f64_workspace(n, d, p),
    ]
    workspace = [Double](repeating: 0, count: needed.max()!)
    pack()
    zt_transpose_bits(p, n, patternBits, zt_words(n), &sampleBits, zt_words(p))
  }

  mutating func pack() {
    zt_pack_signs_f64(n, d, p, x, d, gates, d, &patternBits, zt_words(n), &workspace)
  }

  mutating func forward() {
    zt_masked_forward_f64(n, d, p, x, d, sampleBits, zt_words(p), gates, d, &fit, &workspace)
  }

  mutating func adjoint() {
    zt_masked_adjoint_f64(n, d, p, x, d, patternBits, zt_words(n), residual, &blocks, d, &workspace)
  }

  /// About half of the blocks survive.
  mutating func shrink() {
    _ = zt_group_shrink_f64(p, d, gates, d, Double(d).squareRoot(), &blocks, d, &norms, nil)
  }
}
