import CZonotope

/// The Lasso over columns of zeros and ones, exactly: minimise scale/2 ||D z - y||^2 + beta ||z||_1.
///
/// Columns are priced by masked sums, and those with the largest products enter; the few that are in are solved for at
/// fixed signs, with a Gram matrix that AND and population counts give (``ActiveSetLasso``). beta falls to its value in
/// steps, so that few columns enter that have to leave again.
struct ActiveSet<Penalty: BlockPenalty, Objective: Loss>: SolverIteration {
  var kind: SolverKind { .activeSet }
  private(set) var iteration = 0
  private(set) var isBroken = false

  private let program: ConvexProgram<MaskedMap, Penalty, Objective>
  private let workers: Workers
  private let workspace: MaskedMap.Workspace
  private let scale: Double
  private let target: Double
  /// beta / scale on the way.
  private var lambda: Double
  private let solution: Vector
  private let fit: Vector
  private let gradient: Vector
  private let adjoint: Vector
  private var lasso: ActiveSetLasso
  private var active: [Int] = []
  private var isActive: [Bool]
  /// The bits of the active columns, line by line.
  private var lines: [UInt64] = []
  private var isSettled = false
  /// The last objective at this lambda, and whether columns enter one by one because many did not lower it.
  private var last = Double.infinity
  private var single = false
  private let tolerance: Double

  /// Nil where the columns are not zeros and ones.
  init?(
    _ evaluator: Evaluator<MaskedMap, Penalty, Objective>, tolerance: Double
  ) throws(ZonotopeError) {
    program = evaluator.program
    workers = evaluator.workers
    let map = program.map
    guard map.isIndicator, program.free == nil, let scale = program.loss.quadraticScale else { return nil }
    self.scale = scale
    self.tolerance = tolerance
    workspace = try map.makeWorkspace(threads: workers.threads)
    (solution, adjoint) = try (Vector(map.blocks), Vector(map.blocks))
    (fit, gradient) = try (Vector(map.samples), Vector(map.samples))
    isActive = [Bool](repeating: false, count: map.blocks)
    target = program.beta / scale
    lambda = .infinity
    lasso = ActiveSetLasso(lambda: target)
    price()
    let largest = adjoint.values.reduce(0) { max($0, abs($1)) }
    lambda = max(target, stepDown * largest)
    lasso.lambda = lambda
    isSettled = largest <= target
  }

  var blocks: Values { solution.values }
  var dualCandidate: (point: Values, adjoint: Values?)? { nil }
  var fitCandidate: Values? { nil }
  var checkInterval: Int { 1 }
  var isReady: Bool { isSettled }

  mutating func restart(at blocks: Values, free: Values, fit: Values, gradient: Values) {}

  /// The residual y - D z and its products with all columns.
  private mutating func price() {
    // Of all columns few have a coefficient.
    fit.mutable.update(repeating: 0)
    if !active.isEmpty {
      guard let few = try? program.map.restricted(to: active), let own = try? few.makeWorkspace(threads: 1)
      else {
        isBroken = true
        return
      }
      lasso.z.withUnsafeBufferPointer { few.forward($0, into: fit.mutable, own, workers) }
    }
    for k in 0..<fit.count { gradient[k] = program.targets[k] - fit[k] }
    program.map.adjoint(gradient.values, into: adjoint.mutable, workspace, workers)
  }

  mutating func advance(upTo limit: Int) {
    iteration += 1
    var entering: [Int] = []
    var largest = 0.0
    for i in 0..<adjoint.count where !isActive[i] {
      let size = abs(adjoint[i])
      if size > lambda * (1 + 1e-12) { entering.append(i) }
      largest = max(largest, size)
    }
    // At a beta on the way a rough answer will do.
    let isLast = lambda <= target
    if entering.isEmpty || (!isLast && largest < 1.1 * lambda) {
      if isLast {
        isSettled = true
        return
      }
      lambda = max(target, stepDown * lambda)
      lasso.lambda = lambda
      (last, single) = (.infinity, false)
      entering = adjoint.elements.indices.filter { !isActive[$0] && abs(adjoint[$0]) > lambda * (1 + 1e-12) }
    }
    // Many at once may be in each other's way; one alone lowers the objective.
    let objective = lasso.objective
    if objective < last {
      single = false
    } else if single {
      isSettled = true
      return
    } else {
      single = true
    }
    last = objective
    if single, let worst = entering.max(by: { abs(adjoint[$0]) < abs(adjoint[$1]) }) { entering = [worst] }
    let most = max(24, active.count / 3)
    if entering.count > most {
      let sizes = entering.map { abs(adjoint[$0]) }.sorted(by: >)
      let least = sizes[most - 1]
      entering = Array(entering.filter { abs(adjoint[$0]) >= least }.prefix(most))
    }
    append(entering)
    let kept = lasso.settle()
    take(kept)
    guard lasso.z.allSatisfy(\.isFinite) else {
      isBroken = true
      return
    }
    for (k, i) in active.enumerated() { solution[i] = lasso.z[k] }
    price()
    if lambda <= target {
      let excess = adjoint.values.reduce(0) { max($0, abs($1)) } - target
      // The gap that is left is this times the norm of z, or less.
      let norm = lasso.z.reduce(0) { $0 + abs($1) }
      let loss = gradient.values.reduce(0) { $0 + 0.5 * $1 * $1 }
      isSettled =
        excess <= 1e-12 * target
        || excess < 1e-3 * target && excess * norm <= tolerance * (loss + target * norm)
    }
  }

  /// Adds columns with coefficient zero.
  private mutating func append(_ columns: [Int]) {
    let patterns = program.map.patterns, words = patterns.patternWords, old = active.count
    guard !columns.isEmpty else { return }
    for i in columns {
      let line = UnsafeBufferPointer(start: patterns.patternBits.pointer + i * words, count: words)
      lines.append(contentsOf: line)
      active.append(i)
      isActive[i] = true
    }
    let count = active.count
    guard let counts = try? Vector(count * count) else {
      isBroken = true
      return
    }
    for i in old..<count { for j in 0...i { counts[i * count + j] = 1 } }
    lines.withUnsafeBufferPointer {
      zt_hadamard_gram_f64(old, count, patterns.samples, $0.baseAddress, words, counts.pointer, count)
    }
    for (k, i) in columns.enumerated() {
      let row = old + k
      var products = [Double](repeating: 0, count: row + 1)
      for j in 0...row { products[j] = counts[row * count + j] }
      // b = D'y
      lasso.append(products: products, correlation: correlation(i), sign: adjoint[i] < 0 ? -1 : 1)
    }
  }

  private func correlation(_ pattern: Int) -> Double {
    let line = program.map.patterns.patternBits.pointer + pattern * program.map.patterns.patternWords
    var total = 0.0
    for word in 0..<program.map.patterns.patternWords {
      var bits = line[word]
      while bits != 0 {
        total += program.targets[word * 64 + bits.trailingZeroBitCount]
        bits &= bits - 1
      }
    }
    return total
  }

  private mutating func take(_ kept: [Int]) {
    guard kept.count < active.count else { return }
    let words = program.map.patterns.patternWords
    for i in active {
      isActive[i] = false
      solution[i] = 0
    }
    var rest: [UInt64] = []
    rest.reserveCapacity(kept.count * words)
    for k in kept { rest.append(contentsOf: lines[k * words..<(k + 1) * words]) }
    lines = rest
    active = kept.map { active[$0] }
    for i in active { isActive[i] = true }
  }
}

/// By how much beta falls from one stage to the next.
private let stepDown = 0.3
