#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An array between two pages that cannot be touched: an access outside of it ends the process, even one that a
/// sanitizer would miss in a masked load.
final class GuardedArray<Element: BitwiseCopyable> {
  enum Placement: CaseIterable {
    /// The last element ends where the forbidden page begins.
    case end
    /// The first element begins where the forbidden page ends.
    case start
  }

  let pointer: UnsafeMutablePointer<Element>
  let count: Int
  private let base: UnsafeMutableRawPointer
  private let mapped: Int

  /// `offset` bytes are left free on the guarded side, to try every alignment.
  init(count: Int, of value: Element, at placement: Placement = .end, offset: Int = 0) {
    let page = Int(getpagesize())
    let bytes = count * MemoryLayout<Element>.stride + offset
    let pages = max(1, (bytes + page - 1) / page)
    mapped = (pages + 2) * page
    #if canImport(Darwin)
      let anonymous = MAP_PRIVATE | MAP_ANON
    #else
      let anonymous = MAP_PRIVATE | MAP_ANONYMOUS
    #endif
    base = mmap(nil, mapped, PROT_NONE, anonymous, -1, 0)!
    precondition(base != MAP_FAILED && mprotect(base + page, pages * page, PROT_READ | PROT_WRITE) == 0)
    let inside = base + page
    let start = placement == .start ? inside + offset : inside + (pages * page - bytes)
    pointer = start.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
    pointer.initialize(repeating: value, count: count)
  }

  convenience init(_ values: [Element], at placement: Placement = .end, offset: Int = 0) {
    if let first = values.first {
      self.init(count: values.count, of: first, at: placement, offset: offset)
      for (index, value) in values.enumerated() { pointer[index] = value }
    } else {
      // Nothing may be touched, so what the page would hold does not matter.
      self.init(count: 0, of: unsafeBitCast(UInt64(0), to: Element.self), at: placement, offset: offset)
    }
  }

  deinit { munmap(base, mapped) }

  var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
