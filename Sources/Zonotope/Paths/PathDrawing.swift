#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A picture of a path as SVG: the norm of every neuron against beta, how many there are, and the validation curve with its
/// error bars below. Beta falls to the right, so that networks grow from left to right.
public struct PathDrawing: Sendable {
  private let ratios: [Double]
  private let neuronNorms: [[UInt64: Double]]
  private let units: [Int]
  private let validation: ValidationCurve?
  private let lossName: String
  private let title: String

  private static let (left, right) = (80.0, 960.0)
  private static let (top, bottom) = (80.0, 420.0)
  private static let (curveTop, curveBottom) = (500.0, 740.0)
  /// Neurons that have a line; the largest of all stages.
  private static let lines = 400

  init(
    ratios: [Double], neuronNorms: [[UInt64: Double]], units: [Int], validation: ValidationCurve?,
    lossName: String, title: String
  ) {
    (self.ratios, self.neuronNorms, self.units) = (ratios, neuronNorms, units)
    (self.validation, self.lossName, self.title) = (validation, lossName, title)
  }

  /// Of a path over any architecture.
  public init<Network>(_ path: RegularizationPath<Network>, loss: some Loss, title: String) {
    self.init(
      ratios: path.stages.map(\.ratio), neuronNorms: path.stages.map(\.neuronNorms),
      units: path.stages.map(\.result.network.units), validation: path.validation, lossName: loss.name,
      title: title)
  }

  /// Writes the document to a file, whole or not at all.
  public func write(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(Array(svg().utf8), to: path)
  }

  /// The document.
  public func svg() -> String {
    let horizontal = Axis(
      -log10(ratios.first ?? 1), -log10(ratios.last ?? 1), from: Self.left, to: Self.right)
    let curve = validation.map { validationCurve($0, horizontal) } ?? []
    let height = curve.isEmpty ? 480 : 800
    let body = [SVG.text(Self.left, 32, anchor: "start", title)] + path(horizontal) + curve
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 \(height)" font-family="sans-serif" font-size="14">
      <style>
      .axis { stroke: #333; fill: none } .grid { stroke: #ddd } .count { fill: #555; font-size: 11px }
      .neuron { stroke-width: 1.3; fill: none; stroke-linejoin: round }
      .bar { stroke: #9aa3ad; stroke-width: 1.5 } .loss { stroke: #2a62a8; stroke-width: 2; fill: none }
      .point { fill: #2a62a8 } .best { stroke: #d96b2b; stroke-width: 1.5; stroke-dasharray: 6 4 }
      .simplest { stroke: #2e7d4f; stroke-width: 1.5; stroke-dasharray: 6 4 }
      </style>
      <rect width="1000" height="\(height)" fill="#fff"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  // MARK: Parts

  private func place(_ index: Int, _ horizontal: Axis) -> Double {
    horizontal.place(-log10(ratios[index]))
  }

  private func path(_ horizontal: Axis) -> [String] {
    var largest: [UInt64: Double] = [:]
    for norms in neuronNorms {
      for (key, norm) in norms { largest[key] = max(largest[key] ?? 0, norm) }
    }
    // By size, and by the key where sizes are equal: the same path gives the same picture.
    let keys = largest.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(
      Self.lines)
    let vertical = Axis(0, keys.first?.value ?? 1, from: Self.bottom, to: Self.top)
    var body = frame(horizontal, vertical, Self.top, Self.bottom)
    for (key, _) in keys.reversed() {
      for run in runs(key) {
        let points = run.map {
          "\(SVG.number(place($0, horizontal))),\(SVG.number(vertical.place(neuronNorms[$0][key] ?? 0)))"
        }
        body.append(
          "<polyline points=\"\(points.joined(separator: " "))\" class=\"neuron\" stroke=\"\(Self.colour(key))\"/>"
        )
      }
    }
    body.append(SVG.text(Self.left, Self.top - 28, anchor: "start", "norm of every neuron; their number:"))
    var last = -Double.infinity
    for k in ratios.indices where place(k, horizontal) - last >= 28 {
      last = place(k, horizontal)
      body.append(
        "<text x=\"\(SVG.number(last))\" y=\"\(SVG.number(Self.top - 8))\" text-anchor=\"middle\" class=\"count\">\(units[k])</text>"
      )
    }
    return body
  }

  /// Stages where a neuron is there, with one before and one after at which it is zero.
  private func runs(_ key: UInt64) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    for k in ratios.indices where neuronNorms[k][key] != nil {
      let range = max(0, k - 1)...min(ratios.count - 1, k + 1)
      if let last = runs.last, last.upperBound >= range.lowerBound, neuronNorms[range.lowerBound][key] != nil
      {
        runs[runs.count - 1] = last.lowerBound...range.upperBound
      } else {
        runs.append(range)
      }
    }
    return runs
  }

  private func validationCurve(_ curve: ValidationCurve, _ horizontal: Axis) -> [String] {
    let known = curve.points.indices.compactMap { k -> (index: Int, mean: Double, error: Double)? in
      guard let loss = curve.points[k].loss, loss.mean.isFinite else { return nil }
      return (k, loss.mean, loss.standardError.isFinite ? loss.standardError : 0)
    }
    guard !known.isEmpty else { return [] }
    let vertical = Axis(
      known.map { $0.mean - $0.error }.min() ?? 0, known.map { $0.mean + $0.error }.max() ?? 0,
      from: Self.curveBottom, to: Self.curveTop)
    var body = frame(horizontal, vertical, Self.curveTop, Self.curveBottom)
    for (index, style) in [(curve.best, "best"), (curve.oneStandardError, "simplest")] {
      guard let index else { continue }
      let x = place(index, horizontal)
      for (top, bottom) in [(Self.top, Self.bottom), (Self.curveTop, Self.curveBottom)] {
        body.append(SVG.line(x, top, x, bottom, style))
      }
    }
    let points = known.map {
      "\(SVG.number(place($0.index, horizontal))),\(SVG.number(vertical.place($0.mean)))"
    }
    for (index, mean, error) in known {
      let x = place(index, horizontal),
        (high, low) = (vertical.place(mean + error), vertical.place(mean - error))
      body.append(SVG.line(x, high, x, low, "bar"))
      for end in [high, low] { body.append(SVG.line(x - 3, end, x + 3, end, "bar")) }
    }
    body.append("<polyline points=\"\(points.joined(separator: " "))\" class=\"loss\"/>")
    for (index, mean, _) in known {
      body.append(
        "<circle cx=\"\(SVG.number(place(index, horizontal)))\" cy=\"\(SVG.number(vertical.place(mean)))\" r=\"2.5\" class=\"point\"/>"
      )
    }
    body.append(
      SVG.text(
        Self.left, Self.curveTop - 10, anchor: "start",
        "\(lossName) loss of held-out rows, \(curve.folds) folds, with standard errors"))
    body += legend(curve)
    return body
  }

  private func legend(_ curve: ValidationCurve) -> [String] {
    guard curve.best != nil else { return [] }
    let y = Self.curveTop - 15
    return [
      SVG.line(600, y, 630, y, "best"), SVG.text(638, y + 5, anchor: "start", "least loss"),
      SVG.line(740, y, 770, y, "simplest"), SVG.text(778, y + 5, anchor: "start", "one-standard-error rule"),
    ]
  }

  /// A frame with ticks at the decades of beta and round values.
  private func frame(
    _ horizontal: Axis, _ vertical: Axis, _ top: Double, _ bottom: Double
  ) -> [String] {
    var body: [String] = []
    let decades =
      Int(
        horizontal.low.rounded(.up))...max(
        Int(horizontal.low.rounded(.up)), Int((horizontal.high + 1e-9).rounded(.down)))
    for decade in decades {
      let x = horizontal.place(Double(decade))
      guard x >= Self.left - 1, x <= Self.right + 1 else { continue }
      body.append(SVG.line(x, top, x, bottom, "grid"))
      body.append(SVG.text(x, bottom + 20, anchor: "middle", decade == 0 ? "betaMax" : "1e\(-decade)"))
    }
    for tick in vertical.ticks {
      let y = vertical.place(tick)
      body.append(SVG.line(Self.left, y, Self.right, y, "grid"))
      body.append(SVG.text(Self.left - 8, y + 5, anchor: "end", vertical.text(tick)))
    }
    body.append(
      "<rect x=\"\(Self.left)\" y=\"\(top)\" width=\"\(Self.right - Self.left)\" height=\"\(bottom - top)\" class=\"axis\"/>"
    )
    body.append(SVG.text(Self.right, bottom + 40, anchor: "end", "beta / betaMax"))
    return body
  }

  /// A colour of its own for every neuron, of equal lightness.
  private static func colour(_ key: UInt64) -> String {
    "hsl(\((key &* 0x9E37_79B9_7F4A_7C15) >> 32 % 360),55%,45%)"
  }
}
