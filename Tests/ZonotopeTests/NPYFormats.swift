import Testing

@testable import Zonotope

/// Files as numpy 2.4 writes them: magic, version, header length, dictionary padded to the length, elements.
private func file(_ version: UInt8, _ length: Int, _ dictionary: String, _ hexadecimal: String) -> [UInt8] {
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
  bytes += (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  bytes += Array(dictionary.utf8)
  bytes += [UInt8](repeating: 0x20, count: max(0, length - dictionary.utf8.count - 1)) + [0x0A]
  let digits = Array(hexadecimal)
  for k in stride(from: 0, to: digits.count, by: 2) {
    bytes.append(UInt8(digits[k].hexDigitValue! << 4 | digits[k + 1].hexDigitValue!))
  }
  return bytes
}

private let plain = file(
  1, 118, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }",
  "000000000000f83f00000000000000c09a9999999999b93f355800662deb517e01000000000000000000000000000080")

private func array(_ bytes: [UInt8]) throws(ZonotopeError) -> NPYArray {
  try NPYArray(bytes: bytes, file: "a.npy")
}

private func byte(_ error: ZonotopeError?) -> Int? {
  guard case .malformedBytes("a.npy", let byte, _)? = error else { return nil }
  return byte
}

@Suite struct NPYFormats {
  @Test func readsDoubles() throws {
    let a = try array(plain)
    #expect(a.shape == [3, 2])
    #expect(a.values.array == [1.5, -2, 0.1, 3e300, 0x1p-1074, 0])
    let x = try a.matrix()
    #expect(x[1, 1] == 3e300)
    #expect(x[2, 1].sign == .minus)
  }

  @Test func writesTheBytesOfNumpy() throws {
    #expect(try NPYArray.encode(shape: [3, 2], values: [1.5, -2, 0.1, 3e300, 0x1p-1074, -0.0]) == plain)
    #expect(try NPYArray.encode(array(plain).matrix()) == plain)
  }

  @Test func readsFortranOrder() throws {
    let dictionary = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }"
    #expect(
      try array(file(1, 118, dictionary, "000100040002000500030006")).values.array == [1, 2, 3, 4, 5, 6])
    let three = try array(
      file(
        2, 116, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 2), }",
        "000000000000c040000000400000004100008040000020410000803f0000e04000004040000010410000a04000003041"))
    #expect(three.shape == [2, 3, 2])
    #expect(three.values.array == (0..<12).map(Double.init))
    #expect(failure { () throws(ZonotopeError) in try three.matrix() } != nil)
    let stacked = try three.stackedRows()
    #expect([stacked.rows, stacked.columns] == [6, 2])
  }

  @Test func readsOtherElements() throws {
    #expect(
      try array(file(3, 116, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", "010001")).values
        .array
        == [1, 0, 1])
    #expect(
      try array(
        file(
          1, 118, "{'descr': '>u8', 'fortran_order': False, 'shape': (2,), }",
          "00000000000000010020000000000000")
      ).values.array == [1, 0x1p53])
    let types: [(String, String, Double)] = [
      ("|i1", "ff", -1), ("|u1", "ff", 255), ("<i2", "feff", -2), (">u2", "0102", 258),
      ("<i4", "fdffffff", -3),
      (">i4", "fffffffd", -3), ("<u4", "ffffffff", 4_294_967_295), ("<i8", "fcffffffffffffff", -4),
      (">f4", "3fc00000", 1.5), (">f8", "3ff8000000000000", 1.5), ("<f8", "000000000000f07f", .infinity),
    ]
    for (type, data, value) in types {
      let a = try array(file(1, 118, "{'descr': '\(type)', 'fortran_order': False, 'shape': (1,), }", data))
      #expect(a.values.array == [value], "\(type)")
      #expect(try a.matrix().columns == 1)
    }
  }

  @Test func roundTrips() throws {
    for shape in [[0], [1], [7], [0, 3], [3, 0], [4, 2], [2, 3, 4]] {
      let values = (0..<shape.reduce(1, *)).map { 1 / Double($0 + 3) }
      let bytes = try NPYArray.encode(shape: shape, values: values)
      let a = try array(bytes)
      #expect(a.shape == shape)
      #expect(a.values.array == values)
      #expect((bytes.count - 8 * values.count) % 64 == 0)
    }
    #expect(failure { () throws(ZonotopeError) in try NPYArray.encode(shape: [2], values: [1]) } != nil)
    #expect(failure { () throws(ZonotopeError) in try NPYArray.encode(shape: [-1, -1], values: [1]) } != nil)
  }

  /// Shapes and types, with the byte of the complaint.
  @Test(arguments: [
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 128 + 8),
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }", 128 + 7),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", 128 + 8),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", 61),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 60),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1), }", 62),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1, 1), }", 60),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", 61),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (01,), }", 61),
    ("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }", 44),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 20),
    ("{'descr': '|f8', 'fortran_order': False, 'shape': (1,), }", 20),
    ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", 20),
    ("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 27),
    ("{'descr': '<f8', 'fortran_order': False, }", 51),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", 66),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x", 68),
  ])
  func refuses(dictionary: String, expected: Int) {
    let bytes = file(1, 118, dictionary, "0000000000000000")
    #expect(byte(failure { () throws(ZonotopeError) in try array(bytes) }) == expected)
  }

  @Test func refusesProductsThatOverflow() {
    let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }"
    #expect(
      failure { () throws(ZonotopeError) in try array(file(1, 118, dictionary, "")) }
        == .sizeOverflow(place: "a.npy: shape"))
  }

  @Test func refusesIntegersThatWouldChange() {
    let dictionary = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"
    let bytes = file(1, 118, dictionary, "00000000000000000100000000002000")
    #expect(byte(failure { () throws(ZonotopeError) in try array(bytes) }) == 128 + 8)
  }
}
