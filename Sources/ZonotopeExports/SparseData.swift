// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

@c @implementation
public func zt_problem_set_sparse_data(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ index: zt_index, _ p: UnsafeRawPointer?,
  _ i: UnsafeRawPointer?, _ x: UnsafePointer<Double>?, _ c: Int, _ y: UnsafePointer<Double>?,
  _ targetStride: Int
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let rows = try withMemory(of: handle.allocator) { () throws(ZonotopeError) in
      try sparseMatrix(n, d, index, p, i, x)
    }
    handle.samples = .sparse(try SparseDataset(x: rows, y: matrix(y, n, c, targetStride, "y")))
  }
}

/// The caller's compressed columns, or a copy of their 32-bit indices with the caller's numbers.
func sparseMatrix(
  _ n: Int, _ d: Int, _ index: zt_index, _ p: UnsafeRawPointer?, _ i: UnsafeRawPointer?,
  _ x: UnsafePointer<Double>?
) throws(ZonotopeError) -> SparseMatrix {
  // Counts above Int.max arrive as negative numbers.
  guard n >= 0, d >= 0, d < Int.max / 16 else { throw .sizeOverflow(place: "x") }
  guard index == .int32 || index == .int64 else {
    throw .unsupported(key: "index", reason: "\(index.rawValue) is not known to this version")
  }
  guard let p else { throw .missing("p") }
  let isLong = index == .int64
  let last =
    isLong
    ? p.load(fromByteOffset: 8 * d, as: Int.self) : Int(p.load(fromByteOffset: 4 * d, as: Int32.self))
  guard last <= 0 || i != nil else { throw .missing("i") }
  guard last <= 0 || x != nil else { throw .missing("x") }
  // Nothing is read at these addresses where there are no entries.
  let places = i ?? p, numbers = x ?? UnsafePointer(p.assumingMemoryBound(to: Double.self))
  return isLong
    ? try SparseMatrix(
      rows: n, columns: d, p: p.assumingMemoryBound(to: Int.self),
      i: places.assumingMemoryBound(to: Int.self),
      x: numbers)
    : try SparseMatrix(
      rows: n, columns: d, p: p.assumingMemoryBound(to: Int32.self),
      i: places.assumingMemoryBound(to: Int32.self), x: numbers)
}
