/// A bound of what any head with an exact ReLU can gain: of |<z, f(X; u, v)>| over ||u|| = ||v|| = 1.
///
/// With t = relu(A_i u), every number of which has t^2 = t a'u, and b = K_i'z_i the matrix that v meets at a place,
///
///     sum t b'v <= sum t b'v + g_i (t a'u - t^2) <= 1/4 sum (g_i a'u + b'v)^2 / g_i
///
/// for any multipliers g_i > 0: Shor's relaxation (1987). The right-hand side is a square form in (u, v), so the gain is at most
/// half the largest eigenvalue of the sum of w w', w = (g_i^(1/2) a, g_i^(-1/2) b). g_i balances the two parts of a sample, and
/// a common factor those of the sum. It is tight where b has one sign mostly, as for targets that no network fits yet, and ten
/// times too large or more where z is like noise.
struct RectifiedGain {
  private let heads: RectifiedHeads
  private var side: Int { heads.left + heads.right }

  init(_ heads: RectifiedHeads) { self.heads = heads }

  /// Doubles that it takes.
  func size(threads: Int) throws(ZonotopeError) -> Int {
    let square = try product(side, side, place: "heads")
    let each = try product(heads.places, heads.left + 2 * heads.right + side, place: "x")
    return try product(12, square, place: "heads") + each
      + product(heads.readouts, product(heads.right, heads.width, place: "heads"), place: "x")
  }

  /// - Parameter z: a number for every output of every row of the block, (samples * readouts, outputs).
  /// - Returns: nothing that is finite where the eigenvalue is not found.
  func bound(_ z: Values) throws(ZonotopeError) -> Double {
    let (left, right, places) = (heads.left, heads.right, heads.places), (w, c) = (heads.width, heads.outputs)
    let a = try Vector(places * left), b = try Vector(places * right), both = try Vector(places * side)
    let t = try Vector(heads.readouts * right * w), gram = try Vector(side * side)
    for i in 0..<heads.shape.n {
      heads.rows(of: i, into: a.pointer)
      // A head for every entry of v.
      t.mutable.update(repeating: 0)
      for row in 0..<heads.readouts {
        for l in 0..<w {
          for o in 0..<c {
            t[(row * right + l * c + o) * w + l] = z[(i * heads.readouts + row) * c + o]
          }
        }
      }
      heads.spread(t.pointer, heads: right, of: i, into: b.pointer)
      let (own, other) = (norm(a.values), norm(b.values))
      // Either is zero: the sample says nothing.
      guard own > 0, other > 0 else { continue }
      let root = (other / own).squareRoot()
      for place in 0..<places {
        for k in 0..<left { both[place * side + k] = root * a[place * left + k] }
        for k in 0..<right { both[place * side + left + k] = b[place * right + k] / root }
      }
      multiply(
        both, rows: places, columns: side, transposed: true, both.values, width: side, adding: true,
        into: gram.mutable)
    }
    return try largest(gram)
  }

  private func largest(_ gram: Vector) throws(ZonotopeError) -> Double {
    func part(_ range: Range<Int>) throws(ZonotopeError) -> Double {
      let part = try Vector(range.count * range.count), values = try SingularValues(range.count, range.count)
      for i in 0..<range.count {
        for j in 0..<range.count {
          part[i * range.count + j] = gram[(range.lowerBound + i) * side + range.lowerBound + j]
        }
      }
      return values.largest(of: part.values)
    }
    let (own, other) = (try part(0..<heads.left), try part(heads.left..<side))
    guard own > 0, other > 0 else { return own == 0 || other == 0 ? 0 : .nan }
    let factor = (other / own).squareRoot().squareRoot()
    for i in 0..<side {
      for j in 0..<side {
        gram[i * side + j] *= (i < heads.left ? factor : 1 / factor) * (j < heads.left ? factor : 1 / factor)
      }
    }
    // The sum of so many products has an error too.
    return try SingularValues(side, side).largest(of: gram.values) / 2 * (1 + 1e-10)
  }
}
