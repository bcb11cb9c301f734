#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A picture of a network on one-dimensional data as SVG: the samples, the function with its breakpoints, and below them
/// the path, the breakpoints of the optimal networks for many values of beta.
///
/// Filled breakpoints are at samples, or between neighbours where the function jumps; hollow ones are not, such as mirror
/// images of samples.
public struct LineDrawing {
  /// A network of the path.
  public struct Stage: Sendable {
    public let betaRatio: Double
    public let breakpoints: [Double]
  }

  private let x: [Double]
  private let y: [Double]
  private let network: ParallelNetwork
  private let stages: [Stage]
  private let labels: (x: String, y: String)
  private let title: String
  private let comparison: Comparison?

  /// Another curve through the same data.
  public struct Comparison {
    public let name: String
    let value: (Double) -> Double

    public init(name: String, value: @escaping (Double) -> Double) { (self.name, self.value) = (name, value) }
  }

  private static let (left, right) = (80.0, 960.0)
  private static let (top, bottom) = (60.0, 460.0)
  private static let (pathTop, pathBottom) = (520.0, 760.0)

  /// - Parameters:
  ///   - stages: of the path; none for a picture without it.
  ///   - comparison: drawn dashed.
  public init(
    x: MatrixView, y: [Double], network: ParallelNetwork, stages: [Stage] = [],
    labels: (x: String, y: String),
    title: String, comparison: Comparison? = nil
  ) throws(ZonotopeError) {
    guard network.features == 1, x.columns == 1 else {
      throw .unsupported(key: "svg", reason: "a picture needs data of one column")
    }
    guard x.rows == y.count, x.rows > 0 else {
      throw .invalid(place: "y", reason: "\(y.count) targets for \(x.rows) rows")
    }
    (self.x, self.y, self.network) = (x.entries(), y, network)
    (self.stages, self.labels, self.title, self.comparison) = (stages, labels, title, comparison)
  }

  /// The networks of so many values of beta, from betaMax down to a share of it.
  public static func path(
    of architecture: OneDimensionalNetwork, on data: Dataset, loss: some Loss, down ratio: Double = 1e-3,
    count: Int = 80, settings: SolverSettings
  ) throws(ZonotopeError) -> [Stage] {
    var stages: [Stage] = []
    for k in 0..<count where settings.cancellation?.isCancelled != true {
      let share = pow(ratio, Double(k) / Double(max(1, count - 1)))
      let result = try architecture.train(on: data, loss: loss, beta: .ratio(share), settings: settings)
      stages.append(Stage(betaRatio: share, breakpoints: result.network.breakpoints))
    }
    return stages
  }

  /// Writes the document to a file, whole or not at all.
  public func write(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(Array(svg().utf8), to: path)
  }

  /// The document.
  public func svg() throws(ZonotopeError) -> String {
    let low = x.min() ?? 0, high = x.max() ?? 0
    let horizontal = Axis(low, high, from: Self.left, to: Self.right)
    let curve = try curve(horizontal)
    let other = comparison.map { comparison in
      (0...600).map { step in
        let place = horizontal.low + (horizontal.high - horizontal.low) * Double(step) / 600
        return (x: place, y: comparison.value(place))
      }
    }
    let drawn = y + curve.map(\.y) + (other ?? []).map(\.y)
    let vertical = Axis(drawn.min() ?? 0, drawn.max() ?? 0, from: Self.bottom, to: Self.top)
    var body = axes(horizontal, vertical)
    let step = max(1, x.count / 4000)
    for k in stride(from: 0, to: x.count, by: step) {
      body.append(
        "<circle cx=\"\(SVG.number(horizontal.place(x[k])))\" cy=\"\(SVG.number(vertical.place(y[k])))\" r=\"2.5\" class=\"sample\"/>"
      )
    }
    func line(_ curve: [(x: Double, y: Double)], _ style: String) -> String {
      let points = curve.map {
        "\(SVG.number(horizontal.place($0.x))),\(SVG.number(vertical.place($0.y)))"
      }
      return "<polyline points=\"\(points.joined(separator: " "))\" class=\"\(style)\"/>"
    }
    if let comparison, let other {
      body.append(line(other, "other"))
      body.append(label(Self.right - 12, Self.bottom - 14, "end", "dashed: " + comparison.name))
    }
    body.append(line(curve, "function"))
    body += try marks(horizontal, vertical)
    if !stages.isEmpty { body += path(horizontal) }
    let height = stages.isEmpty ? 520 : 820
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 \(height)" font-family="sans-serif" font-size="14">
      <style>
      .axis { stroke: #333; fill: none } .grid { stroke: #ddd } .sample { fill: #9aa3ad }
      .function { stroke: #2a62a8; stroke-width: 2.5; fill: none; stroke-linejoin: round }
      .other { stroke: #3c8a55; stroke-width: 2; stroke-dasharray: 7 5; fill: none }
      .knot { fill: #d96b2b; stroke: #d96b2b; stroke-width: 1.5 } .mirror { fill: #fff; stroke: #d96b2b; stroke-width: 2 }
      .stage { fill: #2a62a8 }
      </style>
      <rect width="1000" height="\(height)" fill="#fff"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  // MARK: Parts

  /// Enough points for the width of the picture, and both sides of every breakpoint.
  private func curve(_ axis: Axis) throws(ZonotopeError) -> [(x: Double, y: Double)] {
    var places = (0...600).map { axis.low + (axis.high - axis.low) * Double($0) / 600 }
    for place in network.breakpoints where place > axis.low && place < axis.high {
      places += [place.nextDown, place, place.nextUp]
    }
    places.sort()
    let outputs = try network.predict(MatrixView(places, rows: places.count, columns: 1))
    return Array(zip(places, outputs)).map { (x: $0.0, y: $0.1) }
  }

  private func marks(_ horizontal: Axis, _ vertical: Axis) throws(ZonotopeError) -> [String] {
    let places = network.breakpoints.filter { $0 >= horizontal.low && $0 <= horizontal.high }
    guard !places.isEmpty else { return [] }
    let outputs = try network.predict(MatrixView(places, rows: places.count, columns: 1))
    return zip(places, outputs).map { place, output in
      "<circle cx=\"\(SVG.number(horizontal.place(place)))\" cy=\"\(SVG.number(vertical.place(output)))\" r=\"4.5\" class=\"\(isAtSample(place) ? "knot" : "mirror")\"/>"
    }
  }

  /// Whether a breakpoint is where samples say it has to be.
  private func isAtSample(_ place: Double) -> Bool {
    if network.activation.isStep { return true }
    let size = (x.max() ?? 0) - (x.min() ?? 0)
    return x.contains { abs($0 - place) <= 1e-9 * size }
  }

  private func path(_ horizontal: Axis) -> [String] {
    let least = stages.map(\.betaRatio).min() ?? 1
    let vertical = Axis(0, -log10(least), from: Self.pathTop, to: Self.pathBottom)
    var body = [frame(Self.pathTop, Self.pathBottom)]
    for decade in 0...Int(-log10(least) + 1e-9) {
      let place = vertical.place(Double(decade))
      let text = decade == 0 ? "betaMax" : "1e-\(decade)"
      body.append(label(Self.left - 8, place + 5, "end", text))
      body.append(
        "<line x1=\"\(Self.left)\" x2=\"\(Self.right)\" y1=\"\(SVG.number(place))\" y2=\"\(SVG.number(place))\" class=\"grid\"/>"
      )
    }
    for stage in stages {
      let place = vertical.place(-log10(stage.betaRatio))
      for knot in stage.breakpoints where knot >= horizontal.low && knot <= horizontal.high {
        body.append(
          "<circle cx=\"\(SVG.number(horizontal.place(knot)))\" cy=\"\(SVG.number(place))\" r=\"1.8\" class=\"stage\"/>"
        )
      }
    }
    body.append(
      label(0.5 * (Self.left + Self.right), Self.pathBottom + 40, "middle", "breakpoints as beta falls"))
    return body
  }

  private func axes(_ horizontal: Axis, _ vertical: Axis) -> [String] {
    var body = [label(Self.left, 36, "start", title)]
    for tick in horizontal.ticks {
      let place = horizontal.place(tick)
      body.append(
        "<line x1=\"\(SVG.number(place))\" x2=\"\(SVG.number(place))\" y1=\"\(Self.top)\" y2=\"\(Self.bottom)\" class=\"grid\"/>"
      )
      body.append(label(place, Self.bottom + 20, "middle", horizontal.text(tick)))
    }
    for tick in vertical.ticks {
      let place = vertical.place(tick)
      body.append(
        "<line x1=\"\(Self.left)\" x2=\"\(Self.right)\" y1=\"\(SVG.number(place))\" y2=\"\(SVG.number(place))\" class=\"grid\"/>"
      )
      body.append(label(Self.left - 8, place + 5, "end", vertical.text(tick)))
    }
    body.append(frame(Self.top, Self.bottom))
    body.append(label(Self.right, Self.bottom + 42, "end", labels.x))
    body.append(label(Self.left, Self.top - 8, "start", labels.y))
    return body
  }

  private func frame(_ top: Double, _ bottom: Double) -> String {
    "<rect x=\"\(Self.left)\" y=\"\(top)\" width=\"\(Self.right - Self.left)\" height=\"\(bottom - top)\" class=\"axis\"/>"
  }

  private func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
    SVG.text(x, y, anchor: anchor, text)
  }
}
