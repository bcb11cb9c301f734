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

// Only this file and BLASElement.swift call BLAS and LAPACK.

/// OpenBLAS may use threads of its own, and the setting belongs to the whole process. The library keeps it at one,
/// so that its own threads are all there are and sums do not depend on their number.
let singleThreadedBLAS: Void = openblas_set_num_threads(1)

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
func gramOfRows(_ x: MatrixView, into k: MutableValues, _ workers: Workers) {
  _ = singleThreadedBLAS
  let n = x.rows, width = Int32(x.columns), stride = Int32(max(1, x.stride))
  // Squares of the triangle, row by row: square q is in row i where i (i + 1) / 2 <= q.
  let rows = (n + square - 1) / square
  workers.run(rows * (rows + 1) / 2) { index, _ in
    var i = Int(((8 * Double(index) + 1).squareRoot() - 1) / 2)
    while (i + 1) * (i + 2) / 2 <= index { i += 1 }
    while i * (i + 1) / 2 > index { i -= 1 }
    let j = index - i * (i + 1) / 2, height = Int32(min(square, n - i * square))
    let target = k.baseAddress! + i * square * n + j * square
    if i == j {
      cblas_dsyrk(
        CblasRowMajor, CblasLower, CblasNoTrans, height, width, 1, x.row(i * square), stride, 0, target,
        Int32(n))
    } else {
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, height, Int32(square), width, 1, x.row(i * square), stride,
        x.row(j * square), stride, 0, target, Int32(n))
    }
  }
}

/// Rows and columns of the squares that Gram matrices and factors are cut into: work of some milliseconds each, large
/// enough for BLAS to be at its speed.
let square = 256
