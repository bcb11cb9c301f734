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
      outputs = try model.predict(Self.rows(NPYArray(path: path, memory: memory), of: model.network))
    } else {
      outputs = try model.predict(CSVTable(path: path, memory: memory))
    }
    classes = model.classes(of: outputs)
  }

  /// Rows, or patches where the network sees as many.
  private static func rows(_ array: NPYArray, of network: TwoLayerNetwork) throws(ZonotopeError) -> MatrixView
  {
    guard array.shape.count == 3 else { return try array.matrix() }
    guard array.shape[1] == network.patches.parts else {
      throw .invalid(
        place: "x",
        reason: "\(array.shape[1]) patches a sample, the network takes \(network.patches.parts)")
    }
    return try array.blockRows()
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
