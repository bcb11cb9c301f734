extension Trainable {
  /// Trains to the global optimum of the convex program and proves how close it came.
  ///
  /// - Parameters:
  ///   - data: n rows of d features with their targets; what these may be the loss says. For convolutional networks a row
  ///     is its patches, one after the other.
  ///   - loss: ``SquaredLoss``, ``LogisticLoss``, ``SoftmaxLoss``, ``HingeLoss``, ``AbsoluteLoss``, ``HuberLoss``, ``InterpolationLoss`` or
  ///     one of your own, which is a ``SmoothLoss`` or a ``ProximableLoss``.
  ///   - beta: the weight of (1/2)(||w||^2 + alpha^2) summed over the neurons.
  /// - Throws: misuse only, before any work.
  public func train(
    on data: LabelledRows<Rows>, loss: some Loss, beta: Beta,
    settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) -> TrainingOutcome<Network> {
    try beta.check(with: loss)
    if settings.kind == .factored {
      return try trainHeads(on: data, loss: loss, beta: beta, settings: settings)
    }
    let started = monotonicSeconds()
    let session = try TrainingSession(self, data: data, loss: loss, settings: settings)
    return try session.train(beta: beta, until: StopCondition(settings, started: started))
  }
}

/// A program kept ready to be solved for several values of beta, each started from the answer before.
///
/// Where its settings stop the set-up, the session is one over a few of the patterns, ``formulation`` says how many, and
/// its betaMax is that of these.
public final class TrainingSession<A: Trainable, Objective: Loss> {
  public let architecture: A
  public let data: LabelledRows<A.Rows>
  public private(set) var betaMax: Double
  public private(set) var formulation: Formulation<A.Rows, A.Map, A.Penalty>
  private(set) var program: ConvexProgram<A.Map, A.Penalty, Objective>
  private let targets: [Double]
  /// What the solves to come may spend.
  public var settings: SolverSettings
  let workers: Workers
  var last: BlockPoint?
  /// What else solves of the same program hand on.
  private let memory = SolveMemory()
  /// Where the architecture grows.
  private(set) var oracle: (any NeuronOracle)?

  public convenience init(
    _ architecture: A, data: LabelledRows<A.Rows>, loss: Objective,
    settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) {
    try self.init(architecture, data: data, loss: loss, settings: settings, start: nil)
  }

  /// - Parameter start: blocks of the patterns that the architecture selects, where the first solve starts.
  init(
    _ architecture: A, data: LabelledRows<A.Rows>, loss: Objective, settings: SolverSettings,
    start: BlockPoint?
  ) throws(ZonotopeError) {
    try settings.check()
    try checkRange(data, loss)
    // The targets before the patterns: an error in them should not wait for an enumeration.
    targets = try loss.checkedTargets(of: data)
    self.architecture = architecture
    self.data = data
    self.settings = settings
    let workers = Workers(threads: settings.threads), started = monotonicSeconds()
    self.workers = workers
    let objective = targets.withUnsafeBufferPointer { y in
      [Double](repeating: 0, count: y.count).withUnsafeBufferPointer { loss.value($0, y) }
    }
    let pulse = Pulse(settings, started: started, objective: objective)
    let stopping = workers.stopping(at: StopCondition(settings, started: started), pulse)
    let first = architecture.grows ? architecture.beginning() : architecture
    var setUp = try Self.setUp(first, data, loss, targets, settings, stopping)
    if stopping.isStopped {
      // Some of it may be missing. Now there are few patterns, and all of the time that they take.
      setUp = try Self.setUp(first, data, loss, targets, settings, stopping)
      setUp.betaMax = try Evaluator(setUp.program, workers).betaMax()
    }
    (formulation, program, betaMax) = setUp
    // Blocks of weights are no start where blocks are coordinates, nor these where they are weights.
    last = stopping.isStopped || start?.blocks.count != program.size ? nil : start
    if architecture.grows, !stopping.isStopped { try beginGrowth(stopping) }
  }

  /// betaMax over all neurons, and the neurons that gain most without a network.
  private func beginGrowth(_ stopping: Workers) throws(ZonotopeError) {
    guard let oracle = try architecture.oracle(of: formulation), !stopping.isStopped else { return }
    self.oracle = oracle
    var request = NeuronSearch(floor: 0, tolerance: 1e-10)
    (request.looseTolerance, request.isFinal) = (request.tolerance, true)
    request.memory = settings.memoryBudget
    let evaluator = try Evaluator(program, workers), isEquality = program.loss.isEquality
    // Targets that must be met are what neurons have to be along.
    let z = try Vector(copying: isEquality ? evaluator.targets.values : evaluator.gradientWithoutNetwork())
    if isEquality {
      let coefficients = try Vector(program.freeSize)
      program.free?.project(z.mutable, outputs: program.map.outputs, scratch: coefficients.mutable)
      (request.looseTolerance, request.isFinal) = (nil, false)
    }
    let report = try oracle.search(z.values, request, stopping)
    if stopping.isStopped { return }
    // A bound that is not tight is still one: nothing above it gives a network.
    if !isEquality { betaMax = max(betaMax, report.bound?.value ?? report.largest) }
    try extend(by: report.found, stopping)
  }

  /// Adds patterns to the program, with blocks of zeros in the last answer, and leaves out those not kept.
  func extend(
    by found: [FoundPattern], keeping kept: [Int]? = nil, _ workers: Workers
  ) throws(ZonotopeError) {
    let old = formulation.patterns
    let base = try kept.map { (kept) throws(ZonotopeError) in try old.gathering(kept) } ?? old
    let all = try base.adding(found, workers)
    let next = try architecture.over(all).formulation(
      of: data.x, outputs: targets.count / data.samples, memory: settings.memoryBudget, workers)
    // The formulation may leave out antipodal patterns, but of two it keeps the first, and the old come first.
    if let point = last {
      let size = formulation.patternSize, parts = point.blocks.count / max(1, old.count * size)
      let indices = kept ?? Array(0..<old.count)
      try Allocation.probe(bytes: product(8 * parts, next.patterns.count * size, place: "patterns"))
      var blocks = [Double](repeating: 0, count: parts * next.patterns.count * size)
      for part in 0..<parts {
        for (target, source) in indices.enumerated() {
          let to = (part * next.patterns.count + target) * size, from = (part * old.count + source) * size
          for j in 0..<size { blocks[to + j] = point.blocks[from + j] }
        }
      }
      last = BlockPoint(blocks: blocks, free: point.free)
    }
    program = try ConvexProgram(
      map: next.map, penalty: next.penalty, loss: program.loss, targets: targets, beta: 0, free: next.free)
    formulation = next
  }

  private typealias SetUp = (
    formulation: Formulation<A.Rows, A.Map, A.Penalty>, program: ConvexProgram<A.Map, A.Penalty, Objective>,
    betaMax: Double
  )

  private static func setUp(
    _ architecture: A, _ data: LabelledRows<A.Rows>, _ loss: Objective, _ targets: [Double],
    _ settings: SolverSettings,
    _ workers: Workers
  ) throws(ZonotopeError) -> SetUp {
    let formulation = try architecture.formulation(
      of: data.x, outputs: targets.count / data.samples, memory: settings.memoryBudget, workers)
    let program = try ConvexProgram(
      map: formulation.map, penalty: formulation.penalty, loss: loss, targets: targets, beta: 0,
      free: formulation.free)
    return (formulation, program, try Evaluator(program, workers).betaMax())
  }

  /// The optimum for one beta, from the answer to the last one.
  public func train(beta: Beta) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    try settings.check()
    return try train(beta: beta, until: StopCondition(settings, started: monotonicSeconds()))
  }

  func train(beta: Beta, until stop: StopCondition) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    try beta.check(with: program.loss)
    let value =
      switch beta {
      case .absolute(let beta): beta
      case .ratio(let ratio): ratio * betaMax
      }
    if let oracle {
      guard value > 0 || !program.loss.isEquality else {
        throw .invalid(place: "beta", reason: "0 makes all networks through the targets equally good: give 1")
      }
      return try grow(oracle, beta: value, until: stop)
    }
    let solution = try program.with(beta: value).solve(
      settings, from: last, workers, until: stop, memory: memory)
    last = solution.point
    return try result(
      solution, beta: value, scope: architecture.scope(over: formulation.patterns), growth: nil)
  }

  /// The network at an answer, and what is known about it.
  func result(
    _ solution: Solution, beta value: Double, scope: Certificate.Scope, growth: Growth?
  ) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    // The weights of neurons are arrays of their own, no longer together than the blocks and their headers.
    try Allocation.probe(
      bytes: product(
        8, solution.point.blocks.count + (7 + formulation.map.outputs) * formulation.map.blocks,
        place: "network"))
    let network = try architecture.network(at: solution.point, of: formulation)
    return TrainingOutcome(
      network: network,
      certificate: Certificate(
        scope: scope, objective: solution.objective, lowerBound: solution.dual),
      solution: solution,
      networkObjective: try network.objective(
        on: data.x, targets: targets, loss: program.loss, beta: value),
      beta: value, betaMax: betaMax, patternCount: formulation.patternCount,
      activePatterns: activePatterns(solution.point).count,
      patternSource: growth == nil ? formulation.patterns.source : .grown, growth: growth)
  }

  /// The indices of the patterns with a block that is not zero.
  func activePatterns(_ point: BlockPoint) -> [Int] {
    // Exact networks have all patterns twice.
    let count = formulation.patterns.count, size = formulation.patternSize
    guard size > 0 else { return [] }
    var active = [Bool](repeating: false, count: count)
    for part in 0..<point.blocks.count / size
    where point.blocks[part * size..<(part + 1) * size].contains(where: { $0 != 0 }) {
      active[part % count] = true
    }
    return active.indices.filter { active[$0] }
  }
}

/// Sizes beyond 1e50 or below 1e-50 would over- or underflow when they are multiplied and squared, and with them the
/// proof.
func checkRange<Rows>(_ data: LabelledRows<Rows>, _ loss: some Loss) throws(ZonotopeError) {
  let allowed = 1e-50...1e50
  for (place, largest) in [("x", data.x.largestMagnitude), ("y", data.y.largestMagnitude)] {
    guard largest == 0 || allowed.contains(largest) else {
      throw .invalid(
        place: place, reason: "the largest entry is \(largest): scale the data to between 1e-50 and 1e50")
    }
  }
  guard allowed.contains(loss.scale) else {
    throw .invalid(place: "loss.scale", reason: "\(loss.scale) is not between 1e-50 and 1e50")
  }
}
