/// Searches a dictionary of units on the line without listing it: the largest products with a residual.
protocol LineDictionary {
  /// Columns with large products |a'r|, the largest first, and the largest product of all.
  ///
  /// - Parameters:
  ///   - above: products up to this are of no interest.
  ///   - known: columns that may hide others, because it is they that are looked for.
  mutating func search(
    _ r: Values, above: Double, but known: Set<LineColumn>
  ) -> (columns: [LineColumn], largest: Double)
}

/// Patterns of signs, or of zeros and ones, with so many changes at most: a table over positions, changes so far and the
/// current sign has the largest product with r in O(n limit) steps.
struct SwitchDictionary: LineDictionary {
  let limit: Int
  let low: Double

  mutating func search(
    _ r: Values, above: Double, but known: Set<LineColumn> = []
  ) -> (columns: [LineColumn], largest: Double) {
    let n = r.count, states = 2 * (limit + 1)
    // best[2 k + s]: the largest sum of r h so far with k changes and the current value high (s = 0) or low (s = 1); the
    // same for -r in the second half. A bit a step: whether the last change was there.
    var best = [Double](repeating: -.infinity, count: 2 * states)
    var changed = [Bool](repeating: false, count: 2 * states * n)
    let values = [1, low]
    for sign in 0..<2 { for s in 0..<2 { best[sign * states + s] = 0 } }
    for i in 0..<n {
      for sign in 0..<2 {
        let residual = sign == 0 ? r[i] : -r[i], base = sign * states
        for k in stride(from: limit, through: 0, by: -1) {
          let stay = (best[base + 2 * k], best[base + 2 * k + 1])
          var next = stay
          if k > 0, i > 0 {
            let (fromHigh, fromLow) = (best[base + 2 * k - 2], best[base + 2 * k - 1])
            if fromLow > stay.0 {
              next.0 = fromLow
              changed[(i * 2 + sign) * states + 2 * k] = true
            }
            if fromHigh > stay.1 {
              next.1 = fromHigh
              changed[(i * 2 + sign) * states + 2 * k + 1] = true
            }
          }
          best[base + 2 * k] = next.0 + residual * values[0]
          best[base + 2 * k + 1] = next.1 + residual * values[1]
        }
      }
    }
    var found: [(value: Double, column: LineColumn)] = []
    for sign in 0..<2 {
      for k in 0...limit {
        for s in 0..<2 where best[sign * states + 2 * k + s] > above {
          var places: [Int32] = [], changes = k, state = s
          for i in stride(from: n - 1, to: 0, by: -1)
          where changed[(i * 2 + sign) * states + 2 * changes + state] {
            places.append(Int32(i))
            changes -= 1
            state = 1 - state
          }
          found.append(
            (
              best[sign * states + 2 * k + s],
              .switches(at: places.reversed(), startsHigh: state == 0, low: low)
            ))
        }
      }
    }
    found.sort { $0.value > $1.value }
    let largest = best.reduce(0, max)
    return (found.map(\.column).filter { !known.contains($0) }, largest)
  }
}

/// Units ||x - c| - h| with vertices of two kinds: centres at a position and a zero at another, or a centre midway between
/// two positions that are its zeros. All products with a residual that sums to zero follow from
/// G(p) = sum_i r_i |x_i - p| at positions, midpoints and mirror images, since
/// ||x - c| - h| = |x - (c - h)| - |x - c| + |x - (c + h)| - h.
struct FoldDictionary: LineDictionary {
  let x: UnsafePointer<Double>
  let count: Int
  /// Columns of a search at most.
  private let batch = 16

  init(x: UnsafePointer<Double>, count: Int) { (self.x, self.count) = (x, count) }

  mutating func search(
    _ r: Values, above: Double, but known: Set<LineColumn> = []
  ) -> (columns: [LineColumn], largest: Double) {
    let n = count
    // Sums of r and r x up to a place, x from the middle of its range.
    let origin = 0.5 * (x[0] + x[n - 1])
    var sums = [0.0], moments = [0.0]
    for i in 0..<n {
      sums.append(sums[i] + r[i])
      moments.append(moments[i] + r[i] * (x[i] - origin))
    }
    /// With so many positions on the left.
    func product(_ p: Double, left: Int) -> Double {
      let q = p - origin
      return q * (2 * sums[left] - sums[n]) - 2 * moments[left] + moments[n]
    }
    let own = (0..<n).map { product(x[$0], left: $0) }
    var largest = 0.0
    var best: [(value: Double, column: LineColumn)] = []
    for i in 0..<n {
      var mirror = n, middle = 0, value = above, column: LineColumn?
      func take(_ product: Double, _ found: @autoclosure () -> LineColumn) {
        largest = max(largest, abs(product))
        guard abs(product) > value, case let new = found(), !known.contains(new) else { return }
        (value, column) = (abs(product), new)
      }
      for j in 0..<n {
        let image = 2 * x[i] - x[j]
        while mirror > 0, x[mirror - 1] > image { mirror -= 1 }
        let folded = i == j ? own[i] : product(image, left: mirror) - own[i] + own[j]
        take(folded, .fold(center: x[i], height: abs(x[i] - x[j])))
        guard j > i else { continue }
        let center = x[i] + 0.5 * (x[j] - x[i])
        while middle < n, x[middle] < center { middle += 1 }
        let between = own[i] - product(center, left: middle) + own[j]
        take(between, .fold(center: center, height: 0.5 * (x[j] - x[i])))
      }
      if let column { best.append((value, column)) }
    }
    best.sort { $0.value > $1.value }
    return (best.prefix(batch).map(\.column), largest)
  }
}
