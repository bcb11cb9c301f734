import Testing

@testable import Zonotope

/// Every prefix and every flipped bit of small files: a typed error or another valid value, never a trap.
@Suite struct TruncatedFiles {
  @Test func npy() throws {
    let fixtures = [
      try NPYArray.encode(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
      try NPYArray.encode(shape: [2, 1, 2], values: [1, 2, 3, 4]),
    ]
    for fixture in fixtures {
      for bytes in damaged(fixture) {
        let error = failure { () throws(ZonotopeError) in
          let array = try NPYArray(bytes: bytes, file: "a.npy")
          _ = try array.stackedRows()
        }
        #expect(error != nil || bytes.count == fixture.count)
        if case .malformedBytes(_, let byte, _)? = error { #expect((0...bytes.count).contains(byte)) }
      }
    }
  }

  @Test func safetensors() throws {
    var writer = SafetensorsWriter(metadata: ["k": "é"])
    try writer.add("w", shape: [2, 2], values: [1, 2, 3, 4.0])
    try writer.add("m", shape: [3], values: [1, 2, 3] as [UInt8])
    try writer.add("i", shape: [1], values: [5] as [Int64])
    let fixture = writer.encode()
    for bytes in damaged(fixture) {
      let error = failure { () throws(ZonotopeError) in
        let file = try SafetensorsFile(bytes: bytes, file: "m.safetensors")
        for tensor in file.tensors { _ = try file.values(of: tensor) }
      }
      #expect(error != nil || bytes.count == fixture.count)
      if case .malformedBytes(_, let byte, _)? = error { #expect((0...bytes.count).contains(byte)) }
    }
  }
}
