/// The weight of the penalty.
public enum Beta: Sendable, Equatable {
  case absolute(Double)
  /// A fraction of betaMax, the smallest beta whose solution is the zero network.
  case ratio(Double)

  /// The same, and that it means something beside the loss.
  func check(with loss: some Loss) throws(ZonotopeError) {
    try check()
    if case .ratio = self, loss.isEquality {
      throw .invalid(
        place: "betaRatio", reason: "\(loss.name) has no largest beta: give beta itself, 1 as a rule")
    }
  }

  func check() throws(ZonotopeError) {
    let (place, value) =
      switch self {
      case .absolute(let beta): ("beta", beta)
      case .ratio(let ratio): ("betaRatio", ratio)
      }
    guard value >= 0, value.isFinite else {
      throw .invalid(place: place, reason: "\(value) is not a finite number of at least 0")
    }
  }
}
