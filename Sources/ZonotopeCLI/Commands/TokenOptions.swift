import ArgumentParser
import Zonotope

/// Which network on tokens, and how columns are tokens.
struct TokenOptions: ParsableArguments {
  @Option(
    help: "For networks on tokens: the columns are the pixels of images, HEIGHTxWIDTH, line by line.")
  var image: Size?
  @Option(help: "Tokens are patches of the image, HEIGHTxWIDTH; its lines without it.") var patch: Size?
  @Option(parsing: .unconditional, help: "Without an image: so many tokens, whose columns follow each other.")
  var tokens: Int?
  @Option(
    help: """
      What tokens have beside their numbers to tell where they are: none, one-hot, coordinates, or fourier:F for F \
      frequencies. Attention has up to two frequencies without it, since it would not see the order of tokens; others none.
      """)
  var positions: Positions?
  @Option(parsing: .unconditional, help: "Gates to draw with --seed; without it the network is linear.")
  var gates: Int?
  @Option(
    help: """
      Thresholds of the gates: quantiles of what they see of the data, so that they are open now and then, or gaussian.
      """)
  var thresholds: Thresholds?
  @Flag(
    help: """
      Train heads with an exact ReLU from the gated ones, by descent: a local answer, which proves no optimum. Needs --gates.
      """)
  var relu = false
  @Option(help: "The norm of outputs of simplex-attention: per-class or nuclear.") var outputNorm: OutputNorm?
  @Option(parsing: .unconditional, help: "Blocks of channels of fourier.") var blocks: Int?

  enum Thresholds: String, ExpressibleByArgument, CaseIterable { case quantiles, gaussian }

  var isGiven: Bool {
    image != nil || patch != nil || tokens != nil || positions != nil || gates != nil || thresholds != nil
      || outputNorm != nil || blocks != nil || relu
  }

  func plan(_ plan: TrainingPlan, _ model: TrainingOptions.NetworkKind) throws -> TokenPlan {
    if outputNorm != nil, model != .simplexAttention {
      throw ValidationError("--output-norm belongs to --model simplex-attention.")
    }
    if blocks != nil, model != .fourier { throw ValidationError("--blocks belongs to --model fourier.") }
    if relu, gates == nil { throw ValidationError("--relu begins with --gates.") }
    if relu, model == .simplexAttention {
      throw ValidationError("--relu belongs to --model attention, mixer and fourier.")
    }
    if thresholds != nil, gates == nil { throw ValidationError("--thresholds belongs to --gates.") }
    let kind: TokenLayer.Kind =
      switch model {
      case .mixer: .mixer
      case .fourier: .fourier(blocks: blocks ?? 1)
      case .simplexAttention: .simplex(outputNorm ?? .perClass)
      case .attention, .twoLayer, .oneDimensional: .attention
      }
    var drawn = TokenGates.linear
    if let gates {
      drawn =
        thresholds == .gaussian
        ? .sampled(count: gates, seed: plan.seed) : .quantiles(count: gates, seed: plan.seed)
    }
    let layout = try layout()
    // Half of the longer axis is the highest frequency there is.
    let longest = max(layout.gridColumns, layout.tokens / max(1, layout.gridColumns))
    let usual: TokenPositions.Kind =
      model == .attention && longest > 1 ? .fourier(frequencies: min(2, longest / 2)) : .none
    var result = TokenPlan(
      plan, kind: kind, layout: layout, gates: drawn, positions: positions?.kind ?? usual)
    result.rectifies = relu
    return result
  }

  private func layout() throws -> TokenLayout {
    switch (image, tokens) {
    case (let image?, nil):
      return .image(
        height: image.height, width: image.width, patchHeight: patch?.height ?? 1,
        patchWidth: patch?.width ?? image.width)
    case (nil, let tokens?):
      if patch != nil { throw ValidationError("--patch belongs to --image.") }
      return .rows(tokens: tokens)
    case (_?, _?): throw ValidationError("--image and --tokens exclude each other.")
    case (nil, nil):
      throw ValidationError("Networks on tokens need --image HEIGHTxWIDTH or --tokens N.")
    }
  }

  struct Size: ExpressibleByArgument {
    let height: Int, width: Int

    init?(argument: String) {
      let numbers = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let height = numbers[0], let width = numbers[1] else { return nil }
      (self.height, self.width) = (height, width)
    }
  }

  struct Positions: ExpressibleByArgument {
    let kind: TokenPositions.Kind

    init?(argument: String) {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
      switch (parts[0], parts.count) {
      case ("none", 1): kind = .none
      case ("one-hot", 1): kind = .oneHot
      case ("coordinates", 1): kind = .coordinates
      case ("fourier", 2):
        guard let frequencies = Int(parts[1]) else { return nil }
        kind = .fourier(frequencies: frequencies)
      default: return nil
      }
    }
  }
}

extension OutputNorm: ExpressibleByArgument {}
