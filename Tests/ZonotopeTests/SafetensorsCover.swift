import Testing

@testable import Zonotope

private func file(_ header: String, data: Int) -> [UInt8] {
  var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
  bytes += Array(header.utf8)
  return bytes + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

private func open(_ bytes: [UInt8]) throws(ZonotopeError) -> SafetensorsFile {
  try SafetensorsFile(bytes: bytes, file: "m.safetensors")
}

private func byte(_ error: ZonotopeError?) -> Int? {
  guard case .malformedBytes("m.safetensors", let byte, _)? = error else { return nil }
  return byte
}

private func example() throws -> [UInt8] {
  var writer = SafetensorsWriter(metadata: ["format": "zonotope", "card": "{\"a\": 1}"])
  try writer.add("weights", shape: [2, 2], values: [1.5, -2, 0.1, .infinity])
  try writer.add("bits", shape: [3], values: [1, 0, 255] as [UInt8])
  try writer.add("single", shape: [], values: [0.25] as [Float])
  try writer.add("bias", shape: [1], values: [-7] as [Int64])
  try writer.add("none", shape: [0, 4], values: [] as [Double])
  return writer.encode()
}

@Suite struct SafetensorsCover {
  @Test func roundTrips() throws {
    let bytes = try example()
    #expect(try bytes == example())
    #expect(bytes[0] % 8 == 0)
    let file = try open(bytes)
    #expect(file.metadata == ["format": "zonotope", "card": "{\"a\": 1}"])
    #expect(file.tensors.map(\.name) == ["bias", "none", "weights", "single", "bits"])
    let expected: [(String, [Int], [Double])] = [
      ("weights", [2, 2], [1.5, -2, 0.1, .infinity]), ("bits", [3], [1, 0, 255]), ("single", [], [0.25]),
      ("bias", [1], [-7]), ("none", [0, 4], []),
    ]
    for (name, shape, values) in expected {
      let tensor = try #require(file.tensor(name))
      #expect(tensor.shape == shape)
      #expect(try file.values(of: tensor).array == values)
    }
    #expect(file.tensor("other") == nil)
    let dataBytes: Int = file.withData { $0.count }
    #expect(dataBytes == 47)
  }

  @Test func headerLooks() throws {
    var writer = SafetensorsWriter()
    try writer.add("b", shape: [1], values: [1.0])
    try writer.add("a", shape: [1], values: [2] as [UInt8])
    let text =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"#
      + #""b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#
    #expect(String(decoding: writer.encode()[8..<(8 + text.utf8.count)], as: UTF8.self) == text)
    #expect(failure { () throws(ZonotopeError) in try writer.add("a", shape: [1], values: [1.0]) } != nil)
    #expect(failure { () throws(ZonotopeError) in try writer.add("c", shape: [2], values: [1.0]) } != nil)
  }

  @Test func empty() throws {
    #expect(try open(file("{}", data: 0)).tensors.isEmpty)
    #expect(try open(SafetensorsWriter().encode()).tensors.isEmpty)
  }

  /// Headers over eight bytes of data, with the byte of the complaint.
  @Test(arguments: [
    (#"{}"#, 10), (#" {}"#, 8), (#"[]"#, 8), (#"{"a":1}"#, 9), (#"{"a":{"dtype":"F64","shape":[1]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8],"x":1}}"#, 61),
    (#"{"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[1.5],"data_offsets":[0,8]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}"#, 9),
    (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8,8]}}"#, 9),
    (#"{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,8]}}"#, 9),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, 9),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 61 + 4),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}}"#,
      61
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}}"#,
      61
    ),
    (#"{"__metadata__":{"k":1}}"#, 25), (#"{"__metadata__":[]}"#, 9), (#"{"a":{},"a":{}}"#, 16),
    (#"{"a":}"#, 13),
  ])
  func refuses(header: String, expected: Int) {
    #expect(byte(failure { () throws(ZonotopeError) in try open(file(header, data: 8)) }) == expected)
  }

  @Test func refusesLengthsBeyondTheFile() {
    for length: UInt64 in [3, 100_000_001, 1 << 40, 1 << 63, .max] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array("{}".utf8)
      #expect(byte(failure { () throws(ZonotopeError) in try open(bytes) }) == 0)
    }
    let huge =
      #"{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#
    #expect(
      failure { () throws(ZonotopeError) in try open(file(huge, data: 8)) }
        == .sizeOverflow(place: "m.safetensors: shape of 'a'"))
  }

  @Test func refusesIntegersThatWouldChange() throws {
    var writer = SafetensorsWriter()
    try writer.add("a", shape: [1], values: [(1 << 53) + 1] as [Int64])
    let file = try open(writer.encode())
    #expect(byte(failure { () throws(ZonotopeError) in try file.values(of: file.tensors[0]) }) != nil)
  }
}
