/// A sum whose error does not grow with the number of terms (Ogita, Rump and Oishi 2005), and the size of its terms, from which a
/// bound of the error follows.
struct CompensatedSum {
  private var total = 0.0
  private var compensation = 0.0
  /// Sum of the absolute values.
  private(set) var size = 0.0

  init() {}

  fileprivate init(total: Double, compensation: Double, size: Double) {
    (self.total, self.compensation, self.size) = (total, compensation, size)
  }

  mutating func add(_ term: Double) {
    // The error of the addition, whichever term is larger (Knuth): a choice would make the loop wait.
    let next = total + term, part = next - total
    compensation += (total - (next - part)) + (term - part)
    total = next
    size += abs(term)
  }

  /// What another sum has added up.
  mutating func add(_ other: CompensatedSum) {
    let whole = size + other.size
    add(other.total)
    add(other.compensation)
    size = whole
  }

  var value: Double { total + compensation }

  /// The value less what rounding can have added, where each term is right to a few units in the last place.
  var roundedDown: Double { value - 4 * Double.ulpOfOne * size }
}

/// Four compensated sums side by side, so that additions do not wait for each other.
struct CompensatedLanes {
  private var total = SIMD4<Double>()
  private var compensation = SIMD4<Double>()
  private var size = SIMD4<Double>()

  @inline(__always)
  mutating func add(_ terms: SIMD4<Double>) {
    let next = total + terms, part = next - total
    compensation += (total - (next - part)) + (terms - part)
    total = next
    size += terms.replacing(with: -terms, where: terms .< 0)
  }

  /// All of them as one, to go on with.
  var sum: CompensatedSum {
    var sum = CompensatedSum()
    for lane in 0..<4 {
      sum.add(CompensatedSum(total: total[lane], compensation: compensation[lane], size: size[lane]))
    }
    return sum
  }
}

extension UnsafeBufferPointer<Double> {
  /// Four numbers from the k-th on.
  @inline(__always)
  func four(_ k: Int) -> SIMD4<Double> {
    UnsafeRawPointer(baseAddress! + k).loadUnaligned(as: SIMD4<Double>.self)
  }
}
