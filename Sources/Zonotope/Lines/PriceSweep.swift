/// Prices of knots from left to right, z_j = sum_i w_i (t_i - f_i) max(x_j - x_i, 0) and what was before, by two nested running
/// sums: what a pass of ``KnotExchange`` over the samples carries from interval to interval.
struct PriceSweep {
  struct Extremes {
    var largest = -Double.infinity, smallest = Double.infinity
    var placeOfLargest = -1, placeOfSmallest = -1
  }

  /// The sum of the residuals so far.
  private var residuals = 0.0
  /// The price at the current sample.
  var z = 0.0
  /// The sum of the squares of the residuals, over their weights.
  private(set) var squares = 0.0

  /// Goes over the samples first ..< last, where f is `value` + slope (x - x[first]), and returns the extremes of the
  /// prices at samples after `first`, up to `end`; of `first` too where its price is free.
  mutating func pass(
    _ first: Int, _ last: Int, end: Int, from value: Double, slope: Double, x: UnsafePointer<Double>,
    w: UnsafePointer<Double>?, t: UnsafePointer<Double>, of count: Int, startIsFree: Bool = false
  ) -> Extremes {
    // Most data have no weights, and a pass is bound by its arithmetic.
    if let w {
      return pass(first, last, end, value, slope, x, t, count, startIsFree) { w[$0] }
    }
    return pass(first, last, end, value, slope, x, t, count, startIsFree) { _ in 1 }
  }

  @inline(__always)
  private mutating func pass(
    _ first: Int, _ last: Int, _ end: Int, _ value: Double, _ slope: Double, _ x: UnsafePointer<Double>,
    _ t: UnsafePointer<Double>, _ count: Int, _ startIsFree: Bool, weight: (Int) -> Double
  ) -> Extremes {
    var sum = residuals, price = z, squares = squares
    var largest = startIsFree ? price : -Double.infinity, smallest = startIsFree ? price : Double.infinity
    var high = startIsFree ? first : -1, low = high
    let start = x[first]
    var here = start
    var i = first
    // Up to the sample before `end`, the next price is one that counts.
    while i < end {
      let next = x[i &+ 1], e = t[i] - (value + slope * (here - start)), r = weight(i) * e
      sum += r
      squares += r * e
      price += sum * (next - here)
      here = next
      i &+= 1
      if price > largest {
        largest = price
        high = i
      }
      if price < smallest {
        smallest = price
        low = i
      }
    }
    while i < last {
      let e = t[i] - (value + slope * (x[i] - start)), r = weight(i) * e
      sum += r
      squares += r * e
      i &+= 1
      if i < count { price += sum * (x[i] - x[i &- 1]) }
    }
    (residuals, z, self.squares) = (sum, price, squares)
    return Extremes(largest: largest, smallest: smallest, placeOfLargest: high, placeOfSmallest: low)
  }
}
