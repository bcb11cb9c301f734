#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A picture of an arrangement of rank 2 or 3 as SVG: its lines, its cells, and the rows they come from.
///
/// Rank 2 is a disc of directions w: each row x_k a line x_k . w = 0 through the centre and a point at x_k. Rank 3 is
/// one hemisphere of directions, that on the positive side of the first hyperplane, which is the rim; opposite cells are
/// on the other. The projection is that of Lambert (1772), which keeps areas: a cell takes the part of the disc that a
/// normal gate has as probability to be in it, up to the factor 2. Points are where the rows themselves point, or
/// their opposites (hollow). Colours say how many rows are active.
public struct ArrangementDrawing {
  /// Cells that a picture shows at most.
  public static let limit = 20_000

  private let arrangement: Arrangement
  private let space: RowSpace
  private let cells: PatternSet
  private let x: MatrixView
  /// The first row of each hyperplane.
  private let planes: [Int]
  private let nonZero: [Int]

  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for another rank than 2 and 3 and for more than ``limit`` cells.
  public init(of x: MatrixView, settings: EnumerationSettings = EnumerationSettings()) throws(ZonotopeError) {
    arrangement = try Arrangement(of: x)
    guard (2...3).contains(arrangement.rank) else {
      throw .unsupported(
        key: "svg", reason: "a picture needs rows of rank 2 or 3, these have rank \(arrangement.rank)")
    }
    var counting = settings
    counting.cells = Self.limit
    guard try arrangement.count(settings: counting).status != .budget else {
      throw .unsupported(key: "svg", reason: "a picture shows \(Self.limit) cells at most, here are more")
    }
    var listing = settings
    listing.cells = nil
    cells = try arrangement.cells(settings: listing, witnesses: true)
    space = RowSpace(of: x, rank: arrangement.rank)
    self.x = x
    let directions = space.directions
    nonZero = directions.indices.filter { k in directions[k].contains { $0 != 0 } }
    let arrangement = arrangement
    planes = (0..<arrangement.hyperplanes).map { arrangement.rows[arrangement.starts[$0]] }
  }

  /// Writes the document to a file, whole or not at all.
  public func write(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(Array(svg().utf8), to: path)
  }

  /// The document.
  public func svg() -> String {
    let (shapes, missing) = arrangement.rank == 2 ? sectors() : polygons()
    var body: [String] = shapes
    body += arrangement.rank == 2 ? lines() : circles()
    body.append(SVG.circle(0, 0, SVG.radius, "class=\"rim\""))
    body += arrangement.rank == 2 ? rows() : poles()
    let cellText = cells.source == .enumerated ? "\(cells.count) cells" : "the first \(cells.count) cells"
    var notes = ["rank \(arrangement.rank)", "\(arrangement.hyperplanes) hyperplanes", "\(x.rows) rows"]
    if arrangement.rank == 3 { notes.append("one hemisphere, equal areas") }
    if missing > 0 { notes.append("\(missing) cells too thin to draw") }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 900" width="800" height="900" \
      font-family="Helvetica, Arial, sans-serif">
      <style>
      .cell { stroke-width: 0.5; stroke-linejoin: round } .line { fill: none; stroke: #22303c; \
      stroke-width: \(SVG.number(lineWidth)); stroke-opacity: 0.75 }
      .rim { fill: none; stroke: #22303c; stroke-width: 2 } .row { fill: #111820; stroke: #fff; stroke-width: 1.5 }
      .back { fill: #fff; stroke: #111820; stroke-width: 1.5 } .name { font-size: 13px; fill: #111820 } \
      .halo { stroke: #fff; stroke-width: 3; stroke-linejoin: round; stroke-opacity: 0.85 }
      </style>
      <rect width="800" height="900" fill="#fff"/>
      <text x="400" y="46" font-size="26" text-anchor="middle" fill="#111820">\(cellText)</text>
      <text x="400" y="74" font-size="15" text-anchor="middle" fill="#5a6672">\(notes.joined(separator: ", "))</text>
      \(body.joined(separator: "\n"))
      \(legend())
      </svg>

      """
  }

  // MARK: - Cells

  private func inside(_ cell: Int) -> [Double]? {
    guard let gates = cells.gates else { return nil }
    let gate = (0..<x.columns).map { gates[cell, $0] }
    return gate.contains { $0.isNaN } ? nil : RowSpace.normalised(space.coordinates(of: gate))
  }

  /// Unit normals of the hyperplanes, turned to the side of a cell.
  private func inward(_ cell: Int) -> [[Double]] {
    planes.map { row in
      cells[cell, row] ? space.directions[row] : space.directions[row].map { -$0 }
    }
  }

  private func sectors() -> (shapes: [String], missing: Int) {
    var shapes: [String] = [], missing = 0
    for cell in 0..<cells.count {
      guard let inside = inside(cell) else {
        missing += 1
        continue
      }
      // How far the cell reaches to either side of the direction: the nearest zero of each row.
      let start = atan2(inside[1], inside[0])
      var (left, right) = (Double.pi / 2, -Double.pi / 2)
      for normal in inward(cell) {
        let across = normal[1] * inside[0] - normal[0] * inside[1], along = RowSpace.dot(normal, inside)
        left = min(left, atan2(along, -across))
        right = max(right, -atan2(along, across))
      }
      let (a, b) = (start + right, start + left)
      let large = b - a > Double.pi ? 1 : 0
      shapes.append(
        "<path class=\"cell\" d=\"M400 460L\(SVG.point(cos(a), sin(a)))A360 360 0 \(large) 0 \(SVG.point(cos(b), sin(b)))Z\""
          + " \(paint(cell))/>")
    }
    return (shapes, missing)
  }

  private func polygons() -> (shapes: [String], missing: Int) {
    let frame = frame
    var shapes: [String] = [], missing = 0
    for cell in 0..<cells.count where cells[cell, planes[0]] {
      guard let inside = inside(cell) else {
        missing += 1
        continue
      }
      let polygon = SphericalPolygon(normals: inward(cell), inside: inside)
      guard polygon.edges.count > 2 else { continue }
      let corners = polygon.corners
      var path: [String] = []
      for (i, corner) in corners.enumerated() {
        path += arc(from: corner, to: corners[(i + 1) % corners.count]).map {
          let place = frame.project($0)
          return SVG.point(place.x, place.y)
        }
      }
      shapes.append("<path class=\"cell\" d=\"M\(path.joined(separator: "L"))Z\" \(paint(cell))/>")
    }
    return (shapes, missing)
  }

  /// Points on the great circle between two of them, without the last.
  private func arc(from a: [Double], to b: [Double]) -> [[Double]] {
    let axis = cross(a, b), length = RowSpace.dot(axis, axis).squareRoot()
    let angle = atan2(length, RowSpace.dot(a, b))
    guard length > 0 else { return [a] }
    let side = RowSpace.normalised(cross(axis, a)), steps = max(1, Int((angle / 0.04).rounded(.up)))
    return (0..<steps).map { step in
      let t = angle * Double(step) / Double(steps)
      return (0..<3).map { cos(t) * a[$0] + sin(t) * side[$0] }
    }
  }

  private func paint(_ cell: Int) -> String {
    let active = nonZero.reduce(0) { $0 + (cells[cell, $1] ? 1 : 0) }
    let colour = SVG.colour(Double(active) / Double(nonZero.count))
    return "fill=\"\(colour)\" stroke=\"\(colour)\""
  }

  // MARK: - Lines and points

  private var lineWidth: Double { max(0.4, min(1.6, 32 / Double(arrangement.hyperplanes))) }
  private var pointSize: Double { max(2, min(5, 200 / Double(x.rows))) }

  private func lines() -> [String] {
    planes.map { row in
      let normal = space.directions[row]
      let (a, b) = (SVG.point(-normal[1], normal[0]), SVG.point(normal[1], -normal[0]))
      return "<path class=\"line\" d=\"M\(a)L\(b)\"/>"
    }
  }

  private func circles() -> [String] {
    let frame = frame
    return planes.dropFirst().map { row in
      let normal = space.directions[row], start = RowSpace.normalised(cross(normal, frame.axis))
      var along = cross(normal, start)
      if RowSpace.dot(along, frame.axis) < 0 { along = along.map { -$0 } }
      let points = (0...80).map { step in
        let t = Double.pi * Double(step) / 80
        let place = frame.project((0..<3).map { cos(t) * start[$0] + sin(t) * along[$0] })
        return SVG.point(place.x, place.y)
      }
      return "<path class=\"line\" d=\"M\(points.joined(separator: "L"))\"/>"
    }
  }

  /// Rank 2: the rows where they are, the longest at 0.92 of the radius.
  private func rows() -> [String] {
    let places = (0..<x.rows).map { k in space.coordinates(of: (0..<x.columns).map { x.row(k)[$0] }) }
    let longest = places.reduce(0) { max($0, hypot($1[0], $1[1])) }
    let factor = longest > 0 ? 0.92 / longest : 0
    return places.map { SVG.circle(factor * $0[0], factor * $0[1], pointSize, "class=\"row\"") }
      + names(places.map { (factor * $0[0], factor * $0[1]) })
  }

  /// Rank 3: where the rows point, or away from where.
  private func poles() -> [String] {
    let frame = frame
    var places: [(Double, Double)] = []
    var shapes: [String] = []
    for k in 0..<x.rows {
      let direction = space.directions[k]
      guard direction.contains(where: { $0 != 0 }) else {
        places.append((.nan, .nan))
        continue
      }
      let isFront = RowSpace.dot(direction, frame.axis) >= 0
      let place = frame.project(isFront ? direction : direction.map { -$0 })
      shapes.append(SVG.circle(place.x, place.y, pointSize, isFront ? "class=\"row\"" : "class=\"back\""))
      places.append((place.x, place.y))
    }
    return shapes + names(places)
  }

  /// The numbers of the rows from 0, where there are few.
  private func names(_ places: [(Double, Double)]) -> [String] {
    guard x.rows <= 30 else { return [] }
    var taken: [(Double, Double)] = []
    return places.enumerated().compactMap { k, place in
      guard place.0.isFinite,
        !taken.contains(where: { abs($0.0 - place.0) < 0.06 && abs($0.1 - place.1) < 0.04 })
      else {
        return nil
      }
      taken.append(place)
      let at = "x=\"\(SVG.number(SVG.across(place.0) + 7))\" y=\"\(SVG.number(SVG.down(place.1) - 5))\""
      return "<text class=\"name halo\" \(at)>\(k)</text><text class=\"name\" \(at)>\(k)</text>"
    }
  }

  /// The hemisphere around the first hyperplane's row, seen from outside.
  private var frame: (axis: [Double], project: ([Double]) -> (x: Double, y: Double)) {
    let axis = space.directions[planes[0]]
    let smallest = axis.indices.min { abs(axis[$0]) < abs(axis[$1]) } ?? 0
    let up = RowSpace.normalised(cross(axis, (0..<3).map { $0 == smallest ? 1 : 0 })), right = cross(up, axis)
    return (
      axis,
      { w in
        let factor = (1 / (1 + max(0, RowSpace.dot(axis, w)))).squareRoot()
        return (factor * RowSpace.dot(right, w), factor * RowSpace.dot(up, w))
      }
    )
  }

  // MARK: - Text

  private func legend() -> String {
    let stops = (0...10).map { step in
      "<stop offset=\"\(step * 10)%\" stop-color=\"\(SVG.colour(Double(step) / 10))\"/>"
    }
    return """
      <defs><linearGradient id="part">\(stops.joined())</linearGradient></defs>
      <rect x="250" y="842" width="300" height="12" rx="2" fill="url(#part)"/>
      <text x="240" y="853" font-size="14" text-anchor="end" fill="#5a6672">0</text>
      <text x="560" y="853" font-size="14" fill="#5a6672">\(nonZero.count) active rows</text>
      """
  }
}
