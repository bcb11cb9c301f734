import Zonotope

/// Reads the input as a table; what is read must fit the header and be written back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let table = try? CSVTable(bytes: bytes, file: "fuzz.csv") else { return 0 }
  guard let numbers = try? table.matrix(columns: nil) else { return 0 }
  precondition(numbers.rows == table.rows && numbers.columns == table.columns.count)
  guard let text = try? CSVTable.encode(columns: table.columns, values: numbers),
    let again = try? CSVTable(bytes: text, file: "again.csv"), let same = try? again.matrix(columns: nil)
  else { preconditionFailure("a table of numbers could not be written and read back") }
  precondition(again.columns == table.columns && same.rows == numbers.rows)
  for i in 0..<same.rows {
    for j in 0..<same.columns { precondition(same[i, j] == numbers[i, j]) }
  }
  return 0
}
