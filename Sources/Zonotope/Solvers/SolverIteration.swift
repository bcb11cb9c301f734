/// An algorithm on a program: a state that can be advanced for ever.
///
/// It neither stops nor prints nor looks at the clock; the loop in `Minimise.swift` wraps those around it.
public protocol SolverIteration {
  /// The name in problem files and results.
  var kind: SolverKind { get }

  /// What it decided on its way, for whoever wonders; nil: nothing.
  var note: String? { get }

  /// Steps taken.
  var iteration: Int { get }

  /// One step, or a few where they belong together, but none beyond the given number.
  mutating func advance(upTo limit: Int)

  /// Whether the last step led to a number that is not finite, from where there is no way back.
  var isBroken: Bool { get }

  /// Goes on from better blocks, each inside its cone, as if the method had come to them.
  ///
  /// - Parameters:
  ///   - free: the unpenalised coefficients, in the basis of the free block.
  ///   - gradient: that of the loss at the fit.
  ///   - fit: of the blocks and the free columns.
  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values)

  /// Takes note of the gap between the best answer and the best bound so far, as often as they are compared.
  mutating func heed(relativeGap: Double)

  /// Steps until the answer has moved enough for another certificate to be worth computing.
  var checkInterval: Int { get }

  /// Whether a certificate is worth computing at all now.
  var isReady: Bool { get }

  /// The blocks that would be returned now, each inside its cone.
  var blocks: Values { get }

  /// A point z of the loss's domain that tends to the dual optimum, with A'z where it is at hand. Nil: use the
  /// gradient of the loss at the blocks.
  var dualCandidate: (point: Values, adjoint: Values?)? { get }

  /// A fit that tends to the optimal one, where there is another than that of the blocks.
  var fitCandidate: Values? { get }
}

extension SolverIteration {
  public var isReady: Bool { true }
  public var note: String? { nil }
  public mutating func heed(relativeGap: Double) {}
}

/// The algorithms, by their names in problem files.
public enum SolverKind: String, Sendable, Codable, CaseIterable {
  case automatic, fista, admm
  /// Semismooth Newton steps on the dual, see ``DualNewton``.
  case newton
  /// The same with products in place of factors.
  case augmentedLagrangian = "augmented-lagrangian"
  /// Active sets of columns, for thresholds.
  case activeSet = "active-set"
  /// Methods for functions on the line and for closed forms.
  case direct
  /// Heads of linear attention in place of their matrices, for those too large to store: L-BFGS, with a bound of the whole
  /// program.
  case factored
  /// Descent on networks that have no tractable program: local, ``LocalTraining``.
  case local
}

/// The numbers that a solver computes with. Gaps are those of double precision either way.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// `automatic` may take the steps of ``float`` where these are faster, with many samples and at tolerances of 1e-8 or
  /// more; where they do not reach the tolerance it goes on in double. A solver that is asked for by name computes in double precision throughout.
  case double
  /// Products and factorisations in single precision, refined in double, where the solver and the program have them;
  /// elsewhere as ``double``. ``Solution/choice`` says what was done.
  case float
}

/// How a solve ended. None of these is an error.
public enum Status: String, Sendable, Codable {
  /// The relative gap is at most the tolerance.
  case optimal
  /// The gap has stopped falling: for lack of precision, or because no tight bound exists, as with beta = 0.
  case stalled
  case iterationLimit = "iteration-limit"
  case timeLimit = "time-limit"
  case cancelled
  /// A number overflowed; the last finite answer is returned.
  case numericalBreakdown = "numerical-breakdown"
  /// No network over the patterns reaches targets that must be met (``InterpolationLoss``), as far as double precision can
  /// tell: one that did would be ten orders of magnitude larger than its targets. Objective and bound are infinite.
  case infeasible

  /// Of a network that was made from a solve's: optimal where that is still so.
  func ofAnother(_ certificate: Certificate, tolerance: Double) -> Status {
    self == .optimal && !(certificate.relativeGap <= tolerance) ? .stalled : self
  }
}

/// What a solve may spend and where it reports.
public struct SolverSettings: Sendable {
  public var kind: SolverKind = .automatic
  public var precision: Precision = .double
  /// Whether ``Precision/double`` is meant to the letter: what single precision did not reach is being done in double.
  var refusesSingle = false
  /// The relative gap (objective - dual) / |objective| at which the answer is optimal.
  public var tolerance = 1e-6
  /// Steps at most; nil for the default of the solver.
  public var iterations: Int?
  /// Seconds at most, counted from the start of the set-up; nil for no limit. Set-up and steps that are not over 30 ms
  /// later are abandoned.
  public var seconds: Double?
  /// Threads at most; 0 for one per processor.
  public var threads = 0
  /// Bytes at most; nil for half of the machine's memory.
  public var memory: Int?
  /// Called at every check of the gap, and now and then during long work in between, with what was known before, on the
  /// solving thread. Before the first check that is the answer without a network.
  public var progress: (@Sendable (Progress) -> Void)?
  /// Ends set-up and steps as the limit of seconds does.
  public var cancellation: Cancellation?

  public init() {}

  /// Bytes that may be used: those of ``memory``, or half of the machine's.
  public var memoryBudget: Int { memory ?? physicalMemory() / 2 }

  func check() throws(ZonotopeError) {
    guard tolerance > 0, tolerance.isFinite else {
      throw .invalid(place: "solver.tolerance", reason: "\(tolerance) is not a finite number above 0")
    }
    if let iterations, iterations < 0 {
      throw .invalid(place: "solver.iterations", reason: "\(iterations) is negative")
    }
    if let seconds, !(seconds >= 0) {
      throw .invalid(place: "solver.seconds", reason: "\(seconds) is not a number of at least 0")
    }
    guard threads >= 0, threads <= 4096 else {
      throw .invalid(place: "solver.threads", reason: "\(threads) is not between 0 and 4096")
    }
    if let memory, memory <= 0 {
      throw .invalid(place: "solver.memory", reason: "\(memory) bytes are not above 0")
    }
  }
}

/// Where a solve stands.
public struct Progress: Sendable {
  public var solver: SolverKind
  public var iteration: Int
  public var objective: Double
  public var lowerBound: Double
  public var relativeGap: Double
  public var activeBlocks: Int
  public var seconds: Double
}

/// The answer to a program with its proof.
public struct Solution: Sendable {
  public var status: Status
  /// loss + beta * penalty at `point`.
  public var objective: Double
  /// The value of the dual at `dualPoint`, a lower bound of the optimum of the program.
  public var dual: Double
  /// Every block is inside its cone. Empty where heads were trained themselves (``SolverKind/factored``), whose matrices are
  /// too large.
  public var point: BlockPoint
  /// A feasible point of the dual, one number a sample: whoever doubts the bound can evaluate it.
  public var dualPoint: [Double]
  public var solver: SolverKind
  /// Why `automatic` chose it, or that the caller did.
  public var choice: String
  public var iterations: Int
  public var seconds: Double

  /// objective - dual; 0 when the two differ by rounding only, measured by the loss without a network. `dual` is then the
  /// objective.
  public var gap: Double { objective - dual }
  /// gap / |objective|, 0 when both are 0.
  public var relativeGap: Double { Zonotope.relativeGap(objective, dual) }
}

/// (objective - dual) / |objective|; infinite for an objective of 0 above its bound.
func relativeGap(_ objective: Double, _ dual: Double) -> Double {
  guard objective.isFinite else { return .infinity }
  let gap = objective - dual
  return gap == 0 ? 0 : gap / abs(objective)
}
