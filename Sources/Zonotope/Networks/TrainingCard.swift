/// What every model file says about how its network came about, whatever the network: what it was trained for, what was
/// proved, and how rows become its inputs and outputs answers. Before it stands the architecture, which is the network's.
public struct TrainingCard: Sendable, Equatable {
  /// How raw columns become the rows that the network was trained on, and outputs become answers.
  public struct Preprocessing: Sendable, Equatable {
    /// Applied to every row before the network; nil where the rows are used as they are.
    public var standardization: Standardization?
    /// The names of the columns, in order, where they are known.
    public var features: [String]?
    public var target: String?
    /// For classifiers on named classes: those that -1 and +1 stand for, in this order, or one an output.
    public var classes: [String]?
    /// So many rows later is what an answer is about, where rows are in the order of time.
    public var lag = 0

    public init(
      standardization: Standardization? = nil, features: [String]? = nil, target: String? = nil,
      classes: [String]? = nil, lag: Int = 0
    ) {
      self.standardization = standardization
      self.features = features
      self.target = target
      self.classes = classes
      self.lag = lag
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

extension TrainingCard {
  /// The card of a result.
  init<Network>(
    _ result: TrainingOutcome<Network>, loss: some Loss, selection: PatternSelection = .all,
    tolerance: Double, preprocessing: Preprocessing = Preprocessing(), run: Run? = nil
  ) {
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

  /// What each of so many outputs stands for: its class, or its number from 0.
  func outputNames(_ count: Int) -> [String] {
    if count > 1, let classes = preprocessing.classes { return classes }
    return (0..<count).map { "\($0)" }
  }

  /// What rows of so many outputs say: the class of each row for a classifier, nil for a regression. With one output, 0
  /// belongs to the second class; with several, the first of the largest decides.
  func classes(of outputs: [Double], width: Int) -> [String]? {
    guard isClassifier else { return nil }
    if width == 1 {
      let names = preprocessing.classes ?? ["-1", "1"]
      return outputs.map { names[$0 >= 0 ? 1 : 0] }
    }
    let names = outputNames(width)
    return choices(outputs, of: width).map { names[$0] }
  }

  /// What a network of so many columns and outputs has to fit.
  func check(columns: Int, outputs: Int) throws(ZonotopeError) {
    let known = preprocessing.standardization?.means.count ?? preprocessing.features?.count
    if let known, known != columns {
      throw .invalid(
        place: "preprocessing", reason: "\(known) columns, the network has \(columns) features")
    }
    if let classes = preprocessing.classes, classes.count != max(2, outputs) {
      throw .invalid(
        place: "preprocessing.classes", reason: "\(classes.count) classes for \(outputs) outputs")
    }
    if loss.kind == "softmax", outputs == 1 {
      throw .invalid(place: "loss", reason: "a softmax loss, the network has one output")
    }
  }
}
