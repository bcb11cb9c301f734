import ArgumentParser
import Zonotope

/// Which network on one-dimensional data.
struct LineOptions: ParsableArguments {
  enum Unit: String, ExpressibleByArgument, CaseIterable { case relu, leaky, abs, threshold, sign }

  @Option(help: "For one-dimensional networks: relu, leaky, abs, threshold or sign.") var activation: Unit?
  @Option(parsing: .unconditional, help: "The slope of leaky.") var slope: Double?
  @Option(parsing: .unconditional, help: "Layers of weights of one-dimensional networks.") var depth: Int?
  @Option(help: "Neurons of the hidden layers but the last, separated by commas, of thresholds and signs.")
  var widths: String?
  @Option(
    parsing: .unconditional,
    help: "For series: predict a row from so many rows before it, the target itself where no column is named."
  )
  var lag = 0

  var isGiven: Bool { activation != nil || slope != nil || depth != nil || widths != nil || lag != 0 }

  func network(outputBias: Bool) throws -> OneDimensionalNetwork {
    if slope != nil, activation != .leaky { throw ValidationError("--slope belongs to --activation leaky.") }
    let activation: OneDimensionalNetwork.Activation
    switch self.activation ?? .relu {
    case .relu: activation = .relu
    case .leaky: activation = .leaky(slope: slope ?? 0.01)
    case .abs: activation = .absolute
    case .threshold: activation = .threshold
    case .sign: activation = .sign
    }
    guard let widths else {
      return OneDimensionalNetwork(activation: activation, depth: depth ?? 2, outputBias: outputBias)
    }
    let numbers = widths.split(separator: ",").map { Int($0) }
    guard numbers.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--widths takes numbers separated by commas, not '\(widths)'.")
    }
    return OneDimensionalNetwork(
      activation: activation, depth: depth ?? numbers.count + 2, shape: .rectangular,
      widths: numbers.compactMap { $0 }, outputBias: outputBias)
  }
}
