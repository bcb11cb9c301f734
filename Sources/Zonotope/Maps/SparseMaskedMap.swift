/// The map of ``MaskedMap`` over sparse features: sum_i (on D_i + off (I - D_i)) X z_i.
///
/// A product takes a multiply-add for every entry of X and pattern, over all patterns at a time, so it pays against the tables
/// of dense products where few entries are not zero (`docs/benchmarks.md`). Numbers in block space lie as there.
public struct SparseMaskedMap: GramMap, PatternMap {
  public let x: SparseMatrix
  public let patterns: PatternSet
  public let activation: Activation
  public let outputs: Int
  /// Whether the columns of all outputs are one block of a pattern, or each is a block of its own.
  public let joinsOutputs: Bool
  /// X', whose columns are the rows of X.
  private let turned: SparseMatrix
  public var samples: Int { x.rows }
  public var blocks: Int { joinsOutputs ? patterns.count : patterns.count * outputs }
  public var blockSize: Int { joinsOutputs ? x.columns * outputs : x.columns }

  public init(
    x: SparseMatrix, patterns: PatternSet, activation: Activation = .relu, outputs: Int = 1,
    joinsOutputs: Bool = false
  ) throws(ZonotopeError) {
    guard patterns.samples == x.rows else {
      throw .invalid(place: "patterns", reason: "\(patterns.samples) bits each for \(x.rows) samples")
    }
    guard outputs > 0 else { throw .invalid(place: "outputs", reason: "\(outputs) is not above 0") }
    _ = try product(product(patterns.count, x.columns, place: "patterns"), outputs, place: "patterns")
    _ = try product(x.rows, outputs, place: "samples")
    (self.x, self.patterns, self.activation, self.outputs) = (x, patterns, activation, outputs)
    self.joinsOutputs = joinsOutputs
    turned = try x.transposed()
  }

  private init(_ other: SparseMaskedMap, _ patterns: PatternSet) {
    (x, turned, activation, outputs) = (other.x, other.turned, other.activation, other.outputs)
    (joinsOutputs, self.patterns) = (other.joinsOutputs, patterns)
  }

  /// Block space with the patterns next to each other, (outputs, columns, patterns), and two lines of patterns a thread.
  public struct Workspace {
    fileprivate let turned: Vector
    fileprivate let lines: Vector
  }

  public func makeWorkspace(threads: Int) throws(ZonotopeError) -> Workspace {
    try Workspace(
      turned: Vector(patterns.count * x.columns * outputs), lines: Vector(2 * threads * patterns.count))
  }

  public func workspaceSize(threads: Int) -> Int {
    patterns.count * (x.columns * outputs + 2 * threads)
  }

  /// The slopes of some patterns for a sample.
  private func slopes(_ k: Int, _ range: Range<Int>, into line: UnsafeMutablePointer<Double>) {
    let words = patterns.sampleBits.pointer + k * patterns.sampleWords
    for i in range {
      line[i - range.lowerBound] =
        words[i / 64] >> UInt64(i % 64) & 1 == 1 ? activation.on : activation.off
    }
  }

  public func forward(
    _ z: Values, into f: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let (count, d, c) = (patterns.count, x.columns, outputs), turnedZ = workspace.turned
    guard count > 0 else { return f.update(repeating: 0) }
    workers.ranges(d * c, grain: 64) { range, _ in
      for place in range { for i in 0..<count { turnedZ[place * count + i] = z[i * d * c + place] } }
    }
    workers.ranges(samples, grain: 64) { range, slot in
      let total = MutableValues(start: workspace.lines.pointer + 2 * slot * count, count: count)
      let line = MutableValues(start: total.baseAddress! + count, count: count)
      for k in range {
        slopes(k, 0..<count, into: line.baseAddress!)
        for o in 0..<c {
          total.update(repeating: 0)
          for t in turned.range(k) {
            let source = turnedZ.pointer + (o * d + turned.places[t]) * count
            add(turned.values[t], Values(start: source, count: count), to: total)
          }
          f[k * c + o] = dot(Values(total), Values(line))
        }
      }
    }
  }

  public func adjoint(
    _ r: Values, into g: MutableValues, _ workspace: Workspace, _ workers: Workers
  ) {
    let (count, d, c) = (patterns.count, x.columns, outputs), sums = workspace.turned
    let grain = max(64, (count + workers.threads - 1) / workers.threads)
    workers.ranges(count, grain: grain) { range, slot in
      let line = MutableValues(start: workspace.lines.pointer + 2 * slot * count, count: range.count)
      func part(_ place: Int) -> MutableValues {
        MutableValues(start: sums.pointer + place * count + range.lowerBound, count: range.count)
      }
      for place in 0..<d * c { part(place).update(repeating: 0) }
      for k in 0..<samples {
        slopes(k, range, into: line.baseAddress!)
        for t in turned.range(k) {
          for o in 0..<c {
            add(turned.values[t] * r[k * c + o], Values(line), to: part(o * d + turned.places[t]))
          }
        }
      }
      for i in range { for place in 0..<d * c { g[i * d * c + place] = sums[place * count + i] } }
    }
  }

  public func column(_ block: Int, _ direction: Values, into f: MutableValues) {
    let pattern = joinsOutputs ? block : block / outputs
    let range = joinsOutputs ? 0..<outputs : block % outputs..<block % outputs + 1
    f.update(repeating: 0)
    for k in 0..<samples {
      let slope = patterns[pattern, k] ? activation.on : activation.off
      guard slope != 0 else { continue }
      for (part, o) in range.enumerated() {
        var product = 0.0
        for t in turned.range(k) {
          product += turned.values[t] * direction[part * x.columns + turned.places[t]]
        }
        f[k * outputs + o] = slope * product
      }
    }
  }

  public var units: Int { patterns.count }

  public func restricted(to units: [Int]) throws(ZonotopeError) -> SparseMaskedMap {
    SparseMaskedMap(self, try patterns.gathering(units))
  }

  // MARK: The Gram matrix

  public var hasGramRows: Bool { true }

  public func gram(into k: MutableValues, _ workers: Workers) {
    guard let base = k.baseAddress else { return }
    workers.ranges(samples, grain: 16) { rows, _ in
      gramRows(rows, into: base + rows.lowerBound * samples, stride: samples)
    }
  }

  /// Rows meet in the columns that both have entries in: as many multiply-adds as there are such pairs.
  public func gramRows(_ rows: Range<Int>, into k: UnsafeMutablePointer<Double>, stride: Int) {
    for a in rows {
      let line = k + (a - rows.lowerBound) * stride
      line.update(repeating: 0, count: a + 1)
      for t in turned.range(a) {
        let j = turned.places[t]
        for s in x.range(j) {
          if x.places[s] > a { break }
          line[x.places[s]] += turned.values[t] * x.values[s]
        }
      }
    }
    patterns.weigh(rows, by: activation, rowsAt: k, stride: stride)
  }
}
