/// Takes the tensors of a model file one by one and refuses what is wrong or left over.
struct ModelTensors {
  private let document: ModelDocument
  private var file: SafetensorsFile { document.file }
  /// The names of those that were taken.
  private var known: [String] = []

  init(_ document: ModelDocument) { self.document = document }

  func has(_ key: String) -> Bool { file.tensor(key) != nil }

  mutating func require(
    _ key: String, _ type: SafetensorsFile.ElementType, dimensions: Int
  ) throws(ZonotopeError) -> SafetensorsFile.Tensor {
    known.append(key)
    guard let tensor = file.tensor(key) else { throw error(8, "the tensor '\(key)' is missing") }
    guard tensor.type == type else {
      throw error(tensor.place, "'\(key)' is \(tensor.type.rawValue), not \(type.rawValue)")
    }
    guard tensor.shape.count == dimensions else {
      throw error(tensor.place, "'\(key)' has \(tensor.shape.count) dimensions, not \(dimensions)")
    }
    return tensor
  }

  mutating func require(
    _ key: String, _ type: SafetensorsFile.ElementType, shape: [Int]
  ) throws(ZonotopeError) -> SafetensorsFile.Tensor {
    let tensor = try require(key, type, dimensions: shape.count)
    guard tensor.shape == shape else {
      throw error(tensor.place, "'\(key)' has the shape \(tensor.shape), not \(shape)")
    }
    return tensor
  }

  /// The elements, finite or not.
  func values(_ tensor: SafetensorsFile.Tensor) throws(ZonotopeError) -> Vector {
    try file.values(of: tensor)
  }

  func finite(_ tensor: SafetensorsFile.Tensor) throws(ZonotopeError) -> Vector {
    let values = try file.values(of: tensor)
    if let k = values.elements.firstIndex(where: { !$0.isFinite }) {
      throw error(
        tensor.bytes.lowerBound + tensor.type.width * k,
        "\(values[k]) in '\(tensor.name)' is not a finite number")
    }
    return values
  }

  /// The elements as numbers from 0 to below `limit`.
  func indices(_ tensor: SafetensorsFile.Tensor, below limit: Int) throws(ZonotopeError) -> [Int] {
    let values = try file.values(of: tensor)
    try Allocation.probe(bytes: 8 * values.count)
    if let k = values.elements.firstIndex(where: { !($0 >= 0 && $0 < Double(limit)) }) {
      throw error(
        tensor.bytes.lowerBound + tensor.type.width * k,
        "\(values[k]) in '\(tensor.name)' is not from 0 to below \(limit)")
    }
    return values.elements.map { Int($0) }
  }

  /// Refuses the tensors that nobody took.
  func finish() throws(ZonotopeError) {
    for tensor in file.tensors where !known.contains(where: { tensor.name.equalsInBytes($0) }) {
      throw error(tensor.place, "the tensor '\(tensor.name)' does not belong to this model")
    }
  }

  /// Makes sure that there is memory for arrays of the standard library, one a row, with their headers.
  func probe(_ rows: Int, _ columns: Int) throws(ZonotopeError) {
    let row = try product(8, columns, place: "\(document.name): numbers of a row")
    let (size, overflow) = row.addingReportingOverflow(128)
    guard !overflow else { throw .sizeOverflow(place: "\(document.name): numbers of a row") }
    try Allocation.probe(bytes: product(rows, size, place: "\(document.name): rows"))
  }

  func error(_ byte: Int, _ reason: String) -> ZonotopeError { document.error(byte, reason) }
}
