/// How a path is taken.
public struct PathSettings: Sendable {
  public var grid = BetaGrid.standard
  /// Parts of the cross-validation; 0 for none.
  public var folds = 0
  /// Decides the parts; below 2^53, so that any reader of JSON keeps it.
  public var seed: UInt64 = 0
  /// Shifts and scales the features to mean 0 and standard deviation 1: over all rows for the path, over its own training
  /// rows for every part of the cross-validation.
  public var standardizes = false
  /// With one mean and one scale for all columns, which are numbers of the same kind.
  public var sharesScale = false
  /// Of every solve. Its seconds, threads, memory and cancellation are those of the whole run.
  public var solver = SolverSettings()
  /// The relative gap that is enough for the solves of the cross-validation, where that of the solver is smaller.
  public var foldTolerance = 1e-4
  /// Whether stages keep their blocks and their dual points, which are as large as the program.
  public var keepsPoints = false
  /// Called with every report of a solver, on the thread of the solve: from several at once in cross-validation.
  public var progress: (@Sendable (PathProgress) -> Void)?

  public init() {}

  /// Learns from rows, where it is asked for.
  func standardization(of x: some SampleRows) throws(ZonotopeError) -> Standardization? {
    standardizes ? try x.standardization(shared: sharesScale) : nil
  }

  func check() throws(ZonotopeError) {
    try solver.check()
    guard foldTolerance > 0, foldTolerance.isFinite else {
      throw .invalid(place: "foldTolerance", reason: "\(foldTolerance) is not a finite number above 0")
    }
    guard folds == 0 || folds >= 2 else {
      throw .invalid(place: "folds", reason: "\(folds): two at least, or 0 for none")
    }
    guard seed < 1 << 53 else { throw .invalid(place: "seed", reason: "\(seed) is not below 2^53") }
  }
}

/// Where a path stands.
public struct PathProgress: Sendable {
  /// The part that is held out, from 0; nil on all rows.
  public var fold: Int?
  public var folds: Int
  /// Of the grid, from 0.
  public var index: Int
  public var count: Int
  public var betaRatio: Double
  public var solver: Progress
}
