/// What cross-validation found for every beta of a path.
public struct ValidationCurve: Sendable, Equatable {
  /// One beta.
  public struct Point: Sendable, Equatable {
    /// beta / betaMax, betaMax being that of all rows.
    public var ratio: Double
    /// Parts of the rows that were held out and predicted; fewer than all where the run was stopped.
    public var folds: Int
    /// The mean over all rows held out of the loss of one, without its scale: half the squared error, the cross entropy. Nil
    /// where none was held out yet.
    public var loss: Estimate?
    /// Of the share of rows whose class is right; nil for losses without classes.
    public var accuracy: Estimate?

    public init(ratio: Double, folds: Int, loss: Estimate?, accuracy: Estimate? = nil) {
      (self.ratio, self.folds, self.loss, self.accuracy) = (ratio, folds, loss, accuracy)
    }
  }

  /// A mean with its standard error.
  public struct Estimate: Sendable, Equatable {
    public var mean: Double
    public var standardError: Double

    public init(mean: Double, standardError: Double) {
      (self.mean, self.standardError) = (mean, standardError)
    }

    /// Of the means of parts of so many rows: weighted by them, with the error of the weighted mean of independent parts
    /// (with equal parts their standard deviation over the root of their number), which is infinite for one part. Nil for
    /// none.
    init?(means: [Double], rows: [Int]) {
      guard !means.isEmpty else { return nil }
      let total = Double(rows.reduce(0, +))
      let mean = zip(means, rows).reduce(0) { $0 + $1.0 * Double($1.1) } / total
      let spread = zip(means, rows).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * Double($1.1) } / total
      self.init(
        mean: mean,
        standardError: means.count > 1 ? (spread / Double(means.count - 1)).squareRoot() : .infinity)
    }
  }

  /// Parts, and the seed that dealt the rows.
  public let folds: Int
  public let seed: UInt64
  /// From large betas to small ones.
  public let points: [Point]

  public init(folds: Int, seed: UInt64, points: [Point]) {
    (self.folds, self.seed, self.points) = (folds, seed, points)
  }

  /// The losses of the points that all parts have reached.
  private var complete: [(index: Int, loss: Estimate)] {
    points.enumerated().compactMap { k, point in
      guard point.folds == folds, let loss = point.loss, loss.mean.isFinite else { return nil }
      return (k, loss)
    }
  }

  /// The point of least loss, among those that all parts have reached; the largest beta of equal ones. Nil where there is
  /// none.
  public var best: Int? { complete.min { $0.loss.mean < $1.loss.mean }?.index }

  /// The one-standard-error rule: the largest beta whose loss is no more than one standard error of the best above it
  /// (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3). The simplest network that is not worse as far as one can tell.
  public var oneStandardError: Int? {
    let complete = complete
    guard let best = complete.min(by: { $0.loss.mean < $1.loss.mean })?.loss else { return nil }
    return complete.first { $0.loss.mean <= best.mean + best.standardError }?.index
  }
}
