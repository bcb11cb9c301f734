#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The part of all directions that each pattern of a set takes: the solid angle of its cell over that of the sphere,
/// which is the probability that a normal gate has this pattern.
public struct SolidAngles: Sendable {
  /// One a pattern. NaN where a closed form needs a direction inside the cell and none is known.
  public let fractions: [Double]
  /// Standard errors: 0 for closed forms, up to rounding; sqrt(p (1 - p) / draws) for estimates.
  public let errors: [Double]
  /// Draws behind the estimates; 0 for closed forms.
  public let draws: Int

  /// The solid angles of patterns of the rows of `x`: in closed form up to rank 3, by `draws` normal gates beyond.
  ///
  /// Rank 2 is an angle. Rank 3 is a polygon on the sphere, cut into triangles by the formula of Van Oosterom and
  /// Strackee, "The solid angle of a plane triangle", IEEE Transactions on Biomedical Engineering 30 (1983), whose terms
  /// are all positive.
  ///
  /// - Parameter patterns: open cells, with their gates as directions inside them (``Arrangement/cells(settings:witnesses:)``
  ///   with witnesses, or sampled patterns); the closed forms need these.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for patterns of another number of rows, or without gates where
  ///   they are needed; memory.
  public init(
    of patterns: PatternSet, on x: MatrixView, draws: Int = 100_000, seed: UInt64 = 0,
    settings: EnumerationSettings = EnumerationSettings()
  ) throws(ZonotopeError) {
    guard patterns.samples == x.rows else {
      throw .invalid(place: "patterns", reason: "\(patterns.samples) bits each for \(x.rows) rows")
    }
    let rank = try Arrangement.rank(of: x)
    if rank > 3 {
      self = try Self(estimating: patterns, on: x, draws: draws, seed: seed, settings)
      return
    }
    guard let gates = patterns.gates, gates.columns == x.columns else {
      throw .invalid(
        place: "patterns", reason: "solid angles in closed form need directions inside the cells")
    }
    let space = RowSpace(of: x, rank: rank)
    let rows = space.directions.indices.filter { k in space.directions[k].contains { $0 != 0 } }
    fractions = (0..<patterns.count).map { i in
      let gate = (0..<x.columns).map { gates[i, $0] }
      let inside = RowSpace.normalised(space.coordinates(of: gate))
      return Self.fraction(rank, rows.map { k in (space.directions[k], patterns[i, k]) }, inside)
    }
    errors = fractions.map { _ in 0 }
    self.draws = 0
  }

  private init(
    estimating patterns: PatternSet, on x: MatrixView, draws: Int, seed: UInt64,
    _ settings: EnumerationSettings
  ) throws(ZonotopeError) {
    guard draws > 0 else { throw .invalid(place: "draws", reason: "\(draws) draws are not above 0") }
    let sample = try PatternSample(from: x, until: SamplingRule(draws: draws), seed: seed, settings: settings)
    var places: [[UInt64]: Int] = [:]
    for i in 0..<sample.patterns.count { places[sample.patterns.line(i)] = sample.times[i] }
    let made = max(1, sample.draws)
    fractions = (0..<patterns.count).map { Double(places[patterns.line($0)] ?? 0) / Double(made) }
    errors = fractions.map { ($0 * (1 - $0) / Double(made)).squareRoot() }
    self.draws = sample.draws
  }

  /// The part of a cell, from unit normals with their sides and a direction inside.
  private static func fraction(
    _ rank: Int, _ rows: [(normal: [Double], side: Bool)], _ inside: [Double]
  ) -> Double {
    if rank == 0 { return 1 }
    let inward = rows.map { row in row.side ? row.normal : row.normal.map { -$0 } }
    let heights = inward.map { RowSpace.dot($0, inside) }
    guard heights.allSatisfy({ $0 > 0 }) else { return .nan }
    switch rank {
    case 1: return 0.5
    case 2: return sector(inward, heights, inside)
    default: return area(SphericalPolygon(normals: inward, inside: inside))
    }
  }

  /// In the section n / (n . inside) of the dual cone, the outermost normals are the edges of the sector.
  private static func sector(_ normals: [[Double]], _ heights: [Double], _ inside: [Double]) -> Double {
    let places = normals.indices.map {
      (normals[$0][1] * inside[0] - normals[$0][0] * inside[1]) / heights[$0]
    }
    guard let low = places.indices.min(by: { places[$0] < places[$1] }),
      let high = places.indices.max(by: { places[$0] < places[$1] })
    else { return 1 }
    let (a, b) = (normals[low], normals[high])
    // The angle of the sector and that between the normals add up to pi.
    let angle = atan2(abs(a[0] * b[1] - a[1] * b[0]), -RowSpace.dot(a, b))
    return angle / (2 * Double.pi)
  }

  private static func area(_ polygon: SphericalPolygon) -> Double {
    if polygon.edges.count < 3 {
      guard polygon.edges.count == 2 else { return polygon.edges.isEmpty ? 1 : 0.5 }
      let (a, b) = (polygon.edges[0], polygon.edges[1]), axis = cross(a, b)
      return atan2(RowSpace.dot(axis, axis).squareRoot(), -RowSpace.dot(a, b)) / (2 * Double.pi)
    }
    let corners = polygon.corners
    var area = 0.0
    for i in 1..<corners.count - 1 { area += abs(triangle(corners[0], corners[i], corners[i + 1])) }
    return area / (4 * Double.pi)
  }

  private static func triangle(_ a: [Double], _ b: [Double], _ c: [Double]) -> Double {
    let volume = RowSpace.dot(a, cross(b, c))
    return 2 * atan2(volume, 1 + RowSpace.dot(a, b) + RowSpace.dot(b, c) + RowSpace.dot(c, a))
  }
}

extension PatternSet {
  /// The words of a pattern.
  fileprivate func line(_ index: Int) -> [UInt64] {
    Array(UnsafeBufferPointer(start: patternBits.pointer + index * patternWords, count: patternWords))
  }
}
