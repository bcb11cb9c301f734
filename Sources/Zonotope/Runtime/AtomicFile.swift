#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Replaces files whole: after a failure, a kill or a power cut there is the old file or the new one, never a
/// mix.
enum AtomicFile {
  /// Writes `bytes` to `path` by way of a temporary in the same directory.
  ///
  /// The permissions of an existing file stay; a new file gets those of the umask. A symbolic link is followed.
  /// What exists and is not a regular file (a pipe, a terminal, `/dev/stdout`) is written to directly.
  ///
  /// - Throws: ``ZonotopeError/inputOutput(path:reason:)``; the temporary is gone and the old file whole.
  static func write(_ bytes: [UInt8], to path: String) throws(ZonotopeError) {
    try bytes.withUnsafeBufferPointer { (source) throws(ZonotopeError) in try write(source, to: path) }
  }

  static func write(_ bytes: UnsafeBufferPointer<UInt8>, to path: String) throws(ZonotopeError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .inputOutput(path: path, reason: "not a file name")
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    let missing = exists ? 0 : errno
    if isDescriptor(path) || exists && status.st_mode & S_IFMT != S_IFREG {
      return try writeDirectly(bytes, to: path)
    }
    if !exists, missing != ENOENT { throw .system(path, missing) }
    let target = try resolved(path, exists: exists)
    let folder = directory(of: target)
    let (descriptor, temporary) = try createTemporary(in: folder, for: path)
    do throws(ZonotopeError) {
      try fill(descriptor, with: bytes, keeping: exists ? status : nil, path: path)
      guard rename(temporary, target) == 0 else { throw .system(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try synchronise(directory: folder, path: path)
  }

  /// Names of descriptors are written to without truncation: standard output may be a regular file that the
  /// shell has open, and replacing it would lose what is printed after.
  private static func isDescriptor(_ path: String) -> Bool {
    path == "/dev/stdout" || path == "/dev/stderr" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/")
  }

  private static func writeDirectly(_ bytes: UnsafeBufferPointer<UInt8>, to path: String)
    throws(ZonotopeError)
  {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, errno) }
    let failure = writeAll(bytes, descriptor)
    let closing = close(descriptor) == 0 ? 0 : errno
    if failure != 0 || closing != 0 { throw .system(path, failure != 0 ? failure : closing) }
  }

  private static func fill(
    _ descriptor: Int32, with bytes: UnsafeBufferPointer<UInt8>, keeping old: stat?, path: String
  ) throws(ZonotopeError) {
    var failure = writeAll(bytes, descriptor)
    if failure == 0, let old {
      // Only a privileged process may give files away; for others the owner is the same or changes.
      _ = fchown(descriptor, old.st_uid, old.st_gid)
      if fchmod(descriptor, old.st_mode & 0o777) != 0 { failure = errno }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw .system(path, failure) }
  }

  private static func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, _ descriptor: Int32) -> Int32 {
    guard let base = bytes.baseAddress else { return 0 }
    var done = 0
    while done < bytes.count {
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, base + done, bytes.count - done)
      #else
        let written = Darwin.write(descriptor, base + done, bytes.count - done)
      #endif
      if written < 0, errno == EINTR { continue }
      if written < 0 { return errno }
      done += written
    }
    return 0
  }

  /// Renaming onto a symbolic link would replace the link.
  private static func resolved(_ path: String, exists: Bool) throws(ZonotopeError) -> String {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
    guard exists else { throw .inputOutput(path: path, reason: "the symbolic link leads nowhere") }
    guard let real = realpath(path, nil) else { throw .system(path, errno) }
    defer { free(real) }
    return String(cString: real)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A file that did not exist before. `open` rather than `mkstemp`, which ignores the umask.
  private static func createTemporary(
    in folder: String, for path: String
  ) throws(ZonotopeError) -> (descriptor: Int32, name: String) {
    for _ in 0..<100 {
      let name = "\(folder)/.zonotope-\(String(UInt64.random(in: 0 ... .max), radix: 16)).tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, name) }
      if errno != EEXIST { throw .system(path, errno) }
    }
    throw .system(path, EEXIST)
  }

  /// Makes the new name itself survive a power cut.
  private static func synchronise(directory: String, path: String) throws(ZonotopeError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      // A folder may allow writing and not reading; nothing more can be done then.
      if errno == EACCES { return }
      throw .system(path, errno)
    }
    defer { close(descriptor) }
    // Some file systems have nothing to synchronise here and say EINVAL.
    if fsync(descriptor) != 0, errno != EINVAL { throw .system(path, errno) }
  }
}
