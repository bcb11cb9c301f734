import CBenchmarkBLAS
import CPeak
import CZonotope
import Foundation
import Zonotope

/// The masked products of one shape beside the dense products of the same shape, on one thread.
struct MaskedShape {
  let n: Int, d: Int, p: Int, c: Int

  static let all = [
    MaskedShape(n: 5000, d: 64, p: 1000, c: 1), MaskedShape(n: 2000, d: 64, p: 4000, c: 1),
    MaskedShape(n: 20000, d: 64, p: 5000, c: 1), MaskedShape(n: 5000, d: 128, p: 1000, c: 1),
    MaskedShape(n: 5000, d: 100, p: 1000, c: 1), MaskedShape(n: 2000, d: 50, p: 500, c: 1),
    MaskedShape(n: 5000, d: 64, p: 60, c: 1), MaskedShape(n: 1437, d: 64, p: 256, c: 10),
  ]

  var flops: Double { 2 * Double(n) * Double(d) * Double(p) * Double(c) }

  /// One line for each shape, precision and direction: seconds, speed, ratio to BLAS and to the peak.
  static func table() -> [[String]] {
    var lines = [["n, d, P, c", "product", "seconds", "GFLOP/s", "/ gemm", "/ peak"]]
    for shape in all {
      for (name, operands) in [("double", MaskedOperands.double(shape)), ("float", .single(shape))] {
        let times = operands.medians(runs: shape.flops > 5e9 ? 5 : 15)
        for (product, time, dense) in [
          ("adjoint", times.adjoint, times.denseAdjoint), ("forward", times.forward, times.denseForward),
        ] {
          lines.append([
            "\(shape.n), \(shape.d), \(shape.p), \(shape.c)", "\(name) \(product)",
            String(format: "%.6f", time),
            String(format: "%.0f", shape.flops / time * 1e-9), String(format: "%.2f", dense / time),
            String(format: "%.2f", shape.flops / time / times.peak),
          ])
        }
      }
    }
    return lines
  }
}

/// Closures over the arrays of one shape and precision.
struct MaskedOperands {
  let forward: () -> Void, adjoint: () -> Void, denseForward: () -> Void, denseAdjoint: () -> Void
  /// Runs multiply-adds on registers and returns their number.
  let peak: () -> Double

  /// Medians of the seconds of runs in turn, and the best speed that registers reached beside them.
  func medians(
    runs: Int
  ) -> (forward: Double, adjoint: Double, denseForward: Double, denseAdjoint: Double, peak: Double) {
    var times = [[Double]](repeating: [], count: 4), best = 0.0
    for _ in 0..<runs {
      for (index, body) in [forward, adjoint, denseForward, denseAdjoint].enumerated() {
        let start = seconds()
        body()
        times[index].append(seconds() - start)
      }
      let start = seconds()
      let flops = peak()
      best = max(best, flops / (seconds() - start))
    }
    let medians = times.map { $0.sorted()[$0.count / 2] }
    return (medians[0], medians[1], medians[2], medians[3], best)
  }

  private static func random<Real: BinaryFloatingPoint>(_ count: Int, _ seed: UInt64) -> UnsafeMutablePointer<
    Real
  > {
    var random = Xoshiro256(seed: seed)
    let numbers = UnsafeMutablePointer<Real>.allocate(capacity: max(count, 1))
    for j in 0..<count { numbers[j] = Real(random.nextNormal()) }
    return numbers
  }

  /// Half of the bits, in both orders; the unused ones of the last word are zero.
  private static func bits(_ n: Int, _ p: Int) -> (
    samples: UnsafePointer<UInt64>, patterns: UnsafePointer<UInt64>
  ) {
    var random = Xoshiro256(seed: 7)
    let (patternWords, sampleWords) = (zt_words(n), zt_words(p))
    let patterns = UnsafeMutablePointer<UInt64>.allocate(capacity: p * patternWords)
    let samples = UnsafeMutablePointer<UInt64>.allocate(capacity: n * sampleWords)
    for i in 0..<p {
      for word in 0..<patternWords {
        let left = n - 64 * word
        patterns[i * patternWords + word] = random.next() & (left < 64 ? (1 << UInt64(left)) - 1 : .max)
      }
    }
    zt_transpose_bits(p, n, patterns, patternWords, samples, sampleWords)
    return (UnsafePointer(samples), UnsafePointer(patterns))
  }

  // The arrays live as long as the process: the table is all that it does.
  static func double(_ s: MaskedShape) -> MaskedOperands {
    let (n, d, p, c) = (s.n, s.d, s.p, s.c), (samples, patterns) = bits(n, p)
    let x: UnsafeMutablePointer<Double> = random(n * d, 1),
      u: UnsafeMutablePointer<Double> = random(p * c * d, 2)
    let r: UnsafeMutablePointer<Double> = random(n * c, 3), f: UnsafeMutablePointer<Double> = random(n * c, 4)
    let g: UnsafeMutablePointer<Double> = random(p * c * d, 5),
      mask: UnsafeMutablePointer<Double> = random(n * p, 6)
    let fit: UnsafeMutablePointer<Double> = random(n * p, 6)
    var map = zt_masked_f64(
      samples: n, features: d, patterns: p, outputs: c, x: x, x_stride: d, sample_bits: samples,
      sample_bit_stride: zt_words(p), pattern_bits: patterns, pattern_bit_stride: zt_words(n), on: 1, off: 0)
    let size = max(zt_masked_forward_f64_workspace(&map), zt_masked_adjoint_f64_workspace(&map))
    let room: UnsafeMutablePointer<Double> = random(size, 8), shape = map
    openblas_set_num_threads(1)
    return MaskedOperands(
      forward: { withUnsafePointer(to: shape) { zt_masked_forward_f64($0, 0, n, u, c * d, f, c, room) } },
      adjoint: { withUnsafePointer(to: shape) { zt_masked_adjoint_f64($0, 0, p, r, c, g, c * d, room) } },
      denseForward: {
        for _ in 0..<c {
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(n), Int32(p), Int32(d), 1, x, Int32(d), u,
            Int32(c * d), 0, fit, Int32(p))
        }
      },
      denseAdjoint: {
        for _ in 0..<c {
          cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(d), Int32(p), Int32(n), 1, x, Int32(d), mask,
            Int32(p), 0, g, Int32(p))
        }
      },
      peak: { peak_run(0, 400_000) })
  }

  static func single(_ s: MaskedShape) -> MaskedOperands {
    let (n, d, p, c) = (s.n, s.d, s.p, s.c), (samples, patterns) = bits(n, p)
    let x: UnsafeMutablePointer<Float> = random(n * d, 1),
      u: UnsafeMutablePointer<Float> = random(p * c * d, 2)
    let r: UnsafeMutablePointer<Float> = random(n * c, 3), f: UnsafeMutablePointer<Float> = random(n * c, 4)
    let g: UnsafeMutablePointer<Float> = random(p * c * d, 5),
      mask: UnsafeMutablePointer<Float> = random(n * p, 6)
    let fit: UnsafeMutablePointer<Float> = random(n * p, 6)
    var map = zt_masked_f32(
      samples: n, features: d, patterns: p, outputs: c, x: x, x_stride: d, sample_bits: samples,
      sample_bit_stride: zt_words(p), pattern_bits: patterns, pattern_bit_stride: zt_words(n), on: 1, off: 0)
    let size = max(zt_masked_forward_f32_workspace(&map), zt_masked_adjoint_f32_workspace(&map))
    let room: UnsafeMutablePointer<Float> = random(size, 8), shape = map
    openblas_set_num_threads(1)
    return MaskedOperands(
      forward: { withUnsafePointer(to: shape) { zt_masked_forward_f32($0, 0, n, u, c * d, f, c, room) } },
      adjoint: { withUnsafePointer(to: shape) { zt_masked_adjoint_f32($0, 0, p, r, c, g, c * d, room) } },
      denseForward: {
        for _ in 0..<c {
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(n), Int32(p), Int32(d), 1, x, Int32(d), u,
            Int32(c * d), 0, fit, Int32(p))
        }
      },
      denseAdjoint: {
        for _ in 0..<c {
          cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(d), Int32(p), Int32(n), 1, x, Int32(d), mask,
            Int32(p), 0, g, Int32(p))
        }
      },
      peak: { peak_run_single(0, 400_000) })
  }
}
