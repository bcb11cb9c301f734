import CBenchmarkBLAS
import CZonotope

extension Float: BenchmarkReal {
  static var suffix: String { "f32" }
  static var isSingle: Bool { true }

  static func product(_ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ g: Numbers, _ c: Output) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(n), Int32(p), Int32(d), 1, x, Int32(d), g, Int32(d), 0,
      c,
      Int32(p))
  }

  static func gram(_ n: Int, _ d: Int, _ x: Numbers, _ k: Output) {
    cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(d), 1, x, Int32(d), 0, k, Int32(n))
  }

  static func packWorkspace(_ n: Int, _ d: Int, _ p: Int) -> Int { zt_pack_signs_f32_workspace(n, d, p) }

  static func pack(
    _ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ g: Numbers, _ bits: UnsafeMutablePointer<UInt64>,
    _ hashes: UnsafeMutablePointer<UInt64>?, _ room: Output
  ) {
    if let hashes {
      zt_pack_hashed_signs_f32(n, d, p, x, d, g, d, bits, zt_words(n), hashes, room)
    } else {
      zt_pack_signs_f32(n, d, p, x, d, g, d, bits, zt_words(n), room)
    }
  }

  static func hadamard(_ n: Int, _ p: Int, _ bits: UnsafePointer<UInt64>, _ k: Output) {
    zt_hadamard_gram_f32(0, n, p, bits, zt_words(p), k, n)
  }

  static func weightedHadamard(
    _ n: Int, _ p: Int, _ bits: UnsafePointer<UInt64>, _ weights: UnsafePointer<Double>, _ k: Output,
    _ room: UnsafeMutablePointer<Double>
  ) {
    zt_weighted_hadamard_gram_f32(0, n, p, bits, zt_words(p), weights, k, n, room)
  }

  static func norms(_ p: Int, _ d: Int, _ t: Numbers, _ norms: Output) {
    zt_block_norms_f32(p, d, t, d, norms)
  }

  static func groupShrink(_ p: Int, _ d: Int, _ t: Numbers, _ theta: Float, _ v: Output) {
    _ = zt_group_shrink_f32(p, d, t, d, theta, v, d, nil, nil)
  }

  static func sparseGroupShrink(_ p: Int, _ d: Int, _ t: Numbers, _ theta: Float, _ v: Output) {
    _ = zt_sparse_group_shrink_f32(p, d, t, d, 0.3, theta, v, d, nil, nil)
  }

  static func softThreshold(_ n: Int, _ t: Numbers, _ theta: Float, _ v: Output) {
    _ = zt_soft_threshold_f32(n, t, theta, v, nil)
  }

  static func simplexRows(_ p: Int, _ d: Int, _ t: Numbers, _ v: Output) {
    _ = zt_simplex_rows_f32(p, d, t, d, 1, v, d, nil)
  }

  static func map(
    _ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ samples: UnsafePointer<UInt64>?,
    _ patterns: UnsafePointer<UInt64>?
  ) -> zt_masked_f32 {
    zt_masked_f32(
      samples: n, features: d, patterns: p, outputs: 1, x: x, x_stride: d, sample_bits: samples,
      sample_bit_stride: zt_words(p), pattern_bits: patterns, pattern_bit_stride: zt_words(n), on: 1, off: 0)
  }

  static func mapWorkspace(_ map: zt_masked_f32) -> Int {
    withUnsafePointer(to: map) {
      max(
        zt_masked_forward_f32_workspace($0), zt_masked_adjoint_f32_workspace($0),
        zt_masked_norms_f32_workspace($0))
    }
  }

  static func forward(_ map: zt_masked_f32, _ u: Numbers, _ f: Output, _ room: Output) {
    withUnsafePointer(to: map) {
      zt_masked_forward_f32($0, 0, map.samples, u, map.features, f, 1, room)
    }
  }

  static func adjoint(_ map: zt_masked_f32, _ r: Numbers, _ g: Output, _ room: Output) {
    withUnsafePointer(to: map) {
      zt_masked_adjoint_f32($0, 0, map.patterns, r, 1, g, map.features, room)
    }
  }

  static func largest(_ map: zt_masked_f32, _ r: Numbers, _ room: Output) -> Double {
    var largest = 0.0
    _ = withUnsafePointer(to: map) {
      zt_masked_largest_f32($0, ZT_NORM_BLOCK, 0, map.patterns, r, 1, &largest, room)
    }
    return largest
  }

  static func walkWorkspace(_ map: zt_masked_f32) -> Int {
    withUnsafePointer(to: map) { zt_walk_f32_workspace($0) }
  }

  static func walkForward(
    _ map: zt_masked_f32, _ walk: zt_walk, _ u: Numbers, _ f: Output, _ room: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: map) { map in
      withUnsafePointer(to: walk) { walk in
        zt_walk_forward_f32(map, walk, 0, map.pointee.samples, u, map.pointee.features, f, 1, room)
      }
    }
  }

  static func walkAdjoint(
    _ map: zt_masked_f32, _ walk: zt_walk, _ r: Numbers, _ g: Output, _ room: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: map) { map in
      withUnsafePointer(to: walk) { walk in
        zt_walk_adjoint_f32(map, walk, 0, map.pointee.patterns, r, 1, g, map.pointee.features, room)
      }
    }
  }
}
