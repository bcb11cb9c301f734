/// Newton's method on the smooth program that is left when the active blocks, and the faces of their cones, are fixed.
///
/// First-order methods find the active blocks early and then take long over their values where fits are nearly
/// dependent. On the right faces Newton's method needs a few steps to working precision; on the wrong ones it ends at a
/// point that is better than where it started, with blocks that vanished dropped and planes that were met added to the
/// faces.
struct FaceNewton<Map: LinearMap, Penalty: BlockPenalty, Objective: SmoothLoss> {
  private let program: ConvexProgram<Map, Penalty, Objective>
  private let targets: Values
  private let workers: Workers
  private var active: [ActiveBlock] = []
  /// Unpenalised coefficients, in the basis of the free block.
  private var free: [Double]

  /// A block as coordinates in an orthonormal basis of its face.
  fileprivate struct ActiveBlock {
    let index: Int
    var basis: [Double]
    var coordinates: [Double]
    /// A applied to each basis vector, `samples` numbers each.
    var columns: [Double]
    var size: Int { coordinates.count }

    func vector(of coordinates: [Double], _ blockSize: Int) -> [Double] {
      var v = [Double](repeating: 0, count: blockSize)
      for (i, value) in coordinates.enumerated() {
        for j in 0..<blockSize { v[j] += value * basis[i * blockSize + j] }
      }
      return v
    }
  }

  /// Nil when nothing is active, the faces have too many dimensions or the workers are stopped.
  init?(
    _ program: ConvexProgram<Map, Penalty, Objective>, targets: Values, blocks: Values, free: [Double],
    _ workers: Workers
  ) {
    self.workers = workers
    self.program = program
    self.targets = targets
    self.free = free
    let size = program.map.blockSize
    guard size > 0, program.hasSmallFaces else { return nil }
    var unknowns = 0
    for index in 0..<program.map.blocks {
      let v = Values(rebasing: blocks[index * size..<(index + 1) * size])
      guard v.contains(where: { $0 != 0 }) else { continue }
      guard !workers.isStopped else { return nil }
      let basis = program.penalty.face(of: index, at: v)
      unknowns += basis.count / size
      guard unknowns + program.freeSize <= unknownsLimit else { return nil }
      if !basis.isEmpty { active.append(Self.restrict(index, Array(v), to: basis, program)) }
    }
    if active.isEmpty { return nil }
  }

  private static func restrict(
    _ index: Int, _ v: [Double], to basis: [Double], _ program: ConvexProgram<Map, Penalty, Objective>
  ) -> ActiveBlock {
    let blockSize = program.map.blockSize, samples = program.map.fitSize
    let size = basis.count / blockSize
    var coordinates = [Double](repeating: 0, count: size)
    var columns = [Double](repeating: 0, count: size * samples)
    for i in 0..<size {
      for j in 0..<blockSize { coordinates[i] += basis[i * blockSize + j] * v[j] }
    }
    basis.withUnsafeBufferPointer { basis in
      columns.withUnsafeMutableBufferPointer { program.map.columns(index, basis, into: $0) }
    }
    return ActiveBlock(index: index, basis: basis, coordinates: coordinates, columns: columns)
  }

  /// Iterates to working precision and writes the blocks. False when no step lowered the objective.
  mutating func run(
    into blocks: MutableValues, while mayGoOn: () -> Bool
  ) throws(ZonotopeError) -> Bool {
    var objective = value(active.map(\.coordinates), free)
    let start = objective
    for _ in 0..<60 {
      guard mayGoOn(), let step = try direction() else { break }
      let (limit, event) = largestStep(step)
      var length = limit, next = value(moved(step, length), movedFree(step, length))
      var halvings = 0
      while !(next <= objective + 1e-4 * length * step.slope), halvings < 40 {
        guard mayGoOn() else { break }
        length *= 0.5
        halvings += 1
        next = value(moved(step, length), movedFree(step, length))
      }
      guard next < objective || (next <= objective && event != nil && halvings == 0) else { break }
      let coordinates = moved(step, length), before = active.map { self.length($0.coordinates) }
      for i in active.indices { active[i].coordinates = coordinates[i] }
      free = movedFree(step, length)
      let decrease = objective - next
      objective = next
      if halvings == 0, let event {
        apply(event, before)
        objective = value(active.map(\.coordinates), free)
      }
      if active.isEmpty { break }
      if decrease <= 1e-16 * abs(objective), event == nil { break }
    }
    guard objective < start, !workers.isStopped else { return false }
    write(into: blocks)
    return true
  }

  /// The blocks as they are now.
  func write(into blocks: MutableValues) {
    scale(blocks, by: 0)
    let size = program.map.blockSize
    for block in active {
      let v = block.vector(of: block.coordinates, size)
      for j in 0..<size { blocks[block.index * size + j] = v[j] }
    }
  }

  /// Their fit, with that of the free columns.
  var fit: [Double] { fit(active.map(\.coordinates), free) }

  /// Goes on with the loss as another.
  func with<Other: SmoothLoss>(
    _ program: ConvexProgram<Map, Penalty, Other>
  ) -> FaceNewton<Map, Penalty, Other> {
    FaceNewton<Map, Penalty, Other>(
      program, targets: targets, workers,
      active: active.map {
        .init(index: $0.index, basis: $0.basis, coordinates: $0.coordinates, columns: $0.columns)
      }, free: free)
  }

  fileprivate init(
    _ program: ConvexProgram<Map, Penalty, Objective>, targets: Values, _ workers: Workers,
    active: [ActiveBlock], free: [Double]
  ) {
    (self.program, self.targets, self.workers) = (program, targets, workers)
    (self.active, self.free) = (active, free)
  }

  // MARK: The smooth program

  private func fit(_ coordinates: [[Double]], _ free: [Double]) -> [Double] {
    let samples = program.map.fitSize
    var f = [Double](repeating: 0, count: samples)
    free.withUnsafeBufferPointer { free in
      f.withUnsafeMutableBufferPointer { program.free?.add(free, outputs: program.map.outputs, to: $0) }
    }
    for (block, values) in zip(active, coordinates) {
      for (i, value) in values.enumerated() {
        for k in 0..<samples { f[k] += value * block.columns[i * samples + k] }
      }
    }
    return f
  }

  private func value(_ coordinates: [[Double]], _ free: [Double]) -> Double {
    let loss = fit(coordinates, free).withUnsafeBufferPointer { program.loss.value($0, targets) }
    return loss + program.beta * coordinates.reduce(0) { $0 + length($1) }
  }

  private func moved(_ step: Step, _ length: Double) -> [[Double]] {
    zip(active, step.blocks).map { block, change in
      zip(block.coordinates, change).map { $0 + length * $1 }
    }
  }

  private func movedFree(_ step: Step, _ length: Double) -> [Double] {
    zip(free, step.free).map { $0 + length * $1 }
  }

  private struct Step {
    var blocks: [[Double]]
    var free: [Double]
    /// Derivative of the objective along the step, below zero.
    var slope: Double
  }

  /// The Newton step, or nil when the gradient vanishes or the workers are stopped.
  private func direction() throws(ZonotopeError) -> Step? {
    let samples = program.map.fitSize
    let unknowns = active.reduce(0) { $0 + $1.size } + free.count
    let f = fit(active.map(\.coordinates), free)
    var z = f, h = f
    f.withUnsafeBufferPointer { f in
      z.withUnsafeMutableBufferPointer { program.loss.gradient(f, targets, into: $0) }
      h.withUnsafeMutableBufferPointer { program.loss.curvature(f, targets, into: $0) }
    }
    // Rows of the weighted design, so that the Hessian of the loss is a Gram matrix.
    let design = try Vector(product(unknowns, samples, place: "blocks"))
    let right = try Vector(unknowns)
    var row = 0
    let isSeparable = program.loss.isSeparable
    func append(_ entry: (Int) -> Double) {
      for k in 0..<samples {
        right[row] -= z[k] * entry(k)
        design[row * samples + k] = isSeparable ? h[k].squareRoot() * entry(k) : entry(k)
      }
      if !isSeparable {
        let target = MutableValues(start: design.pointer + row * samples, count: samples)
        f.withUnsafeBufferPointer { program.loss.applyCurvatureRoot($0, targets, to: target) }
      }
      row += 1
    }
    for block in active {
      guard !workers.isStopped else { return nil }
      for i in 0..<block.size { append { block.columns[i * samples + $0] } }
    }
    let outputs = program.map.outputs
    for i in 0..<free.count {
      guard let column = program.free?.column(i / outputs) else { continue }
      append { $0 % outputs == i % outputs ? column[$0 / outputs] : 0 }
    }
    let hessian = try Vector(product(unknowns, unknowns, place: "blocks"))
    gramOfRows(MatrixView(design, rows: unknowns, columns: samples), into: hessian.mutable, workers)
    row = 0
    for block in active {
      guard !workers.isStopped else { return nil }
      let size = length(block.coordinates)
      for i in 0..<block.size {
        right[row + i] -= program.beta * block.coordinates[i] / size
        for j in 0...i {
          let projection = block.coordinates[i] * block.coordinates[j] / (size * size)
          hessian[(row + i) * unknowns + row + j] += program.beta / size * ((i == j ? 1 : 0) - projection)
        }
      }
      row += block.size
    }
    guard let solution = try solve(hessian, right, unknowns) else { return nil }
    let slope = -dot(solution.values, right.values)
    guard slope < 0 else { return nil }
    var blocks: [[Double]] = []
    row = 0
    for block in active {
      blocks.append((0..<block.size).map { solution[row + $0] })
      row += block.size
    }
    return Step(blocks: blocks, free: free.indices.map { solution[row + $0] }, slope: slope)
  }

  /// The step with as little shift of the diagonal as makes the factorisation succeed: along flat directions the step is
  /// long, and ends where a block vanishes.
  private func solve(_ hessian: Vector, _ right: Vector, _ order: Int) throws(ZonotopeError) -> Vector? {
    var trace = 0.0
    for i in 0..<order { trace += hessian[i * order + i] }
    guard trace > 0, trace.isFinite else { return nil }
    var factor = try CholeskyFactor<Double>(order: order)
    let solution = try Vector(order)
    for shift in [1e-14, 1e-12, 1e-10, 1e-8, 1e-6] {
      guard factor.factor(hessian.values, shift: shift * trace / Double(order), workers) else { continue }
      solution.copy(from: right)
      factor.solve(solution.mutable)
      if isFinite(solution.values) { return solution }
    }
    return nil
  }

  // MARK: Limits of a step

  private enum Event {
    case vanishes(Int)
    case meetsPlane(Int)
  }

  private func largestStep(_ step: Step) -> (Double, Event?) {
    var limit = 1.0, event: Event?
    let size = program.map.blockSize
    for (i, block) in active.enumerated() where !workers.isStopped {
      let change = step.blocks[i]
      var product = 0.0, squares = 0.0
      for (value, move) in zip(block.coordinates, change) {
        product += value * move
        squares += move * move
      }
      // The point of the ray closest to zero.
      let closest = squares > 0 ? -product / squares : 0
      if closest > 0, closest <= limit {
        let rest = zip(block.coordinates, change).map { $0 + closest * $1 }
        if length(rest) <= negligibleLength * length(block.coordinates) {
          limit = closest
          event = .vanishes(i)
          continue
        }
      }
      let v = block.vector(of: block.coordinates, size), direction = block.vector(of: change, size)
      let allowed = v.withUnsafeBufferPointer { v in
        direction.withUnsafeBufferPointer {
          program.penalty.largestStep(of: block.index, from: v, along: $0)
        }
      }
      if allowed < limit {
        limit = allowed
        event = .meetsPlane(i)
      }
    }
    return (limit, event)
  }

  private mutating func apply(_ event: Event, _ before: [Double]) {
    switch event {
    case .vanishes(let i): active.remove(at: i)
    case .meetsPlane(let i):
      let block = active[i]
      // A block that meets planes on its way to zero, in a narrow cone, is on its way out.
      guard length(block.coordinates) > negligibleLength * before[i] else {
        active.remove(at: i)
        return
      }
      let v = block.vector(of: block.coordinates, program.map.blockSize)
      let basis = v.withUnsafeBufferPointer { program.penalty.face(of: block.index, at: $0) }
      active[i] = Self.restrict(block.index, v, to: basis, program)
      if active[i].size == 0 || length(active[i].coordinates) == 0 { active.remove(at: i) }
    }
  }

  private func length(_ coordinates: [Double]) -> Double {
    coordinates.withUnsafeBufferPointer { norm($0) }
  }
}

extension ConvexProgram {
  /// Whether the face of a block may leave few enough unknowns.
  fileprivate var hasSmallFaces: Bool {
    penalty.hasFaces && penalty.smallestFace + freeSize <= unknownsLimit
  }

  /// Doubles that Newton's method on faces takes at most.
  var faceMemory: Int {
    guard hasSmallFaces else { return 0 }
    let unknowns = min(unknownsLimit, size + freeSize) + 1
    return unknowns * (2 * map.fitSize + 2 * unknowns)
  }
}

/// Unknowns beyond which the dense system is not worth it.
private let unknownsLimit = 400

/// A block that a step shortens to this multiple of its length has vanished.
private let negligibleLength = 1e-3
