/// minimise 1/2 z'G z - b'z + lambda ||z||_1 over a few columns, exactly: at fixed signs a system with G, columns whose
/// coefficient has lost its sign leave (Osborne, Presnell and Turlach 2000).
///
/// Columns may depend on each other: one that depends on those before it changes places with one of them, along the
/// direction that leaves the fit as it is, where that lowers the norm.
final class ActiveSetLasso {
  var lambda: Double
  private(set) var count = 0
  /// +1 or -1.
  private(set) var signs: [Double] = []
  private(set) var z: [Double] = []
  private var b: [Double] = []
  /// G, (count, count) in rows of `room`.
  private var gram: [Double] = []
  private var room = 0
  private var factor: CholeskyFactor<Double>?
  private let workers = Workers(threads: 1)

  init(lambda: Double) { self.lambda = lambda }

  /// Adds a column with coefficient zero.
  ///
  /// - Parameters:
  ///   - products: with the columns that are there and, last, with itself.
  ///   - correlation: its entry of b.
  ///   - sign: that its coefficient will have.
  func append(products: [Double], correlation: Double, sign: Double) {
    if count == room {
      let wider = max(16, 2 * room)
      var copy = [Double](repeating: 0, count: wider * wider)
      for i in 0..<count { for j in 0..<count { copy[i * wider + j] = gram[i * room + j] } }
      (gram, room) = (copy, wider)
    }
    for j in 0...count {
      gram[count * room + j] = products[j]
      gram[j * room + count] = products[j]
    }
    b.append(correlation)
    signs.append(sign)
    z.append(0)
    count += 1
  }

  /// The objective but for what does not depend on z.
  var objective: Double { objective(z) }

  private func objective(_ z: [Double]) -> Double {
    var value = 0.0
    for i in 0..<count where z[i] != 0 {
      var product = 0.0
      for j in 0..<count { product += gram[i * room + j] * z[j] }
      value += z[i] * (0.5 * product - b[i]) + lambda * abs(z[i])
    }
    return value
  }

  /// Runs to the optimum over the columns; those whose coefficient is zero leave.
  ///
  /// - Returns: the columns that are left, by their former numbers, in their order.
  func settle() -> [Int] {
    var kept = Array(0..<count)
    func leave(_ columns: [Int]) {
      drop(columns)
      let gone = Set(columns)
      kept = kept.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
    }
    if count > 0, !factored() {
      var triangle = Triangle(order: count)
      while let dependent = firstDependent(&triangle) {
        let leaving = exchange(dependent)
        triangle.rows = min(triangle.rows, leaving)
        leave([leaving])
      }
    }
    let start = objective
    let saved = (count, signs, z, b, gram, kept)
    for attempt in 0..<40 where count > 0 {
      guard let new = solve() else { break }
      let wrong = (0..<count).filter { !(signs[$0] * new[$0] > 0) }
      if wrong.isEmpty {
        guard attempt == 0 || objective(new) <= start else { break }
        z = new
        return kept
      }
      leave(wrong)
    }
    (count, signs, z, b, gram, kept) = saved
    while count > 0 {
      guard let new = solve() else { return kept }
      let wrong = (0..<count).filter { !(signs[$0] * new[$0] > 0) }
      guard !wrong.isEmpty else {
        z = new
        return kept
      }
      let steps = wrong.map { k -> Double in
        let now = max(0, signs[k] * z[k])
        return now > 0 ? now / (now - signs[k] * new[k]) : 0
      }
      let step = steps.min() ?? 0
      for k in 0..<count { z[k] += step * (new[k] - z[k]) }
      leave(zip(wrong, steps).filter { $0.1 <= step }.map(\.0))
    }
    return kept
  }

  /// Moves the coefficients by what the products of the columns with the residual say is missing, where all signs stay.
  func refine(_ products: [Double]) {
    guard count > 0, factored(), let factor else { return }
    var step = (0..<count).map { products[$0] - lambda * signs[$0] }
    step.withUnsafeMutableBufferPointer { factor.solve($0) }
    guard (0..<count).allSatisfy({ signs[$0] * (z[$0] + step[$0]) > 0 }) else { return }
    for k in 0..<count { z[k] += step[k] }
  }

  // MARK: Systems

  private func factored() -> Bool {
    guard let room = try? CholeskyFactor<Double>(order: count), let packed = try? Vector(count * count) else {
      return false
    }
    for i in 0..<count { for j in 0...i { packed[i * count + j] = gram[i * self.room + j] } }
    var factor = room
    guard factor.factor(packed.values, shift: 0, workers) else { return false }
    for i in 0..<count where !(factor.pivot(i) > dependence * gram[i * self.room + i]) { return false }
    self.factor = factor
    return true
  }

  /// x with G x = b; nil where columns depend on each other.
  static func solve(_ gram: [[Double]], _ b: [Double]) -> [Double]? {
    let system = ActiveSetLasso(lambda: 0)
    for i in b.indices { system.append(products: Array(gram[i][...i]), correlation: b[i], sign: 1) }
    return system.count == 0 ? [] : system.solve()
  }

  private func solve() -> [Double]? {
    guard factored(), let factor else { return nil }
    var x = (0..<count).map { b[$0] - lambda * signs[$0] }
    x.withUnsafeMutableBufferPointer { factor.solve($0) }
    return x
  }

  /// The first rows of the lower triangular factor of G, which stay while the columns before them do.
  private struct Triangle {
    /// Rows of `stride` numbers.
    var entries: [Double]
    let stride: Int
    var rows = 0

    init(order: Int) { (entries, stride) = ([Double](repeating: 0, count: order * order), order) }
  }

  /// The first column that depends on those before it, with its coefficients in them; the factor goes up to it.
  private func firstDependent(_ triangle: inout Triangle) -> (column: Int, coefficients: [Double])? {
    let stride = triangle.stride
    for i in triangle.rows..<max(triangle.rows, count) {
      let square = gram[i * room + i]
      let pivot = triangle.entries.withUnsafeMutableBufferPointer { lower -> Double in
        let base = lower.baseAddress!, row = base + i * stride
        var rest = square
        for j in 0..<i {
          let other = base + j * stride
          let product = dot(Values(start: row, count: j), Values(start: other, count: j))
          row[j] = (gram[i * room + j] - product) / other[j]
          rest -= row[j] * row[j]
        }
        row[i] = rest > 0 ? rest.squareRoot() : 0
        return rest
      }
      triangle.rows = i
      guard pivot > 2 * dependence * square else {
        let lower = triangle.entries
        var c = (0..<i).map { lower[i * stride + $0] }
        for l in Swift.stride(from: i - 1, through: 0, by: -1) {
          c[l] /= lower[l * stride + l]
          for m in 0..<l { c[m] -= lower[l * stride + m] * c[l] }
        }
        return (i, c)
      }
      triangle.rows = i + 1
    }
    return nil
  }

  /// Lets a dependent column take the place of one before it, or not in. Returns the column that leaves.
  private func exchange(_ dependent: (column: Int, coefficients: [Double])) -> Int {
    let (q, c) = dependent
    let gain = c.indices.reduce(-1) { $0 + signs[q] * signs[$1] * c[$1] }
    guard z[q] == 0, gain > 1e-12 else {
      // What it has goes to the others, which may turn one round.
      for i in c.indices {
        z[i] += z[q] * c[i]
        if signs[i] * z[i] < 0 { signs[i] = -signs[i] }
      }
      return q
    }
    var step = Double.infinity, leaving = q
    for i in c.indices where signs[q] * signs[i] * c[i] > 1e-14 {
      let length = max(0, signs[i] * z[i]) / (signs[q] * signs[i] * c[i])
      if length < step { (step, leaving) = (length, i) }
    }
    guard leaving != q else { return q }
    z[q] = step * signs[q]
    for i in c.indices { z[i] -= step * signs[q] * c[i] }
    z[leaving] = 0
    return leaving
  }

  private func drop(_ columns: [Int]) {
    var isGone = [Bool](repeating: false, count: count)
    for column in columns { isGone[column] = true }
    let kept = (0..<count).filter { !isGone[$0] }
    let room = room
    gram.withUnsafeMutableBufferPointer { gram in
      for (i, from) in kept.enumerated() {
        let source = gram.baseAddress! + from * room, target = gram.baseAddress! + i * room
        for j in 0..<kept.count { target[j] = source[kept[j]] }
      }
    }
    b = kept.map { b[$0] }
    signs = kept.map { signs[$0] }
    z = kept.map { z[$0] }
    count = kept.count
  }
}

/// A column whose squared distance from the span of the others is less than this part of its square depends on them.
private let dependence = 1e-11
