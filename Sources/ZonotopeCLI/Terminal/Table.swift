/// Rows of cells whose columns are aligned: the first to the left, the others to the right.
struct Table {
  private var rows: [(cells: [String], span: Int)] = []
  /// Spaces before each column but the first.
  private let gaps: [Int]

  init(gaps: [Int]) { self.gaps = gaps }

  /// - Parameter span: how many columns each cell after the first covers.
  mutating func add(_ cells: [String], span: Int = 1) { rows.append((cells, span)) }

  func text() -> String {
    var widths = [Int](repeating: 0, count: gaps.count + 1)
    for row in rows where row.span == 1 {
      for (j, cell) in row.cells.enumerated() { widths[j] = max(widths[j], cell.count) }
    }
    for row in rows where row.span > 1 {
      // What does not fit widens the last column that it covers.
      for (j, cell) in row.cells.enumerated().dropFirst() {
        let last = j * row.span
        widths[last] += max(0, cell.count - covered(last - row.span + 1...last, widths))
      }
    }
    return rows.map { line($0.cells, $0.span, widths) }.joined(separator: "\n")
  }

  /// Characters from the start of the first of some columns to the end of the last.
  private func covered(_ columns: ClosedRange<Int>, _ widths: [Int]) -> Int {
    columns.reduce(0) { $0 + widths[$1] + ($1 > columns.lowerBound ? gaps[$1 - 1] : 0) }
  }

  private func line(_ cells: [String], _ span: Int, _ widths: [Int]) -> String {
    var line = ""
    for (j, cell) in cells.enumerated() {
      let columns = j == 0 ? 0...0 : (j - 1) * span + 1...j * span
      let padding = String(repeating: " ", count: max(0, covered(columns, widths) - cell.count))
      line +=
        j == 0
        ? cell + padding
        : String(repeating: " ", count: gaps[columns.lowerBound - 1]) + padding + cell
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// Names in one column and texts beside them, which are wrapped.
struct Facts {
  private var rows: [(name: String, text: String)] = []
  private let width = 100

  mutating func add(_ name: String, _ text: String) { rows.append((name, text)) }

  func text() -> String {
    let margin = (rows.map(\.name.count).max() ?? 0) + 2
    return rows.flatMap { row in
      wrapped(row.text, width - margin).enumerated().map { k, line in
        let name = k == 0 ? row.name : ""
        return name + String(repeating: " ", count: margin - name.count) + line
      }
    }.joined(separator: "\n")
  }

  private func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
