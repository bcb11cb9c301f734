import CKernelTiers
import CZonotope

/// A precision that kernels exist in, and the entries of a table for it.
protocol KernelReal: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  associatedtype Bits: FixedWidthInteger
  var bitPattern: Bits { get }

  /// A NaN no computation makes. It fills the gaps between rows: a kernel that reads one gives NaN, and a kernel that
  /// writes one is found out by its bits.
  static var gap: Self { get }

  /// f, with `room` filled with NaN and exactly as large as announced.
  static func forward(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Self>, _ samples: Range<Int>, _ u: RealMatrix<Self>,
    into f: RealMatrix<Self>)
  static func adjoint(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Self>, _ patterns: Range<Int>, _ r: RealMatrix<Self>,
    into g: RealMatrix<Self>)
}

/// The map of a masked product. Pointers that a product does not read are NULL.
struct MaskedOperands<Real: KernelReal> {
  var x: RealMatrix<Real>
  var sampleBits: BitMatrix?, patternBits: BitMatrix?
  var patterns: Int
  var outputs = 1
  var on: Real = 1, off: Real = 0
}

extension Double: KernelReal {
  static var gap: Double { Double(bitPattern: 0x7ff8_dead_beef_0001) }

  static func map(_ map: MaskedOperands<Double>) -> zt_masked_f64 {
    zt_masked_f64(
      samples: map.x.rows, features: map.x.columns, patterns: map.patterns, outputs: map.outputs,
      x: map.x.pointer, x_stride: map.x.stride, sample_bits: map.sampleBits?.pointer,
      sample_bit_stride: map.sampleBits?.stride ?? 0, pattern_bits: map.patternBits?.pointer,
      pattern_bit_stride: map.patternBits?.stride ?? 0, on: map.on, off: map.off)
  }

  static func forward(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Double>, _ samples: Range<Int>, _ u: RealMatrix<Double>,
    into f: RealMatrix<Double>
  ) {
    var map = Self.map(map)
    let room = GuardedArray(count: zt_masked_forward_f64_workspace(&map), of: gap)
    table.masked_forward_f64(
      &map, samples.lowerBound, samples.upperBound, u.pointer, u.stride, f.pointer, f.stride, room.pointer)
  }

  static func adjoint(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Double>, _ patterns: Range<Int>, _ r: RealMatrix<Double>,
    into g: RealMatrix<Double>
  ) {
    var map = Self.map(map)
    let room = GuardedArray(count: zt_masked_adjoint_f64_workspace(&map), of: gap)
    table.masked_adjoint_f64(
      &map, patterns.lowerBound, patterns.upperBound, r.pointer, r.stride, g.pointer, g.stride, room.pointer)
  }
}

extension Float: KernelReal {
  static var gap: Float { Float(bitPattern: 0x7fcd_ead1) }

  static func map(_ map: MaskedOperands<Float>) -> zt_masked_f32 {
    zt_masked_f32(
      samples: map.x.rows, features: map.x.columns, patterns: map.patterns, outputs: map.outputs,
      x: map.x.pointer, x_stride: map.x.stride, sample_bits: map.sampleBits?.pointer,
      sample_bit_stride: map.sampleBits?.stride ?? 0, pattern_bits: map.patternBits?.pointer,
      pattern_bit_stride: map.patternBits?.stride ?? 0, on: map.on, off: map.off)
  }

  static func forward(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Float>, _ samples: Range<Int>, _ u: RealMatrix<Float>,
    into f: RealMatrix<Float>
  ) {
    var map = Self.map(map)
    let room = GuardedArray(count: zt_masked_forward_f32_workspace(&map), of: gap)
    table.masked_forward_f32(
      &map, samples.lowerBound, samples.upperBound, u.pointer, u.stride, f.pointer, f.stride, room.pointer)
  }

  static func adjoint(
    _ table: zt_kernel_table_, _ map: MaskedOperands<Float>, _ patterns: Range<Int>, _ r: RealMatrix<Float>,
    into g: RealMatrix<Float>
  ) {
    var map = Self.map(map)
    let room = GuardedArray(count: zt_masked_adjoint_f32_workspace(&map), of: gap)
    table.masked_adjoint_f32(
      &map, patterns.lowerBound, patterns.upperBound, r.pointer, r.stride, g.pointer, g.stride, room.pointer)
  }
}
