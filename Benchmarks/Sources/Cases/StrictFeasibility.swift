/// Decides by a linear program whether some w has a_k . w > 0 for all rows a_k.
///
/// maximise t subject to a_k . w >= t and |w_j| <= 1; its dual, minimise |sum_k y_k a_k|_1 over the simplex, has d + 1
/// equations and is what the simplex method runs on, from the vertex of the first row. Entering columns are Dantzig's,
/// Bland's after a degenerate step.
struct StrictFeasibility {
  private let dimension: Int
  /// d + 1 equations and the reduced costs. Columns: the m rows a_k, then u and v with sum y a = u - v, then the
  /// right-hand side.
  private var tableau: [Double] = []
  private var basis: [Int] = []
  private var width = 0

  init(dimension: Int) { self.dimension = dimension }

  /// The w of the largest t, or nil where that is 0 but for rounding.
  mutating func witness(of rows: [[Double]]) -> [Double]? {
    guard let first = rows.first else { return [Double](repeating: 1, count: dimension) }
    let d = dimension, m = rows.count
    width = m + 2 * d + 1
    tableau = [Double](repeating: 0, count: (d + 2) * width)
    basis = [Int](repeating: 0, count: d + 1)
    let costs = (d + 1) * width
    // Equation d is sum y = 1, with y_0 in the basis; the others, less a multiple of it, have u_j or v_j there.
    for j in 0..<d {
      let sign = first[j] < 0 ? -1.0 : 1.0, row = j * width
      for k in 0..<m { tableau[row + k] = sign * (first[j] - rows[k][j]) }
      (tableau[row + m + j], tableau[row + m + d + j]) = (sign, -sign)
      tableau[row + width - 1] = abs(first[j])
      basis[j] = sign > 0 ? m + j : m + d + j
      (tableau[costs + m + j], tableau[costs + m + d + j]) = (1, 1)
    }
    for k in 0..<m { tableau[d * width + k] = 1 }
    tableau[(d + 1) * width - 1] = 1
    for j in 0..<d {
      for column in 0..<width { tableau[costs + column] -= tableau[j * width + column] }
    }
    minimise()
    guard -tableau[costs + width - 1] > 1e-9 else { return nil }
    // The reduced costs of u_j and v_j are 1 - w_j and 1 + w_j.
    return (0..<d).map { (tableau[costs + m + d + $0] - tableau[costs + m + $0]) / 2 }
  }

  private mutating func minimise() {
    let costs = (dimension + 1) * width
    var isDegenerate = false
    while true {
      var entering = -1, least = -1e-11
      for column in 0..<width - 1 where tableau[costs + column] < least {
        entering = column
        if isDegenerate { break }
        least = tableau[costs + column]
      }
      guard entering >= 0 else { return }
      var leaving = -1, step = Double.infinity
      for row in 0...dimension where tableau[row * width + entering] > 1e-11 {
        let ratio = tableau[row * width + width - 1] / tableau[row * width + entering]
        if ratio < step || (ratio == step && basis[row] < basis[leaving]) { (leaving, step) = (row, ratio) }
      }
      // The program is bounded: only rounding leaves no row.
      guard leaving >= 0 else { return }
      isDegenerate = step <= 0
      pivot(leaving, entering)
    }
  }

  private mutating func pivot(_ row: Int, _ column: Int) {
    let width = width, dimension = dimension
    tableau.withUnsafeMutableBufferPointer { tableau in
      let source = tableau.baseAddress! + row * width, factor = 1 / source[column]
      for j in 0..<width { source[j] *= factor }
      for other in 0...dimension + 1 where other != row {
        let target = tableau.baseAddress! + other * width, multiple = target[column]
        if multiple == 0 { continue }
        for j in 0..<width { target[j] -= multiple * source[j] }
      }
    }
    basis[row] = column
  }
}
