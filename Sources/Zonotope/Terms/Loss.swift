/// A loss over the samples: `scale` times a sum, never a mean.
///
/// No loss is negative: zero is then a lower bound that needs no proof.
///
/// `f` holds the fit and `y` the targets, one number a sample and output. Everything is in double precision.
/// The conjugate is that of the whole loss as a function of the fit.
public protocol Loss: Sendable {
  /// The name in problem files and model cards.
  var name: String { get }
  /// The factor of the sum, above zero.
  var scale: Double { get }

  /// Checks that every target is one this loss can fit.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` that names the first entry of `y` that is not.
  func check(_ y: Values) throws(ZonotopeError)

  /// loss(f; y)
  func value(_ f: Values, _ y: Values) -> Double

  /// -loss*(z): the part of the dual objective that belongs to the loss, rounded down by a bound of its rounding error;
  /// -infinity outside the domain.
  func dualValue(_ z: Values, _ y: Values) -> Double

  /// The factor t, 0 <= t <= `limit`, for which t z is in the domain and gives a large dual value. `z` is in the
  /// domain.
  func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double

  /// Moves `z` to a point of the domain whose entries sum to zero, as an unpenalised output bias demands. Leaves
  /// one that already does, up to rounding.
  func balance(_ z: MutableValues, _ y: Values)

  /// Whether loss(f + b; y + b) is loss(f; y): targets may then be centred where there is an output bias.
  var isTranslationInvariant: Bool { get }

  /// The number b that minimises loss(f + b; y).
  func optimalBias(_ f: Values, _ y: Values) -> Double
}

/// A loss with a Lipschitz continuous gradient.
public protocol SmoothLoss: Loss {
  /// A bound on the second derivative with respect to any one fit.
  var curvatureBound: Double { get }

  /// The mean second derivative over the samples at `f`.
  func meanCurvature(_ f: Values, _ y: Values) -> Double

  /// h = second derivative of the loss with respect to each fit. `h` may be `f` itself.
  func curvature(_ f: Values, _ y: Values, into h: MutableValues)

  /// z = gradient of the loss at f. `z` may be `f` itself.
  func gradient(_ f: Values, _ y: Values, into z: MutableValues)

  /// loss(f) - loss(g) - <gradient at g, f - g>, accurate however close f and g are.
  func divergence(_ f: Values, from g: Values, _ y: Values) -> Double
}

/// A loss with a proximal step.
public protocol ProximableLoss: Loss {
  /// The second derivative where the loss is 1/2 of it times sum (f - y)^2, else nil. Quadratic losses need no
  /// splitting.
  var quadraticScale: Double? { get }

  /// f = argmin loss(f; y) + ||f - t||^2 / (2 step). `f` may be `t` itself.
  func prox(_ t: Values, _ y: Values, step: Double, into f: MutableValues)
}

extension Loss {
  public func dualScaling(_ z: Values, _ y: Values, limit: Double) -> Double { min(1, limit) }

  public var isTranslationInvariant: Bool { false }

  public var quadraticScale: Double? { nil }

  func checkScale() throws(ZonotopeError) {
    guard scale > 0, scale.isFinite else {
      throw .invalid(place: "loss.scale", reason: "\(scale) is not a finite number above 0")
    }
  }
}
