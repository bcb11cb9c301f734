extension CSVTable {
  /// Some columns, or all, as integers: the numbers of the text times the smallest power of ten that makes every one of
  /// them whole, exactly. As doubles 0.1 + 0.2 and 0.3 differ; as tenths they are equal.
  ///
  /// - Throws: as ``matrix(columns:)``; ``ZonotopeError/malformedText(file:line:column:reason:)`` at a number that no
  ///   double holds exactly after this.
  public func decimalMatrix(
    columns names: [String]? = nil
  ) throws(ZonotopeError) -> (matrix: MatrixView, power: Int) {
    let width = try matrix(columns: names).columns
    let chosen = (names ?? columns).map { name in columns.firstIndex { $0.equalsInBytes(name) } }
    let numbers = try Vector(product(rows, width, place: "matrix"))
    var power = 0
    try forEachDecimal(of: chosen) { (_, _, number, _) throws(ZonotopeError) in
      power = max(power, 0 &- number.exponent)
    }
    try forEachDecimal(of: chosen) { (row, column, number, error) throws(ZonotopeError) in
      guard let whole = Self.whole(number, power) else {
        throw error("this number times 10^\(power) is too large to be exact")
      }
      for j in 0..<width where chosen[j] == column { numbers[row * width + j] = whole }
    }
    return (MatrixView(numbers, rows: rows, columns: width), power)
  }

  /// Calls `body` with the row, the column, the number and what makes an error at its place.
  private func forEachDecimal(
    of chosen: [Int?], _ body: (Int, Int, Decimal, (String) -> ZonotopeError) throws(ZonotopeError) -> Void
  ) throws(ZonotopeError) {
    guard rows > 0 else { return }
    defer { withExtendedLifetime(source) {} }
    var scanner = CSVScanner(checked: source.bytes, file: source.name, at: rowStarts[0])
    for row in 0..<rows {
      for column in columns.indices {
        let place = scanner.p, start = scanner, text = try scanner.cell().text
        guard chosen.contains(column) else { continue }
        guard let number = Decimal(text) else {
          throw start.error(at: place, "more digits than can be exact")
        }
        try body(row, column, number) { start.error(at: place, $0) }
      }
    }
  }

  /// digits * 10^exponent, without trailing zeros in the digits.
  private struct Decimal {
    var digits: UInt64 = 0
    var exponent = 0
    let isNegative: Bool

    /// A text that is known to be a number; nil for more digits than 64 bits hold.
    init?(_ text: [UInt8]) {
      isNegative = text.first == UInt8(ascii: "-")
      var zeros = 0, isFraction = false, p = 0
      while p < text.count, text[p] | 0x20 != UInt8(ascii: "e") {
        let digit = text[p] &- 48
        if text[p] == UInt8(ascii: ".") { isFraction = true }
        p += 1
        guard digit < 10 else { continue }
        if isFraction { exponent -= 1 }
        zeros += 1
        guard digit > 0 else { continue }
        // Zeros count once a digit follows them.
        for step in 1...zeros {
          let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
          let (sum, carry) = product.addingReportingOverflow(step == zeros ? UInt64(digit) : 0)
          guard !overflow, !carry else { return nil }
          digits = sum
        }
        zeros = 0
      }
      guard digits > 0 else {
        exponent = 0
        return
      }
      exponent += zeros
      if p < text.count {
        guard let power = Int(String(decoding: text[(p + 1)...], as: UTF8.self)) else { return nil }
        exponent = exponent &+ power
      }
    }
  }

  /// number * 10^power, if a double holds it and all integers below.
  private static func whole(_ number: Decimal, _ power: Int) -> Double? {
    var value = number.digits
    if value > 0 {
      let (shift, overflow) = number.exponent.addingReportingOverflow(power)
      guard !overflow, (0..<20).contains(shift) else { return nil }
      for _ in 0..<shift {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        value = product
      }
    }
    guard value <= 1 << 53 else { return nil }
    return number.isNegative ? -Double(value) : Double(value)
  }
}
