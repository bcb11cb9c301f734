/// Outputs of a network, for a file.
public struct Predictions: Sendable {
  public let outputs: [Double]
  /// The class of each row, for classifiers.
  public let classes: [String]?

  public init(outputs: [Double], classes: [String]? = nil) {
    self.outputs = outputs
    self.classes = classes
  }

  /// Predicts the rows of a file: `.npy` by its name, else CSV with a header, whose columns are found by name.
  public init(
    of model: Model, onFile path: String, memory: Int = .max
  ) throws(ZonotopeError) {
    if path.hasSuffix(".npy") {
      outputs = try model.predict(NPYArray(path: path, memory: memory).matrix())
    } else {
      outputs = try model.predict(CSVTable(path: path, memory: memory))
    }
    classes = model.classes(of: outputs)
  }

  /// A table with the column `output`, after `class` where there are classes.
  public func csv() -> [UInt8] {
    var text = Array((classes == nil ? "output\n" : "class,output\n").utf8)
    for (k, output) in outputs.enumerated() {
      if let classes {
        CSVTable.append(classes[k], to: &text)
        text.append(UInt8(ascii: ","))
      }
      DecimalText.append(output, to: &text)
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// Writes a file, whole or not at all: `.npy` by its name (the outputs, one dimension), else CSV.
  public func write(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(
      path.hasSuffix(".npy") ? NPYArray.encode(shape: [outputs.count], values: outputs) : csv(), to: path)
  }
}
