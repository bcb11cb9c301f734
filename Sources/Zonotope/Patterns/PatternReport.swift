/// What `zonotope patterns` says about the rows of a data set without listing the cells.
public struct PatternReport: Sendable {
  public enum Question: Sendable, Equatable {
    /// The number of open cells.
    case count
    /// Distinct patterns of random gates.
    case sample(SamplingRule, GateDistribution, seed: UInt64)
  }

  public let rows: Int
  public let columns: Int
  /// Nil for a sample.
  public let count: CellCount?
  public let sample: PatternSample?
  /// What so many normal gates promise; nil without a sample of them.
  public let guarantee: SubsamplingGuarantee?

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for no rows, no columns, no draws or entries that are not finite;
  ///   memory.
  public init(
    of x: MatrixView, _ question: Question, settings: EnumerationSettings = EnumerationSettings()
  ) throws(ZonotopeError) {
    try Self.check(x)
    rows = x.rows
    columns = x.columns
    switch question {
    case .count:
      count = try CellCount(of: x, settings: settings)
      (sample, guarantee) = (nil, nil)
    case .sample(let rule, let distribution, let seed):
      guard rule.draws > 0 else {
        throw .invalid(place: "sample", reason: "\(rule.draws) draws are not above 0")
      }
      let sample = try PatternSample(
        from: x, by: distribution, until: rule, seed: seed, settings: settings)
      (count, self.sample) = (nil, sample)
      guarantee =
        distribution == .gaussian && sample.draws > 0
        ? try SubsamplingGuarantee(gates: sample.draws, on: x) : nil
    }
  }

  /// Refuses data that have no patterns to speak of.
  public static func check(_ x: MatrixView) throws(ZonotopeError) {
    guard x.rows > 0, x.columns > 0 else {
      throw .invalid(place: "data", reason: "there are no data, \(x.rows) rows of \(x.columns)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "data[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
  }

  /// One JSON document.
  public func json(pretty: Bool = true) -> String {
    if let sample {
      let texts = (0..<sample.patterns.count).map { JSONValue.string(sample.patterns.text(of: $0)) }
      let members = Self.members(of: sample) + [JSONMember("patterns", .array(texts))]
      return String(decoding: JSONWriter.encode(.object(members), pretty: pretty), as: UTF8.self)
    }
    var members: [JSONMember] = []
    if let count {
      members = [
        JSONMember("cells", .number(Double(count.cells))),
        JSONMember("status", .string(count.status.rawValue)),
        JSONMember("rank", .number(Double(count.rank))),
        JSONMember("hyperplanes", .number(Double(count.hyperplanes))),
      ]
    }
    return String(decoding: JSONWriter.encode(.object(members), pretty: pretty), as: UTF8.self)
  }

  private static func members(of sample: PatternSample) -> [JSONMember] {
    [
      JSONMember("draws", .number(Double(sample.draws))),
      JSONMember("distinct", .number(Double(sample.patterns.count))),
      JSONMember("ending", .string(sample.ending.rawValue)),
      JSONMember("unseenProbability", .number(sample.unseenProbability)),
      JSONMember("unseenBound95", .number(sample.unseenBound())),
    ]
  }

  /// Writes the patterns of a sample. False when something could not be written.
  public func write(
    _ format: PatternWriter.Format, to sink: @escaping ([UInt8]) -> Bool
  ) -> Bool {
    guard let sample else { return true }
    var writer = PatternWriter(format, samples: rows, to: sink)
    return writer.write(sample.patterns, Self.members(of: sample))
  }
}

/// The rows of a table or array file, every column a coordinate: `.npy` by its name, else CSV with a header.
///
/// - Parameter columns: of a CSV file; all of them without.
/// - Parameter decimal: reads the numbers of a CSV file as the decimals that they are, scaled to integers; see
///   ``CSVTable/decimalMatrix()``.
public func readMatrix(
  path: String, columns: [String]? = nil, decimal: Bool = false, memory: Int = .max
) throws(ZonotopeError) -> MatrixView {
  if path.hasSuffix(".npy") {
    guard !decimal else {
      throw .invalid(place: path, reason: "the numbers of a .npy file are binary, not decimal")
    }
    guard columns == nil else {
      throw .invalid(place: path, reason: "the columns of a .npy file have no names")
    }
    return try NPYArray(path: path, memory: memory).matrix()
  }
  let table = try CSVTable(path: path, memory: memory)
  return decimal ? try table.decimalMatrix(columns: columns).matrix : try table.matrix(columns: columns)
}
