// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@c @implementation
public func zt_solve_json(
  _ text: UnsafePointer<CChar>?, _ length: Int, _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> zt_status {
  guard let result else { return .invalid }
  result.pointee = nil
  do throws(ZonotopeError) {
    guard let text else { throw .missing("text") }
    guard length >= 0 else { throw .sizeOverflow(place: "length") }
    let bytes = UnsafeRawBufferPointer(start: text, count: length)
    guard let document = String(validating: bytes, as: UTF8.self) else {
      throw .malformedText(file: "problem", line: 1, column: 1, reason: "the text is not UTF-8")
    }
    result.pointee = duplicate(try Problem(text: document).solve().json(pretty: false))
    return result.pointee == nil ? .outOfMemory : .ok
  } catch {
    result.pointee = duplicate(error.json)
    return error.status
  }
}

@c @implementation
public func zt_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }
