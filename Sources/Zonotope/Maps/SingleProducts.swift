/// The products of a map with arithmetic in single precision: numbers come and go in double and are brought into range by
/// powers of two.
///
/// Errors are relative to the sizes of what is added, some 1e-6, whatever the units. Who needs more takes products of
/// differences only and keeps the rest in double; see `MixedSampleSystem`.
public protocol SingleProducts {
  /// f = A z
  func forward(_ z: Values, into f: MutableValues, _ workers: Workers)

  /// g = A' r
  func adjoint(_ r: Values, into g: MutableValues, _ workers: Workers)
}

extension Buffer where Element == Float {
  /// The numbers divided by a power of two that brings the largest close to 1. Returns that power; entries more than
  /// 2^126 times smaller than the largest become zero.
  func round(_ source: Values) -> Double {
    var largest = 0.0
    for value in source { largest = max(largest, abs(value)) }
    let unit = largest.isNormal ? largest.binade : 1
    let inverse = 1 / unit
    for j in 0..<source.count { pointer[j] = Float(source[j] * inverse) }
    return unit
  }
}
