/// The heads of a block of channels as numbers: all u_j, then all v_j.
struct RectifiedBlock {
  let heads: RectifiedHeads
  let start: Vector
  private let count: Int
  private let workspace: Vector
  private let fit: Vector
  var size: Int { start.count }

  init(
    _ heads: RectifiedHeads, startingFrom gated: [TokenNetwork.Head], of network: TokenNetwork,
    _ memory: Int, _ workers: Workers
  ) throws(ZonotopeError) {
    self.heads = heads
    count = 2 * gated.count
    let size = try product(count, heads.left + heads.right, place: "heads")
    let needed =
      try heads.workspaceSize(heads: count, threads: workers.threads)
      + BacktrackingDescent.size(size) + 2 * heads.shape.n * heads.readouts * heads.outputs
    guard needed <= memory / 8 else {
      throw .memoryBudget(
        purpose: "\(count) heads with a ReLU", needed: saturatingProduct(8, needed), budget: memory)
    }
    workspace = try Vector(heads.workspaceSize(heads: count, threads: workers.threads))
    fit = try Vector(heads.shape.n * heads.readouts * heads.outputs)
    start = try Vector(size)
    let shares = try shares(of: gated, behind: network.layer)
    for (j, head) in gated.enumerated() {
      for (sign, share) in [(1.0, shares[j].above), (-1.0, shares[j].below)] {
        let place = 2 * j + (sign > 0 ? 0 : 1), factor = sign * share.squareRoot()
        for k in 0..<heads.left { start[place * heads.left + k] = factor * head.left[k] }
        let right = count * heads.left + place * heads.right
        for k in 0..<heads.right { start[right + k] = factor * head.right[k] }
      }
    }
  }

  /// Of every head the shares of the squares of its products above zero, and below, that its gate lets through.
  private func shares(
    of gated: [TokenNetwork.Head], behind layer: TokenLayer
  ) throws(ZonotopeError) -> [(above: Double, below: Double)] {
    let m = gated.count, places = heads.places
    let u = try Vector(m * heads.left), a = try Vector(places * heads.left), y = try Vector(places * m)
    for (j, head) in gated.enumerated() { for k in 0..<heads.left { u[j * heads.left + k] = head.left[k] } }
    var open = [(Double, Double)](repeating: (0, 0), count: m), all = open
    let gates = Set(gated.map(\.gate))
    for i in 0..<heads.shape.n {
      heads.rows(of: i, into: a.pointer)
      multiply(a.values, byTransposed: u.values, rows: places, width: m, depth: heads.left, into: y.mutable)
      let x = heads.shape.x.row(i * layer.tokens)
      var masks: [Int: [Bool]] = [:]
      for gate in gates { masks[gate] = layer.mask(gate, x, heads.shape.d) }
      for (j, head) in gated.enumerated() {
        guard let mask = masks[head.gate] else { continue }
        for place in 0..<places {
          let value = y[place * m + j], square = value * value
          let isOpen = mask[heads.block * places + place]
          if value > 0 {
            all[j].0 += square
            if isOpen { open[j].0 += square }
          } else {
            all[j].1 += square
            if isOpen { open[j].1 += square }
          }
        }
      }
    }
    return zip(open, all).map { open, all in
      (all.0 > 0 ? open.0 / all.0 : 0, all.1 > 0 ? open.1 / all.1 : 0)
    }
  }

  private func u(_ x: UnsafePointer<Double>) -> Values { Values(start: x, count: count * heads.left) }
  private func v(_ x: UnsafePointer<Double>) -> Values {
    Values(start: x + count * heads.left, count: count * heads.right)
  }

  /// Its outputs of a vector of all of them.
  func own(_ all: Vector) throws(ZonotopeError) -> Vector {
    let own = try Vector(fit.count)
    copy(all, to: own)
    return own
  }

  private func copy(_ all: Vector, to own: Vector) {
    let c = heads.shape.c, width = heads.outputs
    for row in 0..<heads.shape.n * heads.readouts {
      for o in 0..<width { own[row * width + o] = all[row * c + heads.block * width + o] }
    }
  }

  func forward(_ x: UnsafePointer<Double>, addingTo all: Vector, _ workers: Workers) {
    guard count > 0 else { return }
    heads.forward(u(x), v(x), heads: count, into: fit.mutable, workspace, workers)
    let c = heads.shape.c, width = heads.outputs
    for row in 0..<heads.shape.n * heads.readouts {
      for o in 0..<width { all[row * c + heads.block * width + o] += fit[row * width + o] }
    }
  }

  /// The derivatives at heads whose fit was the last.
  func backward(
    _ x: UnsafePointer<Double>, _ gradient: Vector, into slopes: UnsafeMutablePointer<Double>,
    _ workers: Workers
  ) {
    guard count > 0 else { return }
    copy(gradient, to: fit)
    heads.backward(
      u(x), v(x), heads: count, gradient: fit.values,
      toLeft: MutableValues(start: slopes, count: count * heads.left),
      toRight: MutableValues(start: slopes + count * heads.left, count: count * heads.right), workspace,
      workers)
  }

  func heads(_ x: Vector, from start: Int) -> [TokenNetwork.Head] {
    let (left, right) = (heads.left, heads.right), second = start + count * left
    return (0..<count).map { j in
      TokenNetwork.Head(
        gate: 0, place: heads.block, left: (0..<left).map { x[start + j * left + $0] },
        right: (0..<right).map { x[second + j * right + $0] })
    }
  }
}
