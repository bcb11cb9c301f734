import CBenchmarkBLAS
import CPlain
import CZonotope

/// A precision of the grid of masked products: ours, a dense product and the plain loops under common names.
protocol GridReal: BinaryFloatingPoint {
  associatedtype Map
  static var name: String { get }
  /// One output and the slopes 1 and 0; lines of bits and rows without gaps.
  static func map(
    _ n: Int, _ d: Int, _ p: Int, x: UnsafePointer<Self>, samples: UnsafePointer<UInt64>,
    patterns: UnsafePointer<UInt64>
  ) -> Map
  static func workspace(_ map: inout Map) -> Int

  typealias Pointer = UnsafeMutablePointer<Self>
  static var forward:
    (UnsafePointer<Map>?, Int, Int, UnsafePointer<Self>?, Int, Pointer?, Int, Pointer?) -> Void
  { get }
  static var adjoint:
    (UnsafePointer<Map>?, Int, Int, UnsafePointer<Self>?, Int, Pointer?, Int, Pointer?) -> Void
  { get }
  static var plainForward:
    (Int, Int, Int, UnsafePointer<Self>?, UnsafePointer<Self>?, UnsafePointer<UInt64>?, Int, Pointer?) -> Void
  { get }
  static var plainAdjoint:
    (Int, Int, Int, UnsafePointer<Self>?, UnsafePointer<Self>?, UnsafePointer<UInt64>?, Int, Pointer?) -> Void
  { get }
  static var select: (Int, Int, UnsafePointer<Self>?, UnsafePointer<Self>?, Pointer?) -> Void { get }
  static var scale: (Int, Int, UnsafePointer<Self>?, UnsafePointer<Self>?, Pointer?) -> Void { get }
  /// (rows x inner) times (inner x columns), row-major, the factors transposed in memory where asked for.
  static func multiply(
    _ rows: Int, _ columns: Int, _ inner: Int, _ a: Pointer, transposed: Bool, _ b: Pointer,
    transposed bTransposed: Bool, _ c: Pointer)
  /// The (n x d) matrix, perhaps transposed, times a vector.
  static func multiply(_ n: Int, _ d: Int, _ a: Pointer, transposed: Bool, _ x: Pointer, _ y: Pointer)
}

extension Double: GridReal {
  static let name = "double"

  static func map(
    _ n: Int, _ d: Int, _ p: Int, x: UnsafePointer<Double>, samples: UnsafePointer<UInt64>,
    patterns: UnsafePointer<UInt64>
  ) -> zt_masked_f64 {
    zt_masked_f64(
      samples: n, features: d, patterns: p, outputs: 1, x: x, x_stride: d, sample_bits: samples,
      sample_bit_stride: zt_words(p), pattern_bits: patterns, pattern_bit_stride: zt_words(n), on: 1, off: 0)
  }

  static func workspace(_ map: inout zt_masked_f64) -> Int {
    max(zt_masked_forward_f64_workspace(&map), zt_masked_adjoint_f64_workspace(&map))
  }

  static var forward:
    (UnsafePointer<zt_masked_f64>?, Int, Int, UnsafePointer<Double>?, Int, Pointer?, Int, Pointer?) -> Void
  { zt_masked_forward_f64 }
  static var adjoint:
    (UnsafePointer<zt_masked_f64>?, Int, Int, UnsafePointer<Double>?, Int, Pointer?, Int, Pointer?) -> Void
  { zt_masked_adjoint_f64 }
  static var plainForward:
    (Int, Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafePointer<UInt64>?, Int, Pointer?) ->
      Void
  { plain_forward_f64 }
  static var plainAdjoint:
    (Int, Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafePointer<UInt64>?, Int, Pointer?) ->
      Void
  { plain_adjoint_f64 }
  static var select: (Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, Pointer?) -> Void {
    plain_select_f64
  }
  static var scale: (Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, Pointer?) -> Void {
    plain_scale_f64
  }

  static func multiply(
    _ rows: Int, _ columns: Int, _ inner: Int, _ a: Pointer, transposed: Bool, _ b: Pointer,
    transposed bTransposed: Bool, _ c: Pointer
  ) {
    cblas_dgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(transposed ? rows : inner), b,
      Int32(bTransposed ? inner : columns), 0, c, Int32(columns))
  }

  static func multiply(_ n: Int, _ d: Int, _ a: Pointer, transposed: Bool, _ x: Pointer, _ y: Pointer) {
    cblas_dgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(n), Int32(d), 1, a, Int32(d), x, 1, 0, y, 1
    )
  }
}

extension Float: GridReal {
  static let name = "float"

  static func map(
    _ n: Int, _ d: Int, _ p: Int, x: UnsafePointer<Float>, samples: UnsafePointer<UInt64>,
    patterns: UnsafePointer<UInt64>
  ) -> zt_masked_f32 {
    zt_masked_f32(
      samples: n, features: d, patterns: p, outputs: 1, x: x, x_stride: d, sample_bits: samples,
      sample_bit_stride: zt_words(p), pattern_bits: patterns, pattern_bit_stride: zt_words(n), on: 1, off: 0)
  }

  static func workspace(_ map: inout zt_masked_f32) -> Int {
    max(zt_masked_forward_f32_workspace(&map), zt_masked_adjoint_f32_workspace(&map))
  }

  static var forward:
    (UnsafePointer<zt_masked_f32>?, Int, Int, UnsafePointer<Float>?, Int, Pointer?, Int, Pointer?) -> Void
  { zt_masked_forward_f32 }
  static var adjoint:
    (UnsafePointer<zt_masked_f32>?, Int, Int, UnsafePointer<Float>?, Int, Pointer?, Int, Pointer?) -> Void
  { zt_masked_adjoint_f32 }
  static var plainForward:
    (Int, Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<UInt64>?, Int, Pointer?) ->
      Void
  { plain_forward_f32 }
  static var plainAdjoint:
    (Int, Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<UInt64>?, Int, Pointer?) ->
      Void
  { plain_adjoint_f32 }
  static var select: (Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, Pointer?) -> Void {
    plain_select_f32
  }
  static var scale: (Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, Pointer?) -> Void {
    plain_scale_f32
  }

  static func multiply(
    _ rows: Int, _ columns: Int, _ inner: Int, _ a: Pointer, transposed: Bool, _ b: Pointer,
    transposed bTransposed: Bool, _ c: Pointer
  ) {
    cblas_sgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(transposed ? rows : inner), b,
      Int32(bTransposed ? inner : columns), 0, c, Int32(columns))
  }

  static func multiply(_ n: Int, _ d: Int, _ a: Pointer, transposed: Bool, _ x: Pointer, _ y: Pointer) {
    cblas_sgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(n), Int32(d), 1, a, Int32(d), x, 1, 0, y, 1
    )
  }
}
