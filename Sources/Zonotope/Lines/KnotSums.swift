/// What the least-squares fit of a line over an interval needs of the samples in it: sums of products of the two hat
/// functions p = (b - x) / (b - a) and q = (x - a) / (b - a) of its ends with each other and with the targets.
///
/// No sum is a difference, so nothing cancels where all samples are close to one end.
struct KnotSums {
  var pp = 0.0
  var pq = 0.0
  var qq = 0.0
  var tp = 0.0
  var tq = 0.0

  /// The sums of the interval from x[first] to x[last], over the samples first ..< last.
  init(
    _ first: Int, _ last: Int, x: UnsafePointer<Double>, w: UnsafePointer<Double>?, t: UnsafePointer<Double>
  ) {
    let a = x[first], width = x[last] - a, scale = 1 / width
    if let w {
      for i in first..<last {
        let q = (x[i] - a) * scale, p = 1 - q, wp = w[i] * p, wq = w[i] * q
        pp += wp * p
        pq += wp * q
        qq += wq * q
        tp += wp * t[i]
        tq += wq * t[i]
      }
      return
    }
    // Several sums of each kind: additions do not wait for each other, and short sums round less.
    var spp = SIMD4<Double>(), spq = SIMD4<Double>(), sqq = SIMD4<Double>()
    var stp = SIMD4<Double>(), stq = SIMD4<Double>()
    let whole = first + (last - first) / 4 * 4
    var i = first
    while i < whole {
      let target = UnsafeRawPointer(t + i).loadUnaligned(as: SIMD4<Double>.self)
      let q = (UnsafeRawPointer(x + i).loadUnaligned(as: SIMD4<Double>.self) - a) * scale, p = 1 - q
      spp += p * p
      spq += p * q
      sqq += q * q
      stp += p * target
      stq += q * target
      i &+= 4
    }
    while i < last {
      let q = (x[i] - a) * scale, p = 1 - q
      pp += p * p
      pq += p * q
      qq += q * q
      tp += p * t[i]
      tq += q * t[i]
      i &+= 1
    }
    pp += spp.sum()
    pq += spq.sum()
    qq += sqq.sum()
    tp += stp.sum()
    tq += stq.sum()
  }

  /// The sums of two neighbouring intervals as one; their widths.
  init(_ left: KnotSums, _ right: KnotSums, widths: (left: Double, right: Double)) {
    let width = widths.left + widths.right
    let c = widths.right / width, e = widths.left / width
    // Left: p' = p + c q, q' = e q. Right: p' = c p, q' = q + e p.
    pp = left.pp + 2 * c * left.pq + c * c * left.qq + c * c * right.pp
    pq = e * (left.pq + c * left.qq) + c * (right.pq + e * right.pp)
    qq = e * e * left.qq + right.qq + 2 * e * right.pq + e * e * right.pp
    tp = left.tp + c * left.tq + c * right.tp
    tq = e * left.tq + right.tq + e * right.tp
  }

  /// Weight of the samples, and the sum of their weighted targets.
  var total: (weight: Double, target: Double) { (pp + 2 * pq + qq, tp + tq) }
}
