#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The ratios beta / betaMax of a path, from large to small.
public struct BetaGrid: Sendable, Equatable {
  public let ratios: [Double]

  /// Evenly spaced on the logarithmic scale, from 1 to the smallest.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for fewer than two or more than 1000, or a ratio that is not between 0 and 1.
  public init(count: Int = 50, smallest: Double = 1e-3) throws(ZonotopeError) {
    guard count >= 2, count <= 1000 else {
      throw .invalid(place: "grid.count", reason: "\(count) is not between 2 and 1000")
    }
    guard smallest > 0, smallest < 1 else {
      throw .invalid(place: "grid.smallest", reason: "\(smallest) is not between 0 and 1")
    }
    ratios = (0..<count).map { pow(smallest, Double($0) / Double(count - 1)) }
  }

  /// Ratios of any kind; they are taken from large to small.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for none, or more than 1000, one that is not finite and positive, or one twice.
  public init(ratios: [Double]) throws(ZonotopeError) {
    guard !ratios.isEmpty, ratios.count <= 1000 else {
      throw .invalid(place: "grid.ratios", reason: "\(ratios.count) of them, not between 1 and 1000")
    }
    for (k, ratio) in ratios.enumerated() where !(ratio > 0 && ratio.isFinite) {
      throw .invalid(place: "grid.ratios[\(k)]", reason: "\(ratio) is not a finite number above 0")
    }
    let sorted = ratios.sorted(by: >)
    for k in sorted.indices.dropFirst() where sorted[k] == sorted[k - 1] {
      throw .invalid(place: "grid.ratios", reason: "\(sorted[k]) is there twice")
    }
    self.ratios = sorted
  }

  private init(standard ratios: [Double]) { self.ratios = ratios }

  /// 50 from 1 to 0.001.
  public static let standard = BetaGrid(standard: (0..<50).map { pow(1e-3, Double($0) / 49) })
}
