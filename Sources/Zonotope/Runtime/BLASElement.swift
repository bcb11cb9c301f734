import COpenBLAS

/// The numbers that BLAS and LAPACK have routines for, and those routines that factorisations use. Matrices are row-major
/// and triangles are lower ones.
protocol BLASElement: BinaryFloatingPoint, BitwiseCopyable {
  typealias Pointer = UnsafeMutablePointer<Self>

  /// c -= a a' for a (n, k) and the lower triangle of c.
  static func subtractGram(_ n: Int, _ k: Int, _ a: Pointer, _ c: Pointer, stride: Int)
  /// c -= a b' for a (m, k), b (n, k), c (m, n); `stride` is that of a and c, `other` that of b.
  static func subtractProduct(
    _ m: Int, _ n: Int, _ k: Int, _ a: Pointer, _ b: Pointer, _ c: Pointer, stride: Int, other: Int)
  /// b = b L'^{-1} for L (n, n), b (m, n); `other` is the stride of L.
  static func divide(_ m: Int, _ n: Int, _ b: Pointer, by l: Pointer, stride: Int, other: Int)
  /// y -= a x for a (m, n), x (n, width), or y -= a' x for x (m, width).
  static func subtract(
    _ m: Int, _ n: Int, _ a: Pointer, stride: Int, times x: Pointer, width: Int, transposed: Bool,
    from y: Pointer)
  /// L in place of a (n, n) = L L'. False where there is none.
  static func factor(_ n: Int, _ a: Pointer, stride: Int) -> Bool
  /// x = L^{-1} x, or L'^{-1} x, for x (n, width).
  static func solve(_ n: Int, _ l: Pointer, stride: Int, _ x: Pointer, width: Int, transposed: Bool)
}

// Row-major lower is column-major upper, which LAPACKE takes without a transposed copy.
private let upper = CChar(UInt8(ascii: "U"))

extension Double: BLASElement {
  static func subtractGram(_ n: Int, _ k: Int, _ a: Pointer, _ c: Pointer, stride: Int) {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(k), -1, a, Int32(stride), 1, c, Int32(stride))
  }

  static func subtractProduct(
    _ m: Int, _ n: Int, _ k: Int, _ a: Pointer, _ b: Pointer, _ c: Pointer, stride: Int, other: Int
  ) {
    let stride = Int32(stride)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), -1, a, stride, b, Int32(other),
      1, c, stride)
  }

  static func subtract(
    _ m: Int, _ n: Int, _ a: Pointer, stride: Int, times x: Pointer, width: Int, transposed: Bool,
    from y: Pointer
  ) {
    let operation = transposed ? CblasTrans : CblasNoTrans
    if width == 1 {
      cblas_dgemv(CblasRowMajor, operation, Int32(m), Int32(n), -1, a, Int32(stride), x, 1, 1, y, 1)
    } else {
      let (height, depth) = transposed ? (n, m) : (m, n)
      cblas_dgemm(
        CblasRowMajor, operation, CblasNoTrans, Int32(height), Int32(width), Int32(depth), -1, a,
        Int32(stride), x, Int32(width), 1, y, Int32(width))
    }
  }

  static func divide(_ m: Int, _ n: Int, _ b: Pointer, by l: Pointer, stride: Int, other: Int) {
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(m), Int32(n), 1, l,
      Int32(other), b, Int32(stride))
  }

  static func factor(_ n: Int, _ a: Pointer, stride: Int) -> Bool {
    LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, upper, Int32(n), a, Int32(stride)) == 0
  }

  static func solve(_ n: Int, _ l: Pointer, stride: Int, _ x: Pointer, width: Int, transposed: Bool) {
    let operation = transposed ? CblasTrans : CblasNoTrans, order = Int32(n), columns = Int32(width)
    if width == 1 {
      cblas_dtrsv(CblasRowMajor, CblasLower, operation, CblasNonUnit, order, l, Int32(stride), x, 1)
    } else {
      cblas_dtrsm(
        CblasRowMajor, CblasLeft, CblasLower, operation, CblasNonUnit, order, columns, 1, l, Int32(stride),
        x, columns)
    }
  }
}

extension Float: BLASElement {
  static func subtractGram(_ n: Int, _ k: Int, _ a: Pointer, _ c: Pointer, stride: Int) {
    cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(k), -1, a, Int32(stride), 1, c, Int32(stride))
  }

  static func subtractProduct(
    _ m: Int, _ n: Int, _ k: Int, _ a: Pointer, _ b: Pointer, _ c: Pointer, stride: Int, other: Int
  ) {
    let stride = Int32(stride)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), -1, a, stride, b, Int32(other),
      1, c, stride)
  }

  static func subtract(
    _ m: Int, _ n: Int, _ a: Pointer, stride: Int, times x: Pointer, width: Int, transposed: Bool,
    from y: Pointer
  ) {
    let operation = transposed ? CblasTrans : CblasNoTrans
    if width == 1 {
      cblas_sgemv(CblasRowMajor, operation, Int32(m), Int32(n), -1, a, Int32(stride), x, 1, 1, y, 1)
    } else {
      let (height, depth) = transposed ? (n, m) : (m, n)
      cblas_sgemm(
        CblasRowMajor, operation, CblasNoTrans, Int32(height), Int32(width), Int32(depth), -1, a,
        Int32(stride), x, Int32(width), 1, y, Int32(width))
    }
  }

  static func divide(_ m: Int, _ n: Int, _ b: Pointer, by l: Pointer, stride: Int, other: Int) {
    cblas_strsm(
      CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(m), Int32(n), 1, l,
      Int32(other), b, Int32(stride))
  }

  static func factor(_ n: Int, _ a: Pointer, stride: Int) -> Bool {
    LAPACKE_spotrf_work(LAPACK_COL_MAJOR, upper, Int32(n), a, Int32(stride)) == 0
  }

  static func solve(_ n: Int, _ l: Pointer, stride: Int, _ x: Pointer, width: Int, transposed: Bool) {
    let operation = transposed ? CblasTrans : CblasNoTrans, order = Int32(n), columns = Int32(width)
    if width == 1 {
      cblas_strsv(CblasRowMajor, CblasLower, operation, CblasNonUnit, order, l, Int32(stride), x, 1)
    } else {
      cblas_strsm(
        CblasRowMajor, CblasLeft, CblasLower, operation, CblasNonUnit, order, columns, 1, l, Int32(stride),
        x, columns)
    }
  }
}
