import Zonotope

/// Reads the input as a problem file; nothing is solved.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = UnsafeBufferPointer(start: data, count: count)
  // Text in memory: a wrong byte becomes a replacement character, and no file beside it is read.
  guard let problem = try? Problem(text: String(decoding: bytes, as: UTF8.self), memory: 1 << 24) else {
    return 0
  }
  precondition(problem.data.x.rows > 0 && problem.data.x.columns > 0)
  for i in 0..<problem.data.x.rows {
    for j in 0..<problem.data.x.columns { precondition(problem.data.x[i, j].isFinite) }
  }
  return 0
}
