/// Ordinary training on a table, or on sparse rows: split, standardise, choose beta, fit, test, and compare with a linear model.
///
/// The defaults are what `zonotope train` uses. The loss is scaled by 1/n, a mean over the rows, so that objectives of
/// different splits can be compared.
public struct TrainingPlan: Sendable {
  public enum LossKind: String, Sendable, CaseIterable {
    case squared, logistic
    /// One output a class.
    case softmax
    /// Numbers, of which some are far off, see ``TrainingPlan/huberDelta``.
    case huber

    /// Whether targets are numbers, not classes.
    public var isRegression: Bool { self == .squared || self == .huber }
  }

  public enum Patterns: Sendable, Equatable {
    /// All where there are at most ``TrainingPlan/enumerationLimit``, else sampled, as many as
    /// ``TrainingPlan/defaultDraws(rows:width:outputs:)`` says.
    case automatic
    /// The distinct patterns of this many random gates.
    case sampled(Int)
    /// Every pattern of the rows, as far as memory allows.
    case all
  }

  public enum Penalty: Sendable, Equatable {
    /// The best of ``TrainingPlan/candidates`` on a part of the training rows.
    case search
    case fixed(Beta)
  }

  /// The ratios beta / betaMax that the search compares: ten from 0.3 to 0.001, log-spaced.
  public static let candidates: [Double] = [
    0.3, 0.159, 0.0845, 0.0448, 0.0238, 0.0126, 0.0067, 0.00355, 0.00188, 0.001,
  ]
  /// The share of the training rows on which the candidates are compared.
  public static let holdoutFraction = 0.2
  /// Patterns up to which all of them are enumerated without being asked for.
  public static let enumerationLimit = 1000
  /// The relative gap that is enough to compare candidates.
  public static let searchTolerance = 1e-3
  /// The share of numbers other than zero from which on sparse rows are trained on with their zeros: the products with these
  /// then take less time, as they use whole vectors (docs/sparse-rows.md).
  public static let fillShare = 0.05
  /// Copies of a file's rows in a run: as they are, those to train on, once more for the search, scaled.
  static let copies = 4

  /// The column to predict.
  public var target: String
  /// The columns to predict it from; nil for all others.
  public var features: [String]?
  /// Nil: for a text column logistic with two classes and softmax with more, squared for a column of numbers.
  public var loss: LossKind?
  /// Where the Huber loss goes over from a square into an absolute value, in units of the target.
  public var huberDelta = 1.0
  /// Fixed gates in place of the exact activation.
  public var gated = false
  public var inputBias = true
  public var outputBias = true
  public var patterns = Patterns.automatic
  /// Column generation, see ``TwoLayerOptions/grows``.
  public var grows = false
  public var penalty = Penalty.search
  /// The share of the rows that is held back for the test; 0 for none.
  public var testFraction = 0.2
  /// Shifts and scales the features to mean 0 and standard deviation 1 over the training rows.
  public var standardizes = true
  /// With one mean and one scale for all columns, which are numbers of the same kind.
  var sharesScale = false
  /// Decides the splits and the sampled patterns; below 2^53, so that any reader of JSON keeps it.
  public var seed: UInt64 = 0
  /// Its seconds are those of the whole run.
  public var settings = SolverSettings()
  /// Called with every report of a solver.
  public var progress: (@Sendable (TrainingProgress) -> Void)?

  public init(target: String) { self.target = target }

  /// The number of gates drawn by default, for rows of `width` entries and so many outputs.
  ///
  /// 4 min(n, 50 width) gates at most, as many as there are patterns at most, and few enough that the products over all
  /// patterns take 2 million multiplications: a run then takes seconds.
  ///
  /// - Parameter entries: numbers that are not zero, for sparse rows; nil for all.
  public static func defaultDraws(rows: Int, width: Int, entries: Int? = nil, outputs: Int = 1) -> Int {
    let useful = saturatingProduct(4, min(rows, saturatingProduct(50, width)))
    let affordable = 2_000_000 / max(1, (entries ?? rows * width) * outputs)
    return max(1, min(useful, coverBound(rows: rows, rank: min(rows, width)), max(32, affordable), 500))
  }

  /// 2 sum_{k < rank} C(rows - 1, k), saturating.
  private static func coverBound(rows: Int, rank: Int) -> Int {
    saturatingProduct(2, Arrangement.halfBound(hyperplanes: rows, rank: rank))
  }

  func check() throws(ZonotopeError) {
    try settings.check()
    guard testFraction >= 0, testFraction < 1 else {
      throw .invalid(place: "test", reason: "\(testFraction) is not a share of the rows, from 0 to below 1")
    }
    guard seed < 1 << 53 else { throw .invalid(place: "seed", reason: "\(seed) is not below 2^53") }
    if case .sampled(let count) = patterns, count <= 0 {
      throw .invalid(place: "patterns", reason: "\(count) draws, at least 1 is needed")
    }
    guard huberDelta > 0, huberDelta.isFinite else {
      throw .invalid(place: "delta", reason: "\(huberDelta) is not a finite number above 0")
    }
    if case .fixed(let beta) = penalty { try beta.check() }
  }
}

/// Where a run stands.
public struct TrainingProgress: Sendable {
  public enum Stage: Sendable, Equatable {
    /// Comparing candidate `index`, from 0, of `count`.
    case search(index: Int, count: Int)
    case fit
  }
  public var stage: Stage
  public var betaRatio: Double?
  public var solver: Progress
}
