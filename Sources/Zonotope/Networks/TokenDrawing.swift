/// A picture of what the heads of a network on tokens attend to, as SVG: heat maps of their weights, on the grid of the tokens
/// where there is one.
///
/// * Convex attention: how much each token is used, with a cross where it is not; for every output the weights of its
///   numbers, as an image where the tokens are patches of one.
/// * Attention: for each head the first singular vectors of W at the positions, that is where a token asks from and where it
///   looks, W between positions, and V.
/// * Mixer: W between tokens, its mean over the tokens of the output where that is pooled, and V.
/// * Fourier operator: the filter, a row for each shift, and the weights of the outputs.
public struct TokenDrawing {
  private let model: TokenModel
  private let title: String
  private let most: Int
  private var network: TokenNetwork { model.network }
  private var layer: TokenLayer { model.network.layer }

  /// - Parameter heads: draws so many at most, the largest first.
  public init(_ model: TokenModel, title: String, heads: Int = 6) {
    (self.model, self.title, most) = (model, title, max(1, heads))
  }

  /// Writes the document to a file, whole or not at all.
  public func write(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(Array(svg().utf8), to: path)
  }

  /// The document.
  public func svg() throws(ZonotopeError) -> String {
    // What is drawn are means over 64 x 64 cells, but every number is looked at, and lists of their sums are made.
    let s = layer.tokens, d = network.features
    try Allocation.probe(bytes: product(16, product(max(s, d), max(s, d), place: "svg"), place: "svg"))
    let left = 30.0, right = 970.0
    var body: [String] = [], top = 32.0
    for line in Self.wrapped(title) {
      body.append(SVG.text(left, top, line))
      top += 20
    }
    for line in try lines() {
      if let heading = line.heading {
        body.append(SVG.text(left, top + 14, heading, "font-weight=\"bold\""))
        top += 26
      }
      var x = left, height = 0.0
      for map in line.maps {
        if x > left, x + map.width > right { (x, top, height) = (left, top + height, 0) }
        body += map.elements(x, top)
        (x, height) = (x + map.width, max(height, map.height))
      }
      top += height
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 \(SVG.number(top + 10))" font-family="sans-serif" font-size="14">
      <style>
      .note { font-size: 11px; fill: #5a6672 } .frame { fill: none; stroke: #9aa3ad; shape-rendering: geometricPrecision }
      .unused { stroke: #9aa3ad; fill: none } rect { shape-rendering: crispEdges }
      </style>
      <rect width="1000" height="\(SVG.number(top + 10))" fill="#fff"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  /// Lines of at most so many characters, as far as there are spaces.
  private static func wrapped(_ text: String, _ most: Int = 120) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + word.count < most {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private struct Line {
    var heading: String?
    var maps: [HeatMap]
  }

  private func lines() throws(ZonotopeError) -> [Line] {
    if case .simplex = layer.kind { return try simplex() }
    func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let sizes = network.heads.map { length($0.left) * length($0.right) }
    let order = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.prefix(most)
    if order.isEmpty { return [Line(heading: "No heads: nothing is attended to.", maps: [])] }
    return try order.map { (j) throws(ZonotopeError) in
      let head = network.heads[j]
      var heading = "Head \(j), size \(HeatMap.short(sizes[j]))"
      if layer.isGated { heading += ", gate \(head.gate)" }
      if case .fourier(let blocks) = layer.kind, blocks > 1 { heading += ", block \(head.place)" }
      return Line(heading: heading, maps: try maps(head))
    }
  }

  private func maps(_ head: TokenNetwork.Head) throws(ZonotopeError) -> [HeatMap] {
    let (s, d, c) = (layer.tokens, network.features, network.outputs)
    switch layer.kind {
    case .attention: return try attention(head) + [values(head)]
    case .mixer:
      let mixing = HeatMap("W, token to token", rows: s, columns: s) { head.left[$1 * s + $0] }
      guard layer.pooled else { return [mixing, values(head)] }
      let mean = grid("mean of W") { k in
        (0..<s).reduce(0.0) { $0 + head.left[k * s + $1] } / Double(s)
      }
      return [mean, mixing, values(head)]
    case .fourier(let blocks):
      let width = d / blocks, own = c / blocks, first = head.place * own
      let names = Array(model.outputNames[first..<first + own])
      return [
        HeatMap("w, row by shift", rows: s, columns: width) { head.left[$0 * width + $1] },
        HeatMap("v, outputs", rows: 1, columns: own, columnNames: names) { head.right[$1] },
      ]
    case .sequence:
      return [
        HeatMap("W, on the simplex", rows: s, columns: s) { head.left[$0 * s + $1] },
        HeatMap("B o, outputs", rows: d, columns: c, columnNames: model.outputNames) {
          head.right[$0 * c + $1] * head.right[d * c]
        },
      ]
    case .simplex: return []
    }
  }

  /// V, features to outputs.
  private func values(_ head: TokenNetwork.Head) -> HeatMap {
    let c = network.outputs
    return HeatMap(
      "V, outputs", rows: network.features, columns: c, columnNames: model.outputNames
    ) { head.right[$0 * c + $1] }
  }

  /// A number for each token, on its grid.
  private func grid(_ title: String, marksZeros: Bool = false, _ value: (Int) -> Double) -> HeatMap {
    let columns = layer.positions.gridColumns ?? layer.tokens
    return HeatMap(title, rows: layer.tokens / columns, columns: columns, marksZeros: marksZeros) {
      value($0 * columns + $1)
    }
  }

  // MARK: Attention

  private func attention(_ head: TokenNetwork.Head) throws(ZonotopeError) -> [HeatMap] {
    let (s, d) = (layer.tokens, network.features)
    let own = try layer.positions.width(tokens: s), data = d - own
    let whole = HeatMap("W, features", rows: d, columns: d) { head.left[$1 * d + $0] }
    guard layer.positions.kind != .none else { return [whole] }
    // Tokens whose numbers are 0: their mean, where the data are standardised.
    let tokens = (0..<s).map { [Double](repeating: 0, count: data) + layer.positions.numbers($0, of: s) }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var maps: [HeatMap] = []
    let singular = try SingularValues(d, d)
    // As it lies there, it is the transpose of W.
    if head.left.withUnsafeBufferPointer({ singular.decompose($0) }) {
      let (key, query) = (singular.leftVector(0), singular.rightVector(0))
      maps.append(grid("asks") { product(tokens[$0], query) })
      maps.append(grid("is looked at") { product(tokens[$0], key) })
    }
    // W x_q for every token, then its products with all.
    let seen = tokens.map { token in
      (0..<d).map { a in (0..<d).reduce(0.0) { $0 + head.left[$1 * d + a] * token[$1] } }
    }
    maps.append(
      HeatMap("token to token", rows: s, columns: s) { product(tokens[$0], seen[$1]) })
    return maps + [whole]
  }

  // MARK: Convex attention

  private func simplex() throws(ZonotopeError) -> [Line] {
    let (s, d, c) = (layer.tokens, network.features, network.outputs)
    try Allocation.probe(
      bytes: product(8, product(s, product(d, c, place: "outputs"), place: "outputs"), place: "outputs"))
    // Weights of all gates together, as where all are open: (s, d, c).
    var weights = [Double](repeating: 0, count: s * d * c)
    for head in network.heads {
      for j in 0..<d {
        for o in 0..<c { weights[(head.place * d + j) * c + o] += head.left[j] * head.right[o] }
      }
    }
    let use = (0..<s).map { k in
      weights[k * d * c..<(k + 1) * d * c].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let used = use.count { $0 > 0 }
    var lines = [
      Line(
        heading: "\(used) of \(s) tokens in use", maps: [grid("use of tokens", marksZeros: true) { use[$0] }])
    ]
    let names = model.outputNames
    let perToken = network.columns / s
    var place: [Int] = []
    if let layout = model.layout, let order = try? layout.order(columns: network.columns) {
      // Where each column is among the numbers of the tokens.
      place = [Int](repeating: 0, count: order.count)
      for (k, column) in order.enumerated() { place[column] = k }
    }
    lines.append(
      Line(
        heading: "Weights of every output",
        maps: (0..<c).map { o in
          if case .image(let height, _, _, _) = model.layout, !place.isEmpty {
            // The numbers of a pixel lie next to each other.
            let across = network.columns / height
            return HeatMap(names[o], rows: height, columns: across) { row, column in
              let k = place[row * across + column]
              return weights[(k / perToken * d + k % perToken) * c + o]
            }
          }
          return HeatMap(names[o], rows: s, columns: d) { weights[($0 * d + $1) * c + o] }
        }))
    return lines
  }
}
