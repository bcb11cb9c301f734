import CZonotope

/// { w : a_k . w >= b_k for all k }, onto which points are projected.
struct Polyhedron {
  private let count: Int
  private let dimension: Int
  /// (dimension, count): the rows a_k scaled to length 1; rows of zeros do not count.
  private let columns: Vector
  private let bounds: [Double]
  /// Of a row of zeros, which nothing satisfies.
  private let isEmpty: Bool

  init(rows: [[Double]], bounds: [Double], dimension: Int) throws(ZonotopeError) {
    (count, self.dimension) = (rows.count, dimension)
    columns = try Vector(product(rows.count, dimension, place: "rows"))
    var scaled = bounds, isEmpty = false
    for (k, row) in rows.enumerated() {
      let largest = row.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else {
        isEmpty = isEmpty || bounds[k] > 0
        scaled[k] = 0
        continue
      }
      let length = row.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
      for j in 0..<dimension { columns[j * rows.count + k] = row[j] / largest / length }
      scaled[k] = bounds[k] / largest / length
    }
    (self.bounds, self.isEmpty) = (scaled, isEmpty)
  }

  /// The point nearest to `p`; nil where there is none, or none that could be found.
  ///
  /// With w = p + u this is the least distance problem min ||u|| subject to a_k . u >= b_k - a_k . p, in homogeneous form: the
  /// projection of (0, -1) onto the cone of (u, t) with a_k . u + (b_k - a_k . p) t >= 0 (Lawson and Hanson, "Solving Least
  /// Squares Problems", chapter 23). The result misses a constraint by no more than rounding, relative to the distance.
  func nearest(to p: [Double]) throws(ZonotopeError) -> [Double]? {
    guard !isEmpty else { return nil }
    let (n, d) = (count, dimension)
    var missing = bounds
    for k in 0..<n {
      for j in 0..<d { missing[k] -= columns[j * n + k] * p[j] }
    }
    // No point is nearer than the plane that is farthest away: with that for a unit the last coordinate keeps its digits.
    let unit = missing.reduce(0, max)
    guard unit > 0 else { return p }
    let cone = try Vector(product(n, d + 1, place: "rows"))
    for k in 0..<n where (0..<d).contains(where: { columns[$0 * n + k] != 0 }) {
      let distance = missing[k] / unit, length = (1 + distance * distance).squareRoot()
      for j in 0..<d { cone[j * n + k] = columns[j * n + k] / length }
      cone[d * n + k] = distance / length
    }
    let pattern = try Buffer<UInt64>(zt_words(n))
    for word in 0..<pattern.count { pattern[word] = ~0 }
    if n % 64 != 0 { pattern[pattern.count - 1] = (1 << UInt64(n % 64)) - 1 }
    let (q, v) = try (Vector(d + 1), Vector(d + 1))
    q[d] = -1
    let active = try Buffer<Int>(d + 1), workspace = try Vector(zt_cone_project_f64_workspace(n, d + 1))
    var activeCount = 0
    _ = zt_cone_project_f64(
      n, d + 1, cone.pointer, n, pattern.pointer, q.pointer, -1, v.pointer, active.pointer, &activeCount,
      workspace.pointer)
    guard v[d] < -1e-14 else { return nil }
    return (0..<d).map { p[$0] + unit * v[$0] / -v[d] }
  }
}
