/// What `zonotope patterns` says about the rows of a data set.
public struct PatternReport: Sendable {
  public enum Question: Sendable, Equatable {
    /// The number of open cells, perhaps without storing them.
    case count
    /// The cells themselves.
    case list
    /// Distinct patterns of random gates.
    case sample(draws: Int, seed: UInt64)
  }

  public let rows: Int
  public let columns: Int
  /// Of the rows, where cells were enumerated.
  public let rank: Int?
  public let hyperplanes: Int?
  /// Open cells; nil for a sample.
  public let cells: Int?
  public let patterns: PatternSet?
  public let sample: PatternSample?

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for no rows, no columns, no draws or entries that are not finite;
  ///   ``ZonotopeError/unsupported(key:reason:)`` for rows of rank above ``Arrangement/rankLimit`` without a sample;
  ///   memory.
  public init(of x: MatrixView, _ question: Question, memory: Int? = nil) throws(ZonotopeError) {
    guard x.rows > 0, x.columns > 0 else {
      throw .invalid(place: "data", reason: "there are no data, \(x.rows) rows of \(x.columns)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "data[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
    let budget = memory ?? physicalMemory() / 2
    rows = x.rows
    columns = x.columns
    if case .sample(let draws, let seed) = question {
      guard draws > 0 else { throw .invalid(place: "sample", reason: "\(draws) draws are not above 0") }
      let sample = try PatternSample(from: x, count: draws, seed: seed, memory: budget)
      self.sample = sample
      patterns = sample.patterns
      (cells, rank, hyperplanes) = (nil, nil, nil)
      return
    }
    let arrangement = try Arrangement(of: x)
    (rank, hyperplanes, sample) = (arrangement.rank, arrangement.hyperplanes, nil)
    if question == .list {
      let set = try arrangement.cells(memory: budget)
      (cells, patterns) = (set.count, set)
    } else {
      (cells, patterns) = (try arrangement.count(), nil)
    }
  }

  /// One JSON document.
  public func json(pretty: Bool = true) -> String {
    var members: [JSONMember] = []
    if let cells { members.append(JSONMember("cells", .number(Double(cells)))) }
    if let sample {
      members += [
        JSONMember("draws", .number(Double(sample.draws))),
        JSONMember("distinct", .number(Double(sample.patterns.count))),
        JSONMember("unseenProbability", .number(sample.unseenProbability)),
      ]
    }
    if let patterns {
      let texts = (0..<patterns.count).map { JSONValue.string(patterns.text(of: $0)) }
      members.append(JSONMember("patterns", .array(texts)))
    }
    return String(decoding: JSONWriter.encode(.object(members), pretty: pretty), as: UTF8.self)
  }
}

/// The rows of a table or array file, every column a coordinate: `.npy` by its name, else CSV with a header.
public func readMatrix(path: String, memory: Int = .max) throws(ZonotopeError) -> MatrixView {
  path.hasSuffix(".npy")
    ? try NPYArray(path: path, memory: memory).matrix() : try CSVTable(path: path, memory: memory).matrix()
}
