/// A loss over the samples: `scale` times a sum, never a mean.
///
/// No loss is negative: zero is then a lower bound that needs no proof.
///
/// `f` holds the fit and `y` the targets, one number a sample and output, the outputs of a sample next to each other.
/// Everything is in double precision. The conjugate is that of the whole loss as a function of the fit.
public protocol Loss: Sendable {
  /// The name in problem files and model cards.
  var name: String { get }
  /// The factor of the sum, above zero.
  var scale: Double { get }

  /// The number of outputs that it takes; nil for any.
  var outputs: Int? { get }

  /// Whether targets are classes: -1 and 1, or one an output.
  var isClassification: Bool { get }

  /// Whether it is a sum over the single numbers of the fit, so that outputs do not meet.
  var isSeparable: Bool { get }

  /// The targets of a data set, (n, c), as one number a sample and output.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for targets of the wrong kind.
  func targets(from y: MatrixView) throws(ZonotopeError) -> [Double]

  /// Checks that every target is one this loss can fit.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` that names the first entry of `y` that is not.
  func check(_ y: Values) throws(ZonotopeError)

  /// Whether it is 0 where f = y and infinite elsewhere, as ``InterpolationLoss`` is.
  var isEquality: Bool { get }

  /// loss(f; y)
  func value(_ f: Values, _ y: Values) -> Double

  /// z = the gradient of the loss at f, or a subgradient where there are several. `z` may be `f` itself.
  func gradient(_ f: Values, _ y: Values, into z: MutableValues)

  /// The second derivative where the loss is 1/2 of it times sum (f - y)^2, else nil.
  var quadraticScale: Double? { get }

  /// -loss*(z): the part of the dual objective that belongs to the loss, rounded down by a bound of its rounding error;
  /// -infinity outside the domain.
  func dualValue(_ z: Values, _ y: Values) -> Double

  /// The factor t, 0 <= t <= `limit`, for which t z is in the domain and gives a large dual value. `z` is in the
  /// domain.
  func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double

  /// Moves `z`, which is in the domain but for rounding, into it.
  func clip(_ z: MutableValues, _ y: Values)

  /// The largest t, 0 <= t <= 1, for which from + t (z - from) is in the domain; `from` is in its interior.
  func largestStep(from: Values, to z: Values, _ y: Values) -> Double

  /// A loss whose gradients are all in the interior of the domain; nil where zero is.
  var interior: (any SmoothLoss)? { get }

  // With a constant as all that is not penalised, for one output of a separable loss:

  /// Moves `z` to a point of the domain whose entries sum to zero. Leaves one that already does, up to rounding.
  func balance(_ z: MutableValues, _ y: Values)

  /// Whether loss(f + b; y + b) is loss(f; y): targets may then be centred where there is an output bias.
  var isTranslationInvariant: Bool { get }

  /// The number b that minimises loss(f + b; y).
  func optimalBias(_ f: Values, _ y: Values) -> Double

  /// z = the subgradient at f, to which nothing can be added that lowers the loss, whose entries sum to zero.
  func balancedGradient(_ f: Values, _ y: Values, into z: MutableValues)
}

/// A loss with a Lipschitz continuous gradient.
public protocol SmoothLoss: Loss {
  /// A bound on the second derivative along any direction of length one.
  var curvatureBound: Double { get }

  /// The mean second derivative over the numbers of the fit at `f`.
  func meanCurvature(_ f: Values, _ y: Values) -> Double

  /// h = second derivative of the loss with respect to each number of the fit. `h` may be `f` itself.
  func curvature(_ f: Values, _ y: Values, into h: MutableValues)

  /// h = second derivative at f times the direction.
  func curvature(_ f: Values, _ y: Values, along direction: Values, into h: MutableValues)

  /// d = B'd for a B with B B' the second derivative at f, so that second derivatives along columns are Gram matrices.
  func applyCurvatureRoot(_ f: Values, _ y: Values, to d: MutableValues)

  /// loss(f) - loss(g) - <gradient at g, f - g>, accurate however close f and g are.
  func divergence(_ f: Values, from g: Values, _ y: Values) -> Double
}

/// A loss with a proximal step.
public protocol ProximableLoss: Loss {
  /// f = argmin loss(f; y) + ||f - t||^2 / (2 step). `f` may be `t` itself.
  func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues)
}

extension Loss {
  public var outputs: Int? { nil }
  public var isClassification: Bool { false }
  public var isSeparable: Bool { true }
  public var isEquality: Bool { false }
  public var quadraticScale: Double? { nil }
  public var isTranslationInvariant: Bool { false }
  public var interior: (any SmoothLoss)? { nil }

  public func targets(from y: MatrixView) throws(ZonotopeError) -> [Double] {
    try Allocation.probe(bytes: product(8 * y.rows, y.columns, place: "y"))
    return y.entries()
  }

  /// The targets of a data set, one number a sample and output.
  public func targets<Rows>(of data: LabelledRows<Rows>) throws(ZonotopeError) -> [Double] {
    try targets(from: data.y)
  }

  /// The targets of a data set, none of which is of the wrong kind.
  func checkedTargets<Rows>(of data: LabelledRows<Rows>) throws(ZonotopeError) -> [Double] {
    let targets = try targets(of: data)
    try targets.withUnsafeBufferPointer { (y) throws(ZonotopeError) in try check(y) }
    return targets
  }

  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double { min(1, limit) }

  public func clip(_ z: MutableValues, _ y: Values) {}

  public func balancedGradient(_ f: Values, _ y: Values, into z: MutableValues) { gradient(f, y, into: z) }

  public func largestStep(from: Values, to z: Values, _ y: Values) -> Double { 1 }

  /// Shrinks the side, positive or negative entries, whose sum is larger: for domains that hold with an entry all that
  /// are between it and zero.
  public func balance(_ z: MutableValues, _ y: Values) {
    var positive = 0.0, negative = 0.0
    for value in z { if value > 0 { positive += value } else { negative -= value } }
    guard positive > 0, negative > 0 else {
      for k in 0..<z.count { z[k] = 0 }
      return
    }
    let ratio = min(positive, negative) / max(positive, negative)
    for k in 0..<z.count where (z[k] > 0) == (positive > negative) { z[k] *= ratio }
  }

  /// Whether what costs nothing fits what is left of the targets by least squares.
  var fitsLeastSquares: Bool { quadraticScale != nil || isEquality }

  func checkScale() throws(ZonotopeError) {
    guard scale > 0, scale.isFinite else {
      throw .invalid(place: "loss.scale", reason: "\(scale) is not a finite number above 0")
    }
  }

  func checkFinite(_ y: Values) throws(ZonotopeError) {
    if isFinite(y) { return }
    for k in 0..<y.count where !y[k].isFinite {
      throw .invalid(place: "y[\(k)]", reason: "\(y[k]) is not a finite number")
    }
  }
}

extension SmoothLoss {
  /// For separable losses.
  public func curvature(_ f: Values, _ y: Values, along direction: Values, into h: MutableValues) {
    curvature(f, y, into: h)
    for k in 0..<h.count { h[k] *= direction[k] }
  }

  /// For separable losses.
  public func applyCurvatureRoot(_ f: Values, _ y: Values, to d: MutableValues) {
    var h = Array(f)
    h.withUnsafeMutableBufferPointer { curvature(f, y, into: $0) }
    for k in 0..<d.count { d[k] *= h[k].squareRoot() }
  }
}
