/// Heads with an exact ReLU on all samples at once, and their derivatives:
///
///     F_i = sum_j K_i relu(A_i u_j) v_j
///
/// with a row of A_i for every place that a gate of the layer is open at or not (``TokenLayer/maskSize(_:)``), and K_i, which
/// sums what the places say. Of a Fourier operator one block.
struct RectifiedHeads {
  let layer: TokenLayer
  let shape: TokenLayer.Shape
  /// Of channels, and how many there are.
  let block: Int, blocks: Int
  /// Rows of A_i, and its columns: numbers of u.
  let places: Int, left: Int
  /// Numbers of K_i relu(A_i u) that a row of the outputs sees of a head, and outputs: v is a matrix of both.
  let width: Int, outputs: Int
  /// Rows of the outputs of a sample.
  let readouts: Int
  var right: Int { width * outputs }
  /// Samples that are looked at together.
  let chunk: Int

  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for layers whose heads have no product of their own.
  init(_ layer: TokenLayer, _ shape: TokenLayer.Shape, block: Int = 0) throws(ZonotopeError) {
    (self.layer, self.shape, self.block) = (layer, shape, block)
    let (s, d) = (layer.tokens, shape.d)
    readouts = layer.pooled ? 1 : s
    switch layer.kind {
    case .attention:
      (blocks, width, outputs) = (1, d, shape.c)
      (places, left) = (try product(s, s, place: "x"), try product(d, d, place: "x"))
    case .mixer:
      (blocks, width, outputs) = (1, d, shape.c)
      (places, left) = (try product(s, d, place: "x"), try product(s, s, place: "x"))
    case .fourier(let count):
      (blocks, width, outputs) = (count, 1, shape.c / count)
      (places, left) = (s, try product(s, d / count, place: "x"))
    case .simplex, .sequence:
      throw .unsupported(
        key: "model.activation", reason: "a ReLU belongs to attention, mixers and Fourier operators")
    }
    chunk = max(1, min(shape.n, 2048 / max(1, places)))
  }

  // MARK: Rows and sums

  /// A_i, places below each other.
  func rows(of i: Int, into target: UnsafeMutablePointer<Double>) {
    let (s, d) = (layer.tokens, shape.d), x = shape.x.row(i * s)
    target.update(repeating: 0, count: places * left)
    switch layer.kind {
    case .attention:
      for p in 0..<s {
        for q in 0..<s {
          let row = target + (p * s + q) * left
          for k in 0..<d { for a in 0..<d { row[k * d + a] = x[q * d + k] * x[p * d + a] } }
        }
      }
    case .mixer:
      for a in 0..<s {
        for l in 0..<d { for k in 0..<s { target[(a * d + l) * left + k * s + a] = x[k * d + l] } }
      }
    default:
      let own = d / blocks
      for a in 0..<s {
        for t in 0..<s {
          (target + a * left + t * own).update(from: x + (a + s - t) % s * d + block * own, count: own)
        }
      }
    }
  }

  /// Adds K_i y to t: y (places, heads), t (readouts, heads * width).
  func sum(_ y: UnsafePointer<Double>, heads m: Int, of i: Int, into t: UnsafeMutablePointer<Double>) {
    eachTerm(of: i) { readout, place, l, factor in
      let from = y + place * m, to = t + readout * m * width + l
      for j in 0..<m { to[j * width] += factor * from[j] }
    }
  }

  /// y = K_i't.
  func spread(_ t: UnsafePointer<Double>, heads m: Int, of i: Int, into y: UnsafeMutablePointer<Double>) {
    y.update(repeating: 0, count: places * m)
    eachTerm(of: i) { readout, place, l, factor in
      let from = t + readout * m * width + l, to = y + place * m
      for j in 0..<m { to[j] += factor * from[j * width] }
    }
  }

  /// The entries of K_i that may not be zero: from a place to number l of a row of the outputs.
  @inline(__always)
  private func eachTerm(of i: Int, _ body: (_ readout: Int, _ place: Int, _ l: Int, _ factor: Double) -> Void)
  {
    let (s, d) = (layer.tokens, shape.d), share = layer.pooled ? 1 / Double(s) : 1
    switch layer.kind {
    case .attention:
      let x = shape.x.row(i * s)
      for place in 0..<places {
        for l in 0..<d { body(layer.pooled ? 0 : place / s, place, l, share * x[place % s * d + l]) }
      }
    case .mixer:
      for place in 0..<places { body(layer.pooled ? 0 : place / d, place, place % d, share) }
    default:
      for place in 0..<places { body(layer.pooled ? 0 : place, place, 0, share) }
    }
  }

  // MARK: All samples

  /// Parts of the samples with sums of their own, so that results do not depend on the number of threads.
  private var parts: Int { min(16, (shape.n + chunk - 1) / chunk) }
  private func samples(of part: Int) -> Range<Int> {
    shape.n * part / parts..<shape.n * (part + 1) / parts
  }

  /// Doubles of workspace.
  func workspaceSize(heads m: Int, threads: Int) throws(ZonotopeError) -> Int {
    let each = try product(product(chunk, places, place: "x"), left + 2 * m, place: "x")
    return try product(threads, each, place: "x")
      + product(parts, product(m, left, place: "heads"), place: "x")
      + product(2 * shape.n * readouts, product(m, width, place: "heads"), place: "x")
  }

  /// T (samples * readouts, heads * width) of heads, at the start of the workspace, and F = T V of V (heads * width, outputs).
  func forward(
    _ u: Values, _ v: Values, heads m: Int, into fit: MutableValues, _ workspace: Vector, _ workers: Workers
  ) {
    let t = workspace.pointer, size = readouts * m * width
    t.update(repeating: 0, count: shape.n * size)
    eachChunk(u, heads: m, workspace, workers) { i, _, y, _ in
      for k in 0..<places * m where y[k] < 0 { y[k] = 0 }
      sum(y, heads: m, of: i, into: t + i * size)
    }
    multiply(
      workspace, rows: shape.n * readouts, columns: m * width, transposed: false, v, width: outputs,
      adding: false, into: fit)
  }

  /// The derivatives of heads whose T is in the workspace, for the gradient of the loss at their fit.
  func backward(
    _ u: Values, _ v: Values, heads m: Int, gradient: Values, toLeft: MutableValues, toRight: MutableValues,
    _ workspace: Vector, _ workers: Workers
  ) {
    let rows = shape.n * readouts, size = readouts * m * width
    multiply(
      workspace, rows: rows, columns: m * width, transposed: true, gradient, width: outputs, adding: false,
      into: toRight)
    let slopes = MutableValues(start: workspace.pointer + shape.n * size, count: shape.n * size)
    multiply(gradient, byTransposed: v, rows: rows, width: m * width, depth: outputs, into: slopes)
    let sums = workspace.pointer + 2 * shape.n * size
    sums.update(repeating: 0, count: parts * m * left)
    eachChunk(u, heads: m, workspace, workers) { i, _, y, other in
      spread(slopes.baseAddress! + i * size, heads: m, of: i, into: other)
      for k in 0..<places * m { y[k] = y[k] > 0 ? other[k] : 0 }
    } then: { part, a, y, height in
      // y'A
      multiply(
        UnsafePointer(y), stride: m, rows: height, columns: m, transposed: true,
        Values(start: a, count: height * left), width: left, adding: true,
        into: MutableValues(start: sums + part * m * left, count: m * left))
    }
    toLeft.update(repeating: 0)
    for part in 0..<parts {
      add(1, Values(start: sums + part * m * left, count: m * left), to: toLeft)
    }
  }

  /// Calls `body` for every sample with A_i and A_i u, which it may change, and with as much memory again.
  func eachChunk(
    _ u: Values, heads m: Int, _ workspace: Vector, _ workers: Workers,
    _ body: (
      _ sample: Int, _ a: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>,
      _ other: UnsafeMutablePointer<Double>
    ) -> Void,
    then: (
      _ part: Int, _ a: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ height: Int
    ) -> Void = { _, _, _, _ in }
  ) {
    let start = 2 * shape.n * readouts * m * width + parts * m * left, height = chunk * places
    workers.run(parts) { part, slot in
      let a = workspace.pointer + start + slot * height * (left + 2 * m), y = a + height * left
      let all = samples(of: part)
      for first in stride(from: all.lowerBound, to: all.upperBound, by: chunk) {
        let count = min(chunk, all.upperBound - first)
        for k in 0..<count { rows(of: first + k, into: a + k * places * left) }
        multiply(
          Values(start: a, count: count * places * left), byTransposed: u, rows: count * places, width: m,
          depth: left, into: MutableValues(start: y, count: count * places * m))
        for k in 0..<count {
          body(first + k, a + k * places * left, y + k * places * m, y + (height + k * places) * m)
        }
        then(part, a, y, count * places)
      }
    }
  }
}
