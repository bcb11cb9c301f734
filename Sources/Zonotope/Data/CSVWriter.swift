extension CSVTable {
  /// A table of numbers as text: a header, then the shortest decimals that read back, lines ended by LF.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when the names do not fit the columns, are empty or
  ///   equal, or when an entry is not finite.
  public static func encode(columns: [String], values: MatrixView) throws(ZonotopeError) -> [UInt8] {
    guard columns.count == values.columns, !columns.isEmpty else {
      throw .invalid(place: "columns", reason: "\(columns.count) names for \(values.columns) columns")
    }
    var text: [UInt8] = []
    var seen: Set<[UInt8]> = []
    for (j, name) in columns.enumerated() {
      guard !name.isEmpty, !name.utf8.contains(0) else {
        throw .invalid(place: "columns[\(j)]", reason: "'\(name)' cannot name a column")
      }
      guard seen.insert(Array(name.utf8)).inserted else {
        throw .invalid(place: "columns[\(j)]", reason: "a second column named '\(name)'")
      }
      if j > 0 { text.append(UInt8(ascii: ",")) }
      append(name, to: &text)
    }
    text.append(UInt8(ascii: "\n"))
    for k in 0..<values.rows {
      let row = values.row(k)
      for j in 0..<values.columns {
        guard row[j].isFinite else {
          throw .invalid(place: "values[\(k)][\(j)]", reason: "\(row[j]) is not finite")
        }
        if j > 0 { text.append(UInt8(ascii: ",")) }
        DecimalText.append(row[j], to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// Writes a table of numbers to a file, whole or not at all.
  public static func write(
    columns: [String], values: MatrixView, to path: String
  ) throws(ZonotopeError) {
    try AtomicFile.write(encode(columns: columns, values: values), to: path)
  }

  static func append(_ name: String, to text: inout [UInt8]) {
    let special = Array(",\"\r\n".utf8)
    // A byte order mark that begins a file is not taken for a part of the first name.
    let marked = name.utf8.starts(with: [0xEF, 0xBB, 0xBF])
    guard marked || name.utf8.contains(where: { special.contains($0) }) else {
      text.append(contentsOf: name.utf8)
      return
    }
    text.append(UInt8(ascii: "\""))
    for byte in name.utf8 {
      if byte == UInt8(ascii: "\"") { text.append(byte) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "\""))
  }
}
