import Zonotope

/// Reads the input as an array, and touches every element as a matrix.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let array = try? NPYArray(bytes: bytes, file: "fuzz.npy"), let rows = try? array.stackedRows() else {
    return 0
  }
  precondition((1...3).contains(array.shape.count))
  // A size of 0 allows any other beside it: no rows are then walked through.
  guard rows.columns > 0, let text = try? NPYArray.encode(rows) else { return 0 }
  guard let again = try? NPYArray(bytes: text, file: "again.npy"), let same = try? again.matrix() else {
    preconditionFailure("an array could not be written and read back")
  }
  precondition(same.rows == rows.rows && same.columns == rows.columns)
  for i in 0..<same.rows {
    for j in 0..<same.columns { precondition(same[i, j].bitPattern == rows[i, j].bitPattern) }
  }
  return 0
}
