#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A smooth separable loss whose conjugate is smooth inside its domain, for Newton's method on the dual.
///
/// The second derivative of the conjugate at z is one over that of the loss at the fit that belongs to z.
public protocol ConjugateLoss: SmoothLoss {
  /// f = the gradient of the conjugate at z, which is in the interior of the domain: the fit whose gradient is z. `f` may be
  /// `z` itself.
  func conjugateGradient(_ z: Values, _ y: Values, into f: MutableValues)
}

extension SquaredLoss: ConjugateLoss {
  public func conjugateGradient(_ z: Values, _ y: Values, into f: MutableValues) {
    for k in 0..<z.count { f[k] = y[k] + z[k] / scale }
  }
}

extension LogisticLoss: ConjugateLoss {
  public func conjugateGradient(_ z: Values, _ y: Values, into f: MutableValues) {
    for k in 0..<z.count {
      let share = -y[k] * z[k] / scale
      f[k] = y[k] * (log1p(-share) - log(share))
    }
  }
}
