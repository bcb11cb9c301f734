#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a caller wants large arrays to come from.
public struct Allocator: Sendable {
  let allocate: @Sendable (_ bytes: Int) -> UnsafeMutableRawPointer?
  let release: @Sendable (UnsafeMutableRawPointer) -> Void

  public init(
    allocate: @escaping @Sendable (_ bytes: Int) -> UnsafeMutableRawPointer?,
    release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
  ) {
    self.allocate = allocate
    self.release = release
  }

  /// That of the calling thread or task; nil for the system's. Threads that a solve starts allocate nothing.
  @TaskLocal static var current: Allocator?

  /// Does work whose large arrays come from this allocator.
  public func providing<Result>(
    _ work: () throws(ZonotopeError) -> Result
  ) throws(ZonotopeError) -> Result {
    var result: Swift.Result<Result, ZonotopeError>?
    Self.$current.withValue(self) {
      do throws(ZonotopeError) {
        result = .success(try work())
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { preconditionFailure("the work above sets a result") }
    return try result.get()
  }
}

/// A block of zeroed memory on a boundary of 64 bytes, given back to where it came from.
struct Allocation {
  let start: UnsafeMutableRawPointer
  private let block: UnsafeMutableRawPointer
  private let allocator: Allocator?

  /// - Parameter bytes: far below `Int.max`, as ``product(_:_:place:)`` makes sure.
  init(bytes: Int) throws(ZonotopeError) {
    allocator = Allocator.current
    if let allocator {
      guard let block = allocator.allocate(bytes + 64) else { throw .outOfMemory(bytes: bytes) }
      self.block = block
      start = block + (64 - Int(bitPattern: block) & 63)
      memset(start, 0, bytes)
    } else {
      // The system has zeros at hand, and large blocks cost nothing until they are used.
      guard let block = calloc(1, bytes + 64) else { throw .outOfMemory(bytes: bytes) }
      self.block = block
      start = block + (64 - Int(bitPattern: block) & 63)
      useLargePages(bytes)
    }
  }

  /// Pages of 2 MB where the system has them for who asks: the first use of a block is otherwise one interruption for
  /// every 4 kB, which takes longer than a pass over it.
  private func useLargePages(_ bytes: Int) {
    #if canImport(Glibc)
      let page = 1 << 21
      guard bytes >= 2 * page else { return }
      let first = (Int(bitPattern: start) + page - 1) & -page, last = (Int(bitPattern: start) + bytes) & -page
      if last > first { _ = madvise(UnsafeMutableRawPointer(bitPattern: first), last - first, MADV_HUGEPAGE) }
    #endif
  }

  func release() {
    if let allocator { allocator.release(block) } else { free(block) }
  }
}

/// Gives memory that was freed back to the system, where that is up to the program: before something large takes its place.
func returnFreedMemory() {
  #if canImport(Glibc)
    // Its header is in no module.
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
  #endif
}

extension Allocation {
  /// Asks for memory and gives it back at once.
  ///
  /// Arrays of the standard library end the process where there is none left. Before they grow with the data, this
  /// turns that into an error, as long as no other thread takes the memory in between.
  static func probe(bytes: Int) throws(ZonotopeError) {
    // Several arrays take a little more than one, for their headers and the ends of their pages.
    try Allocation(bytes: bytes + bytes / 16).release()
  }
}
