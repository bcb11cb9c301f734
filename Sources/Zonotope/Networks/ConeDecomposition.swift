/// A gated network turned into one whose neurons decide themselves when they are active, with the same outputs on the rows.
///
/// A weight u behind a gate is the difference v - w of two weights of the gate's cell, v, w in K = {a : S X a >= 0}, where
/// the cell is open: each becomes a neuron with the gate's pattern. The loss stays; the penalty grows from ||u|| to
/// ||v|| + ||w|| (Mishkin, Sahiner and Pilanci 2022, arXiv 2202.01331, section 4).
public struct ConeDecomposition: Sendable {
  public var network: TwoLayerNetwork
  /// Of the gated network. The lower bound of its certificate is one for exact networks over the same patterns too, as
  /// their program is the gated one with more constraints.
  public var gatedObjective: Double
  public var objective: Double
  /// The least distance of a unit direction of a gate's cell, the one that is farthest from all planes, to them: an angle's
  /// sine. 1 where no neuron had to be divided.
  public var margin: Double
  /// What ``objective`` cannot exceed. With y = v + w = g ||u|| / margin, g that direction, v = (y + u) / 2 and w = (y - u) / 2
  /// are in the cell, and ||v|| + ||w|| <= (||u||^2 + ||y||^2)^(1/2): the penalty grows by the factor
  /// (1 + 1 / margin^2)^(1/2) at most.
  public var bound: Double
}

extension TwoLayerNetwork {
  /// Divides every weight behind a gate into two that are inside the gate's cell, with the least sum of norms.
  ///
  /// - Parameters:
  ///   - data: the rows on which outputs stay the same.
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks without gates, with weights of their own for each
  ///   patch or output, and where a gate's pattern is that of no open cell, or of one narrower than 1e-7.
  public func coneDecomposition(
    on data: Dataset, loss: some Loss, beta: Double
  ) throws(ZonotopeError) -> ConeDecomposition {
    guard case .fixed(let gates) = gates else {
      throw .unsupported(key: "model.gated", reason: "the neurons decide themselves already")
    }
    guard !patches.isLinear, outputs == 1 || outputNorm == .perClass else {
      throw .unsupported(
        key: "model",
        reason: "only neurons that speak for one output each, the same for all patches, are divided")
    }
    try Beta.absolute(beta).check()
    let targets = try loss.checkedTargets(of: data)
    let before = try objective(on: data.x, targets: targets, loss: loss, beta: beta)
    let parts = try data.x.cut(into: patches.parts), rows = inputBias ? try parts.appendingOnes() : parts
    var cells: [[Bool]: GateCell] = [:]
    var divided: [Neuron] = [], margin = 1.0, penalty = 0.0, isWhole = true
    for (j, neuron) in neurons.enumerated() {
      let pattern = try pattern(of: gates[j], on: rows)
      var cell = cells[pattern]
      if cell == nil { cell = GateCell(pattern, rows) }
      guard let cell else { continue }
      cells[pattern] = cell
      for o in 0..<outputs where neuron.outputs[o] != 0 {
        let head = neuron.outputs[o], sign: Double = head < 0 ? -1 : 1
        let block = neuron.weights.map { abs(head) * $0 }
        guard let (v, w, own) = try cell.divide(block) else {
          throw .unsupported(
            key: "gates[\(j)]", reason: "no open cell wider than 1e-7 has this pattern")
        }
        if let own {
          margin = min(margin, own)
          isWhole = false
        }
        penalty += block.withUnsafeBufferPointer { norm($0) }
        for (weights, sign) in [(v, sign), (w, -sign)] {
          if let neuron = Neuron(balancing: weights, sign: sign, output: o, of: outputs) {
            divided.append(neuron)
          }
        }
      }
    }
    var network = self
    (network.gates, network.neurons) = (.own, divided)
    return ConeDecomposition(
      network: network, gatedObjective: before,
      objective: try network.objective(on: data.x, targets: targets, loss: loss, beta: beta), margin: margin,
      bound: before
        + (divided.isEmpty || isWhole ? 0 : beta * penalty * ((1 + 1 / (margin * margin)).squareRoot() - 1)))
  }

  /// How many different patterns the neurons have on the rows.
  func patternCount(on x: MatrixView) throws(ZonotopeError) -> Int {
    let parts = try x.cut(into: patches.parts), rows = inputBias ? try parts.appendingOnes() : parts
    var patterns: Set<[Bool]> = []
    for (j, neuron) in neurons.enumerated() {
      let gate = if case .fixed(let gates) = gates { gates[j] } else { Gate.direction(neuron.weights) }
      patterns.insert(try pattern(of: gate, on: rows))
    }
    return patterns.count
  }

  private func pattern(of gate: Gate, on rows: MatrixView) throws(ZonotopeError) -> [Bool] {
    switch gate {
    case .mask(let mask):
      guard mask.count == rows.rows else {
        throw .invalid(place: "x", reason: "\(rows.rows) rows, the gates are known on \(mask.count)")
      }
      return mask
    case .direction:
      return (0..<rows.rows).map { isOpen(gate, DenseInputs(row: rows.row($0), count: width), row: $0) }
    }
  }
}

/// The cone { a : s_k x_k . a >= 0 } of one gate.
private struct GateCell {
  private static let steps = 500

  /// s_k x_k of length 1; rows of zeros constrain nothing.
  private let normals: [[Double]]
  private let width: Int

  init(_ pattern: [Bool], _ rows: MatrixView) {
    width = rows.columns
    normals = (0..<rows.rows).compactMap { k in
      let sign: Double = pattern[k] ? 1 : -1
      let normal = RowSpace.normalised((0..<rows.columns).map { sign * rows[k, $0] })
      return normal.contains { $0 != 0 } ? normal : nil
    }
  }

  /// v and w of the cone with v - w = u and the least ||v|| + ||w||, and the margin of the cone's best direction where u had
  /// to be divided; nil where there are none.
  ///
  /// With a = ||w|| and b = ||v|| the sum is at most ||w||^2 / (2 a) + ||v||^2 / (2 b) + (a + b) / 2, least at the point of
  /// { w : S X w >= max(0, -S X u) } that is nearest to -u a / (a + b). Taking turns never increases the sum.
  func divide(_ u: [Double]) throws(ZonotopeError) -> (v: [Double], w: [Double], margin: Double?)? {
    let zero = [Double](repeating: 0, count: width)
    let products = normals.map { RowSpace.dot($0, u) }
    if products.allSatisfy({ $0 >= 0 }) { return (u, zero, nil) }
    if products.allSatisfy({ $0 <= 0 }) { return (zero, u.map { -$0 }, nil) }
    let unit = try Polyhedron(rows: normals, bounds: normals.map { _ in 1 }, dimension: width)
    guard let center = try unit.nearest(to: zero) else { return nil }
    let margin = min(1, 1 / length(center))
    let both = try Polyhedron(rows: normals, bounds: products.map { max(0, -$0) }, dimension: width)
    var share = 0.5, best = Double.infinity, answer: (v: [Double], w: [Double])?
    for _ in 0..<Self.steps {
      guard let w = try both.nearest(to: u.map { -share * $0 }) else { break }
      let v = zip(u, w).map { $0 + $1 }, (a, b) = (length(w), length(v))
      guard a + b < best * (1 - 1e-13) else { break }
      (best, answer, share) = (a + b, (v, w), a / (a + b))
    }
    return answer.map { ($0.v, $0.w, margin) }
  }

  private func length(_ a: [Double]) -> Double { a.withUnsafeBufferPointer { norm($0) } }
}
