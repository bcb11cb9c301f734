/// What neurons see of a row, and what becomes of it.
///
/// In a convolutional network a neuron sees the patches of a row one by one, with the same weights.
public enum PatchLayout: Sendable, Equatable {
  /// The row at once.
  case whole
  /// So many patches next to each other, whose responses are added up: sum pooling.
  case summed(Int)
  /// So many patches next to each other, with an output weight for each: no pooling.
  case weighted(Int)
  /// As many patches as the row has numbers, patch p the row turned by p, with an output weight for each: a circular
  /// convolution, no pooling.
  case circular

  /// `count` patches that are added up.
  static func pooled(_ count: Int) -> PatchLayout { count == 1 ? .whole : .summed(count) }

  /// Rows are cut into this many parts.
  var parts: Int {
    switch self {
    case .whole, .circular: 1
    case .summed(let count), .weighted(let count): count
    }
  }

  /// Output weights that a neuron of so many weights has for an output.
  func heads(width: Int) -> Int {
    switch self {
    case .whole, .summed: 1
    case .weighted(let count): count
    case .circular: width
    }
  }

  /// Whether patches have output weights of their own. Such networks have no activation.
  var isLinear: Bool {
    switch self {
    case .whole, .summed: false
    case .weighted, .circular: true
    }
  }

  /// The name in problem and model files; nil for networks that are not convolutional.
  var pooling: String? {
    switch self {
    case .whole: nil
    case .summed: "sum"
    case .weighted: "none"
    case .circular: "circular"
    }
  }
}
