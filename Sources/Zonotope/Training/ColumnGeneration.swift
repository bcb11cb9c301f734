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
    var iterations = 0, idle = 0, violation = 0.3, hasFallen = true
    var reference = (objective: Double.infinity, dual: -Double.infinity)

    while true {
      var settings = settings
      settings.tolerance = max(inner, min(1e-3, violation / 100))
      let isLast = growth.rounds.last.map { $0.largestGain <= beta * (1 + 10 * search) } ?? false
      let left = settings.iterations.map { max(0, $0 - iterations) }
      settings.iterations = isLast ? left : min(left ?? .max, 1000)
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

      var request = NeuronSearch(floor: beta, tolerance: search)
      request.looseTolerance = max(search, 0.2 * violation)
      request.seed = UInt64(growth.rounds.count)
      request.memory = self.settings.memoryBudget
      request.starts = starts(solution.point)
      var report = NeuronReport(found: [], largest: 0, bound: nil)
      if stop.status == nil {
        report = try solution.dualPoint.withUnsafeBufferPointer { (z) throws(ZonotopeError) in
          try oracle.search(z, request, stopping)
        }
      }
      if let bound = report.bound {
        let evaluator = try Evaluator(weighted, workers)
        withExtendedLifetime(evaluator) {
          let (value, point) = solution.dualPoint.withUnsafeBufferPointer {
            evaluator.lowerBound($0, dualNorm: bound.value)
          }
          guard value >= best.dual || growth.proof == nil else { return }
          best = (max(0, value), Array(point))
          growth.proof = bound.proof
        }
      }
      growth.rounds.append(
        Growth.Round(
          patterns: formulation.patternCount, objective: solution.objective, largestGain: report.largest,
          gainBound: report.bound?.value, lowerBound: best.dual, solverSeconds: solved - begun,
          oracleSeconds: monotonicSeconds() - solved))

      // A difference that rounding explains is no gap, as in a solve.
      let scale = max(abs(solution.objective), try Evaluator(weighted, workers).withoutNetwork())
      let negligible = 8 * Double.ulpOfOne * scale
      let dual = abs(solution.objective - best.dual) < negligible ? solution.objective : best.dual
      let isOptimal = relativeGap(solution.objective, dual) <= self.settings.tolerance
      var status: Status?
      if growth.proof != nil, isOptimal {
        status = .optimal
      } else if let met = stop.status {
        status = met
      } else if solution.status == .numericalBreakdown || left.map({ iterations >= $0 }) ?? false {
        status = solution.status == .numericalBreakdown ? .numericalBreakdown : .iterationLimit
      } else {
        let smallest = self.settings.tolerance / 10 * abs(solution.objective)
        hasFallen = solution.objective < reference.objective - smallest
        let advances = hasFallen || best.dual > reference.dual + smallest
        idle = advances ? 0 : idle + 1
        if advances {
          reference = (min(reference.objective, solution.objective), max(reference.dual, best.dual))
        }
        if report.found.isEmpty {
          // Nobody gains: what is left of the gap is the tolerance of the solver and of the search.
          let isCoarse = report.bound.map { $0.value > beta * (1 + 3 * search) } ?? true
          let isExhausted = isCoarse || inner < 1e-3 * self.settings.tolerance
          if isExhausted { status = growth.proof == nil ? solution.status : .stalled }
          inner /= 10
          search /= 10
        } else if idle > patience {
          status = .stalled
        }
      }
      if let status {
        if growth.proof != nil {
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
      violation = beta > 0 ? max(0, report.largest / beta - 1) : 0.3
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
