extension CSVTable {
  /// The column of numbers that is most correlated with the target column, in size; nil when none varies with it.
  ///
  /// Columns of text are passed over.
  public func mostCorrelated(with target: String) throws(ZonotopeError) -> String? {
    let y = try Self.centred(numbers(column: target))
    var best: (name: String, value: Double)?
    for name in columns where !name.equalsInBytes(target) {
      guard try !isText(column: name) else { continue }
      let x = try Self.centred(numbers(column: name))
      let lengths = (Self.square(x) * Self.square(y)).squareRoot()
      guard lengths > 0, lengths.isFinite else { continue }
      let value = abs(zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }) / lengths
      if value > best?.value ?? 0 { best = (name, value) }
    }
    return best?.name
  }

  private static func centred(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    return values.map { $0 - mean }
  }

  private static func square(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
}
