/// Writes .safetensors files; the same tensors give the same bytes.
///
/// Wider elements lie before narrower ones, so that each tensor is aligned to its elements; names are sorted by
/// their bytes within a width and in the header. The header is padded with spaces to a multiple of 8.
public struct SafetensorsWriter {
  private var entries: [(name: String, type: SafetensorsFile.ElementType, shape: [Int], bytes: [UInt8])] = []
  var metadata: [String: String] = [:]

  init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor of doubles, the last index running fastest.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for a name that is taken or a shape that does not fit.
  mutating func add(
    _ name: String, shape: [Int], values: UnsafeBufferPointer<Double>
  ) throws(ZonotopeError) {
    try check(name, shape, count: values.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * values.count)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    entries.append((name, .f64, shape, bytes))
  }

  mutating func add(_ name: String, shape: [Int], values: [Double]) throws(ZonotopeError) {
    try values.withUnsafeBufferPointer { (values) throws(ZonotopeError) in
      try add(name, shape: shape, values: values)
    }
  }

  mutating func add(_ name: String, shape: [Int], values: [Float]) throws(ZonotopeError) {
    try check(name, shape, count: values.count)
    var bytes: [UInt8] = []
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    entries.append((name, .f32, shape, bytes))
  }

  mutating func add(_ name: String, shape: [Int], values: [Int64]) throws(ZonotopeError) {
    try check(name, shape, count: values.count)
    var bytes: [UInt8] = []
    for value in values { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    entries.append((name, .i64, shape, bytes))
  }

  mutating func add(_ name: String, shape: [Int], values: [UInt8]) throws(ZonotopeError) {
    try check(name, shape, count: values.count)
    entries.append((name, .u8, shape, values))
  }

  private func check(_ name: String, _ shape: [Int], count: Int) throws(ZonotopeError) {
    guard name != "__metadata__", !entries.contains(where: { $0.name.equalsInBytes(name) }) else {
      throw .invalid(place: "tensors", reason: "the name '\(name)' is taken")
    }
    var claimed = 1
    for size in shape { claimed = try product(claimed, size, place: "tensors.\(name)") }
    guard claimed == count else {
      throw .invalid(place: "tensors.\(name)", reason: "\(shape) holds \(claimed) values, not \(count)")
    }
  }

  /// The bytes of the file.
  func encode() -> [UInt8] {
    let laidOut = entries.sorted {
      $0.type.width != $1.type.width
        ? $0.type.width > $1.type.width : $0.name.precedesInBytes($1.name)
    }
    var members: [JSONMember] = []
    var end = 0
    for entry in laidOut {
      let start = end
      end += entry.bytes.count
      members.append(
        JSONMember(
          entry.name,
          .object([
            JSONMember("dtype", .string(entry.type.rawValue)),
            JSONMember("shape", .numbers(entry.shape.map(Double.init))),
            JSONMember("data_offsets", .numbers([Double(start), Double(end)])),
          ])))
    }
    members.sort { $0.name.precedesInBytes($1.name) }
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.precedesInBytes($1.key) }
      let object = JSONValue.object(texts.map { JSONMember($0.key, .string($0.value)) })
      members.insert(JSONMember("__metadata__", object), at: 0)
    }
    var header = JSONWriter.encode(.object(members))
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header)
    for entry in laidOut { bytes.append(contentsOf: entry.bytes) }
    return bytes
  }
}
