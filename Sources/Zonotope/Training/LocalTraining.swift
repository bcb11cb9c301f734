/// A network that was trained by descent on its own weights: the best point on the way. Nothing says that it is a global
/// optimum, nor that it is near one, but what ``bound`` proves.
public struct LocalTraining: Sendable {
  public enum Ending: String, Sendable {
    /// Steps no longer lower the objective by what matters: it is near a local minimum, or at a kink.
    case settled
    case iterationLimit = "iteration-limit"
    case timeLimit = "time-limit"
    case cancelled

    var status: Status {
      switch self {
      case .settled: .stalled
      case .iterationLimit: .iterationLimit
      case .timeLimit: .timeLimit
      case .cancelled: .cancelled
      }
    }
  }

  /// What no network of the kind can be below, of any number of heads.
  public enum Bound: Sendable, Equatable {
    /// The lower bound of the gated program over all patterns of the data.
    case allPatterns(Double)
    /// There is none, because of this. That a loss is never negative is all that is known.
    case none(reason: String)

    public var value: Double? {
      switch self {
      case .allPatterns(let value): value
      case .none: nil
      }
    }
  }

  public var network: TokenNetwork
  /// loss + beta/2 sum_j ||u_j||^2 + ||v_j||^2, from the weights of the network.
  public var objective: Double
  /// That of the heads that were made of the gated ones, where the descent began.
  public var startObjective: Double
  /// Of the gated network. No bound: over some of the patterns it may be above or below any ReLU network's.
  public var gatedObjective: Double
  public var bound: Bound
  public var ending: Ending
  public var steps: Int
  public var seconds: Double
  public var beta: Double
  public var betaMax: Double

  /// The distance to the bound as a share of the objective; nil without a bound.
  public var relativeGap: Double? { bound.value.map { Zonotope.relativeGap(objective, $0) } }

  /// How it came about, in a line.
  public var text: String {
    let proof =
      switch bound {
      case .allPatterns: "the bound is that of gated heads over all patterns"
      case .none(let reason): "no lower bound but 0, because \(reason)"
      }
    return "local descent from gated heads, which proves no optimum; \(proof)"
  }

  /// The same as results of programs are: with the solver ``SolverKind/local``, never optimal, over all heads, and with 0, which
  /// no loss is below, for a bound where there is none.
  public var outcome: TrainingOutcome<TokenNetwork> {
    let dual = bound.value ?? 0
    return TrainingOutcome(
      network: network,
      certificate: Certificate(scope: .allNeurons, objective: objective, lowerBound: dual),
      solution: Solution(
        status: ending.status, objective: objective, dual: dual, point: BlockPoint(blocks: []), dualPoint: [],
        solver: .local, choice: text, iterations: steps, seconds: seconds),
      networkObjective: objective, beta: beta, betaMax: betaMax, patternCount: network.heads.count,
      activePatterns: network.heads.count, patternSource: .grown, growth: nil)
  }
}
