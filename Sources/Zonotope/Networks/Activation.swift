/// A piecewise linear activation that bends at zero: phi(t) = on t for t >= 0, off t for t < 0.
public struct Activation: Sendable, Equatable {
  public var on: Double
  public var off: Double

  public init(on: Double, off: Double) {
    self.on = on
    self.off = off
  }

  /// max(t, 0)
  public static let relu = Activation(on: 1, off: 0)
  /// t
  public static let linear = Activation(on: 1, off: 1)
  /// |t|
  public static let abs = Activation(on: 1, off: -1)
  /// max(t, 0) + slope min(t, 0)
  public static func leaky(_ slope: Double) -> Activation { Activation(on: 1, off: slope) }

  func callAsFunction(_ t: Double, isOpen: Bool) -> Double { (isOpen ? on : off) * t }

  /// Whether phi(-t) is phi(t) or -phi(t): antipodal patterns give the same neurons then.
  var isSymmetric: Bool { on == -off || on == off }

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for slopes that no network can have.
  public func check(place: String) throws(ZonotopeError) {
    // Slopes are squared beside data that may be 1e50.
    for slope in [on, off] where !(slope == 0 || (1e-20...1e20).contains(slope.magnitude)) {
      throw .invalid(place: place, reason: "a slope of \(slope) is not 0 or between 1e-20 and 1e20")
    }
    guard on != 0 || off != 0 else { throw .invalid(place: place, reason: "both slopes are 0") }
  }
}

/// How the output weights of several outputs are penalised, and with that what couples them.
public enum OutputNorm: String, Sendable, Codable, CaseIterable {
  /// 1/2 (||w||^2 + ||alpha||_1^2): every neuron speaks for one output (Mishkin, Sahiner and Pilanci 2022).
  case perClass = "per-class"
  /// 1/2 (||w||^2 + ||alpha||_2^2), ordinary weight decay: outputs share neurons (Sahiner et al. 2021).
  case nuclear
  /// 1/2 (||W||_F^2 + alpha^2) with a matrix W (d, c) of weights behind each gate.
  case frobenius
}
