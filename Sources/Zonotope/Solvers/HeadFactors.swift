/// Heads p_j q_j', whose sum is a matrix that is not stored.
struct HeadFactors {
  /// Numbers of p_j and of q_j.
  let rows: Int, columns: Int
  private(set) var count = 0
  /// p_j and q_j, one after the other.
  private(set) var left: Vector, right: Vector

  init(rows: Int, columns: Int) throws(ZonotopeError) {
    (self.rows, self.columns) = (rows, columns)
    (left, right) = (try Vector(0), try Vector(0))
  }

  private init(rows: Int, columns: Int, count: Int) throws(ZonotopeError) {
    (self.rows, self.columns, self.count) = (rows, columns, count)
    (left, right) = (try Vector(count * rows), try Vector(count * columns))
  }

  func p(_ j: Int) -> MutableValues { MutableValues(rebasing: left.mutable[j * rows..<(j + 1) * rows]) }
  func q(_ j: Int) -> MutableValues {
    MutableValues(rebasing: right.mutable[j * columns..<(j + 1) * columns])
  }

  var squaredNorm: Double { dot(left.values, left.values) + dot(right.values, right.values) }

  /// All p_j, then all q_j.
  func joined() throws(ZonotopeError) -> Vector {
    let x = try Vector(left.count + right.count)
    x.pointer.update(from: left.pointer, count: left.count)
    (x.pointer + left.count).update(from: right.pointer, count: right.count)
    return x
  }

  /// As many heads with other numbers, in memory of their own.
  func replaced(by x: Vector) throws(ZonotopeError) -> HeadFactors {
    let other = try HeadFactors(rows: rows, columns: columns, count: count)
    other.left.pointer.update(from: x.pointer, count: left.count)
    other.right.pointer.update(from: x.pointer + left.count, count: right.count)
    return other
  }

  /// With room for more heads, which are zero.
  func extended(by added: Int) throws(ZonotopeError) -> HeadFactors {
    let other = try HeadFactors(rows: rows, columns: columns, count: count + added)
    other.left.pointer.update(from: left.pointer, count: left.count)
    other.right.pointer.update(from: right.pointer, count: right.count)
    return other
  }

  /// Heads of the same sum that are its singular pairs, each factor with the root of the singular value; without those whose
  /// value is at most a share of the largest. Nil where a decomposition fails.
  func compressed(below share: Double) throws(ZonotopeError) -> HeadFactors? {
    let m = count
    guard m > 0 else { return self }
    let a = try SingularValues(m, rows), b = try SingularValues(m, columns), core = try SingularValues(m, m)
    // P' = L S K', Q = L~ S~ K~', and P'Q = K (S L'L~ S~) K~'.
    guard a.decompose(left.values), b.decompose(right.values), a.count == m, b.count == m else { return nil }
    let middle = try Vector(m * m)
    let leftVectors = (0..<m).map { a.leftVector($0) }, rightVectors = (0..<m).map { b.leftVector($0) }
    for i in 0..<m {
      for j in 0..<m {
        var product = 0.0
        for k in 0..<m { product += leftVectors[i][k] * rightVectors[j][k] }
        middle[i * m + j] = a.values[i] * product * b.values[j]
      }
    }
    guard core.decompose(middle.values) else { return nil }
    var kept = m
    while kept > 0, core.values[kept - 1] <= share * core.values[0] { kept -= 1 }
    let result = try HeadFactors(rows: rows, columns: columns, count: kept)
    for i in 0..<m {
      let (own, other) = (a.rightVector(i), b.rightVector(i))
      for k in 0..<kept {
        let root = core.values[k].squareRoot()
        own.withUnsafeBufferPointer { add(root * core.leftVector(k)[i], $0, to: result.p(k)) }
        other.withUnsafeBufferPointer { add(root * core.rightVector(k)[i], $0, to: result.q(k)) }
      }
    }
    return result
  }
}
