/// What column generation did: solve over some patterns, look for neurons with others that would improve the network, add
/// them, and so on (Pilanci and Ergen 2020, section 3, for the condition; Bach 2017 for the method).
public struct Growth: Sendable, Equatable {
  /// One round.
  public struct Round: Sendable, Equatable {
    /// Patterns of the program.
    public var patterns: Int
    /// The training objective of the best network so far.
    public var objective: Double
    /// The largest gain of a neuron that was found, and what none exceeds where that was proved; a neuron improves the
    /// network where its gain is above beta.
    public var largestGain: Double
    public var gainBound: Double?
    /// The best lower bound so far, over networks of any patterns and any width; 0 while there is none.
    public var lowerBound: Double
    /// Of the solver and of the oracle.
    public var solverSeconds: Double
    public var oracleSeconds: Double
  }

  public var rounds: [Round] = []
  /// How the lower bound was proved; nil where it was not.
  public var proof: GainBound.Proof?
}

/// Rounds without progress after which growing ends.
private let patience = 12

extension TrainingSession {
  /// The optimum over all neurons for one beta, as far as the oracle can prove it.
  func grow(
    _ oracle: any NeuronOracle, beta: Double, until stop: StopCondition
  ) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    let started = monotonicSeconds(), stopping = workers.stopping(at: stop)
    var growth = Growth()
    var best = (dual: 0.0, point: [Double](repeating: 0, count: data.samples * program.map.outputs))
    var (inner, search) = (settings.tolerance / 4, settings.tolerance / 10)
    var iterations = 0, idle = 0, violation = 0.3, hasFallen = true, isLast = false
    var reference = (objective: Double.infinity, dual: -Double.infinity)

    while true {
      var settings = settings
      settings.tolerance = max(inner, min(1e-3, violation / 100))
      let left = settings.iterations.map { max(0, $0 - iterations) }
      // A solve that is cut short may have no fit yet of targets that must be met.
      let enough = program.loss.isEquality ? 20_000 : 1000
      settings.iterations = isLast ? left : min(left ?? .max, enough)
      if let report = settings.progress {
        let (bound, done) = (best.dual, iterations)
        settings.progress = { progress in
          var progress = progress
          progress.iteration += done
          progress.lowerBound = bound
          progress.relativeGap = relativeGap(progress.objective, bound)
          progress.seconds = monotonicSeconds() - started
          report(progress)
        }
      }
      let weighted = try program.with(beta: beta), begun = monotonicSeconds()
      var solution = try weighted.solve(settings, from: last, workers, until: stop)
      last = solution.point
      iterations += solution.iterations
      let solved = monotonicSeconds()

      let evaluator = try Evaluator(weighted, workers), isReached = solution.objective.isFinite
      let (z, floor) = try isReached ? (Vector(copying: solution.dualPoint), beta) : ray(solution, evaluator)
      var request = NeuronSearch(floor: floor, tolerance: search)
      request.looseTolerance = max(search, 0.2 * violation)
      request.seed = UInt64(growth.rounds.count)
      request.memory = self.settings.memoryBudget
      request.starts = starts(solution.point)
      var report = NeuronReport(found: [], largest: 0, bound: nil)
      if stop.status == nil {
        report = try oracle.search(z.values, request, stopping)
      }
      if let bound = report.bound {
        withExtendedLifetime(evaluator) {
          let (value, point) = evaluator.lowerBound(z.values, dualNorm: bound.value)
          guard value >= best.dual || growth.proof == nil else { return }
          best = (max(0, value), Array(point))
          growth.proof = bound.proof
        }
      }
      let unit = isReached ? 1 : beta / floor
      growth.rounds.append(
        Growth.Round(
          patterns: formulation.patternCount, objective: solution.objective,
          largestGain: unit * report.largest, gainBound: report.bound.map { unit * $0.value },
          lowerBound: best.dual, solverSeconds: solved - begun, oracleSeconds: monotonicSeconds() - solved))
      isLast = report.largest <= floor * (1 + 10 * search)
      let isCoarse = report.bound.map { $0.value > floor * (1 + 3 * search) } ?? true

      let negligible = BestAnswer.rounding(of: solution.objective, beside: evaluator.withoutNetwork())
      let dual = abs(solution.objective - best.dual) < negligible ? solution.objective : best.dual
      let isOptimal = isReached && relativeGap(solution.objective, dual) <= self.settings.tolerance
      var status: Status?
      if growth.proof != nil, isOptimal {
        status = .optimal
      } else if let met = stop.status {
        status = met
      } else if solution.status == .numericalBreakdown || left.map({ iterations >= $0 }) ?? false {
        status = solution.status == .numericalBreakdown ? .numericalBreakdown : .iterationLimit
      } else {
        let smallest = isReached ? self.settings.tolerance / 10 * abs(solution.objective) : 0
        hasFallen = solution.objective < reference.objective - smallest
        // A ray that is bounded by new patterns never comes back.
        let advances = hasFallen || best.dual > reference.dual + smallest || !isReached
        idle = advances ? 0 : idle + 1
        if advances {
          reference = (min(reference.objective, solution.objective), max(reference.dual, best.dual))
        }
        if report.found.isEmpty {
          // Nobody gains: what is left of the gap is the tolerance of the solver and of the search.
          // A coarse bound is the end where it is not the solve that was coarse.
          let wasTight = settings.tolerance <= inner
          let isExhausted = isCoarse && wasTight || inner < 1e-3 * self.settings.tolerance
          if isExhausted { status = growth.proof == nil ? solution.status : .stalled }
          if solution.status == .infeasible { status = .infeasible }
          inner /= 10
          search /= 10
        } else if idle > patience {
          status = .stalled
        }
      }
      if let status {
        // That no network at all meets the targets is said where it was proved.
        if status == .infeasible, isCoarse { growth.proof = nil }
        if growth.proof != nil, status != .infeasible {
          solution.dual = dual
          solution.dualPoint = best.point
        }
        solution.status = status
        solution.iterations = iterations
        solution.seconds = monotonicSeconds() - started
        solution.choice += "; \(growth.rounds.count) rounds of column generation"
        return try result(
          solution, beta: beta, scope: growth.proof == nil ? .givenPatterns : .allNeurons, growth: growth)
      }
      violation = beta > 0 && isReached ? max(0, report.largest / beta - 1) : 0.3
      // While the objective falls no set of patterns comes back, so those that are not used can go, and small programs
      // are solved to more digits. Where it does not, the dual point has to be cut off by all that was found.
      var kept: [Int]?
      if hasFallen {
        let point = architecture.consolidating(solution.point, of: formulation)
        last = point
        kept = activePatterns(point)
        if report.found.isEmpty, kept?.isEmpty == true { kept = nil }
      }
      try extend(by: report.found, keeping: kept, workers)
    }
  }

  /// The point that is searched where the patterns do not reach targets that must be met, and the gain that counts there.
  ///
  /// The dual has no largest value then: the point is far out along a ray on which the neurons of the patterns gain next to
  /// nothing. Any other that gains something there bounds it, and if none does, no network reaches the targets (Farkas).
  /// Lengths mean nothing on a ray. What is called nothing is what a solve calls so.
  private func ray(
    _ solution: Solution, _ evaluator: Evaluator<A.Map, A.Penalty, Objective>
  ) throws(ZonotopeError) -> (z: Vector, floor: Double) {
    let targets = evaluator.targets.values, z = try Vector(copying: solution.dualPoint)
    let length = norm(z.values), unit = norm(targets)
    guard length > 0, unit > 0 else { return (try Vector(copying: targets), evaluator.program.beta) }
    scale(z.mutable, by: unit / length)
    let typical = evaluator.dualNorm(ofAdjointOf: targets)
    return (z, max(evaluator.program.beta * (unit / length), 1e-10 * typical))
  }

  /// Directions of the neurons of an answer, where the search for better ones starts.
  private func starts(_ point: BlockPoint) -> [[Double]] {
    let width = formulation.rows.columns
    guard width > 0 else { return [] }
    var starts: [[Double]] = []
    for start in stride(from: 0, to: point.blocks.count, by: width) where starts.count < 64 {
      let block = Array(point.blocks[start..<start + width])
      if block.contains(where: { $0 != 0 }) { starts.append(block) }
    }
    return starts
  }
}
