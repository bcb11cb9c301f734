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
    let problem = try Problem(utf8: bytes.bindMemory(to: UInt8.self))
    result.pointee = duplicate(try problem.answer().json(pretty: false))
    return result.pointee == nil ? .outOfMemory : .ok
  } catch {
    result.pointee = duplicate(error.json)
    return error.status
  }
}

@c @implementation
public func zt_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }
