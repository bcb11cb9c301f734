/// Patterns that can still be active at the optimum.
///
/// The optimal dual point is within sqrt(2 L gap) of any feasible one, L being the bound of the loss's second derivative, since
/// the conjugate is 1/L strongly convex. A pattern is inactive when no point of that ball meets its constraint:
///
///     ||A_i'z|| + sqrt(2 L gap) ||A_i|| < beta
///
/// (Ndiaye, Fercoq, Gramfort and Salmon 2017, section 3.1). Once left out, a pattern need never be looked at again.
struct GapSafeScreen {
  /// Bounds of the norms of A_i.
  let gain: Double
  let beta: Double
  let curvatureBound: Double
  /// Those left, ascending.
  private(set) var alive: [Int]

  /// - Parameter gain: no smaller than the spectral norm of any A_i.
  init(units: Int, gain: Double, beta: Double, curvatureBound: Double) {
    (self.gain, self.beta, self.curvatureBound) = (gain, beta, curvatureBound)
    alive = Array(0..<units)
  }

  /// Leaves out what is inactive for sure. False where nothing new is.
  ///
  /// - Parameters:
  ///   - norms: the largest norm of a block of A'z for every pattern that is left, in their order.
  ///   - scale: what makes z feasible.
  ///   - gap: the objective somewhere less the value of the dual at the scaled z.
  mutating func discard(norms: Values, scale: Double, gap: Double) -> Bool {
    guard gain.isFinite, gap.isFinite else { return false }
    // Rounding of the norms and of the gap, and then some.
    let radius = (2 * curvatureBound * max(gap, 0)).squareRoot() * gain
    let limit = beta * (1 - 1e-9) - radius
    guard limit > 0 else { return false }
    let left = alive.indices.filter { !(scale * norms[$0] < limit) }
    guard left.count < alive.count else { return false }
    alive = left.map { alive[$0] }
    return true
  }
}

extension MatrixView {
  /// A bound of the spectral norm, too large by at most the 16th root of the number of columns: ||(X'X)^4||_F^{1/8}.
  func spectralBound() -> Double {
    guard let gram = try? Vector(columns * columns), let next = try? Vector(columns * columns) else {
      return .infinity
    }
    for k in 0..<rows {
      let row = row(k)
      for i in 0..<columns where row[i] != 0 {
        for j in 0..<columns { gram[i * columns + j] += row[i] * row[j] }
      }
    }
    // Powers of a matrix of norm about one neither over- nor underflow.
    let size = norm(gram.values)
    guard size > 0, size.isFinite else { return size }
    scale(gram.mutable, by: 1 / size)
    for _ in 0..<2 {
      multiply(
        gram, rows: columns, columns: columns, transposed: false, gram.values, width: columns, adding: false,
        into: next.mutable)
      gram.copy(from: next)
    }
    return (norm(gram.values).squareRoot().squareRoot() * size).squareRoot() * (1 + 1e-10)
  }
}
