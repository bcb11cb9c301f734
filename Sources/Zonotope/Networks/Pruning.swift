extension TwoLayerNetwork {
  /// A network with fewer neurons.
  public struct Pruned: Sendable {
    public var network: TwoLayerNetwork
    /// By how much the training objective has grown: 0 or less but for rounding, unless a tolerance was given.
    public var price: Double
  }

  /// Removes neurons until the fits of those of each output are linearly independent, so that at most as many as rows are
  /// left for each, without a change of the outputs on the rows or a larger penalty.
  ///
  /// Where the fits q_j satisfy sum c_j q_j = 0, scaling neuron j by 1 - t c_j changes no output; with c of the sign for which
  /// sum c_j ||w_j|| |alpha_j| >= 0 the penalty does not grow, and t = 1 / max c_j removes one neuron (Mishkin and Pilanci
  /// 2023, section 4, for optimal networks, where that sum is 0).
  ///
  /// - Parameters:
  ///   - x: the rows as the network takes them.
  ///   - tolerance: fits count as dependent where what is left of one beside the others is at most this share of it. Above
  ///     1e-9 or so outputs change, and ``Pruned/price`` tells what that costs.
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks whose neurons have weights for several outputs.
  public func pruned(
    on data: Dataset, loss: some Loss, beta: Double, tolerance: Double = 1e-9
  ) throws(ZonotopeError) -> Pruned {
    guard tolerance >= 0, tolerance < 1 else {
      throw .invalid(place: "tolerance", reason: "\(tolerance) is not a share, from 0 to below 1")
    }
    guard !patches.isLinear, outputs == 1 || outputNorm == .perClass else {
      throw .unsupported(
        key: "model.outputs", reason: "only neurons that speak for one output each can be pruned")
    }
    try Beta.absolute(beta).check()
    let targets = try loss.checkedTargets(of: data)
    let before = try objective(on: data.x, targets: targets, loss: loss, beta: beta)
    var kept: [(neuron: Neuron, gate: Gate?)] = []
    for output in 0..<outputs {
      var members: [(neuron: Neuron, gate: Gate?)] = []
      for (j, neuron) in neurons.enumerated() where neuron.outputs[output] != 0 {
        var gate: Gate?
        if case .fixed(let gates) = gates { gate = gates[j] }
        let head = neuron.outputs[output], sign: Double = head < 0 ? -1 : 1
        let block = neuron.weights.map { $0 * abs(head) }
        guard let single = Neuron(balancing: block, sign: sign, output: output, of: outputs) else { continue }
        members.append((single, gate))
      }
      var dependencies = try Dependencies(fits(members, output, data.x))
      let scales = dependencies.independent(
        sizes: members.map { abs($0.neuron.outputs[output]) * norm($0.neuron.weights) }, tolerance: tolerance)
      for (member, scale) in zip(members, scales) where scale > 0 {
        let root = scale.squareRoot()
        kept.append(
          (
            Neuron(
              weights: member.neuron.weights.map { $0 * root },
              outputs: member.neuron.outputs.map { $0 * root }),
            member.gate
          ))
      }
    }
    var network = self
    network.neurons = kept.map(\.neuron)
    if case .fixed = gates { network.gates = .fixed(kept.compactMap(\.gate)) }
    let after = try network.objective(on: data.x, targets: targets, loss: loss, beta: beta)
    return Pruned(network: network, price: after - before)
  }

  /// What each neuron adds to its output, a list for each.
  private func fits(
    _ members: [(neuron: Neuron, gate: Gate?)], _ output: Int, _ x: MatrixView
  ) throws(ZonotopeError) -> [[Double]] {
    var fits: [[Double]] = []
    for member in members {
      var alone = self
      alone.neurons = [member.neuron]
      if case .fixed = gates { alone.gates = .fixed([member.gate].compactMap { $0 }) }
      alone.skip = []
      alone.biases = [Double](repeating: 0, count: outputs)
      let all = try alone.predict(x)
      fits.append((0..<x.rows).map { all[$0 * outputs + output] })
    }
    return fits
  }

  private func norm(_ values: [Double]) -> Double { values.withUnsafeBufferPointer { Zonotope.norm($0) } }
}

/// Linear dependencies among columns, removed one by one.
struct Dependencies {
  private let columns: [[Double]]
  /// Of the columns chosen: an orthonormal basis, and their coordinates in it, a triangle.
  private var basis: [[Double]] = []
  private var triangle: [[Double]] = []

  init(_ columns: [[Double]]) { self.columns = columns }

  /// A factor for each column, 0 for those that are not needed: the others are independent, and the sum of all columns times
  /// their factors is the sum of all. sum factor * size does not grow.
  mutating func independent(sizes: [Double], tolerance: Double) -> [Double] {
    var factors = [Double](repeating: 1, count: columns.count)
    var chosen: [Int] = []
    // The largest first: what little ones add to them is what goes.
    for j in columns.indices.sorted(by: { sizes[$0] > sizes[$1] }) {
      guard let combination = express(j, tolerance) else {
        chosen.append(j)
        continue
      }
      // sum c q = 0 with q scaled by the factors so far.
      var c = zip(chosen, combination).map { ($0, -$1 * factors[j] / factors[$0]) } + [(j, 1.0)]
      if c.reduce(0.0, { $0 + $1.1 * factors[$1.0] * sizes[$1.0] }) < 0 { c = c.map { ($0.0, -$0.1) } }
      guard let largest = c.max(by: { $0.1 < $1.1 }), largest.1 > 0 else { continue }
      for (i, value) in c { factors[i] = i == largest.0 ? 0 : factors[i] * max(0, 1 - value / largest.1) }
      let left = (chosen + [j]).filter { factors[$0] > 0 }
      if left != chosen {
        chosen = left
        (basis, triangle) = ([], [])
        for column in chosen { append(reduce(columns[column])) }
      }
    }
    return factors
  }

  /// What is left of a column beside those chosen, and its products with their basis. By two passes of modified Gram and
  /// Schmidt.
  private func reduce(_ column: [Double]) -> (rest: [Double], products: [Double]) {
    var rest = column, products = [Double](repeating: 0, count: basis.count)
    for _ in 0..<2 {
      for (i, direction) in basis.enumerated() {
        let product = RowSpace.dot(direction, rest)
        products[i] += product
        for k in rest.indices { rest[k] -= product * direction[k] }
      }
    }
    return (rest, products)
  }

  private mutating func append(_ reduced: (rest: [Double], products: [Double])) {
    let length = RowSpace.dot(reduced.rest, reduced.rest).squareRoot()
    basis.append(length > 0 ? reduced.rest.map { $0 / length } : reduced.rest)
    triangle.append(reduced.products + [length])
  }

  /// Coefficients of column `j` in the chosen ones; nil where it is independent of them, and joins them.
  private mutating func express(_ j: Int, _ tolerance: Double) -> [Double]? {
    let reduced = reduce(columns[j])
    let size = RowSpace.dot(columns[j], columns[j]).squareRoot()
    guard RowSpace.dot(reduced.rest, reduced.rest).squareRoot() <= tolerance * size else {
      append(reduced)
      return nil
    }
    var solution = reduced.products
    for i in solution.indices.reversed() {
      for q in i + 1..<max(i + 1, solution.count) { solution[i] -= triangle[q][i] * solution[q] }
      solution[i] = triangle[i][i] > 0 ? solution[i] / triangle[i][i] : 0
    }
    return solution
  }
}
