extension ParallelNetwork {
  /// Where the function of a network on a line bends or jumps: ascending, each once.
  ///
  /// Units of one neuron a layer have them where an argument of some layer is zero; thresholds and signs wherever
  /// one of the first layer changes. Empty for more than one feature.
  public var breakpoints: [Double] {
    guard features == 1, masks.isEmpty else { return [] }
    var places: [Double] = [], start = 0
    if let staircase { places = staircase.cuts.map { $0 / staircase.direction[0] } }
    for u in 0..<listed {
      let own = Array(widths[u * (depth - 1)..<(u + 1) * (depth - 1)])
      if activation.isStep {
        for j in 0..<own[0] where parameters[start + j] != 0 {
          places.append(-parameters[start + own[0] + j] / parameters[start + j])
        }
      } else {
        /// Arguments of the layer at hand that lead to zero in a later one.
        var arguments: [Double] = []
        for l in stride(from: own.count - 1, through: 0, by: -1) {
          let (weight, bias) = (parameters[start + 2 * l], parameters[start + 2 * l + 1])
          guard weight != 0 else { break }
          // Zero here, and what leads to zero behind.
          let inputs = (arguments + [0]).map { ($0 - bias) / weight }
          if l == 0 {
            places += inputs
          } else {
            arguments = inputs.flatMap { preimages(of: $0) }
          }
        }
      }
      start += own.enumerated().reduce(2) {
        $0 + $1.element * ((($1.offset > 0) ? own[$1.offset - 1] : 1) + 1)
      }
    }
    places.sort()
    return places.enumerated().filter { $0.offset == 0 || $0.element != places[$0.offset - 1] }.map(\.element)
  }

  /// Arguments at which the activation has a value.
  private func preimages(of value: Double) -> [Double] {
    switch activation {
    case .relu: value > 0 ? [value] : []
    case .leaky(let slope): value >= 0 ? [value] : slope != 0 ? [value / slope] : []
    case .abs: value > 0 ? [value, -value] : []
    case .threshold, .sign: []
    }
  }
}
