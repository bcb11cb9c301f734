#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a file, in memory, with the name that messages use.
struct FileBytes: Sendable {
  let name: String
  let count: Int
  private let storage: Buffer<UInt8>

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: storage.pointer, count: count) }

  /// Keeps the storage alive while `body` looks at it.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(storage) { () throws(Failure) in try body(bytes) }
  }

  /// Bytes that are in memory already, copied.
  init(_ bytes: UnsafeBufferPointer<UInt8>, name: String) throws(ZonotopeError) {
    self.name = name
    count = bytes.count
    storage = try Buffer(copying: bytes)
  }

  /// Reads a file, or a pipe to its end.
  ///
  /// - Parameter budget: the most bytes to read.
  /// - Throws: ``ZonotopeError/inputOutput(path:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``.
  init(path: String, budget: Int = .max) throws(ZonotopeError) {
    name = path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .inputOutput(path: path, reason: "not a file name")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .system(path, EISDIR) }
    let size = Int(status.st_size)
    let regular = status.st_mode & S_IFMT == S_IFREG
    if regular, size > budget {
      throw .memoryBudget(purpose: "reading \(path)", needed: size, budget: budget)
    }
    // One byte more than the file claims, so that its end is seen without growing. Files of the kernel
    // claim none at all.
    var buffer = try Buffer<UInt8>(regular && size > 0 ? size + 1 : 65536)
    var filled = 0
    while true {
      if filled == buffer.count {
        let larger = try Buffer<UInt8>(product(buffer.count, 2, place: path))
        larger.pointer.update(from: buffer.pointer, count: filled)
        buffer = larger
      }
      let got = Self.read(descriptor, buffer.pointer + filled, buffer.count - filled)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .system(path, errno) }
      if got == 0 { break }
      filled += got
      guard filled <= budget else {
        throw .memoryBudget(purpose: "reading \(path)", needed: filled, budget: budget)
      }
    }
    storage = buffer
    count = filled
  }

  private static func read(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, target, count)
    #else
      Darwin.read(descriptor, target, count)
    #endif
  }
}

extension ZonotopeError {
  /// What the operating system says about a failed call.
  static func system(_ path: String, _ code: Int32) -> ZonotopeError {
    .inputOutput(path: path, reason: String(cString: strerror(code)))
  }
}
