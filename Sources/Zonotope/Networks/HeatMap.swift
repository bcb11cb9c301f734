/// A matrix as coloured cells of a picture: orange below zero, blue above, the deeper the larger beside the largest.
struct HeatMap {
  let title: String
  let rows: Int
  let columns: Int
  /// Row after row.
  let values: [Double]
  /// Above the columns, where they are few.
  var columnNames: [String] = []
  /// A cross in cells of exact zeros: what is not in use.
  var marksZeros = false

  /// Pixels of the longer side of a map, and of what is around it.
  private static let side = 150.0
  private static let (gap, head) = (30.0, 44.0)
  /// Rows and columns that are drawn; of more neighbours are drawn as their mean.
  private static let most = 64

  private var cell: Double { min(30, Self.side / Double(max(1, rows, columns))) }
  var width: Double { max(cell * Double(columns), 7 * Double(title.count)) + Self.gap }
  var height: Double { cell * Double(rows) + Self.head + Self.gap }

  /// Means of neighbours, where there are too many.
  init(
    _ title: String, rows: Int, columns: Int, columnNames: [String] = [], marksZeros: Bool = false,
    _ value: (_ row: Int, _ column: Int) -> Double
  ) {
    let step = (
      row: (rows + Self.most - 1) / Self.most, column: (columns + Self.most - 1) / Self.most
    )
    self.rows = rows == 0 ? 0 : (rows + step.row - 1) / step.row
    self.columns = columns == 0 ? 0 : (columns + step.column - 1) / step.column
    var values = [Double](repeating: 0, count: self.rows * self.columns)
    for i in 0..<rows {
      for j in 0..<columns {
        let cells =
          min(step.row, rows - i / step.row * step.row)
          * min(step.column, columns - j / step.column * step.column)
        values[i / step.row * self.columns + j / step.column] += value(i, j) / Double(cells)
      }
    }
    self.title = title
    self.values = values
    self.columnNames = step.column == 1 && columns <= 16 ? columnNames : []
    self.marksZeros = marksZeros
  }

  /// The elements, with the upper left corner at a point.
  func elements(_ left: Double, _ top: Double) -> [String] {
    let largest = values.reduce(0) { max($0, abs($1)) }, y = top + Self.head
    let size = "width=\"\(SVG.number(cell))\" height=\"\(SVG.number(cell))\""
    var body = [
      SVG.text(left, top + 14, title),
      SVG.text(left, top + 30, "largest \(Self.short(largest))", "class=\"note\""),
    ]
    for (k, value) in values.enumerated() {
      let x = left + cell * Double(k % columns), y = y + cell * Double(k / columns)
      let colour = SVG.colour(largest > 0 ? 0.5 + 0.5 * value / largest : 0.5)
      body.append("<rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" \(size) fill=\"\(colour)\"/>")
      if marksZeros, value == 0 {
        let (low, high) = (0.3 * cell, 0.7 * cell)
        body.append(
          "<path class=\"unused\" d=\"M\(SVG.number(x + low)) \(SVG.number(y + low))L\(SVG.number(x + high)) "
            + "\(SVG.number(y + high))M\(SVG.number(x + low)) \(SVG.number(y + high))L\(SVG.number(x + high)) "
            + "\(SVG.number(y + low))\"/>")
      }
    }
    body.append(
      "<rect class=\"frame\" x=\"\(SVG.number(left))\" y=\"\(SVG.number(y))\" "
        + "width=\"\(SVG.number(cell * Double(columns)))\" height=\"\(SVG.number(cell * Double(rows)))\"/>")
    for (j, name) in columnNames.prefix(columns).enumerated() {
      let x = left + cell * (Double(j) + 0.5)
      let shown = name.count > 4 ? name.prefix(3) + "." : name[...]
      body.append(
        SVG.text(
          x, y + cell * Double(rows) + 13, String(shown), "class=\"note\" text-anchor=\"middle\""))
    }
    return body
  }

  /// Three digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var scale = 1.0, digits = abs(value)
    while digits < 100, scale < 1e12 { (digits, scale) = (digits * 10, scale * 10) }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
