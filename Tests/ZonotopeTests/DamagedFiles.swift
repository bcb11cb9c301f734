import Testing

@testable import Zonotope

/// All prefixes of `bytes`, and all texts that differ from it in one byte: each bit flipped, 0 and 255.
func damaged(_ bytes: [UInt8]) -> [[UInt8]] {
  var results = bytes.indices.map { Array(bytes[..<$0]) }
  for k in bytes.indices {
    for replacement in (0..<8).map({ bytes[k] ^ (1 << $0) }) + [0, 255] where replacement != bytes[k] {
      var copy = bytes
      copy[k] = replacement
      results.append(copy)
    }
  }
  return results
}

/// Reading any of these ends in an error that names a byte of the file.
func expectDamageRefused(_ files: [[UInt8]], _ read: ([UInt8]) throws(ZonotopeError) -> Void) {
  for bytes in files {
    guard case .malformedBytes(_, let byte, _)? = failure({ () throws(ZonotopeError) in try read(bytes) })
    else {
      Issue.record("a damaged file of \(bytes.count) bytes was accepted")
      continue
    }
    #expect(byte >= 0 && byte <= bytes.count)
  }
}
