import Testing

@testable import Zonotope

/// Networks on one-dimensional data as their dictionaries, column by column: what the library never forms.
struct LineColumns {
  let network: OneDimensionalNetwork
  let x: [Double]

  private func phi(_ t: Double) -> Double { network.networkActivation(t) }

  /// Outputs of every unit that can matter, over the samples.
  var columns: [[Double]] {
    let knots = Array(Set(x)).sorted()
    switch (network.activation, network.depth) {
    case (.threshold, 3...), (.sign, 3...): return patterns(knots)
    case (_, 2): return knots.flatMap { k in [x.map { phi($0 - k) }, x.map { phi(k - $0) }] }
    case (.relu, _): return chains(knots)
    default: return folds(knots)
    }
  }

  /// Two ReLU in a chain, all orientations and knots; more in a chain add nothing.
  private func chains(_ knots: [Double]) -> [[Double]] {
    var result: [[Double]] = []
    for (s, t) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
      for a in knots {
        for b in knots {
          let inner = max(0, s * (b - a))
          result.append(x.map { max(0, t * (max(0, s * ($0 - a)) - inner)) })
        }
      }
    }
    return result
  }

  private func folds(_ knots: [Double]) -> [[Double]] {
    var result: [[Double]] = []
    for a in knots {
      for b in knots {
        result.append(x.map { abs(abs($0 - a) - abs(a - b)) })
        result.append(x.map { abs(abs($0 - (a + b) / 2) - abs(a - b) / 2) })
      }
    }
    return result
  }

  /// Every pattern over the positions with so many changes at most.
  private func patterns(_ knots: [Double]) -> [[Double]] {
    let limit = network.shape == .tree ? network.widths.reduce(1, *) : network.widths[0]
    let low = network.activation == .sign ? -1.0 : 0
    return (0..<1 << knots.count).compactMap { bits in
      let pattern = (0..<knots.count).map { bits >> $0 & 1 == 1 }
      guard zip(pattern, pattern.dropFirst()).filter({ $0 != $1 }).count <= limit else { return nil }
      return x.map { value in pattern[knots.firstIndex(of: value)!] ? 1 : low }
    }
  }

  /// The largest product of a unit with a vector.
  func dualNorm(_ z: [Double]) -> Double {
    columns.reduce(0) { largest, column in max(largest, abs(zip(column, z).reduce(0) { $0 + $1.0 * $1.1 })) }
  }

  /// A lower bound of squared training at beta from a fit, by the columns.
  func bound(_ fit: [Double], _ y: [Double], beta: Double) -> Double {
    var z = zip(y, fit).map { $0 - $1 }
    if network.outputBias {
      let mean = z.reduce(0, +) / Double(z.count)
      z = z.map { $0 - mean }
    }
    let along = zip(z, y).reduce(0) { $0 + $1.0 * $1.1 }, squares = z.reduce(0) { $0 + $1 * $1 }
    let norm = dualNorm(z)
    let t = squares == 0 ? 0 : max(0, min(along / squares, norm > 0 ? beta / norm : .infinity))
    return t * along - 0.5 * t * t * squares
  }
}

/// A random problem.
struct LineCase {
  let x: [Double]
  let y: [Double]

  init(_ n: Int, seed: UInt64, ties: Bool = false) {
    var numbers = Xoshiro256(seed: seed)
    x = (0..<n).map { _ in
      let value = 6 * numbers.nextUniform() - 3
      return ties ? value.rounded() : value
    }
    y = x.map { 2 * ($0 > 0 ? $0 : -0.4 * $0) + numbers.nextNormal() }
  }

  func data() throws -> Dataset {
    try Dataset(x: MatrixView(x, rows: x.count, columns: 1), y: y)
  }
}

extension OneDimensionalNetwork {
  /// One of each kind that there is a program for.
  static let kinds: [OneDimensionalNetwork] =
    [
      OneDimensionalNetwork(activation: .relu), OneDimensionalNetwork(activation: .leaky(slope: 0.1)),
      OneDimensionalNetwork(activation: .leaky(slope: -0.3)),
      OneDimensionalNetwork(activation: .leaky(slope: 0.8)),
      OneDimensionalNetwork(activation: .absolute), OneDimensionalNetwork(activation: .relu, depth: 3),
      OneDimensionalNetwork(activation: .relu, depth: 5),
      OneDimensionalNetwork(activation: .absolute, depth: 3),
    ] + [.threshold, .sign].flatMap { activation in [true, false].flatMap { steps(activation, $0) } }

  private static func steps(_ activation: Activation, _ bias: Bool) -> [OneDimensionalNetwork] {
    [
      OneDimensionalNetwork(activation: activation, outputBias: bias),
      OneDimensionalNetwork(
        activation: activation, depth: 3, shape: .rectangular, widths: [2], outputBias: bias),
      OneDimensionalNetwork(
        activation: activation, depth: 4, shape: .tree, widths: [2, 2], outputBias: bias),
      OneDimensionalNetwork(
        activation: activation, depth: 4, shape: .rectangular, widths: [20, 3], outputBias: bias),
    ]
  }
}
