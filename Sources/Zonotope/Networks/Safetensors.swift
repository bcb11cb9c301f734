/// The tensors of a .safetensors file: eight bytes of header length, a JSON header, raw elements.
///
/// Nothing in the format can be executed; everything it claims is checked before it is believed.
struct SafetensorsFile: Sendable {
  enum ElementType: String, Sendable, CaseIterable {
    case f64 = "F64"
    case f32 = "F32"
    case i64 = "I64"
    case u8 = "U8"

    var width: Int {
      switch self {
      case .f64, .i64: 8
      case .f32: 4
      case .u8: 1
      }
    }
  }

  struct Tensor: Sendable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Where its elements are in the file.
    let bytes: Range<Int>
    /// Where its name is in the file.
    let place: Int

    var count: Int { bytes.count / type.width }
  }

  /// The texts under `__metadata__`.
  let metadata: [String: String]
  /// Where the name of each text is in the file.
  let metadataPlaces: [String: Int]
  /// In the order of their bytes in the file.
  let tensors: [Tensor]

  private let source: FileBytes

  init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(FileBytes(path: path, budget: memory))
  }

  /// - Throws: ``ZonotopeError/malformedBytes(file:byte:reason:)``.
  init(_ source: FileBytes) throws(ZonotopeError) {
    let header = try source.withBytes { (bytes) throws(ZonotopeError) in
      try SafetensorsHeader(bytes, file: source.name)
    }
    self.source = source
    metadata = header.metadata
    metadataPlaces = header.metadataPlaces
    tensors = header.tensors
  }

  init(bytes: [UInt8], file: String) throws(ZonotopeError) {
    let source = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try FileBytes(bytes, name: file)
    }
    try self.init(source)
  }

  private init(_ source: FileBytes, tensors: [Tensor]) {
    (self.source, self.tensors) = (source, tensors)
    (metadata, metadataPlaces) = ([:], [:])
  }

  /// The tensors whose names begin with a prefix, without it: a file within the file.
  func section(_ prefix: String) -> SafetensorsFile {
    SafetensorsFile(
      source,
      tensors: tensors.filter { $0.name.utf8.starts(with: prefix.utf8) }.map {
        Tensor(
          name: String($0.name.dropFirst(prefix.count)), type: $0.type, shape: $0.shape, bytes: $0.bytes,
          place: $0.place)
      })
  }

  /// The tensor with the given name, nil when there is none.
  func tensor(_ name: String) -> Tensor? { tensors.first { $0.name.equalsInBytes(name) } }

  /// The bytes of all tensors together.
  func withData<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    source.withBytes { bytes in
      body(UnsafeBufferPointer(rebasing: bytes[(tensors.first?.bytes.lowerBound ?? bytes.count)...]))
    }
  }

  /// The elements of a tensor, the last index running fastest.
  ///
  /// - Throws: ``ZonotopeError/malformedBytes(file:byte:reason:)`` for an integer that no double holds.
  func values(of tensor: Tensor) throws(ZonotopeError) -> Vector {
    let target = try Vector(tensor.count)
    try source.withBytes { (bytes) throws(ZonotopeError) in
      let data = UnsafeRawBufferPointer(bytes)
      for k in 0..<tensor.count {
        let place = tensor.bytes.lowerBound + k * tensor.type.width
        switch tensor.type {
        case .f64:
          let bits = UInt64(littleEndian: data.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          target.pointer[k] = Double(bitPattern: bits)
        case .f32:
          let bits = UInt32(littleEndian: data.loadUnaligned(fromByteOffset: place, as: UInt32.self))
          target.pointer[k] = Double(Float(bitPattern: bits))
        case .i64:
          let integer = Int64(littleEndian: data.loadUnaligned(fromByteOffset: place, as: Int64.self))
          guard let value = Double(exactly: integer) else {
            throw .malformedBytes(
              file: source.name, byte: place, reason: "no double holds the integer \(integer) exactly")
          }
          target.pointer[k] = value
        case .u8: target.pointer[k] = Double(data[place])
        }
      }
    }
    return target
  }
}
