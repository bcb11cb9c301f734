/// The data of a problem: lists in the document, or files beside it.
struct ProblemData {
  let x: MatrixView
  /// The rows in place of `x`, which has no columns then, where the file has sparse ones and the model takes them.
  private(set) var sparse: SparseMatrix?
  /// The targets, (n, c).
  let y: MatrixView
  /// Patches of a row of `x`, next to each other; where tokens have targets of their own, rows that are one sample.
  let patches: Int

  /// - Parameters:
  ///   - folder: where relative paths start; nil refuses them.
  ///   - patches: whether `x` has three dimensions, patches for every sample.
  ///   - tokenTargets: whether `y` has too, rows for the patches of every sample; the rows of `x` and `y` are then patches.
  ///   - labels: whether the loss wants -1 and +1, which the two classes of a text column become.
  ///   - takesSparse: whether the model takes sparse rows as they are.
  init(
    _ reader: inout JSONObjectReader, folder: String?, patches: Bool, tokenTargets: Bool = false,
    labels: Bool, takesSparse: Bool = false, memory: Int
  ) throws(ZonotopeError) {
    let x = try reader.require("x"), y = try reader.require("y")
    let (placeX, placeY) = (reader.path("x"), reader.path("y"))
    let inputs: MatrixView
    switch x {
    case .object:
      let file = try Self.file(x, placeX, folder: folder, memory: memory)
      if takesSparse, case .sparse(let rows, _) = file {
        sparse = rows.x
        inputs = try MatrixView([], rows: rows.x.rows, columns: 0)
        self.patches = 1
      } else {
        (inputs, self.patches) = patches ? try file.patches() : (try file.features(memory: memory), 1)
      }
    default:
      (inputs, self.patches) = patches ? try Self.patches(x, placeX) : (try Self.rows(x, placeX), 1)
    }
    if tokenTargets {
      let (targets, tokens) =
        if case .object = y {
          try Self.file(y, placeY, folder: folder, memory: memory).patches()
        } else {
          try Self.patches(y, placeY)
        }
      guard tokens == self.patches || targets.rows != inputs.rows else {
        throw .invalid(place: placeY, reason: "\(tokens) rows a sample for \(self.patches) tokens")
      }
      self.x = try inputs.cut(into: self.patches)
      self.y = targets.rows == inputs.rows ? try targets.cut(into: tokens) : targets
      try check(placeX, placeY, patches: patches)
      return
    }
    self.x = inputs
    switch y {
    case .object:
      self.y = try Self.file(y, placeY, folder: folder, memory: memory).targets(labels: labels)
    default:
      self.y = try Self.targets(y, placeY)
    }
    try check(placeX, placeY, patches: patches)
  }

  private func check(_ placeX: String, _ placeY: String, patches: Bool) throws(ZonotopeError) {
    let columns = sparse?.columns ?? self.x.columns
    guard self.x.rows > 0, columns > 0 else {
      throw .invalid(place: placeX, reason: "there is no data, \(self.x.rows) rows of \(columns)")
    }
    if let (row, column) = self.x.firstNonFinite() {
      let length = max(1, self.x.columns / self.patches)
      let place = patches ? "[\(column / length)][\(column % length)]" : "[\(column)]"
      throw .invalid(place: "\(placeX)[\(row)]\(place)", reason: "is not a finite number")
    }
    guard self.y.rows == self.x.rows else {
      throw .invalid(place: placeY, reason: "\(self.y.rows) targets for \(self.x.rows) rows")
    }
  }

  /// A list of rows of equal length.
  static func rows(_ value: JSONValue, _ place: String) throws(ZonotopeError) -> MatrixView {
    guard case .array(let list) = value else {
      if case .numbers(let numbers) = value, numbers.isEmpty {
        return try MatrixView([], rows: 0, columns: 0)
      }
      throw .invalid(place: place, reason: "\(value.kind), not a list of rows")
    }
    var values: [Double] = [], columns = 0
    for (k, row) in list.enumerated() {
      guard case .numbers(let numbers) = row else {
        throw .invalid(place: "\(place)[\(k)]", reason: "\(row.kind), not a row of numbers")
      }
      if k == 0 { columns = numbers.count }
      guard numbers.count == columns else {
        throw .invalid(
          place: "\(place)[\(k)]", reason: "\(numbers.count) numbers, the first row has \(columns)")
      }
      values += numbers
    }
    return try MatrixView(values, rows: list.count, columns: columns)
  }

  /// A list of samples, each a list of as many patches of equal length: (samples, patches * length).
  private static func patches(
    _ value: JSONValue, _ place: String
  ) throws(ZonotopeError) -> (x: MatrixView, count: Int) {
    guard case .array(let list) = value else {
      if case .numbers(let numbers) = value, numbers.isEmpty {
        throw .invalid(place: place, reason: "there is no data")
      }
      throw .invalid(place: place, reason: "\(value.kind), not a list of samples of patches")
    }
    var values: [Double] = [], first: (patches: Int, length: Int)?
    for (k, sample) in list.enumerated() {
      if case .numbers = sample {
        throw .invalid(place: "\(place)[\(k)]", reason: "a row of numbers, this model takes patches")
      }
      let part = try rows(sample, "\(place)[\(k)]")
      let (patches, length) = first ?? (part.rows, part.columns)
      guard part.rows == patches, part.columns == length else {
        throw .invalid(
          place: "\(place)[\(k)]",
          reason: "\(part.rows) patches of \(part.columns), the first sample has \(patches) of \(length)")
      }
      first = (patches, length)
      values += part.entries()
    }
    let (patches, length) = first ?? (0, 0)
    return (try MatrixView(values, rows: list.count, columns: patches * length), max(1, patches))
  }

  /// A list of numbers, one output, or of rows.
  private static func targets(_ value: JSONValue, _ place: String) throws(ZonotopeError) -> MatrixView {
    if case .numbers(let numbers) = value { return try MatrixView(numbers, rows: numbers.count, columns: 1) }
    guard case .array(let rows) = value, case .numbers? = rows.first else {
      throw .invalid(place: place, reason: "\(value.kind), not a list of numbers")
    }
    return try Self.rows(value, place)
  }

  // MARK: Files

  private enum File {
    case array(NPYArray, place: String)
    case table(CSVTable, columns: [String]?, place: String)
    case sparse(LibsvmFile, place: String)

    func features(memory: Int) throws(ZonotopeError) -> MatrixView {
      switch self {
      case .array(let array, let place):
        guard array.shape.count < 3 else {
          throw .invalid(place: place, reason: "\(array.shape.count) dimensions, this model takes 2")
        }
        return try array.matrix()
      case .table(let table, let columns, _): return try table.matrix(columns: columns)
      case .sparse(let file, let place): return try file.x.filled(copies: 1, memory: memory, place: place)
      }
    }

    /// Patches of every sample, next to each other, and their number.
    func patches() throws(ZonotopeError) -> (x: MatrixView, count: Int) {
      guard case .array(let array, let place) = self else {
        let place =
          switch self {
          case .array(_, let place), .table(_, _, let place), .sparse(_, let place): place
          }
        throw .invalid(place: place, reason: "a table has two dimensions, this model takes 3")
      }
      guard array.shape.count == 3 else {
        throw .invalid(place: place, reason: "\(array.shape.count) dimensions, this model takes 3")
      }
      return (try array.blockRows(), max(1, array.shape[1]))
    }

    func targets(labels: Bool) throws(ZonotopeError) -> MatrixView {
      switch self {
      case .array(let array, let place):
        let matrix = try array.matrix()
        guard array.shape.count < 3 else {
          throw .invalid(place: place, reason: "\(array.shape.count) dimensions, this model takes 2")
        }
        guard matrix.rows == 1, matrix.columns > 1 else { return matrix }
        // A row of targets is as good as a column.
        return try MatrixView(matrix.entries(), rows: matrix.columns, columns: 1)
      case .sparse(let file, _): return try MatrixView(file.y, rows: file.y.count, columns: 1)
      case .table(let table, let columns, let place):
        let names = columns ?? table.columns
        guard names.count == 1, let name = names.first else { return try table.matrix(columns: names) }
        guard try table.isText(column: name) else { return try table.matrix(columns: names) }
        let (classes, indices) = try table.labels(column: name)
        if labels, classes.count != 2 {
          throw .invalid(place: place, reason: "column '\(name)' has \(classes.count) classes, not 2")
        }
        return try MatrixView(
          indices.map { labels ? ($0 == 0 ? -1 : 1) : Double($0) }, rows: indices.count, columns: 1)
      }
    }
  }

  private static func file(
    _ value: JSONValue, _ place: String, folder: String?, memory: Int
  ) throws(ZonotopeError) -> File {
    var reader = try JSONObjectReader(value, place: place)
    if let name = try reader.text("npy") {
      try reader.finish()
      return .array(
        try NPYArray(path: try resolve(name, "\(place).npy", folder), memory: memory), place: place)
    }
    if let name = try reader.text("libsvm") {
      let columns = try reader.count("columns")
      try reader.finish()
      let file = try LibsvmFile(
        path: try resolve(name, "\(place).libsvm", folder), columns: columns, memory: memory)
      return .sparse(file, place: place)
    }
    guard let name = try reader.text("csv") else {
      try reader.finish()
      throw .invalid(place: place, reason: "names neither a csv, an npy nor a libsvm file")
    }
    var columns: [String]?
    if let list = reader.take("columns") {
      columns = []
      guard case .array(let names) = list else {
        throw .invalid(place: "\(place).columns", reason: "not a list of column names")
      }
      for (k, name) in names.enumerated() {
        guard case .string(let text) = name else {
          throw .invalid(place: "\(place).columns[\(k)]", reason: "\(name.kind), not a text")
        }
        columns?.append(text)
      }
    }
    try reader.finish()
    let table = try CSVTable(path: try resolve(name, "\(place).csv", folder), memory: memory)
    return .table(table, columns: columns, place: place)
  }

  private static func resolve(
    _ name: String, _ place: String, _ folder: String?
  ) throws(ZonotopeError) -> String {
    if name.hasPrefix("/") { return name }
    guard let folder else {
      throw .invalid(place: place, reason: "a relative path in a problem that does not come from a file")
    }
    return folder + "/" + name
  }
}
