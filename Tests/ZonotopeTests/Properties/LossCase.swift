@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every loss of the library, with its definition written out once more.
enum LossCase: String, CaseIterable, Sendable {
  case squared, logistic, hinge, absolute, huber
  case softmax2, softmax3, softmax10
  /// Distributions in place of labels.
  case softTargets

  static let separable: [LossCase] = [.squared, .logistic, .hinge, .absolute, .huber]
  static let smooth: [LossCase] = allCases.filter { $0.isSmooth }
  static let delta = 0.8

  var isSoftmax: Bool { !Self.separable.contains(self) }
  var isSmooth: Bool { self != .hinge && self != .absolute }
  var hasLabels: Bool { self == .logistic || self == .hinge }

  /// Outputs that the loss asks for.
  var outputs: Int {
    switch self {
    case .softmax2: 2
    case .softmax3, .softTargets: 3
    case .softmax10: 10
    default: 1
    }
  }

  func loss(_ scale: Double = 1) -> any ProximableLoss {
    switch self {
    case .squared: SquaredLoss(scale: scale)
    case .logistic: LogisticLoss(scale: scale)
    case .hinge: HingeLoss(scale: scale)
    case .absolute: AbsoluteLoss(scale: scale)
    case .huber: HuberLoss(delta: Self.delta, scale: scale)
    default: SoftmaxLoss(classes: outputs, scale: scale)
    }
  }

  func smooth(_ scale: Double = 1) -> any SmoothLoss { loss(scale) as! any SmoothLoss }

  /// `samples` targets, or rows of targets.
  func targets(_ samples: Int, _ random: inout Xoshiro256) -> [Double] {
    (0..<samples).flatMap { k -> [Double] in
      switch self {
      // Mixed over rows, and over the columns of several outputs.
      case .logistic, .hinge: return [k * 7 / 3 % 3 == 0 ? -1 : 1]
      case .squared, .absolute, .huber: return [2 * random.nextNormal()]
      case .softTargets:
        let shares = (0..<outputs).map { _ in random.nextUniform() }, sum = shares.reduce(0, +)
        return shares.map { $0 / sum }
      default: return (0..<outputs).map { $0 == (k * 7) % outputs ? 1 : 0 }
      }
    }
  }

  // MARK: Definitions

  func value(_ f: [Double], _ y: [Double], scale: Double) -> Double {
    scale * rows(f.count).reduce(0) { $0 + value(f[$1], y[$1]) }
  }

  private func value(_ f: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double {
    let (a, b) = (f.first!, y.first!), e = abs(a - b)
    switch self {
    case .squared: return 0.5 * e * e
    case .logistic: return max(-a * b, 0) + log1p(exp(-abs(a)))
    case .hinge: return max(0, 1 - a * b)
    case .absolute: return e
    case .huber: return e <= Self.delta ? 0.5 * e * e : Self.delta * (e - 0.5 * Self.delta)
    default:
      let top = f.max()!
      return top + log(f.reduce(0) { $0 + exp($1 - top) }) - zip(f, y).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// Minus the conjugate; -infinity outside its domain, `slack` being what counts as inside.
  func dual(_ z: [Double], _ y: [Double], scale: Double, slack: Double = 1e-13) -> Double {
    scale * rows(z.count).reduce(0) { $0 + dual(z[$1].map { $0 / scale }, Array(y[$1]), slack) }
  }

  private func dual(_ z: [Double], _ y: [Double], _ slack: Double) -> Double {
    func inside(_ value: Double, _ low: Double, _ high: Double) -> Bool {
      value >= low - slack && value <= high + slack
    }
    func entropy(_ p: Double) -> Double { p > 0 ? -p * log(p) : 0 }
    let a = -y[0] * z[0]
    switch self {
    case .squared: return -0.5 * z[0] * z[0] + a
    case .logistic: return inside(a, 0, 1) ? entropy(a) + entropy(1 - a) : -.infinity
    case .hinge: return inside(a, 0, 1) ? a : -.infinity
    case .absolute: return inside(z[0], -1, 1) ? a : -.infinity
    case .huber: return inside(z[0], -Self.delta, Self.delta) ? -0.5 * z[0] * z[0] + a : -.infinity
    default:
      let shares = zip(z, y).map { $0 + $1 }
      guard shares.allSatisfy({ inside($0, 0, 1) }), inside(shares.reduce(0, +), 1, 1) else {
        return -.infinity
      }
      return shares.reduce(0) { $0 + entropy($1) }
    }
  }

  /// The interval of subgradients with respect to each number of the fit.
  func subgradients(_ f: [Double], _ y: [Double], scale: Double) -> [(low: Double, high: Double)] {
    rows(f.count).flatMap { row -> [(low: Double, high: Double)] in
      let (a, b) = (f[row.lowerBound], y[row.lowerBound])
      func one(_ slope: Double) -> [(low: Double, high: Double)] { [(scale * slope, scale * slope)] }
      switch self {
      case .squared: return one(a - b)
      case .logistic: return one(-b / (1 + exp(a * b)))
      case .huber: return one(min(Self.delta, max(-Self.delta, a - b)))
      case .hinge:
        return a * b == 1 ? [(min(0, -b) * scale, max(0, -b) * scale)] : one(a * b < 1 ? -b : 0)
      case .absolute: return a == b ? [(-scale, scale)] : one(a < b ? -1 : 1)
      default:
        let top = f[row].max()!, mass = f[row].reduce(0) { $0 + exp($1 - top) }
        return row.flatMap { one(exp(f[$0] - top) / mass - y[$0]) }
      }
    }
  }

  func rows(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: outputs).map { $0..<$0 + outputs }
  }
}

/// Losses over arrays.
extension Loss {
  func value(_ f: [Double], _ y: [Double]) -> Double { over(f, y) { value($0, $1) } }
  func dual(_ z: [Double], _ y: [Double]) -> Double { over(z, y) { dualValue($0, $1) } }
  func gradient(_ f: [Double], _ y: [Double]) -> [Double] { filled(f, y) { gradient($0, $1, into: $2) } }
  func balancedGradient(_ f: [Double], _ y: [Double]) -> [Double] {
    filled(f, y) { balancedGradient($0, $1, into: $2) }
  }
  func balanced(_ z: [Double], _ y: [Double]) -> [Double] { filled(z, y) { balance($2, $1) } }
  func clipped(_ z: [Double], _ y: [Double]) -> [Double] { filled(z, y) { clip($2, $1) } }
  func bias(_ f: [Double], _ y: [Double]) -> Double { over(f, y) { optimalBias($0, $1) } }
  func scaling(_ z: [Double], _ y: [Double], limit: Double) -> Double {
    over(z, y) { dualScaling($0, $1, limit: limit) }
  }
  func step(from a: [Double], to b: [Double], _ y: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in over(b, y) { largestStep(from: a, to: $0, $1) } }
  }

  fileprivate func over<R>(_ f: [Double], _ y: [Double], _ body: (Values, Values) -> R) -> R {
    f.withUnsafeBufferPointer { f in y.withUnsafeBufferPointer { body(f, $0) } }
  }

  /// A copy of `f` that the body overwrites.
  fileprivate func filled(
    _ f: [Double], _ y: [Double], _ body: (Values, Values, MutableValues) -> Void
  ) -> [Double] {
    var result = f
    result.withUnsafeMutableBufferPointer { result in over(f, y) { body($0, $1, result) } }
    return result
  }
}

extension SmoothLoss {
  func curvatures(_ f: [Double], _ y: [Double]) -> [Double] { filled(f, y) { curvature($0, $1, into: $2) } }
  func curvatures(_ f: [Double], _ y: [Double], along d: [Double]) -> [Double] {
    d.withUnsafeBufferPointer { d in filled(f, y) { curvature($0, $1, along: d, into: $2) } }
  }
  func meanCurvature(_ f: [Double], _ y: [Double]) -> Double { over(f, y) { meanCurvature($0, $1) } }
  func divergence(_ f: [Double], from g: [Double], _ y: [Double]) -> Double {
    g.withUnsafeBufferPointer { g in over(f, y) { divergence($0, from: g, $1) } }
  }
}

extension ProximableLoss {
  func prox(_ t: [Double], _ y: [Double], step: Double) -> [Double] {
    filled(t, y) { prox($0, $1, step: step, into: $2) }
  }
}
