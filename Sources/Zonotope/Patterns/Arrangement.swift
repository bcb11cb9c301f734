import CZonotope

/// The central arrangement of the hyperplanes `x_k . w = 0`, one for each row of a data matrix.
///
/// Its open cells are the activation patterns of a ReLU neuron (Pilanci and Ergen 2020, section 2). Iterating over an
/// arrangement gives them one after the other, without memory of their own; ``cells(settings:witnesses:)`` collects
/// them.
///
/// Everything is exact for the real numbers that the doubles hold: ties, grids, repeated, parallel and zero rows, and
/// more columns than the rank are ordinary input.
public struct Arrangement: Sendable {
  /// The largest rank whose cells can be enumerated.
  public static let rankLimit = Int(ZT_ARRANGEMENT_RANK_LIMIT)

  public let samples: Int
  public let features: Int
  /// The rank of the rows, decided without rounding.
  public let rank: Int
  /// Distinct hyperplanes: rows that are not zero, parallel and antiparallel ones counted once.
  public let hyperplanes: Int
  /// Independent columns, ascending. Witness directions have their non-zero entries there.
  public let columns: [Int]

  /// The rows of each hyperplane, their orientation and a normal; see `zt_hyperplanes_f64`.
  let rows: Buffer<Int>
  let starts: Buffer<Int>
  let flipped: Buffer<UInt64>
  let normals: Vector

  /// Analyses the rows of `x`, (samples, features). Takes a scaled copy of `x` for the time of the call.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for an entry that is not finite, or a row whose
  ///   entries differ by more than a factor of 2^200; ``ZonotopeError/unsupported(key:reason:)`` for a rank
  ///   above ``rankLimit``; ``ZonotopeError/memoryBudget(purpose:needed:budget:)`` where the workspace of an enumeration
  ///   would take more than half of the machine's memory; ``ZonotopeError/outOfMemory(bytes:)``.
  public init(of x: MatrixView) throws(ZonotopeError) {
    let (n, d) = (x.rows, x.columns)
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    let scaled = try Vector(product(n, d, place: "x"))
    let scalable = zt_scale_rows_f64(n, d, x.base, x.stride, scaled.pointer, d)
    guard scalable == n else {
      throw .invalid(
        place: "x[\(scalable)]",
        reason: "its entries differ by more than a factor of 2^200, too much for exact signs")
    }

    let chosen = try Buffer<Int>(Self.rankLimit)
    let elimination = try Vector(bytes: zt_row_space_f64_workspace(n, d))
    let rank = zt_row_space_f64(n, d, scaled.pointer, d, chosen.pointer, elimination.pointer)
    guard rank <= Self.rankLimit else {
      throw .unsupported(
        key: "patterns",
        reason: "enumerating all patterns needs rows of rank at most \(Self.rankLimit), these have more: "
          + "take fewer columns, or sample patterns")
    }
    samples = n
    features = d
    self.rank = rank
    columns = try Array(chosen.list()[..<rank])

    rows = try Buffer(n)
    starts = try Buffer(n + 1)
    flipped = try Buffer(zt_words(n))
    let lines = try Vector(product(n, rank, place: "x"))
    if rank == 0 {
      hyperplanes = 0
    } else {
      let workspace = try Vector(bytes: zt_hyperplanes_f64_workspace(n, rank))
      hyperplanes = zt_hyperplanes_f64(
        n, d, rank, scaled.pointer, d, chosen.pointer, rows.pointer, starts.pointer, flipped.pointer,
        lines.pointer, workspace.pointer)
    }
    normals = lines
    // A sequence of cells has no way to report an error later.
    try Self.probeWorkspace(bytes: zt_cells_f64_workspace([plan(batch: Self.defaultBatch, witnesses: false)]))
  }

  /// Cells of a batch where the caller does not say.
  static let defaultBatch = 4096

  /// Whether an enumeration gets its workspace.
  ///
  /// - Parameter bytes: negative for more than an integer holds.
  static func probeWorkspace(bytes: Int) throws(ZonotopeError) {
    let budget = EnumerationSettings().memoryBudget
    guard bytes >= 0, bytes <= budget else {
      throw .memoryBudget(purpose: "enumerating patterns", needed: bytes < 0 ? .max : bytes, budget: budget)
    }
    try Allocation.probe(bytes: bytes)
  }

  /// The bound of Cover on the number of cells, `2 sum_{k < rank} C(hyperplanes - 1, k)`, which is reached in
  /// general position. `Int.max` when it does not fit.
  public var coverBound: Int {
    hyperplanes > 0 ? saturatingProduct(Self.halfBound(hyperplanes: hyperplanes, rank: rank), 2) : 1
  }

  static func halfBound(hyperplanes: Int, rank: Int) -> Int {
    // size_t arrives as Int: its largest value as -1.
    Int(clamping: UInt(bitPattern: zt_half_cells_bound(hyperplanes, rank)))
  }

  /// The number of open cells, without listing them; see ``CellCount``.
  public func count(
    settings: EnumerationSettings = EnumerationSettings()
  ) throws(ZonotopeError) -> CellCount {
    try CellCount(of: MatrixView(normals, rows: hyperplanes, columns: rank), settings: settings)
  }

  /// What the kernels are told. The arrangement has to outlive it.
  func plan(batch: Int, witnesses: Bool) -> zt_cells_plan {
    zt_cells_plan(
      hyperplanes: hyperplanes, rank: rank, normals: normals.pointer, samples: samples, rows: rows.pointer,
      starts: starts.pointer, flipped: flipped.pointer, batch: batch, witnesses: witnesses ? 1 : 0)
  }

  /// A direction in the chosen columns, put into all of them.
  func spread(_ direction: UnsafePointer<Double>, into target: UnsafeMutablePointer<Double>) {
    for (j, column) in columns.enumerated() { target[column] = direction[j] }
    if rank > 0, direction[0].isNaN { target.update(repeating: .nan, count: features) }
  }
}

extension Buffer<Double> {
  /// Memory for a kernel that counts its workspace in bytes.
  convenience init(bytes: Int) throws(ZonotopeError) {
    // size_t arrives as Int, what does not fit as a negative one.
    guard bytes >= 0 else { throw .sizeOverflow(place: "workspace") }
    try self.init((bytes + 7) / 8)
  }
}

/// The product of two sizes that are not negative, or `Int.max`.
func saturatingProduct(_ a: Int, _ b: Int) -> Int {
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? Int.max : value
}
