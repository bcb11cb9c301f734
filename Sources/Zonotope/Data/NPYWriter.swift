extension NPYArray {
  /// The bytes of a .npy file, version 1.0, with little-endian doubles that start at a multiple of 64 bytes.
  ///
  /// - Parameters:
  ///   - shape: one to three sizes.
  ///   - values: the elements, the last index running fastest.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` when the sizes do not multiply to the number of values.
  public static func encode(shape: [Int], values: [Double]) throws(ZonotopeError) -> [UInt8] {
    try values.withUnsafeBufferPointer { (values) throws(ZonotopeError) in
      var bytes = try header(shape, count: values.count)
      append(values, to: &bytes)
      return bytes
    }
  }

  /// The bytes of a .npy file of two dimensions.
  public static func encode(_ matrix: MatrixView) throws(ZonotopeError) -> [UInt8] {
    let count = try product(matrix.rows, matrix.columns, place: "matrix")
    var bytes = try header([matrix.rows, matrix.columns], count: count)
    for k in 0..<matrix.rows {
      append(UnsafeBufferPointer(start: matrix.row(k), count: matrix.columns), to: &bytes)
    }
    return bytes
  }

  /// Writes a matrix to a file, whole or not at all.
  public static func write(_ matrix: MatrixView, to path: String) throws(ZonotopeError) {
    try AtomicFile.write(encode(matrix), to: path)
  }

  private static func header(_ shape: [Int], count: Int) throws(ZonotopeError) -> [UInt8] {
    guard (1...3).contains(shape.count) else {
      throw .invalid(place: "shape", reason: "\(shape.count) dimensions, supported are 1, 2 and 3")
    }
    var claimed = 1
    for size in shape { claimed = try product(claimed, size, place: "shape") }
    guard claimed == count else {
      throw .invalid(place: "shape", reason: "\(shape) holds \(claimed) values, not \(count)")
    }
    var bytes = header(shape, descriptor: "<f8")
    bytes.reserveCapacity(bytes.count + 8 * count)
    return bytes
  }

  /// What goes before the elements, a multiple of 64 bytes.
  ///
  /// - Parameter descriptor: the type of the elements, as NumPy names it.
  static func header(_ shape: [Int], descriptor: String) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Ten bytes go before the dictionary and a line break after its padding.
    let total = (10 + dictionary.utf8.count + 1 + 63) / 64 * 64
    let length = total - 10
    var bytes: [UInt8] = [0x93]
    bytes.append(contentsOf: "NUMPY".utf8)
    bytes.append(contentsOf: [1, 0, UInt8(length & 255), UInt8(length >> 8)])
    bytes.append(contentsOf: dictionary.utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: total - bytes.count - 1))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func append(_ values: UnsafeBufferPointer<Double>, to bytes: inout [UInt8]) {
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }
}
