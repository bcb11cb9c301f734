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
  var lanes = SIMD8<Double>(), k = 0
  while k &+ 8 <= x.count {
    lanes += UnsafeRawPointer(x.baseAddress! + k).loadUnaligned(as: SIMD8<Double>.self) * 0
    k &+= 8
  }
  var total = lanes.sum()
  while k < x.count {
    total += x[k] * 0
    k &+= 1
  }
  return total == 0
}

/// The largest absolute value, 0 for no numbers; they are finite.
func largestMagnitude(_ x: Values) -> Double {
  var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0), k = 0
  while k &+ 4 <= x.count {
    a = max(a, abs(x[k]))
    b = max(b, abs(x[k &+ 1]))
    c = max(c, abs(x[k &+ 2]))
    d = max(d, abs(x[k &+ 3]))
    k &+= 4
  }
  var largest = max(max(a, b), max(c, d))
  while k < x.count {
    largest = max(largest, abs(x[k]))
    k &+= 1
  }
  return largest
}

/// Ranges that fit the 32-bit integers of BLAS.
private func chunks(_ count: Int) -> some Sequence<Range<Int>> {
  let limit = Int(Int32.max)
  return stride(from: 0, to: count, by: limit).lazy.map { $0..<min(count, $0 + limit) }
}

/// y = factor * a x, or a' x, with a (rows, columns) and `width` columns of x and y, added to y where asked for.
func multiply(
  _ a: Vector, rows: Int, columns: Int, transposed: Bool, _ x: Values, width: Int, times factor: Double = 1,
  adding: Bool, into y: MutableValues
) {
  multiply(
    UnsafePointer(a.pointer), stride: columns, rows: rows, columns: columns, transposed: transposed, x,
    width: width, times: factor, adding: adding, into: y)
}

/// The same for a whose rows are `stride` elements apart.
func multiply(
  _ a: UnsafePointer<Double>, stride: Int, rows: Int, columns: Int, transposed: Bool, _ x: Values, width: Int,
  times factor: Double = 1, adding: Bool, into y: MutableValues
) {
  _ = singleThreadedBLAS
  let (height, depth) = transposed ? (columns, rows) : (rows, columns)
  guard height > 0, width > 0 else { return }
  guard depth > 0, let x = x.baseAddress, let y = y.baseAddress else {
    if !adding { scale(y, by: 0) }
    return
  }
  if width == 1 {
    cblas_dgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), factor, a,
      Int32(stride), x, 1, adding ? 1 : 0, y, 1)
  } else {
    cblas_dgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(height), Int32(width),
      Int32(depth), factor, a, Int32(stride), x, Int32(width), adding ? 1 : 0, y, Int32(width))
  }
}

/// y = a k for a (rows, order) and the lower triangle of a symmetric k.
func multiply(_ a: Vector, rows: Int, bySymmetric k: Values, order: Int, into y: MutableValues) {
  _ = singleThreadedBLAS
  guard rows > 0, order > 0 else { return }
  cblas_dsymm(
    CblasRowMajor, CblasRight, CblasLower, Int32(rows), Int32(order), 1, k.baseAddress, Int32(order),
    a.pointer,
    Int32(order), 0, y.baseAddress, Int32(order))
}

/// k -= a'b + b'a for a, b (rows, order), the lower triangle.
func subtractProducts(_ a: Vector, _ b: Vector, rows: Int, order: Int, from k: MutableValues) {
  _ = singleThreadedBLAS
  guard rows > 0, order > 0 else { return }
  cblas_dsyr2k(
    CblasRowMajor, CblasLower, CblasTrans, Int32(order), Int32(rows), -1, a.pointer, Int32(order), b.pointer,
    Int32(order), 1, k.baseAddress, Int32(order))
}

/// k = X X', the full lower triangle, n x n; added to what is there where asked for.
func gramOfRows(_ x: MatrixView, adding: Bool = false, into k: MutableValues, _ workers: Workers) {
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
        CblasRowMajor, CblasLower, CblasNoTrans, height, width, 1, x.row(i * square), stride,
        adding ? 1 : 0, target, Int32(n))
    } else {
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, height, Int32(square), width, 1, x.row(i * square), stride,
        x.row(j * square), stride, adding ? 1 : 0, target, Int32(n))
    }
  }
}

/// Rows of X X', (rows, rows.upperBound), `stride` numbers apart.
func productsOfRows(
  _ x: MatrixView, _ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int
) {
  _ = singleThreadedBLAS
  guard !rows.isEmpty else { return }
  cblas_dgemm(
    CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(rows.upperBound), Int32(x.columns), 1,
    x.row(rows.lowerBound), Int32(max(1, x.stride)), x.row(0), Int32(max(1, x.stride)), 0, k, Int32(stride))
}

/// a (rows, columns), which is destroyed, = left diag(values) right. False where the iteration fails.
func singularValues(
  _ rows: Int, _ columns: Int, _ a: Vector, values: Vector, left: Vector, right: Vector, work: Vector,
  integers: Buffer<Int32>
) -> Bool {
  _ = singleThreadedBLAS
  // Row-major matrices are the transposed ones to LAPACK, so that left and right change places.
  let count = Int32(min(rows, columns))
  return LAPACKE_dgesdd_work(
    LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), Int32(columns), Int32(rows), a.pointer, Int32(columns),
    values.pointer, right.pointer, Int32(columns), left.pointer, count, work.pointer, Int32(work.count),
    integers.pointer) == 0
}

/// a (rows, columns), rows <= columns, becomes orthonormal rows Q, and `coordinates` (rows, rows) the lower triangle L with
/// a = L Q. False where LAPACK refuses.
func orthonormalise(
  _ a: Vector, rows: Int, columns: Int, coordinates: Vector
) throws(ZonotopeError) -> Bool {
  _ = singleThreadedBLAS
  // To LAPACK the rows are columns, and the triangle is an upper one.
  let (n, d) = (Int32(rows), Int32(columns)), work = try Vector(64 * rows), factors = try Vector(rows)
  guard
    LAPACKE_dgeqrf_work(
      LAPACK_COL_MAJOR, d, n, a.pointer, d, factors.pointer, work.pointer, Int32(work.count)) == 0
  else { return false }
  for k in 0..<rows { for i in 0...k { coordinates[k * rows + i] = a[k * columns + i] } }
  return LAPACKE_dorgqr_work(
    LAPACK_COL_MAJOR, d, n, n, a.pointer, d, factors.pointer, work.pointer, Int32(work.count)) == 0
}

/// y = a b' for a (rows, depth) and b (width, depth).
func multiply(_ a: Values, byTransposed b: Values, rows: Int, width: Int, depth: Int, into y: MutableValues) {
  _ = singleThreadedBLAS
  guard rows > 0, width > 0, depth > 0 else { return }
  cblas_dgemm(
    CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(width), Int32(depth), 1, a.baseAddress,
    Int32(depth), b.baseAddress, Int32(depth), 0, y.baseAddress, Int32(width))
}

/// The Gram matrix of the smaller side of a (rows, columns): A'A or A A', of which one triangle.
func gramOfSmallerSide(_ a: Values, rows: Int, columns: Int, into k: MutableValues) {
  _ = singleThreadedBLAS
  let order = Int32(min(rows, columns)), depth = Int32(max(rows, columns))
  cblas_dsyrk(
    CblasRowMajor, CblasLower, columns <= rows ? CblasTrans : CblasNoTrans, order, depth, 1, a.baseAddress,
    Int32(columns), 0, k.baseAddress, order)
}

/// Eigenvalues of the symmetric matrix whose lower triangle is k, ascending, and its eigenvectors one after the other in its
/// place. False where the iteration fails.
func symmetricEigenvectors(
  order: Int, _ k: MutableValues, values: MutableValues, work: Vector, integers: Buffer<Int32>
) -> Bool {
  _ = singleThreadedBLAS
  // A row-major lower triangle is an upper one to LAPACK.
  return LAPACKE_dsyevd_work(
    LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(order), k.baseAddress,
    Int32(order), values.baseAddress, work.pointer, Int32(work.count), integers.pointer,
    Int32(integers.count)) == 0
}

/// Rows and columns of the squares that Gram matrices and factors are cut into: work of some milliseconds each, large
/// enough for BLAS to be at its speed.
let square = 256
