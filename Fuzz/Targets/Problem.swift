import Zonotope

/// Reads the input as the text of a problem, as `zt_solve_json` does; nothing is solved.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = UnsafeBufferPointer(start: data, count: count)
  // No file beside it is read, as its path would be relative.
  guard let problem = try? Problem(utf8: bytes, memory: 1 << 24) else { return 0 }
  // What is accepted is UTF-8, and the same problem as a text.
  guard let text = String(validating: bytes, as: UTF8.self),
    let same = try? Problem(text: text, memory: 1 << 24)
  else { preconditionFailure("a problem is not UTF-8, or another one as a text") }
  precondition(same.samples.rows == problem.samples.rows)
  guard case .dense(let data) = problem.samples else { return 0 }
  precondition(data.x.rows > 0 && data.x.columns > 0)
  for i in 0..<data.x.rows {
    for j in 0..<data.x.columns { precondition(data.x[i, j].isFinite) }
  }
  return 0
}
