#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A response F split by a subspace V that most of the rows' size is in: with w = p + q, p in V and q orthogonal to it,
///
///     F(w) <= F(p) + G(q),   G(q) = linear . q + sum_k weights_k x_k . q / 2 + sum_k |weights_k| |x_k . q| / 2,
///
/// because max(s + t, 0) differs from max(s, 0) by a slope in [0, 1] times t. Both are positively homogeneous, so on the unit
/// ball F <= sqrt(h^2 + g^2) with their largest values h, g there: h of few dimensions can be found by branching, and a
/// relaxation of g matters little where the rows are nearly of low rank. What is lost beside training on the nearest matrix
/// of that rank is second order in the rest.
struct ResponseProjection {
  let inner: NeuronResponse
  let outer: NeuronResponse

  /// The subspaces of `dimensions` that hold most of sum |weights_k| x_k x_k'; nil where a number is not finite.
  init?(_ response: NeuronResponse, dimension: Int) throws(ZonotopeError) {
    let rows = response.rows, rank = rows.rank
    let gram = try Vector(product(rank, rank, place: "x"))
    for k in 0..<rows.count {
      let weight = abs(response.weights[k]), row = rows.coordinates.pointer + k * rank
      for p in 0..<rank { for q in 0..<rank { gram[p * rank + q] += weight * row[p] * row[q] } }
    }
    let axes = try SingularValues(rank, rank)
    guard axes.decompose(gram.values) else { return nil }
    let vectors = (0..<rank).map { axes.rightVector($0) }
    inner = try NeuronResponse(rows.projected(on: Array(vectors[..<dimension])))
    outer = try NeuronResponse(rows.projected(on: Array(vectors[dimension...])))
    let linear = Array(response.linear.values)
    var turned = linear
    for k in 0..<rows.count {
      let weight = response.weights[k]
      (inner.weights[k], outer.weights[k]) = (weight, abs(weight))
      // weight t / 2 + |weight| |t| / 2 = |weight| max(t, 0) + min(weight, 0) t
      guard weight < 0 else { continue }
      for q in 0..<rank { turned[q] += weight * rows.coordinates[k * rank + q] }
    }
    for i in 0..<dimension { inner.linear[i] = RowSpace.dot(vectors[i], linear) }
    for i in dimension..<rank { outer.linear[i - dimension] = RowSpace.dot(vectors[i], turned) }
  }

  /// The bound of F from those of its parts, rounded up; the axes are orthonormal but for rounding.
  static func bound(inner: Double, outer: Double, rank: Int) -> Double {
    hypot(inner, outer) * (1 + 64 * Double(rank * rank) * Double.ulpOfOne)
  }
}
