/// Evaluates the heads of a network on tokens, those of a gate together: the first factors of all of them are one matrix,
/// and with its product every head is a few short sums. Where the mean over the tokens is asked for, it is taken as early as
/// the gates allow.
struct TokenEvaluator {
  private let network: TokenNetwork
  private let layer: TokenLayer
  private let groups: [Group]
  private let products: Vector
  /// Fourier operators: circ(X) of a block. Attention: what stands before W.
  private let rows: Vector

  /// The heads of a gate, of a Fourier operator also of one block.
  private struct Group {
    let gate: Int
    let block: Int
    let heads: [TokenNetwork.Head]
    let stacked: Vector
  }

  /// Outputs of a sample.
  var outputs: Int { layer.pooled ? network.outputs : layer.tokens * network.outputs }

  init(_ network: TokenNetwork) throws(ZonotopeError) {
    (self.network, layer) = (network, network.layer)
    let (s, d) = (network.layer.tokens, network.features)
    let isFourier = if case .fourier = layer.kind { true } else { false }
    var parts: [[Int]: [TokenNetwork.Head]] = [:]
    for head in network.heads { parts[[head.gate, isFourier ? head.place : 0], default: []].append(head) }
    var groups: [Group] = [], most = 0
    for (key, heads) in parts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let (stacked, size) = try Self.stack(heads, network)
      most = max(most, size)
      groups.append(Group(gate: key[0], block: key[1], heads: heads, stacked: stacked))
    }
    self.groups = groups
    products = try Vector(most)
    rows = try Vector(product(s, isFourier ? product(s, d, place: "x") : d, place: "x"))
    // Masks, which are lists of the standard library, one a gate.
    try Allocation.probe(bytes: product(16, network.layer.maskSize(d), place: "x"))
  }

  /// Whether the mean over tokens is that of the first factors.
  private static func meansFirst(_ layer: TokenLayer) -> Bool { layer.pooled && layer.gating == .linear }

  /// - Returns: attention: (d, heads d), W_j in columns j d ... Mixer: (heads s, s), W_j in rows j s ..., or the means of their
  ///   rows, one a head. Fourier operator: (s d, heads). And the size of its product with a sample.
  private static func stack(
    _ heads: [TokenNetwork.Head], _ network: TokenNetwork
  ) throws(ZonotopeError) -> (Vector, size: Int) {
    let (s, d, m) = (network.layer.tokens, network.features, heads.count)
    switch network.layer.kind {
    case .attention:
      let columns = try product(m, d, place: "heads"),
        stacked = try Vector(product(d, columns, place: "heads"))
      for (j, head) in heads.enumerated() {
        for k in 0..<d { for a in 0..<d { stacked[a * columns + j * d + k] = head.left[k * d + a] } }
      }
      return (stacked, try product(s, columns, place: "heads"))
    case .mixer:
      let own = meansFirst(network.layer) ? 1 : s
      let stacked = try Vector(product(product(m, own, place: "heads"), s, place: "heads"))
      for (j, head) in heads.enumerated() {
        for k in 0..<s {
          for a in 0..<s {
            stacked[(j * own + min(a, own - 1)) * s + k] += head.left[k * s + a] / (own == s ? 1 : Double(s))
          }
        }
      }
      return (stacked, try product(product(m, own, place: "heads"), d, place: "heads"))
    case .fourier(let blocks):
      let length = s * d / blocks, stacked = try Vector(product(length, m, place: "heads"))
      for (j, head) in heads.enumerated() { for t in 0..<length { stacked[t * m + j] = head.left[t] } }
      return (stacked, try product(s, m, place: "heads"))
    case .simplex, .sequence: return (try Vector(0), 0)
    }
  }

  /// The outputs of a sample, (s, d) without gaps.
  func evaluate(_ x: UnsafePointer<Double>, into fit: UnsafeMutablePointer<Double>) {
    fit.update(repeating: 0, count: outputs)
    var gate = -1, mask: [Bool] = []
    for group in groups {
      if group.gate != gate { (gate, mask) = (group.gate, layer.mask(group.gate, x, network.features)) }
      switch layer.kind {
      case .attention: attention(group, x, mask, fit)
      case .mixer: mixer(group, x, mask, fit)
      case .fourier(let blocks): fourier(group, x, mask, fit, blocks: blocks)
      case .simplex: if mask[0] { for head in group.heads { simplex(head, x, fit) } }
      case .sequence: for head in group.heads { sequence(head, x, fit) }
      }
    }
  }

  // MARK: Kinds

  /// sum_q (u_q' W x_q) V' x_q with u_q = sum_p M[p, q] x_p / s for the mean; for every token p, u_q = M[p, q] x_p.
  private func attention(
    _ group: Group, _ x: UnsafePointer<Double>, _ mask: [Bool], _ fit: UnsafeMutablePointer<Double>
  ) {
    let (s, d, c) = (layer.tokens, network.features, network.outputs)
    let width = group.heads.count * d, count = Self.meansFirst(layer) ? 1 : s
    // A ReLU wants to see every pair of tokens.
    let isSummed = layer.pooled && !layer.isRectified
    let u = rows.pointer
    if isSummed {
      u.update(repeating: 0, count: count * d)
      for p in 0..<s {
        for q in 0..<count where count == 1 || mask[p * s + q] {
          for a in 0..<d { u[q * d + a] += x[p * d + a] / Double(s) }
        }
      }
    } else {
      u.update(from: x, count: s * d)
    }
    multiply(
      u, stride: d, rows: count, columns: d, transposed: false, group.stacked.values, width: width,
      adding: false, into: MutableValues(start: products.pointer, count: count * width))
    for (j, head) in group.heads.enumerated() {
      let w = UnsafePointer(products.pointer) + j * d
      for p in 0..<(isSummed ? 1 : s) {
        // sum_q score x_q, of which V makes outputs.
        withUnsafeTemporaryAllocation(of: Double.self, capacity: d) { sum in
          sum.initialize(repeating: 0)
          for q in 0..<s where isSummed || mask[p * s + q] {
            let row = w + (isSummed ? min(q, count - 1) : p) * width, token = x + q * d
            var score = 0.0
            for k in 0..<d { score += row[k] * token[k] }
            if layer.isRectified { score = max(0, layer.pooled ? score / Double(s) : score) }
            for k in 0..<d { sum[k] += score * token[k] }
          }
          add(head, UnsafePointer(sum.baseAddress!), fit + (layer.pooled ? 0 : p * c))
        }
      }
    }
  }

  /// fit += V' t for t in R^d.
  private func add(_ head: TokenNetwork.Head, _ t: UnsafePointer<Double>, _ fit: UnsafeMutablePointer<Double>)
  {
    let c = network.outputs
    head.right.withUnsafeBufferPointer { right in
      for l in 0..<network.features where t[l] != 0 {
        for o in 0..<c { fit[o] += t[l] * right[l * c + o] }
      }
    }
  }

  private func mixer(
    _ group: Group, _ x: UnsafePointer<Double>, _ mask: [Bool], _ fit: UnsafeMutablePointer<Double>
  ) {
    let (s, d, c) = (layer.tokens, network.features, network.outputs), own = Self.meansFirst(layer) ? 1 : s
    let height = group.heads.count * own
    multiply(
      group.stacked.pointer, stride: s, rows: height, columns: s, transposed: false,
      Values(start: x, count: s * d), width: d, adding: false,
      into: MutableValues(start: products.pointer, count: height * d))
    for (j, head) in group.heads.enumerated() {
      let mixed = products.pointer + j * own * d
      if own == s {
        for k in 0..<s * d where !mask[k] || layer.isRectified && mixed[k] < 0 { mixed[k] = 0 }
      }
      if layer.pooled {
        for a in 1..<max(1, own) { for l in 0..<d { mixed[l] += mixed[a * d + l] } }
        if own == s { for l in 0..<d { mixed[l] /= Double(s) } }
        add(head, mixed, fit)
      } else {
        for a in 0..<s { add(head, mixed + a * d, fit + a * c) }
      }
    }
  }

  private func fourier(
    _ group: Group, _ x: UnsafePointer<Double>, _ mask: [Bool], _ fit: UnsafeMutablePointer<Double>,
    blocks: Int
  ) {
    let (s, d, c, m) = (layer.tokens, network.features, network.outputs, group.heads.count)
    let width = d / blocks, own = c / blocks
    for a in 0..<s {
      for t in 0..<s {
        (rows.pointer + (a * s + t) * width).update(
          from: x + (a + s - t) % s * d + group.block * width, count: width)
      }
    }
    multiply(
      rows.pointer, stride: s * width, rows: s, columns: s * width, transposed: false, group.stacked.values,
      width: m, adding: false, into: MutableValues(start: products.pointer, count: s * m))
    for a in 0..<s where mask[group.block * s + a] {
      let target = fit + (layer.pooled ? 0 : a * c) + group.block * own
      let share = layer.pooled ? 1 / Double(s) : 1
      for (j, head) in group.heads.enumerated() {
        let filtered = share * (layer.isRectified ? max(0, products[a * m + j]) : products[a * m + j])
        for o in 0..<own { target[o] += filtered * head.right[o] }
      }
    }
  }

  private func simplex(
    _ head: TokenNetwork.Head, _ x: UnsafePointer<Double>, _ fit: UnsafeMutablePointer<Double>
  ) {
    let d = network.features, token = x + head.place * d
    let value = (0..<d).reduce(0.0) { $0 + token[$1] * head.left[$1] }
    for (o, weight) in head.right.enumerated() { fit[o] += value * weight }
  }

  private func sequence(
    _ head: TokenNetwork.Head, _ x: UnsafePointer<Double>, _ fit: UnsafeMutablePointer<Double>
  ) {
    let (s, d, c) = (layer.tokens, network.features, network.outputs), factor = head.right[d * c]
    for k in 0..<s {
      for q in 0..<d {
        for o in 0..<c {
          let value = x[k * d + q] * head.right[q * c + o] * factor
          guard value != 0 else { continue }
          for a in 0..<s { fit[a * c + o] += head.left[a * s + k] * value }
        }
      }
    }
  }
}
