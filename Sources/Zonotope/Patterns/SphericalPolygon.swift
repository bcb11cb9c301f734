/// A convex polygon on the sphere: the directions w with n . w > 0 for some unit normals n in three dimensions.
struct SphericalPolygon {
  /// Inward normals of its edges, in the order of the edges; two for a lune, one for a hemisphere.
  let edges: [[Double]]

  /// - Parameter inside: a direction with n . inside > 0 for every normal.
  ///
  /// In the section n / (n . inside) of the dual cone, edges are the corners of the convex hull (Andrew 1979).
  init(normals: [[Double]], inside: [Double]) {
    let heights = normals.map { RowSpace.dot($0, inside) }
    let axis = inside.indices.min { abs(inside[$0]) < abs(inside[$1]) } ?? 0
    let first = RowSpace.normalised(cross(inside, (0..<3).map { $0 == axis ? 1 : 0 }))
    let second = cross(inside, first)
    let points = normals.indices.map { i in
      (RowSpace.dot(normals[i], first) / heights[i], RowSpace.dot(normals[i], second) / heights[i])
    }
    let order = points.indices.sorted { points[$0] < points[$1] }
    func chain(_ order: some Sequence<Int>) -> [Int] {
      var chain: [Int] = []
      for i in order {
        while chain.count >= 2 {
          let (a, b, c) = (points[chain[chain.count - 2]], points[chain[chain.count - 1]], points[i])
          if (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) > 0 { break }
          chain.removeLast()
        }
        chain.append(i)
      }
      return chain
    }
    let lower = chain(order), upper = chain(order.reversed())
    if let last = lower.last, lower[0] != last {
      edges = (lower.dropLast() + upper.dropLast()).map { normals[$0] }
    } else {
      edges = lower.first.map { [normals[$0]] } ?? []
    }
  }

  /// The corners, in order; for three edges and more.
  var corners: [[Double]] {
    edges.indices.map { i in RowSpace.normalised(cross(edges[i], edges[(i + 1) % edges.count])) }
  }
}

func cross(_ a: [Double], _ b: [Double]) -> [Double] {
  [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
