/// A file of rows with their targets, as plans take it: a table, whose columns have names, or sparse rows, whose columns are in
/// their order and whose targets are what lines begin with.
public enum DataFile: Sendable {
  case table(CSVTable)
  case sparse(LibsvmFile)

  /// Sparse rows where the name says so (``LibsvmFile/isNamed(_:)``), else a CSV table with a header.
  ///
  /// - Parameters:
  ///   - columns: of sparse rows; nil for the largest index. An index beyond them is refused.
  ///   - memory: bytes that may be used.
  public init(path: String, columns: Int? = nil, memory: Int = .max) throws(ZonotopeError) {
    self =
      LibsvmFile.isNamed(path)
      ? .sparse(try LibsvmFile(path: path, columns: columns, memory: memory))
      : .table(try CSVTable(path: path, memory: memory))
  }

  /// Whether the targets are numbers, of which there are two.
  ///
  /// - Parameter target: the column of a table.
  public func hasTwoNumbers(asTarget target: String) throws(ZonotopeError) -> Bool {
    switch self {
    case .sparse(let file): return Set(file.y).count == 2
    case .table(let table):
      if try table.isText(column: target) { return false }
      return try Set(table.numbers(column: target)).count == 2
    }
  }
}
