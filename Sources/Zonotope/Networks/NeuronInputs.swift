/// What a neuron sees of one row, or of one patch: all numbers, or those that are not zero.
protocol NeuronInputs {
  /// Adds the product with weights that begin at `start` and are `stride` apart, over the inputs below a limit, to a sum, term
  /// by term: zeros make no difference to it.
  func add(_ weights: [Double], from start: Int, stride: Int, below limit: Int, to sum: inout Double)

  /// Whether the product with a direction is at least 0 for the real numbers that the doubles hold.
  func isOnPositiveSide(of direction: [Double]) -> Bool
}

struct DenseInputs: NeuronInputs {
  let row: UnsafePointer<Double>
  let count: Int

  func add(_ weights: [Double], from start: Int, stride: Int, below limit: Int, to sum: inout Double) {
    for i in 0..<min(count, limit) { sum += weights[start + i * stride] * row[i] }
  }

  func isOnPositiveSide(of direction: [Double]) -> Bool {
    exactProductIsNonNegative(row, direction, count: count)
  }
}

struct SparseInputs: NeuronInputs {
  /// The transpose, whose columns are rows.
  let rows: SparseMatrix
  let row: Int

  func add(_ weights: [Double], from start: Int, stride: Int, below limit: Int, to sum: inout Double) {
    for t in rows.range(row) where rows.places[t] < limit {
      sum += weights[start + rows.places[t] * stride] * rows.values[t]
    }
  }

  func isOnPositiveSide(of direction: [Double]) -> Bool {
    rows.isNonNegative(column: row, times: direction)
  }
}
