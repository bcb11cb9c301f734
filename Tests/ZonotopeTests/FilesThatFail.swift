import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct FilesThatFail {
  private func contents(_ path: String) throws -> [UInt8] {
    try FileBytes(path: path).withBytes { Array($0) }
  }

  private func reason(_ error: ZonotopeError?) -> String? {
    guard case .inputOutput(_, let reason)? = error else { return nil }
    return reason
  }

  @Test func writesAndReplaces() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1, 2, 3], to: folder("a"))
    #expect(try contents(folder("a")) == [1, 2, 3])
    try AtomicFile.write([], to: folder("a"))
    #expect(try contents(folder("a")) == [])
    #expect(folder.names == ["a"])
  }

  @Test func keepsPermissionsAndFollowsLinks() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1], to: folder("a"))
    chmod(folder("a"), 0o640)
    symlink("a", folder("link"))
    try AtomicFile.write([2], to: folder("link"))
    var status = stat()
    #expect(lstat(folder("a"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(lstat(folder("link"), &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    #expect(try contents(folder("a")) == [2])
    symlink("nowhere", folder("loose"))
    #expect(
      reason(failure { () throws(ZonotopeError) in try AtomicFile.write([1], to: folder("loose")) }) != nil)
  }

  @Test func aFullDeviceIsAnError() {
    guard access("/dev/full", W_OK) == 0 else { return }
    let error = failure { () throws(ZonotopeError) in try AtomicFile.write([1, 2, 3], to: "/dev/full") }
    #expect(error == .inputOutput(path: "/dev/full", reason: String(cString: strerror(ENOSPC))))
  }

  @Test func aParentThatIsNoFolderIsAnError() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1], to: folder("file"))
    let path = folder("file/below")
    #expect(
      failure { () throws(ZonotopeError) in try AtomicFile.write([1], to: path) }
        == .inputOutput(path: path, reason: String(cString: strerror(ENOTDIR))))
    let absent = folder("absent/file")
    #expect(
      failure { () throws(ZonotopeError) in try AtomicFile.write([1], to: absent) }
        == .inputOutput(path: absent, reason: String(cString: strerror(ENOENT))))
    #expect(reason(failure { () throws(ZonotopeError) in try AtomicFile.write([1], to: folder.path) }) != nil)
    #expect(reason(failure { () throws(ZonotopeError) in try AtomicFile.write([1], to: "") }) != nil)
  }

  /// The limit holds for all threads, so it is far above what other tests write.
  @Test func theOldFileSurvivesAFailedWrite() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([7, 8], to: folder("a"))
    var before = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
      let resource = RLIMIT_FSIZE
    #endif
    #expect(getrlimit(resource, &before) == 0)
    let handler = signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: 16 << 20, rlim_max: before.rlim_max)
    #expect(setrlimit(resource, &limit) == 0)
    let big = [UInt8](repeating: 1, count: 17 << 20)
    let error = failure { () throws(ZonotopeError) in try AtomicFile.write(big, to: folder("a")) }
    setrlimit(resource, &before)
    signal(SIGXFSZ, handler)
    #expect(reason(error) == String(cString: strerror(EFBIG)))
    #expect(folder.names == ["a"])
    #expect(try contents(folder("a")) == [7, 8])
  }

  @Test func writesIntoAPipe() throws {
    let folder = TemporaryFolder()
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    // Open at both ends, so that nothing blocks.
    let descriptor = open(folder("pipe"), O_RDWR)
    defer { close(descriptor) }
    try AtomicFile.write([4, 5], to: folder("pipe"))
    var bytes: [UInt8] = [0, 0, 0]
    #expect(read(descriptor, &bytes, 3) == 2)
    #expect(bytes == [4, 5, 0])
  }

  @Test func readsWithinABudget() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([UInt8](repeating: 1, count: 100), to: folder("a"))
    #expect(try FileBytes(path: folder("a"), budget: 100).count == 100)
    #expect(
      failure { () throws(ZonotopeError) in try FileBytes(path: folder("a"), budget: 99) }
        == .memoryBudget(purpose: "reading \(folder("a"))", needed: 100, budget: 99))
    guard access("/dev/zero", R_OK) == 0 else { return }
    guard
      case .memoryBudget? = failure({ () throws(ZonotopeError) in
        try FileBytes(path: "/dev/zero", budget: 1_000_000)
      })
    else {
      Issue.record("an endless file must exceed the budget")
      return
    }
  }

  @Test func readsFilesWithoutASize() throws {
    guard access("/proc/self/status", R_OK) == 0 else { return }
    #expect(try FileBytes(path: "/proc/self/status").count > 0)
  }

  @Test func namesWhatCannotBeRead() {
    let folder = TemporaryFolder()
    #expect(
      failure { () throws(ZonotopeError) in try FileBytes(path: folder.path) }
        == .inputOutput(path: folder.path, reason: String(cString: strerror(EISDIR))))
    #expect(
      failure { () throws(ZonotopeError) in try FileBytes(path: folder("none")) }
        == .inputOutput(path: folder("none"), reason: String(cString: strerror(ENOENT))))
    #expect(reason(failure { () throws(ZonotopeError) in try FileBytes(path: "a\0b") }) != nil)
  }
}
