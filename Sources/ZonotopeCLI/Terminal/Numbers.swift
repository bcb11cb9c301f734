#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number with the given significant digits, as `%g` of C writes it.
func short(_ value: Double, _ digits: Int = 6) -> String { formatted("%.\(digits)g", value) }

/// A number with the given decimals; a dash for nil.
func fixed(_ value: Double?, _ decimals: Int) -> String {
  value.map { formatted("%.\(decimals)f", $0) } ?? "-"
}

/// Seconds in a form that fits a table.
func seconds(_ value: Double) -> String { fixed(value, value < 0.1 ? 3 : 2) }

private func formatted(_ format: String, _ value: Double) -> String {
  withVaList([value]) { arguments in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      let count = Int(vsnprintf(buffer.baseAddress, buffer.count, format, arguments))
      let bytes = buffer.prefix(max(0, min(count, buffer.count - 1))).map { UInt8(bitPattern: $0) }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
