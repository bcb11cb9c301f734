#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A linear model with an l2 penalty on its weights and a free intercept: what a network has to beat.
///
///     minimise  (1/n) sum loss(w.x + b, y) + (penalty/2) ||w||^2
///
/// Ridge regression for the squared loss (its sum is halved), logistic regression for the logistic loss.
public struct LinearBaseline: Sendable, Equatable {
  public let loss: TrainingPlan.LossKind
  public let penalty: Double
  public let weights: [Double]
  public let intercept: Double

  public var name: String { loss == .squared ? "ridge" : "logistic" }

  /// The penalties that are compared, as multiples of the mean square of the features: 1e-5 to 1e3.
  static let candidates = (0...16).map { exp(log(10) * (Double($0) / 2 - 5)) }
  /// More features than this would take longer than the network they are compared with.
  static let featureLimit = 3000

  /// Fits with the best of ``candidates`` on the held-out rows, then again on all of both.
  ///
  /// - Returns: nil when there are more than ``featureLimit`` features, or the workers are stopped.
  static func fit(
    loss: TrainingPlan.LossKind, fit: (x: MatrixView, y: [Double]), holdout: (x: MatrixView, y: [Double]),
    all: (x: MatrixView, y: [Double]), _ workers: Workers
  ) throws(ZonotopeError) -> LinearBaseline? {
    guard all.x.columns <= featureLimit else { return nil }
    let problem = try LinearProblem(loss, fit.x, fit.y, workers)
    var best = (factor: 1.0, value: Double.infinity)
    for factor in candidates.reversed() {
      let model = try problem.solve(penalty: factor * problem.meanSquare)
      if workers.isStopped { return nil }
      guard let model else { continue }
      let value = meanLoss(loss, model.predict(holdout.x), holdout.y)
      if value < best.value { best = (factor, value) }
    }
    let full = try LinearProblem(loss, all.x, all.y, workers)
    let model = try full.solve(penalty: best.factor * full.meanSquare)
    return workers.isStopped ? nil : model
  }

  public func predict(_ x: MatrixView) -> [Double] {
    (0..<x.rows).map { k in
      let row = x.row(k)
      var total = intercept
      for j in 0..<min(x.columns, weights.count) { total += row[j] * weights[j] }
      return total
    }
  }
}

/// A linear model to fit for several penalties.
private struct LinearProblem {
  let loss: TrainingPlan.LossKind
  let x: MatrixView
  let y: [Double]
  let meanSquare: Double
  /// Column means, for the squared loss.
  private let means: [Double]
  private let meanTarget: Double
  private let workers: Workers

  init(
    _ loss: TrainingPlan.LossKind, _ x: MatrixView, _ y: [Double], _ workers: Workers
  ) throws(ZonotopeError) {
    self.workers = workers
    self.loss = loss
    self.x = x
    self.y = y
    let n = Double(max(1, x.rows))
    var means = [Double](repeating: 0, count: x.columns), squares = 0.0
    for k in 0..<x.rows {
      for j in 0..<x.columns {
        means[j] += x.row(k)[j] / n
        squares += x.row(k)[j] * x.row(k)[j]
      }
    }
    self.means = means
    meanTarget = y.reduce(0, +) / n
    meanSquare = max(squares / (n * Double(max(1, x.columns))), .leastNormalMagnitude)
  }

  /// Nil where the system is singular in double precision.
  func solve(penalty: Double) throws(ZonotopeError) -> LinearBaseline? {
    loss == .squared ? try ridge(penalty) : try logistic(penalty)
  }

  /// The last column is the intercept, which the penalty leaves out: (X'SX/n + penalty) as a Gram matrix.
  private func weighted(
    _ weights: [Double], centred: Bool, intercept: Bool
  ) throws(ZonotopeError) -> MatrixView {
    let (n, d) = (x.rows, x.columns), width = d + (intercept ? 1 : 0)
    let buffer = try Vector(product(n, width, place: "x"))
    for k in 0..<n {
      let root = (weights[k] / Double(n)).squareRoot()
      for j in 0..<d { buffer[j * n + k] = root * (x.row(k)[j] - (centred ? means[j] : 0)) }
      if intercept { buffer[d * n + k] = root }
    }
    return MatrixView(buffer, rows: width, columns: n)
  }

  private func ridge(_ penalty: Double) throws(ZonotopeError) -> LinearBaseline? {
    let (n, d) = (x.rows, x.columns)
    let scaled = try weighted([Double](repeating: 1, count: n), centred: true, intercept: false)
    let gram = try Vector(product(d, d, place: "x")), solution = try Vector(d)
    gramOfRows(scaled, into: gram.mutable, workers)
    for j in 0..<d {
      for k in 0..<n { solution[j] += (x.row(k)[j] - means[j]) * (y[k] - meanTarget) / Double(n) }
    }
    var factor = try CholeskyFactor<Double>(order: d)
    guard factor.factor(gram.values, shift: penalty, workers) else { return nil }
    factor.solve(solution.mutable)
    let weights = try solution.list()
    let shift = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
    return model(weights, meanTarget - shift, penalty)
  }

  /// Newton's method with halved steps.
  private func logistic(_ penalty: Double) throws(ZonotopeError) -> LinearBaseline? {
    let (n, d) = (x.rows, x.columns)
    var point = [Double](repeating: 0, count: d + 1)
    let gram = try Vector(product(d + 1, d + 1, place: "x")), step = try Vector(d + 1)
    var factor = try CholeskyFactor<Double>(order: d + 1)
    var value = objective(point, penalty)
    for _ in 0..<50 where !workers.isStopped {
      let outputs = model(Array(point[..<d]), point[d], penalty).predict(x)
      let curvatures = outputs.map { max(1e-12, sigmoid($0) * sigmoid(-$0)) }
      gramOfRows(try weighted(curvatures, centred: false, intercept: true), into: gram.mutable, workers)
      for j in 0..<d { gram[j * (d + 1) + j] += penalty }
      for j in 0...d { step[j] = j < d ? -penalty * point[j] : 0 }
      for k in 0..<n {
        let slope = y[k] * sigmoid(-y[k] * outputs[k]) / Double(n)
        for j in 0..<d { step[j] += slope * x.row(k)[j] }
        step[d] += slope
      }
      let gradient = try step.list()
      guard factor.factor(gram.values, shift: 0, workers) else { return nil }
      factor.solve(step.mutable)
      let direction = try step.list()
      let decrease = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      guard decrease > 1e-12 * (1 + abs(value)) else { break }
      var length = 1.0, moved = false
      while length > 1e-6, !moved {
        let trial = zip(point, direction).map { $0 + length * $1 }
        let there = objective(trial, penalty)
        if there <= value - 1e-4 * length * decrease {
          (point, value, moved) = (trial, there, true)
        } else {
          length /= 2
        }
      }
      guard moved else { break }
    }
    return model(Array(point[..<d]), point[d], penalty)
  }

  private func objective(_ point: [Double], _ penalty: Double) -> Double {
    let weights = Array(point.dropLast())
    let outputs = model(weights, point[weights.count], penalty).predict(x)
    return meanLoss(.logistic, outputs, y) + 0.5 * penalty * weights.reduce(0) { $0 + $1 * $1 }
  }

  private func model(_ weights: [Double], _ intercept: Double, _ penalty: Double) -> LinearBaseline {
    LinearBaseline(loss: loss, penalty: penalty, weights: weights, intercept: intercept)
  }
}
