/// A table from a CSV file with a header row: columns of finite numbers and columns of text.
///
/// The format is RFC 4180 with LF or CRLF, an optional byte order mark and an optional last line break. Numbers
/// have a decimal point whatever the locale and no spaces around them; a column in which any cell is something
/// else is a text column.
public struct CSVTable: Sendable {
  /// The names of the header, distinct and not empty.
  public let columns: [String]
  /// Rows below the header; 0 is allowed.
  public let rows: Int

  let source: FileBytes
  /// `rows` x `columns`, NaN where a cell is not a number.
  private let grid: Vector
  /// Offset of each row in the file.
  let rowStarts: Buffer<Int>
  /// The first row in which a column has no number.
  private let firstText: [Int?]

  /// Reads a file.
  ///
  /// - Parameter memory: the most bytes that file and numbers may take.
  /// - Throws: ``ZonotopeError/malformedText(file:line:column:reason:)`` with the place of the first violation,
  ///   ``ZonotopeError/inputOutput(path:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(FileBytes(path: path, budget: memory), memory: memory)
  }

  /// Reads a text in memory; `file` names it in messages.
  public init(bytes: [UInt8], file: String) throws(ZonotopeError) {
    let source = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try FileBytes(bytes, name: file)
    }
    try self.init(source, memory: .max)
  }

  init(_ source: FileBytes, memory: Int) throws(ZonotopeError) {
    // The scanner holds addresses only.
    defer { withExtendedLifetime(source) {} }
    var scanner = try CSVScanner(source.bytes, file: source.name)
    let names = try Self.header(&scanner)
    let width = names.count
    var lines = 1
    for byte in source.bytes where byte == UInt8(ascii: "\n") { lines += 1 }
    // Every cell takes a byte at least, its separator: the file bounds what it can ask for.
    let (area, overflow) = lines.multipliedReportingOverflow(by: width)
    let cells = overflow ? source.count + 1 : min(area, source.count + 1)
    let needed = source.count + 8 * (cells + lines)
    if needed > memory {
      throw .memoryBudget(purpose: "the table of \(source.name)", needed: needed, budget: memory)
    }
    let grid = try Vector(cells)
    let starts = try Buffer<Int>(lines)
    var firstText = [Int?](repeating: nil, count: width)
    var rows = 0
    while scanner.p < scanner.limit {
      let rowStart = scanner.p
      var column = 0
      var endsRow = false
      while !endsRow {
        let place = scanner.p
        let value: Double
        if let number = scanner.number() {
          (value, endsRow) = number
        } else {
          let cell = try scanner.cell()
          endsRow = cell.endsRow
          let number = DecimalText.read(cell.content, grammar: .table)
          value = number.isFinite ? number : .nan
        }
        guard column < width else {
          throw scanner.error(at: place, "more cells than the header has, \(width)")
        }
        grid[rows * width + column] = value
        if value.isNaN, firstText[column] == nil { firstText[column] = rows }
        column += 1
        if endsRow, column < width {
          throw scanner.error(at: place, "the row ends after \(column) of \(width) cells")
        }
      }
      starts[rows] = source.bytes.baseAddress.map { rowStart - $0 } ?? 0
      rows += 1
    }
    self.source = source
    self.columns = names
    self.rows = rows
    self.grid = grid
    rowStarts = starts
    self.firstText = firstText
  }

  private static func header(_ scanner: inout CSVScanner) throws(ZonotopeError) -> [String] {
    var names: [String] = []
    var seen: Set<[UInt8]> = []
    while true {
      let place = scanner.p
      let cell = try scanner.cell()
      guard !cell.content.isEmpty else { throw scanner.error(at: place, "a column without a name") }
      guard seen.insert(cell.text).inserted else {
        throw scanner.error(at: place, "a second column named \(TextChecks.quoted(cell.content))")
      }
      names.append(String(decoding: cell.text, as: UTF8.self))
      if cell.endsRow { return names }
    }
  }

  // MARK: - Columns

  /// Whether some cell of a column is not a finite number.
  public func isText(column name: String) throws(ZonotopeError) -> Bool {
    firstText[try index(of: name)] != nil
  }

  /// The numbers of some columns, in the order given, or of all of them: `rows` x `columns`.
  ///
  /// - Throws: ``ZonotopeError/malformedText(file:line:column:reason:)`` at the first cell that is not a finite
  ///   number, ``ZonotopeError/invalid(place:reason:)`` for a name that does not exist.
  public func matrix(columns names: [String]? = nil) throws(ZonotopeError) -> MatrixView {
    guard let names else {
      try checkNumbers(Array(columns.indices))
      return MatrixView(grid, rows: rows, columns: columns.count)
    }
    var indices: [Int] = []
    for name in names { indices.append(try index(of: name)) }
    try checkNumbers(indices)
    let buffer = try Vector(product(rows, indices.count, place: "matrix"))
    for k in 0..<rows {
      let row = grid.pointer + k * columns.count
      let target = buffer.pointer + k * indices.count
      for (j, index) in indices.enumerated() { target[j] = row[index] }
    }
    return MatrixView(buffer, rows: rows, columns: indices.count)
  }

  /// The numbers of a column, with the errors of ``matrix(columns:)``.
  public func numbers(column name: String) throws(ZonotopeError) -> [Double] {
    let index = try index(of: name)
    try checkNumbers([index])
    return (0..<rows).map { grid[$0 * columns.count + index] }
  }

  /// The cells of a column taken as text: the classes, sorted by the order of their bytes, and for each row the
  /// index of its class.
  ///
  /// - Throws: ``ZonotopeError/malformedText(file:line:column:reason:)`` at an empty cell,
  ///   ``ZonotopeError/invalid(place:reason:)`` for a name that does not exist.
  public func labels(column name: String) throws(ZonotopeError) -> (classes: [String], indices: [Int]) {
    let column = try index(of: name)
    var numbering: [[UInt8]: Int] = [:]
    var found: [Int] = []
    found.reserveCapacity(rows)
    for row in 0..<rows {
      let (cell, place, scanner) = try cell(row: row, column: column)
      guard !cell.content.isEmpty else { throw scanner.error(at: place, "the cell is empty") }
      let fresh = numbering.count
      found.append(numbering[cell.text, default: fresh])
      if found[row] == fresh { numbering[cell.text] = fresh }
    }
    let sorted = numbering.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var rank = [Int](repeating: 0, count: sorted.count)
    for (k, entry) in sorted.enumerated() { rank[entry.value] = k }
    return (sorted.map { String(decoding: $0.key, as: UTF8.self) }, found.map { rank[$0] })
  }

  private func index(of name: String) throws(ZonotopeError) -> Int {
    if let index = columns.firstIndex(where: { $0.equalsInBytes(name) }) { return index }
    let shown = columns.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    throw .invalid(
      place: "columns",
      reason: "\(source.name) has no column '\(name)', it has \(shown)\(columns.count > 20 ? ", ..." : "")")
  }

  /// Refuses columns with anything but numbers, at the cell that comes first in the file.
  private func checkNumbers(_ indices: [Int]) throws(ZonotopeError) {
    var first: (row: Int, column: Int)?
    for column in indices {
      guard let row = firstText[column] else { continue }
      if first.map({ (row, column) < ($0.row, $0.column) }) ?? true { first = (row, column) }
    }
    guard let first else { return }
    let (cell, place, scanner) = try cell(row: first.row, column: first.column)
    if cell.content.isEmpty { throw scanner.error(at: place, "the cell is empty") }
    let infinite = DecimalText.read(cell.content, grammar: .table).isInfinite
    let text = TextChecks.quoted(cell.content)
    throw scanner.error(
      at: place, infinite ? "\(text) is too large for a double" : "\(text) is not a finite number")
  }

  /// A cell, read again from the text, with its place.
  private func cell(
    row: Int, column: Int
  ) throws(ZonotopeError) -> (CSVScanner.Cell, UnsafePointer<UInt8>, CSVScanner) {
    var scanner = CSVScanner(checked: source.bytes, file: source.name, at: rowStarts[row])
    for _ in 0..<column { _ = try scanner.cell() }
    let place = scanner.p
    return (try scanner.cell(), place, scanner)
  }
}
