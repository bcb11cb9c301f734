import COpenBLAS

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A read-only run of doubles that belongs to the caller.
public typealias Values = UnsafeBufferPointer<Double>
/// A run of doubles to write into.
public typealias MutableValues = UnsafeMutableBufferPointer<Double>

// The only file that calls BLAS and LAPACK.

/// OpenBLAS may use threads of its own, and the setting belongs to the whole process. The library keeps it at one,
/// so that its own threads are all there are and sums do not depend on their number.
private let singleThreadedBLAS: Void = openblas_set_num_threads(1)

/// The kernels that OpenBLAS chose for this processor, for reports.
public var blasCoreName: String {
  openblas_get_corename().map { String(cString: $0) } ?? "unknown"
}

func dot(_ x: Values, _ y: Values) -> Double {
  _ = singleThreadedBLAS
  return chunks(x.count).reduce(0) { total, chunk in
    total
      + cblas_ddot(
        Int32(chunk.count), x.baseAddress! + chunk.lowerBound, 1, y.baseAddress! + chunk.lowerBound, 1)
  }
}

func norm(_ x: Values) -> Double {
  _ = singleThreadedBLAS
  return chunks(x.count).reduce(0) { total, chunk in
    hypot(total, cblas_dnrm2(Int32(chunk.count), x.baseAddress! + chunk.lowerBound, 1))
  }
}

/// y += a x
func add(_ a: Double, _ x: Values, to y: MutableValues) {
  _ = singleThreadedBLAS
  for chunk in chunks(x.count) {
    cblas_daxpy(
      Int32(chunk.count), a, x.baseAddress! + chunk.lowerBound, 1, y.baseAddress! + chunk.lowerBound, 1)
  }
}

func scale(_ x: MutableValues, by a: Double) {
  for i in 0..<x.count { x[i] *= a }
}

func sum(_ x: Values) -> Double {
  var total = 0.0
  for value in x { total += value }
  return total
}

func isFinite(_ x: Values) -> Bool {
  // A sum of products with zero is NaN as soon as one entry is not finite.
  var total = 0.0
  for value in x { total += value * 0 }
  return total == 0
}

/// Ranges that fit the 32-bit integers of BLAS.
private func chunks(_ count: Int) -> some Sequence<Range<Int>> {
  let limit = Int(Int32.max)
  return stride(from: 0, to: count, by: limit).lazy.map { $0..<min(count, $0 + limit) }
}

/// k = X X', the full lower triangle, n x n.
func gramOfRows(_ x: MatrixView, into k: MutableValues) {
  _ = singleThreadedBLAS
  let n = Int32(x.rows)
  guard n > 0 else { return }
  cblas_dsyrk(
    CblasRowMajor, CblasLower, CblasNoTrans, n, Int32(x.columns), 1, x.base, Int32(max(1, x.stride)), 0,
    k.baseAddress, n)
}

/// A symmetric positive definite matrix, factored: L L' = K + delta I.
struct CholeskyFactor {
  private let factor: Vector
  private let order: Int

  /// Room for a factor of an n x n matrix.
  init(order: Int) throws(ZonotopeError) {
    self.order = order
    factor = try Vector(product(order, order, place: "samples"))
  }

  /// Factors the lower triangle of `matrix` with `shift` added to its diagonal. False when the sum is not
  /// numerically positive definite.
  func factor(_ matrix: Values, shift: Double) -> Bool {
    _ = singleThreadedBLAS
    guard order > 0 else { return true }
    factor.pointer.update(from: matrix.baseAddress!, count: order * order)
    for k in 0..<order { factor[k * order + k] += shift }
    // Row-major lower is column-major upper, which LAPACKE takes without a transposed copy.
    let upper = CChar(UInt8(ascii: "U"))
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, upper, Int32(order), factor.pointer, Int32(order)) == 0
  }

  /// x = (L L')^{-1} x
  func solve(_ x: MutableValues) {
    let n = Int32(order)
    cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, factor.pointer, n, x.baseAddress, 1)
    cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, n, factor.pointer, n, x.baseAddress, 1)
  }
}
