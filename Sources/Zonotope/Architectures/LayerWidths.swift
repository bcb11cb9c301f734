/// Checks how many layers a network of parallel units has, and of how many neurons: depth - 2 numbers, because the last hidden
/// layer has one neuron a unit.
///
/// - Throws: ``ZonotopeError/invalid(place:reason:)`` that names the key of the model.
func checkLayers(depth: Int, widths: [Int]) throws(ZonotopeError) {
  guard depth >= 2, depth <= 64 else {
    throw .invalid(place: "model.depth", reason: "\(depth) is not between 2 and 64")
  }
  guard widths.count == depth - 2 else {
    throw .invalid(
      place: "model.widths",
      reason:
        "\(widths.count) numbers, a depth of \(depth) has \(depth - 2): the last hidden layer has one neuron")
  }
  if let l = widths.firstIndex(where: { $0 < 1 }) {
    throw .invalid(place: "model.widths[\(l)]", reason: "\(widths[l]) is not above 0")
  }
}
