/// The networks that are as good as one optimal network, as far as the program over its patterns goes.
///
/// For a loss with one optimal fit, every optimal block is a multiple t_i >= 0 of one direction nu_i: the projection of
/// -A_i'z onto its cone, where that has length beta. So the optima are the polyhedron { t >= 0 : sum_i t_i A_i nu_i = fit }
/// (Mishkin and Pilanci 2023, arXiv 2306.00119, section 3). Where the fit is not unique, as with hinge and absolute losses,
/// these are the optima with this fit. Coefficients that are not penalised stay as they are.
///
/// Nothing here relies on the answer being optimal to the last digit: whatever is chosen has the same outputs on the rows and
/// no larger penalty, up to the tolerance, and its objective is computed anew.
public struct OptimalSet<A: Trainable, Objective: Loss> {
  private let session: TrainingSession<A, Objective>
  private let outcome: TrainingOutcome<A.Network>
  /// Of each candidate: its block, a direction of length 1, and A times it.
  private let blocks: [Int]
  private let directions: [[Double]]
  private let fits: [[Double]]
  /// How much of each the network has.
  private let start: [Double]
  /// Orthonormal changes of the multiples that change no output.
  private let moves: [[Double]]
  private let polyhedron: Polyhedron

  /// Neurons that some network of the set has.
  public var candidates: Int { blocks.count }
  /// Of the polyhedron, as far as the digits of the answer tell: 0 where no other network is as good.
  public var dimension: Int { moves.count }

  /// - Parameters:
  ///   - outcome: the last answer of the session, which should be solved to 1e-10 or better: directions are as exact as the
  ///     root of the gap.
  ///   - tolerance: fits of neurons count as dependent where what is left of them is at most this share of the largest.
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for penalties that are no Euclidean norms on cones, and misuse.
  public init(
    of outcome: TrainingOutcome<A.Network>, in session: TrainingSession<A, Objective>,
    tolerance: Double = 1e-7
  ) throws(ZonotopeError) {
    guard tolerance >= 0, tolerance < 1 else {
      throw .invalid(place: "tolerance", reason: "\(tolerance) is not a share, from 0 to below 1")
    }
    guard outcome.beta > 0 else {
      throw .invalid(
        place: "beta", reason: "\(outcome.beta): without a penalty every network that fits is as good")
    }
    let program = try session.program.with(beta: outcome.beta), map = program.map, size = map.blockSize
    guard program.penalty.hasFaces else {
      throw .unsupported(key: "outputNorm", reason: "only optima of group norms are a polyhedron")
    }
    let solution = outcome.solution
    guard solution.point.blocks.count == map.blocks * size, solution.dualPoint.count == map.fitSize,
      abs(try Evaluator(program, session.workers).primal(solution.point) - solution.objective)
        <= 1e-9 * abs(solution.objective)
    else { throw .invalid(place: "outcome", reason: "is not the last answer of the session") }
    let point = solution.point.blocks, possible = try Self.possible(outcome, program, session.workers)
    var blocks: [Int] = [], directions: [[Double]] = [], fits: [[Double]] = [], start: [Double] = []
    let fit = try Vector(map.fitSize)
    // Those of the network first: what is the same neuron in another cell joins them.
    for (source, isThere) in [(point, true), (possible, false)] {
      let known = Set(blocks)
      for block in 0..<map.blocks where !known.contains(block) {
        let values = Array(source[block * size..<(block + 1) * size])
        let length = values.withUnsafeBufferPointer { norm($0) }
        guard length > 0 else { continue }
        let direction = values.map { $0 / length }, share = isThere ? length : 0
        direction.withUnsafeBufferPointer { map.column(block, $0, into: fit.mutable) }
        let column = Array(fit.values)
        if let twin = fits.indices.first(where: {
          Self.isClose(directions[$0], direction) && Self.isClose(fits[$0], column)
        }) {
          start[twin] += share
          continue
        }
        blocks.append(block)
        directions.append(direction)
        fits.append(column)
        start.append(share)
      }
    }
    var (moves, polyhedron) = try Self.polyhedron(fits, start, tolerance)
    // What no move makes positive is no neuron of any network here: mostly the cells beside that of one that is.
    let total = start.reduce(0, +)
    var kept: [Int] = []
    for i in blocks.indices {
      guard start[i] == 0 else {
        kept.append(i)
        continue
      }
      let away = moves.map { 100 * total * $0[i] }
      guard let s = try polyhedron.nearest(to: away) else { continue }
      if zip(s, moves).reduce(0, { $0 + $1.0 * $1.1[i] }) > 1e-6 * total { kept.append(i) }
    }
    if kept.count < blocks.count {
      (blocks, directions, fits) = (
        kept.map { blocks[$0] }, kept.map { directions[$0] }, kept.map { fits[$0] }
      )
      start = kept.map { start[$0] }
      (moves, polyhedron) = try Self.polyhedron(fits, start, tolerance)
    }
    (self.session, self.outcome, self.polyhedron) = (session, outcome, polyhedron)
    (self.blocks, self.directions, self.fits, self.start, self.moves) = (
      blocks, directions, fits, start, moves
    )
  }

  /// Changes of the multiples that keep the fit, and how far they may go: to no negative multiple and, but for rounding, to
  /// no larger penalty.
  private static func polyhedron(
    _ fits: [[Double]], _ start: [Double], _ tolerance: Double
  ) throws(ZonotopeError) -> ([[Double]], Polyhedron) {
    var moves = try kernel(fits, tolerance)
    // What is left of one that takes no part is rounding, which would be a constraint like any other.
    for m in moves.indices { for i in start.indices where abs(moves[m][i]) <= 1e-9 { moves[m][i] = 0 } }
    var rows = start.indices.map { i in moves.map { $0[i] } }, bounds = start.map { -$0 }
    rows.append(moves.map { -$0.reduce(0, +) })
    bounds.append(-1e-9 * start.reduce(0, +))
    return (moves, try Polyhedron(rows: rows, bounds: bounds, dimension: moves.count))
  }

  /// Blocks that the dual point allows, zero elsewhere; their lengths mean nothing.
  private static func possible(
    _ outcome: TrainingOutcome<A.Network>, _ program: ConvexProgram<A.Map, A.Penalty, Objective>,
    _ workers: Workers
  ) throws(ZonotopeError) -> [Double] {
    let map = program.map, threads = workers.threads
    let z = try Vector(copying: outcome.solution.dualPoint)
    // Dual norms are as exact as the root of the gap.
    let slack = min(1e-4, max(1e-9, max(0, outcome.certificate.relativeGap).squareRoot()))
    let gradient = try Vector(program.size), blocks = try Vector(program.size)
    map.adjoint(z.values, into: gradient.mutable, try map.makeWorkspace(threads: threads), workers)
    for i in 0..<program.size { gradient[i] = -gradient[i] }
    _ = program.penalty.prox(
      gradient.values, threshold: program.beta * (1 - slack), into: blocks.mutable,
      try program.penalty.makeWorkspace(threads: threads), workers)
    return try blocks.list()
  }

  private static func isClose(_ a: [Double], _ b: [Double]) -> Bool {
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      difference = max(difference, abs(x - y))
      size = max(size, abs(x))
    }
    return difference <= 1e-9 * size
  }

  /// Orthonormal c with sum c_i columns_i = 0.
  private static func kernel(_ columns: [[Double]], _ tolerance: Double) throws(ZonotopeError) -> [[Double]] {
    let k = columns.count, n = max(k, columns.first?.count ?? 0)
    guard k > 0 else { return [] }
    // With columns of zeros where there are few rows, so that all left vectors are computed.
    let matrix = try Vector(product(k, n, place: "patterns"))
    for (i, column) in columns.enumerated() {
      for (j, value) in column.enumerated() { matrix[i * n + j] = value }
    }
    let decomposition = try SingularValues(k, n)
    guard decomposition.decompose(matrix.values) else { return [] }
    let limit = tolerance * decomposition.values[0]
    return (0..<k).filter { decomposition.values[$0] <= limit }.map { decomposition.leftVector($0) }
  }

  // MARK: Choices

  /// The network whose neurons share the work most evenly: the least sum of squares of ||w_j|| |alpha_j|.
  public func minimumNorm() throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    try network(nearest(to: moves.map { -RowSpace.dot($0, start) }))
  }

  /// A network of linearly independent fits, which none of the set with fewer of the same neurons is: the smallest of several
  /// such corners. The smallest of all is as hard to find as the sparsest solution of linear equations.
  public func fewestNeurons(tries: Int = 16, seed: UInt64 = 0) throws(ZonotopeError) -> TrainingOutcome<
    A.Network
  > {
    var random = Xoshiro256(seed: seed, stream: 0x6F70_7469), best = start
    let size = start.reduce(0, +) / Double(max(1, start.count))
    for attempt in 0..<max(1, tries) {
      // From the network, from the middle, and towards points so far outside that the nearest are corners, nearly.
      let goal = attempt == 0 ? moves.map { _ in 0 } : moves.map { -RowSpace.dot($0, start) }
      let multiples = try nearest(to: goal.map { attempt < 2 ? $0 : $0 + 100 * size * random.nextNormal() })
      let present = multiples.indices.filter { multiples[$0] > 1e-12 * size }
      let scaled = present.map { i in fits[i].map { multiples[i] * $0 } }
      var dependencies = Dependencies(scaled)
      let factors = dependencies.independent(sizes: present.map { multiples[$0] }, tolerance: 1e-9)
      var corner = start.map { _ in 0.0 }
      for (i, factor) in zip(present, factors) { corner[i] = multiples[i] * factor }
      if corner.count(where: { $0 > 0 }) < best.count(where: { $0 > 0 }) { best = corner }
    }
    return try network(best)
  }

  /// A network of the set with little loss on other rows: all of them fit the training rows equally well. The least loss up to
  /// the digits that projected gradients reach in 2,000 steps, which nothing proves.
  ///
  /// - Throws: as training does for targets that the loss does not take.
  public func best(on data: Dataset, loss: some SmoothLoss) throws(ZonotopeError) -> TrainingOutcome<
    A.Network
  > {
    let targets = try loss.checkedTargets(of: data)
    let nobody = try weights(start.map { _ in 0 }).predict(data.x)
    guard nobody.count == targets.count else {
      throw .invalid(place: "y", reason: "\(targets.count) numbers for \(nobody.count) outputs")
    }
    var columns: [[Double]] = []
    for i in blocks.indices {
      let alone = try weights(start.indices.map { $0 == i ? 1 : 0 }).predict(data.x)
      columns.append(zip(alone, nobody).map { $0 - $1 })
    }
    // Outputs are base + sum_j s_j effects_j.
    var base = nobody
    for (share, column) in zip(start, columns) where share != 0 {
      for k in base.indices { base[k] += share * column[k] }
    }
    let effects = moves.map { move in
      base.indices.map { k in zip(move, columns).reduce(0) { $0 + $1.0 * $1.1[k] } }
    }
    let stretch = try Vector(product(effects.count, base.count, place: "y"))
    for (j, effect) in effects.enumerated() {
      for (k, value) in effect.enumerated() { stretch[j * base.count + k] = value }
    }
    let longest = try SingularValues(effects.count, base.count).largest(of: stretch.values)
    let curvature = loss.curvatureBound * longest * longest
    guard curvature > 0, curvature.isFinite else { return try network(start) }
    func outputs(_ s: [Double]) -> [Double] {
      base.indices.map { k in zip(s, effects).reduce(base[k]) { $0 + $1.0 * $1.1[k] } }
    }
    func value(_ s: [Double]) -> Double {
      outputs(s).withUnsafeBufferPointer { f in targets.withUnsafeBufferPointer { loss.value(f, $0) } }
    }
    // Accelerated projected gradients (Beck and Teboulle 2009), begun again where they rise.
    var s = moves.map { _ in 0.0 }, ahead = s, momentum = 1.0, current = value(s), quiet = 0
    for _ in 0..<2000 where quiet < 20 {
      var slope = outputs(ahead)
      slope.withUnsafeMutableBufferPointer { f in
        targets.withUnsafeBufferPointer { loss.gradient(Values(f), $0, into: f) }
      }
      let goal = zip(ahead, effects).map { $0 - RowSpace.dot($1, slope) / curvature }
      guard let next = try polyhedron.nearest(to: goal) else { break }
      let reached = value(next)
      guard reached <= current else {
        quiet += 1
        (ahead, momentum) = (s, 1)
        continue
      }
      quiet = current - reached <= 1e-12 * current ? quiet + 1 : 0
      let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      ahead = zip(next, s).map { $0 + (momentum - 1) / following * ($0 - $1) }
      (s, momentum, current) = (next, following, reached)
    }
    return try network(multiples(s))
  }

  /// The point of the polyhedron nearest to one of the space of moves; the network itself where rounding finds none.
  private func nearest(to s: [Double]) throws(ZonotopeError) -> [Double] {
    try polyhedron.nearest(to: s).map(multiples) ?? start
  }

  private func multiples(_ s: [Double]) -> [Double] {
    let size = start.reduce(0, max)
    return start.indices.map { i in
      let value = zip(s, moves).reduce(start[i]) { $0 + $1.0 * $1.1[i] }
      return value > 1e-12 * size ? value : 0
    }
  }

  private func point(_ multiples: [Double]) -> BlockPoint {
    var point = outcome.solution.point
    point.blocks = [Double](repeating: 0, count: point.blocks.count)
    for (i, share) in multiples.enumerated() where share > 0 {
      let first = blocks[i] * directions[i].count
      for (j, value) in directions[i].enumerated() { point.blocks[first + j] += share * value }
    }
    return point
  }

  private func weights(_ multiples: [Double]) throws(ZonotopeError) -> A.Network {
    try session.architecture.network(at: point(multiples), of: session.formulation)
  }

  private func network(_ multiples: [Double]) throws(ZonotopeError) -> TrainingOutcome<A.Network> {
    let program = try session.program.with(beta: outcome.beta)
    var solution = outcome.solution
    solution.point = point(multiples)
    solution.objective = try Evaluator(program, session.workers).primal(solution.point)
    solution.status = solution.status.ofAnother(
      Certificate(
        scope: outcome.certificate.scope, objective: solution.objective, lowerBound: solution.dual),
      tolerance: session.settings.tolerance)
    return try session.result(
      solution, beta: outcome.beta, scope: outcome.certificate.scope, growth: outcome.growth)
  }
}
