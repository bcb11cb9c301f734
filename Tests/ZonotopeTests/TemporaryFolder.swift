import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of its own for each test, removed with what is in it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/zonotope-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { characters in
      mkdtemp(characters.baseAddress!).map { String(cString: $0) } ?? "/nonexistent"
    }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// The numbers that make a test repeatable.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The error that `body` throws, nil when it returns.
func failure<Result>(_ body: () throws(ZonotopeError) -> Result) -> ZonotopeError? {
  do throws(ZonotopeError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// The key that `body` says it does not support, nil when it returns.
func refusedKey<Result>(_ body: () throws -> Result) throws -> String? {
  do {
    _ = try body()
    return nil
  } catch ZonotopeError.unsupported(let key, _) {
    return key
  }
}
