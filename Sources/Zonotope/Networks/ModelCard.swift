/// Everything a model file says about its network: what it is, how it was trained and what was proved.
public struct ModelCard: Sendable, Equatable {
  /// How raw columns become the rows that the network was trained on, and outputs become answers.
  public struct Preprocessing: Sendable, Equatable {
    /// Applied to every row before the network; nil where the rows are used as they are.
    public var standardization: Standardization?
    /// The names of the columns, in order, where they are known.
    public var features: [String]?
    public var target: String?
    /// For classifiers on named classes: those that -1 and +1 stand for, in this order, or one an output.
    public var classes: [String]?

    public init(
      standardization: Standardization? = nil, features: [String]? = nil, target: String? = nil,
      classes: [String]? = nil
    ) {
      self.standardization = standardization
      self.features = features
      self.target = target
      self.classes = classes
    }
  }

  /// The proof, with how the solve ended.
  public struct Proof: Sendable, Equatable {
    public var certificate: Certificate
    public var status: Status
  }

  public struct Patterns: Sendable, Equatable {
    public var count: Int
    /// Patterns with a neuron.
    public var active: Int
    public var source: PatternSet.Source
    /// The draws and their seed, for sampled patterns.
    public var draws: Int?
    public var seed: UInt64?
  }

  public struct Solver: Sendable, Equatable {
    public var kind: SolverKind
    /// Why it was chosen.
    public var reason: String
    public var tolerance: Double
    public var iterations: Int
    public var seconds: Double
  }

  public struct LossTerm: Sendable, Equatable {
    public var kind: String
    public var scale: Double
    /// Of the Huber loss.
    public var delta: Double?
  }

  /// How rows were divided and beta was chosen, where ``TrainingPlan`` did it.
  public struct Run: Sendable, Equatable {
    /// Rows the network was fitted on, and rows held back for the test.
    public var rows: Int
    public var testRows: Int
    public var testFraction: Double
    public var seed: UInt64
    /// beta / betaMax.
    public var betaRatio: Double
    /// The ratios that were compared on a part of the training rows; empty when beta was given or the search was cut
    /// short before it could compare.
    public var candidates: [Double]
    public var holdoutFraction: Double?
    /// `R^2` or `accuracy`.
    public var score: String
    /// Nil where it is not defined.
    public var trainScore: Double?
    public var testScore: Double?
  }

  public var activation: Activation
  public var gated: Bool
  public var inputBias: Bool
  public var outputBias: Bool
  public var skip: Bool
  public var outputNorm: OutputNorm
  public var patches: PatchLayout
  public var loss: LossTerm
  public var beta: Double
  public var betaMax: Double
  public var preprocessing: Preprocessing
  public var proof: Proof
  public var patterns: Patterns
  public var solver: Solver
  public var run: Run?
  /// Version of the library that wrote it.
  public var library: String
}

extension ModelCard {
  /// The card of a result.
  init(
    _ result: TrainingResult, options: TwoLayerOptions, loss: some Loss, selection: PatternSelection,
    tolerance: Double, preprocessing: Preprocessing = Preprocessing(), run: Run? = nil
  ) {
    activation = result.network.activation
    gated = result.network.gates != .own
    inputBias = result.network.inputBias
    outputBias = options.outputBias
    skip = options.skip
    outputNorm = options.outputNorm
    patches = result.network.patches
    self.loss = LossTerm(kind: loss.name, scale: loss.scale, delta: (loss as? HuberLoss)?.delta)
    beta = result.beta
    betaMax = result.betaMax
    self.preprocessing = preprocessing
    proof = Proof(certificate: result.certificate, status: result.solution.status)
    patterns = Patterns(
      count: result.patternCount, active: result.activePatterns, source: result.patternSource)
    if case .sampled(let count, let seed) = selection {
      patterns.draws = count
      patterns.seed = seed
    }
    solver = Solver(
      kind: result.solution.solver, reason: result.solution.choice, tolerance: tolerance,
      iterations: result.solution.iterations, seconds: result.solution.seconds)
    self.run = run
    library = libraryVersion
  }

  var isClassifier: Bool { ["logistic", "hinge", "softmax"].contains(loss.kind) }
}
