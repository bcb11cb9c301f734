import CBenchmarkBLAS
import CPeak
import Zonotope

/// What kernels are measured against. BLAS is told to use one thread.
enum Yardsticks {
  /// Multiply-adds on registers alone, of the widest instruction set: what no kernel of floating-point operations can
  /// beat without doing fewer of them.
  static func multiplyAdds(_ flops: Double, single: Bool = false) -> () -> Void {
    let round = single ? peak_run_single(0, 1) : peak_run(0, 1)
    let rounds = max(1, Int(flops / round))
    return { _ = single ? peak_run_single(0, rounds) : peak_run(0, rounds) }
  }

  /// A copy of as many bytes as the kernel reads and writes together, half of them each.
  static func copy(_ bytes: Int) -> () -> Void {
    let from = Room<UInt64>(bytes / 16) { UInt64($0) }, to = Room<UInt64>(bytes / 16, of: 0)
    return { to.start.update(from: from.start, count: bytes / 16) }
  }

  /// The plain product X G' of (n, d) and (p, d).
  static func product<Real: BenchmarkReal>(_ n: Int, _ d: Int, _ p: Int, _ x: Room<Real>, _ g: Room<Real>)
    -> () -> Void
  {
    openblas_set_num_threads(1)
    let c = Room<Real>(n * p, of: 0)
    return { Real.product(n, d, p, x.start, g.start, c.start) }
  }

  /// The lower triangle of X X', X (n, d).
  static func gram<Real: BenchmarkReal>(_ n: Int, _ d: Int, _ x: Room<Real>) -> () -> Void {
    openblas_set_num_threads(1)
    let k = Room<Real>(n * n, of: 0)
    return { Real.gram(n, d, x.start, k.start) }
  }
}

/// Standard normal numbers of a seed.
func normals<Real: BinaryFloatingPoint>(_ count: Int, seed: UInt64) -> Room<Real> {
  var random = Xoshiro256(seed: seed)
  return Room(count) { _ in Real(random.nextNormal()) }
}
