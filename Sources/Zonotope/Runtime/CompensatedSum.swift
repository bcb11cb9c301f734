/// A sum whose error does not grow with the number of terms (Ogita, Rump and Oishi 2005), and the size of its terms, from which a
/// bound of the error follows.
struct CompensatedSum {
  private var total = 0.0
  private var compensation = 0.0
  /// Sum of the absolute values.
  private(set) var size = 0.0

  mutating func add(_ term: Double) {
    // The error of the addition, whichever term is larger (Knuth): a choice would make the loop wait.
    let next = total + term, part = next - total
    compensation += (total - (next - part)) + (term - part)
    total = next
    size += abs(term)
  }

  var value: Double { total + compensation }

  /// The value less what rounding can have added, where each term is right to a few units in the last place.
  var roundedDown: Double { value - 4 * Double.ulpOfOne * size }
}
