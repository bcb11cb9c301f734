/// A function on the line as a solver leaves it, from which a network follows.
enum LineFit: Sendable {
  /// Straight between knots: indices of positions and values. Constant before the first and after the last.
  case lines(knots: [Int], values: [Double])
  /// Runs of equal values: the first position of each.
  case runs(starts: [Int], levels: [Double])
  /// A value at each position.
  case points([Double])
  /// A constant and columns of a dictionary with their coefficients.
  case columns([LineColumn], coefficients: [Double], constant: Double)

  /// The values at the positions.
  func values(into f: MutableValues, at x: UnsafePointer<Double>) {
    let n = f.count
    switch self {
    case .lines(let knots, let values):
      for i in 0..<knots[0] { f[i] = values[0] }
      for k in 0..<knots.count - 1 {
        let a = knots[k], start = x[a], value = values[k]
        let slope = (values[k + 1] - value) / (x[knots[k + 1]] - start)
        for i in a..<knots[k + 1] { f[i] = value + slope * (x[i] - start) }
      }
      for i in knots[knots.count - 1]..<n { f[i] = values[knots.count - 1] }
    case .runs(let starts, let levels):
      for run in 0..<starts.count {
        let end = run + 1 < starts.count ? starts[run + 1] : n
        for i in starts[run]..<end { f[i] = levels[run] }
      }
    case .points(let values): for i in 0..<n { f[i] = values[i] }
    case .columns(let columns, let coefficients, let constant):
      for i in 0..<n { f[i] = constant }
      for (column, z) in zip(columns, coefficients) { column.add(z, to: f, at: x) }
    }
  }

  /// The penalty of the function.
  func penalty(of model: LineModel, at x: UnsafePointer<Double>) -> Double {
    switch self {
    case .columns(_, let coefficients, _): return coefficients.reduce(0) { $0 + abs($1) }
    case .points(let values): return values.withUnsafeBufferPointer { model.value($0, x) ?? .infinity }
    case .runs(_, let levels):
      // Runs have the variation of their levels.
      return levels.withUnsafeBufferPointer { model.value($0, x) ?? .infinity }
    case .lines(let knots, let values):
      var slopes = zip(knots.indices.dropLast(), knots.indices.dropFirst()).map {
        (values[$1] - values[$0]) / (x[knots[$1]] - x[knots[$0]])
      }
      guard case .bends(let a) = model else {
        slopes = [0] + slopes + [0]
        return 0.5 * Self.variation(slopes)
      }
      let total = Self.variation(slopes)
      return max(total / (1 - a), 0.5 * (total + abs((slopes.first ?? 0) + (slopes.last ?? 0))))
    }
  }

  private static func variation(_ values: [Double]) -> Double {
    zip(values, values.dropFirst()).reduce(0) { $0 + abs($1.1 - $1.0) }
  }

  /// The same function plus a constant.
  func shifted(by constant: Double) -> LineFit {
    guard constant != 0 else { return self }
    switch self {
    case .lines(let knots, let values): return .lines(knots: knots, values: values.map { $0 + constant })
    case .runs(let starts, let levels): return .runs(starts: starts, levels: levels.map { $0 + constant })
    case .points(let values): return .points(values.map { $0 + constant })
    case .columns(let columns, let z, let own):
      return .columns(columns, coefficients: z, constant: own + constant)
    }
  }
}

/// A unit of a dictionary that is searched and not listed.
enum LineColumn: Sendable, Hashable {
  /// 1 and `low` in turn, from 1 at the first position where `startsHigh`; changes at these positions.
  case switches(at: [Int32], startsHigh: Bool, low: Double)
  /// ||x - c| - h|
  case fold(center: Double, height: Double)

  func add(_ z: Double, to f: MutableValues, at x: UnsafePointer<Double>) {
    switch self {
    case .switches(let places, let startsHigh, let low):
      var isHigh = startsHigh, first = 0
      for place in places + [Int32(f.count)] {
        let value = z * (isHigh ? 1 : low)
        for i in first..<Int(place) { f[i] += value }
        first = Int(place)
        isHigh.toggle()
      }
    case .fold(let center, let height):
      for i in 0..<f.count { f[i] += z * abs(abs(x[i] - center) - height) }
    }
  }
}
