/// An array of numbers from a .npy file, or for one.
///
/// Reads format versions 1 to 3 with elements of type f4, f8, i1 to i8, u1 to u8 (either byte order) and b1, in C
/// or Fortran order, of one to three dimensions. Writes version 1.0, little-endian f8 in C order.
public struct NPYArray: Sendable {
  /// One to three sizes; 0 is allowed.
  public let shape: [Int]
  /// The elements, the last index running fastest.
  let values: Vector

  /// Reads a file.
  ///
  /// - Parameter memory: the most bytes that file and numbers may take.
  /// - Throws: ``ZonotopeError/malformedBytes(file:byte:reason:)`` with the place of the first violation,
  ///   ``ZonotopeError/inputOutput(path:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    let source = try FileBytes(path: path, budget: memory)
    self = try source.withBytes { (bytes) throws(ZonotopeError) in
      try NPYArray(bytes, file: path, memory: memory)
    }
  }

  /// Reads an array in memory; `file` names it in messages.
  public init(bytes: [UInt8], file: String) throws(ZonotopeError) {
    self = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try NPYArray(bytes, file: file, memory: .max)
    }
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, memory: Int) throws(ZonotopeError) {
    let header = try NPYHeader(bytes, file: file)
    let data = UnsafeRawBufferPointer(bytes)[header.dataStart...]
    var count = 1
    for size in header.shape { count = try product(count, size, place: "\(file): shape") }
    let claimed = try product(count, header.width, place: "\(file): shape")
    guard claimed <= data.count else {
      throw header.error(
        at: bytes.count, "the file ends after \(data.count) of \(claimed) bytes of elements")
    }
    guard claimed == data.count else {
      throw header.error(at: header.dataStart + claimed, "something follows the last element")
    }
    let needed = try product(count, 8, place: "\(file): shape") + bytes.count
    if needed > memory {
      throw .memoryBudget(purpose: "the array of \(file)", needed: needed, budget: memory)
    }
    let read = try Vector(count)
    if let wrong = Self.decode(UnsafeRawBufferPointer(rebasing: data), header, into: read) {
      throw header.error(
        at: header.dataStart + wrong * header.width,
        header.kind == .bool ? "a truth value is 0 or 1" : "no double holds this integer exactly")
    }
    shape = header.shape
    values = header.fortranOrder ? try Self.reordered(read, shape) : read
  }

  /// Converts all elements; the result is the index of the first that a double cannot hold.
  private static func decode(
    _ data: UnsafeRawBufferPointer, _ header: NPYHeader, into target: Vector
  ) -> Int? {
    switch (header.kind, header.width) {
    case (.float, 4):
      return convert(data, UInt32.self, header, target) { Double(Float(bitPattern: $0)) }
    case (.float, _): return convert(data, UInt64.self, header, target) { Double(bitPattern: $0) }
    case (.bool, _): return convert(data, UInt8.self, header, target) { $0 < 2 ? Double($0) : nil }
    case (.signed, 1): return convert(data, Int8.self, header, target) { Double($0) }
    case (.signed, 2): return convert(data, Int16.self, header, target) { Double($0) }
    case (.signed, 4): return convert(data, Int32.self, header, target) { Double($0) }
    case (.signed, _): return convert(data, Int64.self, header, target) { Double(exactly: $0) }
    case (.unsigned, 1): return convert(data, UInt8.self, header, target) { Double($0) }
    case (.unsigned, 2): return convert(data, UInt16.self, header, target) { Double($0) }
    case (.unsigned, 4): return convert(data, UInt32.self, header, target) { Double($0) }
    case (.unsigned, _): return convert(data, UInt64.self, header, target) { Double(exactly: $0) }
    }
  }

  @inline(__always)
  private static func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ data: UnsafeRawBufferPointer, _ type: Stored.Type, _ header: NPYHeader, _ target: Vector,
    _ value: (Stored) -> Double?
  ) -> Int? {
    let bigEndian = header.bigEndian
    for k in 0..<target.count {
      let stored = data.loadUnaligned(fromByteOffset: k * MemoryLayout<Stored>.size, as: type)
      guard let number = value(bigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored)) else {
        return k
      }
      target.pointer[k] = number
    }
    return nil
  }

  /// From the first index running fastest to the last.
  private static func reordered(_ source: Vector, _ shape: [Int]) throws(ZonotopeError) -> Vector {
    let target = try Vector(source.count)
    let padded = shape + [Int](repeating: 1, count: 3 - shape.count)
    var next = 0
    for i in 0..<padded[0] {
      for j in 0..<padded[1] {
        for k in 0..<padded[2] {
          target[next] = source[i + padded[0] * (j + padded[1] * k)]
          next += 1
        }
      }
    }
    return target
  }

  /// The array as a matrix; one dimension makes one column.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for three dimensions.
  public func matrix() throws(ZonotopeError) -> MatrixView {
    guard shape.count < 3 else {
      throw .invalid(place: "shape", reason: "three dimensions, a matrix has two")
    }
    return MatrixView(values, rows: shape[0], columns: shape.count == 1 ? 1 : shape[1])
  }

  /// A row for every block: shape (n, s, d) makes n rows of s * d. What has fewer dimensions is as in ``matrix()``.
  func blockRows() throws(ZonotopeError) -> MatrixView {
    guard shape.count == 3 else { return try matrix() }
    return MatrixView(values, rows: shape[0], columns: try product(shape[1], shape[2], place: "shape"))
  }

  /// The rows of all blocks, one below the other: shape (n, s, d) makes n * s rows of d. What has fewer
  /// dimensions is as in ``matrix()``.
  public func stackedRows() throws(ZonotopeError) -> MatrixView {
    guard shape.count == 3 else { return try matrix() }
    return MatrixView(
      values, rows: try product(shape[0], shape[1], place: "shape"), columns: shape[2])
  }
}
