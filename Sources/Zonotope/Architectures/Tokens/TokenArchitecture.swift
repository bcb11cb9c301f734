/// A network on tokens: samples of s rows of d numbers.
///
/// Its data set has a row for every answer: with a read-out that is pooled, one a sample, rows of all s * d numbers; without
/// one for every token, rows of d, the tokens of a sample next to each other.
///
/// Training a head with two factors under weight decay, (beta/2) sum_j ||p_j||^2 + ||q_j||^2, is the convex program with their
/// products Z = sum_j p_j q_j' and their nuclear norm, as soon as there are as many heads as its rank (Sahiner et al. 2022).
public protocol TokenArchitecture: Trainable
where Rows == MatrixView, Network == TokenNetwork, Map == FeatureMap, Penalty == OutputPenalty {
  var layer: TokenLayer { get }
}

extension TokenArchitecture {
  public var rowsPerSample: Int { layer.pooled ? 1 : layer.tokens }

  public func formulation(
    of x: MatrixView, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<MatrixView, FeatureMap, OutputPenalty> {
    try layer.formulation(of: x, outputs: outputs, memory: memory, workers)
  }

  /// A linear layer has one gate, which is all there are; all gates of a gated one may be enumerated.
  public func scope(over patterns: PatternSet) -> Certificate.Scope {
    patterns.source == .enumerated ? .allNeurons : .givenPatterns
  }

  public func network(
    at point: BlockPoint, of formulation: Formulation<MatrixView, FeatureMap, OutputPenalty>
  ) throws(ZonotopeError) -> TokenNetwork {
    try layer.network(at: point, of: formulation)
  }
}

/// Self-attention without a softmax: f(X) = sum_j act(X W_j X') X V_j, X (s, d), W_j (d, d), V_j (d, c) (Sahiner et al.
/// 2022, section 3.1). Linear, or with gates 1[X H_g X' >= 0] for given H_g, (d, d).
///
/// The exact ReLU is not tractable beyond tiny factors: it is trained locally from a gated network
/// (``TrainingOutcome/rectified(on:loss:settings:)``), and a gated one over all patterns bounds it from below.
public struct Attention: TokenArchitecture {
  public var layer: TokenLayer

  /// - Parameters:
  ///   - pooled: the mean over the tokens is the output.
  ///   - positions: what is put beside the numbers of every token.
  public init(
    tokens: Int, gates: [MatrixView]? = nil, pooled: Bool = false, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .attention, tokens: tokens, gates: gates.map { $0.map { [$0] } }, pooled: pooled,
      positions: positions)
  }

  /// Gates that are drawn for the data, or have thresholds.
  public init(
    tokens: Int, gates: TokenGates, pooled: Bool = false, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(kind: .attention, tokens: tokens, gates: gates, pooled: pooled, positions: positions)
  }
}

/// An MLP mixer: f(X) = sum_j act(W_j X) V_j, W_j (s, s), V_j (d, c) (Sahiner et al. 2022, section 3.2). Linear, or with gates
/// 1[H_g X >= 0] for given H_g, (s, s). As for the exact ReLU, see ``Attention``.
public struct Mixer: TokenArchitecture {
  public var layer: TokenLayer

  public init(
    tokens: Int, gates: [MatrixView]? = nil, pooled: Bool = false, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .mixer, tokens: tokens, gates: gates.map { $0.map { [$0] } }, pooled: pooled,
      positions: positions)
  }

  /// Gates that are drawn for the data, or have thresholds.
  public init(
    tokens: Int, gates: TokenGates, pooled: Bool = false, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(kind: .mixer, tokens: tokens, gates: gates, pooled: pooled, positions: positions)
  }
}

/// A Fourier operator: f(X) = sum_j act(circ(X) w_j) v_j', circ(X)[a, t d + b] = X[(a - t) mod s, b], w_j in R^(s d), v_j in R^c
/// (Sahiner et al. 2022, section 3.3). With B blocks each has d/B of the channels and c/B of the outputs for itself. Linear,
/// or with gates 1[circ(X) h_g >= 0] for given h_g, one for every block.
public struct FourierOperator: TokenArchitecture {
  public var layer: TokenLayer

  /// - Parameter gates: for every gate (blocks, s * d / blocks).
  public init(
    tokens: Int, blocks: Int = 1, gates: [MatrixView]? = nil, pooled: Bool = false,
    positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .fourier(blocks: blocks), tokens: tokens, gates: gates.map { $0.map { [$0] } }, pooled: pooled,
      positions: positions)
  }

  /// Gates that are drawn for the data, or have thresholds.
  public init(
    tokens: Int, blocks: Int = 1, gates: TokenGates, pooled: Bool = false, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .fourier(blocks: blocks), tokens: tokens, gates: gates, pooled: pooled, positions: positions)
  }
}

/// Attention whose softmax matrix is replaced by weights on the simplex, the same for all samples:
/// f(X) = sum_j (a_j' X w_j) v_j', a_j >= 0 with sum 1, w_j in R^d, v_j in R^c, and weight decay on w_j and v_j alone (Ergen,
/// Neyshabur and Mehta 2022). This is convex attention, another model than softmax attention, not its solution.
///
/// Training is a sum over tokens of norms of z_k, (d, c): few tokens are used. With gates, 1[u_g' X v_g >= 0], it is the gated
/// layer on top (section 3.4).
public struct SimplexAttention: TokenArchitecture {
  public var layer: TokenLayer

  /// - Parameters:
  ///   - outputs: ``OutputNorm/perClass`` or ``OutputNorm/nuclear``.
  ///   - gates: pairs u (1, s) and v (1, d).
  public init(
    tokens: Int, outputs: OutputNorm = .perClass, gates: [(u: MatrixView, v: MatrixView)]? = nil,
    positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .simplex(outputs), tokens: tokens, gates: gates.map { $0.map { [$0.u, $0.v] } }, pooled: true,
      positions: positions)
  }

  /// Gates that are drawn for the data, or have thresholds.
  public init(
    tokens: Int, outputs: OutputNorm = .perClass, gates: TokenGates, positions: TokenPositions = .none
  ) {
    layer = TokenLayer(
      kind: .simplex(outputs), tokens: tokens, gates: gates, pooled: true, positions: positions)
  }
}
