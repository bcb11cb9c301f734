#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A run of elements on the heap whose allocation can fail without ending the process.
///
/// The storage is 64-byte aligned and zeroed. `Buffer` has reference semantics and no locks: who shares one
/// between threads keeps writes apart. Use it for anything that grows with the data.
final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int
  private let block: Allocation

  /// Allocates `count` zeroed elements.
  init(_ count: Int) throws(ZonotopeError) {
    let bytes = try product(count, MemoryLayout<Element>.stride, place: "buffer")
    block = try Allocation(bytes: bytes)
    pointer = block.start.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  convenience init(copying source: UnsafeBufferPointer<Element>) throws(ZonotopeError) {
    try self.init(source.count)
    if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
  }

  convenience init(copying source: [Element]) throws(ZonotopeError) {
    try self.init(source.count)
    for (index, element) in source.enumerated() { pointer[index] = element }
  }

  deinit { block.release() }

  subscript(index: Int) -> Element {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }

  var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: pointer, count: count) }

  /// A copy that the standard library holds.
  func list() throws(ZonotopeError) -> [Element] {
    try Allocation.probe(bytes: count * MemoryLayout<Element>.stride)
    return Array(elements)
  }

  func copy(from other: Buffer) { pointer.update(from: other.pointer, count: count) }
}

typealias Vector = Buffer<Double>

/// The product of two sizes, or an error that names the place when it overflows.
func product(_ a: Int, _ b: Int, place: String) throws(ZonotopeError) -> Int {
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  guard !overflow, a >= 0, b >= 0, value <= Int.max / 4 else { throw .sizeOverflow(place: place) }
  return value
}

extension Buffer where Element == Double {
  var values: Values { Values(start: pointer, count: count) }
  var mutable: MutableValues { MutableValues(start: pointer, count: count) }
}
