/// Reads and checks the header of a .safetensors file.
struct SafetensorsHeader {
  private(set) var metadata: [String: String] = [:]
  private(set) var metadataPlaces: [String: Int] = [:]
  private(set) var tensors: [SafetensorsFile.Tensor] = []

  /// What the reference implementation allows.
  private static let longest = 100_000_000

  private let file: String
  /// Where the elements start.
  private let dataStart: Int
  private let dataCount: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(ZonotopeError) {
    self.file = file
    guard bytes.count >= 8 else {
      throw .malformedBytes(file: file, byte: bytes.count, reason: "the file ends in the header length")
    }
    let stored = UnsafeRawBufferPointer(bytes).loadUnaligned(as: UInt64.self)
    guard let length = Int(exactly: UInt64(littleEndian: stored)), length <= Self.longest,
      length <= bytes.count - 8
    else {
      throw .malformedBytes(file: file, byte: 0, reason: "the header is said to end after the file")
    }
    dataStart = 8 + length
    dataCount = bytes.count - dataStart
    let text = UnsafeBufferPointer(rebasing: bytes[8..<dataStart])
    guard text.first == UInt8(ascii: "{") else { throw error(at: 8, "the header must start with '{'") }
    try JSONScanner.checkMemory(text, name: file)
    let document: JSONValue
    do throws(JSONFault) {
      document = try JSONScanner.scan(text)
    } catch {
      throw error.bytes(file: file, offset: 8)
    }
    guard case .object(let members) = document else {
      throw error(at: 8, "the header must be an object")
    }
    var places: [(tensor: SafetensorsFile.Tensor, byte: Int)] = []
    for member in members {
      if member.name == "__metadata__" {
        try readMetadata(member)
      } else {
        places.append((try tensor(member), 8 + member.byte))
      }
    }
    try checkCover(&places)
    tensors = places.map(\.tensor)
  }

  private func error(at byte: Int, _ reason: String) -> ZonotopeError {
    .malformedBytes(file: file, byte: byte, reason: reason)
  }

  private mutating func readMetadata(_ member: JSONMember) throws(ZonotopeError) {
    guard case .object(let entries) = member.value else {
      throw error(at: 8 + member.byte, "'__metadata__' is \(member.value.kind), not an object")
    }
    for entry in entries {
      guard let text = entry.value.text else {
        throw error(at: 8 + entry.byte, "metadata are texts, '\(entry.name)' is \(entry.value.kind)")
      }
      guard metadata.updateValue(text, forKey: entry.name) == nil else {
        throw error(at: 8 + entry.byte, "the name '\(entry.name)' occurs twice")
      }
      metadataPlaces[entry.name] = 8 + entry.byte
    }
  }

  private func tensor(_ member: JSONMember) throws(ZonotopeError) -> SafetensorsFile.Tensor {
    let place = 8 + member.byte
    guard case .object(let entries) = member.value else {
      throw error(at: place, "the tensor '\(member.name)' is \(member.value.kind), not an object")
    }
    for entry in entries where !["dtype", "shape", "data_offsets"].contains(entry.name) {
      throw error(at: 8 + entry.byte, "the key '\(entry.name)' is not known")
    }
    guard let dtype = member.value["dtype"], let shape = member.value["shape"],
      let offsets = member.value["data_offsets"]
    else { throw error(at: place, "'\(member.name)' needs dtype, shape and data_offsets") }
    guard let type = dtype.text.flatMap(SafetensorsFile.ElementType.init(rawValue:)) else {
      throw error(at: place, "the dtype of '\(member.name)' is not one of F64, F32, I64, U8")
    }
    guard let sizes = Self.sizes(shape) else {
      throw error(at: place, "the shape of '\(member.name)' is not a list of sizes")
    }
    guard let range = Self.sizes(offsets), range.count == 2, range[0] <= range[1] else {
      throw error(at: place, "the offsets of '\(member.name)' are not a start and an end")
    }
    guard range[1] <= dataCount else {
      throw error(at: place, "'\(member.name)' ends at \(range[1]) of \(dataCount) bytes of data")
    }
    var bytes = type.width
    for size in sizes { bytes = try product(bytes, size, place: "\(file): shape of '\(member.name)'") }
    guard bytes == range[1] - range[0] else {
      throw error(at: place, "'\(member.name)' has \(range[1] - range[0]) bytes, its shape needs \(bytes)")
    }
    return SafetensorsFile.Tensor(
      name: member.name, type: type, shape: sizes, bytes: (dataStart + range[0])..<(dataStart + range[1]),
      place: place)
  }

  private static func sizes(_ value: JSONValue) -> [Int]? {
    guard case .numbers(let numbers) = value else { return nil }
    var sizes: [Int] = []
    for number in numbers {
      guard let size = JSONValue.number(number).integer, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// The tensors must follow each other without overlap or gap and end with the file.
  private func checkCover(
    _ places: inout [(tensor: SafetensorsFile.Tensor, byte: Int)]
  ) throws(ZonotopeError) {
    places.sort {
      let (a, b) = ($0.tensor.bytes, $1.tensor.bytes)
      return (a.lowerBound, a.upperBound, $0.byte) < (b.lowerBound, b.upperBound, $1.byte)
    }
    var end = dataStart
    for (tensor, byte) in places {
      guard tensor.bytes.lowerBound == end else {
        let what = tensor.bytes.lowerBound < end ? "overlaps the tensor" : "leaves a gap after the tensor"
        throw error(at: byte, "'\(tensor.name)' \(what) before it")
      }
      end = tensor.bytes.upperBound
    }
    guard end == dataStart + dataCount else { throw error(at: end, "bytes that belong to no tensor") }
  }
}
