extension CSVTable {
  /// All columns as integers: the numbers of the text times the smallest power of ten that makes every one of them
  /// whole, exactly. As doubles 0.1 + 0.2 and 0.3 differ; as tenths they are equal.
  ///
  /// - Throws: as ``matrix(columns:)``; ``ZonotopeError/malformedText(file:line:column:reason:)`` at a number that no
  ///   double holds exactly after this.
  public func decimalMatrix() throws(ZonotopeError) -> (matrix: MatrixView, power: Int) {
    _ = try matrix()
    defer { withExtendedLifetime(source) {} }
    let numbers = try Vector(product(rows, columns.count, place: "matrix"))
    guard numbers.count > 0 else {
      return (MatrixView(numbers, rows: rows, columns: columns.count), 0)
    }
    var scanner = CSVScanner(checked: source.bytes, file: source.name, at: rowStarts[0])
    var power = 0
    for _ in 0..<numbers.count { power = try max(power, -Self.decimal(&scanner).exponent) }
    scanner = CSVScanner(checked: source.bytes, file: source.name, at: rowStarts[0])
    for i in 0..<numbers.count {
      let place = scanner.p, number = try Self.decimal(&scanner)
      guard let whole = Self.whole(number, power) else {
        throw scanner.error(at: place, "this number times 10^\(power) is too large to be exact")
      }
      numbers[i] = whole
    }
    return (MatrixView(numbers, rows: rows, columns: columns.count), power)
  }

  /// digits * 10^exponent, without trailing zeros in the digits.
  private struct Decimal {
    var digits: UInt64
    var exponent: Int
    var isNegative: Bool
  }

  private static func decimal(_ scanner: inout CSVScanner) throws(ZonotopeError) -> Decimal {
    let place = scanner.p, text = try scanner.cell().text
    var number = Decimal(digits: 0, exponent: 0, isNegative: text.first == UInt8(ascii: "-"))
    var zeros = 0, isFraction = false, p = 0
    while p < text.count, text[p] | 0x20 != UInt8(ascii: "e") {
      let digit = text[p] &- 48
      p += 1
      if text[p - 1] == UInt8(ascii: ".") { isFraction = true }
      guard digit < 10 else { continue }
      if isFraction { number.exponent -= 1 }
      if digit == 0 {
        zeros += 1
        continue
      }
      // Zeros count once a digit follows them.
      for step in 0...zeros {
        let (product, overflow) = number.digits.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(step == zeros ? UInt64(digit) : 0)
        guard !overflow, !carry else { throw scanner.error(at: place, "more digits than can be exact") }
        number.digits = sum
      }
      zeros = 0
    }
    if p < text.count { number.exponent += Int(String(decoding: text[(p + 1)...], as: UTF8.self)) ?? 0 }
    number.exponent += zeros
    if number.digits == 0 { number.exponent = 0 }
    return number
  }

  /// number * 10^power, if a double holds it and all integers below.
  private static func whole(_ number: Decimal, _ power: Int) -> Double? {
    var value = number.digits
    if value > 0 {
      guard number.exponent + power < 20 else { return nil }
      for _ in 0..<number.exponent + power {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        value = product
      }
    }
    guard value <= 1 << 53 else { return nil }
    return number.isNegative ? -Double(value) : Double(value)
  }
}
