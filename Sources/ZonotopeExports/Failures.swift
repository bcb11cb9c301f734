import CZonotope
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ZonotopeError {
  /// What C calls the error.
  var status: zt_status {
    switch self {
    case .invalid: .invalid
    case .unsupported: .unsupported
    case .malformedText, .malformedBytes: .malformed
    case .memoryBudget: .memoryBudget
    case .sizeOverflow: .sizeOverflow
    case .outOfMemory: .outOfMemory
    case .inputOutput: .inputOutput
    }
  }

  static func missing(_ argument: String) -> ZonotopeError {
    .invalid(place: argument, reason: "is NULL")
  }
}

/// A copy of a text for C, by malloc; nil where there is no memory for it.
func duplicate(_ text: String) -> UnsafeMutablePointer<CChar>? { strdup(text) }

/// The compiler's own storage, which outlives every handle.
var emptyText: UnsafePointer<CChar> {
  let text: StaticString = ""
  return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// What handles have in common: where their large arrays come from, and the message of the last failure, lent to the
/// caller until the next call.
class Handle {
  /// Nil for the system's.
  var allocator: Allocator?
  private var message: UnsafeMutablePointer<CChar>?

  deinit { free(message) }

  var text: UnsafePointer<CChar> { message.map { UnsafePointer($0) } ?? emptyText }

  /// Does the work of one call and keeps what went wrong.
  func perform(_ work: () throws(ZonotopeError) -> Void) -> zt_status {
    free(message)
    message = nil
    do throws(ZonotopeError) {
      try work()
      return .ok
    } catch {
      message = duplicate(error.description)
      return error.status
    }
  }
}

/// Does work whose large arrays come from an allocator, nil for the system's.
func withMemory<Result>(
  of allocator: Allocator?, _ work: () throws(ZonotopeError) -> Result
) throws(ZonotopeError) -> Result {
  guard let allocator else { return try work() }
  return try allocator.providing(work)
}

func retained(_ handle: Handle) -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(handle).toOpaque()) }

/// Pointers to matrices may be NULL where there is no entry.
func matrix(
  _ pointer: UnsafePointer<Double>?, _ rows: Int, _ columns: Int, _ stride: Int, _ place: String
) throws(ZonotopeError) -> MatrixView {
  // Counts above Int.max arrive as negative numbers.
  guard rows >= 0, columns >= 0, stride >= 0 else { throw .sizeOverflow(place: place) }
  guard let pointer else {
    guard rows == 0 || columns == 0 else { throw .missing(place) }
    return try MatrixView([], rows: rows, columns: columns)
  }
  return try MatrixView(pointer: pointer, rows: rows, columns: columns, stride: stride)
}
