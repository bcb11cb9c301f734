import CBenchmarkBLAS
import CPeak
import CZonotope
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Seconds on a clock that never jumps.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The shortest of several runs of `body`: the others were disturbed.
func shortest(runs: Int = 7, _ body: () -> Void) -> Double {
  var best = Double.infinity
  for _ in 0..<runs {
    let start = seconds()
    body()
    best = min(best, seconds() - start)
  }
  return best
}

/// The most memory that this process has had in use, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  #endif
}

struct Product {
  let seconds: Double
  let flops: Double
  var gigaflops: Double { flops / seconds * 1e-9 }
}

/// Dense and masked products of one size, on one thread.
struct Products {
  let n: Int
  let d: Int
  let p: Int
  let x: [Double]
  let gates: [Double]

  private var flops: Double { 2 * Double(n) * Double(d) * Double(p) }

  /// (n x d)(d x P)
  func dense() -> Product {
    openblas_set_num_threads(1)
    var c = [Double](repeating: 0, count: n * p)
    let time = shortest {
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(n), Int32(p), Int32(d), 1, x, Int32(d), gates,
        Int32(d), 0, &c, Int32(p))
    }
    return Product(seconds: time, flops: flops)
  }

  /// (d x n)(n x P)
  func denseTransposed() -> Product {
    openblas_set_num_threads(1)
    let b = [Double](repeating: 0.5, count: n * p)
    var c = [Double](repeating: 0, count: d * p)
    let time = shortest {
      cblas_dgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(d), Int32(p), Int32(n), 1, x, Int32(d), b,
        Int32(p), 0, &c, Int32(p))
    }
    return Product(seconds: time, flops: flops)
  }

  /// sum_i D_i X u_i
  func maskedForward() -> Product {
    var f = [Double](repeating: 0, count: n)
    return withMap { map in
      var workspace = [Double](repeating: 0, count: zt_masked_forward_f64_workspace(map) + 8)
      let time = shortest { zt_masked_forward_f64(map, 0, n, gates, d, &f, 1, &workspace) }
      return Product(seconds: time, flops: flops)
    }
  }

  /// X' D_i r
  func maskedAdjoint() -> Product {
    let r = [Double](repeating: 0.5, count: n)
    var g = [Double](repeating: 0, count: p * d)
    return withMap { map in
      var workspace = [Double](repeating: 0, count: zt_masked_adjoint_f64_workspace(map) + 8)
      let time = shortest { zt_masked_adjoint_f64(map, 0, p, r, 1, &g, d, &workspace) }
      return Product(seconds: time, flops: flops)
    }
  }

  private func withMap(_ body: (UnsafePointer<zt_masked_f64>) -> Product) -> Product {
    let (samples, patterns) = masks()
    return x.withUnsafeBufferPointer { x in
      samples.withUnsafeBufferPointer { samples in
        patterns.withUnsafeBufferPointer { patterns in
          var map = zt_masked_f64(
            samples: n, features: d, patterns: p, outputs: 1, x: x.baseAddress, x_stride: d,
            sample_bits: samples.baseAddress, sample_bit_stride: zt_words(p),
            pattern_bits: patterns.baseAddress, pattern_bit_stride: zt_words(n), on: 1, off: 0)
          return body(&map)
        }
      }
    }
  }

  /// The patterns of the gates as lines of samples and as lines of patterns.
  private func masks() -> (samples: [UInt64], patterns: [UInt64]) {
    var patterns = [UInt64](repeating: 0, count: p * zt_words(n))
    var samples = [UInt64](repeating: 0, count: n * zt_words(p))
    var workspace = [Double](repeating: 0, count: zt_pack_signs_f64_workspace(n, d, p) + 8)
    zt_pack_signs_f64(n, d, p, x, d, gates, d, &patterns, zt_words(n), &workspace)
    zt_transpose_bits(p, n, patterns, zt_words(n), &samples, zt_words(p))
    return (samples, patterns)
  }
}

/// GFLOP/s of double precision multiply-adds on registers, for each instruction set of this processor.
func registerPeaks() -> [(name: String, gigaflops: Double)] {
  var peaks: [(String, Double)] = []
  while let name = peak_name(peaks.count) {
    var flops = 0.0
    let index = peaks.count
    let time = shortest { flops = peak_run(index, 4_000_000) }
    peaks.append((String(cString: name), flops / time * 1e-9))
  }
  return peaks
}
