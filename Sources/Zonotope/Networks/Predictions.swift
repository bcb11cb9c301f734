/// Outputs of a network, for a file.
public struct Predictions: Sendable {
  /// Those of a row next to each other.
  public let outputs: [Double]
  /// Outputs of a row.
  public let width: Int
  /// The class of each row, for classifiers.
  public let classes: [String]?
  /// What each output of a row is called, where there are several.
  private let names: [String]
  /// So many rows later is what an answer is about.
  private let lag: Int

  /// - Parameter width: outputs of a row.
  public init(outputs: [Double], width: Int = 1) {
    self.outputs = outputs
    self.width = max(1, width)
    classes = nil
    names = (0..<self.width).map { "\($0)" }
    lag = 0
  }

  public init(outputs: [Double], of model: some StoredModel) {
    self.outputs = outputs
    width = model.network.outputs
    classes = model.classes(of: outputs)
    names = model.outputNames
    lag = model.trainingCard.preprocessing.lag
  }

  /// Predicts the rows of a file: `.npy` or sparse rows (``LibsvmFile/isNamed(_:)``) by its name, else CSV with a header, whose
  /// columns are found by name.
  public init(
    of model: some StoredModel, onFile path: String, memory: Int = .max
  ) throws(ZonotopeError) {
    let outputs =
      path.hasSuffix(".npy")
      ? try model.predict(model.rows(of: NPYArray(path: path, memory: memory)))
      : try model.predict(DataFile(path: path, columns: model.columns, memory: memory))
    self.init(outputs: outputs, of: model)
  }

  /// A table with the column `output`, or one a class or number, `output NAME`, where there are several; after `class`
  /// where there are classes. Answers about later rows say so: `output 1 row later`.
  public func csv() -> [UInt8] {
    let later = lag == 0 ? "" : " \(lag) row\(lag == 1 ? "" : "s") later"
    var text = Array((classes == nil ? "" : "class\(later),").utf8)
    let columns = (width == 1 ? ["output"] : names.map { "output \($0)" }).map { $0 + later }
    for (o, column) in columns.enumerated() {
      CSVTable.append(column, to: &text)
      text.append(UInt8(ascii: o + 1 < width ? "," : "\n"))
    }
    for (k, output) in outputs.enumerated() {
      if let classes, k % width == 0 {
        CSVTable.append(classes[k / width], to: &text)
        text.append(UInt8(ascii: ","))
      }
      DecimalText.append(output, to: &text)
      text.append(UInt8(ascii: (k + 1) % width == 0 ? "\n" : ","))
    }
    return text
  }

  /// Writes a file, whole or not at all: `.npy` by its name (the outputs, one dimension, or (rows, outputs) where there
  /// are several), else CSV.
  public func write(to path: String) throws(ZonotopeError) {
    let shape = width == 1 ? [outputs.count] : [outputs.count / width, width]
    try AtomicFile.write(
      path.hasSuffix(".npy") ? NPYArray.encode(shape: shape, values: outputs) : csv(), to: path)
  }
}
