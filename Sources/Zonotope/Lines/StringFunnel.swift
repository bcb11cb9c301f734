/// The shortest way through a tube, found corner by corner: from the last bend, the apex, a convex chain along the corners
/// of the upper border and a concave one along those of the lower enclose every way that may still be the shortest.
/// A corner of one border that closes the funnel makes the next corner of the other a bend (Lee and Preparata,
/// "Euclidean shortest paths in the presence of rectilinear barriers", 1984).
struct StringFunnel {
  /// A point that the string may touch: after so many samples, of so much weight.
  struct Corner: BitwiseCopyable {
    var place: Int
    var position: Double
    var height: Double
  }

  /// Where the string bends: +1 where its slope rises, -1 where it falls.
  private(set) var bends: [(place: Int, side: Double)] = []
  private var apex = Corner(place: 0, position: 0, height: 0)
  private var upper: Chain
  private var lower: Chain

  init() throws(ZonotopeError) { (upper, lower) = (try Chain(), try Chain()) }

  /// The next corner of the upper border, to the right of all before it.
  mutating func addUpper(_ corner: Corner) throws(ZonotopeError) {
    try upper.push(corner, apex: apex, turn: 1)
    while upper.count == 1, lower.count > 0, passes(corner, lower.first, turn: 1) {
      bend(at: lower.first, side: -1)
      lower.pop()
    }
  }

  /// The next corner of the lower border.
  mutating func addLower(_ corner: Corner) throws(ZonotopeError) {
    try lower.push(corner, apex: apex, turn: -1)
    while lower.count == 1, upper.count > 0, passes(corner, upper.first, turn: -1) {
      bend(at: upper.first, side: 1)
      upper.pop()
    }
  }

  private mutating func bend(at corner: Corner, side: Double) {
    bends.append((corner.place, side))
    apex = corner
  }

  /// Whether the way from the apex to the corner has the other on the wrong side: below it for turn 1.
  private func passes(_ corner: Corner, _ other: Corner, turn: Double) -> Bool {
    turn * (corner.height - apex.height) * (other.position - apex.position)
      < turn * (other.height - apex.height) * (corner.position - apex.position)
  }

  /// A chain from the apex on, without the apex.
  private struct Chain {
    private var corners: Buffer<Corner>
    private var pointer: UnsafeMutablePointer<Corner>
    private var room = 64
    private var head = 0, tail = 0

    init() throws(ZonotopeError) {
      corners = try Buffer(room)
      pointer = corners.pointer
    }

    var count: Int { tail &- head }
    var first: Corner { pointer[head] }

    mutating func pop() { head &+= 1 }

    /// Adds a point on the right; those that are no corners any more go.
    ///
    /// - Parameter turn: 1 where slopes grow along the chain, -1 where they fall.
    @inline(__always)
    mutating func push(_ corner: Corner, apex: Corner, turn: Double) throws(ZonotopeError) {
      while tail > head {
        let middle = pointer[tail &- 1], start = tail &- 1 > head ? pointer[tail &- 2] : apex
        let bend =
          (corner.height - middle.height) * (middle.position - start.position)
          - (middle.height - start.height) * (corner.position - middle.position)
        guard turn * bend <= 0 else { break }
        tail &-= 1
      }
      if tail == room { try makeRoom() }
      pointer[tail] = corner
      tail &+= 1
    }

    /// Moves the corners to the front, of a longer buffer where they fill it.
    private mutating func makeRoom() throws(ZonotopeError) {
      let count = count
      let target = 2 * count > room ? try Buffer<Corner>(2 * room) : corners
      for k in 0..<count { target[k] = pointer[head + k] }
      (corners, pointer, room, head, tail) = (target, target.pointer, target.count, 0, count)
    }
  }
}
