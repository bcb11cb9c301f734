@testable import Zonotope

/// Reads the input as sparse rows; what is read must be in order, and the same when it is written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let file = try? read(UnsafeBufferPointer(start: data, count: count), columns: nil) else { return 0 }
  precondition(file.y.count == file.x.rows && file.y.allSatisfy(\.isFinite) && file.x.firstNonFinite() == nil)
  guard let rows = try? file.x.transposed() else { return 0 }
  var text = ""
  for k in 0..<rows.columns {
    text += "\(file.y[k])"
    var last = -1
    for t in rows.range(k) {
      precondition(rows.places[t] > last && rows.places[t] < file.x.columns)
      last = rows.places[t]
      text += " \(last + 1):\(rows.values[t])"
    }
    text += "\n"
  }
  let bytes = Array(text.utf8)
  let again = bytes.withUnsafeBufferPointer { bytes in
    // The columns beyond the last entry are known to the first file alone.
    try? read(bytes, columns: file.x.columns)
  }
  guard let again, again.x.columns == file.x.columns, again.y == file.y,
    (try? again.x.fingerprint()) == (try? file.x.fingerprint())
  else { preconditionFailure("rows could not be written and read back") }
  return 0
}

private func read(
  _ bytes: UnsafeBufferPointer<UInt8>, columns: Int?
) throws(ZonotopeError) -> LibsvmFile {
  try LibsvmFile(bytes, name: "fuzz.svm", columns: columns, memory: 1 << 22)
}
