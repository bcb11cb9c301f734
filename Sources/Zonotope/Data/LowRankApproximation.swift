/// The matrix of low rank that is nearest to the rows, to train on in their place, with what that can cost.
///
/// Rows of rank r have O(n^(r-1)) patterns. Let a network be an optimum over rows X_r. Its outputs on the rows themselves
/// differ by at most sigma_(r+1) max(|a|, |b|) for each unit of weight, and those of the best network on X_r: so its
/// objective on X is bounded by the optimum there (Pilanci and Ergen 2020, theorem 3, for Lipschitz losses). Bounds of this
/// kind are far from tight: certificates after the fact say more.
public struct LowRankApproximation: Sendable {
  /// (rows, features), of the rank asked for.
  public let matrix: MatrixView
  public let rank: Int
  /// sigma_(r+1), rounded up: the spectral norm of what is missing.
  public let remainder: Double

  /// - Parameter rank: at least 1.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for a rank below 1 or entries that are not finite.
  public init(of x: MatrixView, rank: Int) throws(ZonotopeError) {
    guard rank >= 1 else { throw .invalid(place: "rank", reason: "\(rank) is below 1") }
    let n = x.rows, d = x.columns
    let all = try Vector(product(n, d, place: "x"))
    for k in 0..<n { for j in 0..<d { all[k * d + j] = x[k, j] } }
    let decomposition = try SingularValues(n, d)
    guard decomposition.decompose(all.values) else {
      throw .invalid(place: "x", reason: "an entry is not a finite number")
    }
    let nearest = try Vector(n * d), kept = min(rank, decomposition.count)
    for i in 0..<kept { decomposition.add(decomposition.values[i], i, to: nearest.mutable) }
    matrix = MatrixView(nearest, rows: n, columns: d)
    self.rank = kept
    let first = decomposition.count > 0 ? decomposition.values[0] : 0
    let next = kept < decomposition.count ? decomposition.values[kept] : 0
    remainder = next + 32 * Double(n + d) * Double.ulpOfOne * first
  }

  /// The factor of objective <= factor * optimum, of an optimal network over ``matrix`` on the rows themselves, for a loss that
  /// is not negative and has the Lipschitz constant `lipschitz` in the Euclidean norm of the outputs: scale sqrt(n) for the
  /// logistic loss.
  public func factor(beta: Double, lipschitz: Double, activation: Activation = .relu) -> Double {
    let growth = 1 + lipschitz * reach(beta, activation)
    return growth * growth
  }

  /// An upper bound on that objective for the squared loss (scale / 2) ||f - y||^2, from any upper bound on the optimum: the
  /// loss at zero always is one.
  public func squaredLossBound(
    optimum: Double, beta: Double, scale: Double = 1, activation: Activation = .relu
  ) -> Double {
    func moved(_ optimum: Double) -> Double {
      let error = reach(beta, activation) * optimum
      return optimum + (2 * optimum * scale).squareRoot() * error + scale * error * error / 2
    }
    return moved(moved(optimum))
  }

  /// Outputs of a network with the objective 1 change by this.
  private func reach(_ beta: Double, _ activation: Activation) -> Double {
    remainder * max(abs(activation.on), abs(activation.off)) / beta
  }
}
