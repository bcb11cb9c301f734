/// A network with its preprocessing and the card that says how it came about: what a model file of its kind holds.
public protocol StoredModel: Sendable, Equatable {
  associatedtype Network: NeuralNetwork
  var network: Network { get }
  /// How it was trained, and what was proved.
  var trainingCard: TrainingCard { get }

  /// What the card says about the network.
  var architecture: CardArchitecture { get }
  /// A hash of the training rows, where networks of this kind may have patterns that are known on these alone.
  var trainingRows: UInt64? { get }
  /// Adds its tensors to a file, their names after a prefix.
  func addTensors(to writer: inout SafetensorsWriter, prefix: String) throws(ZonotopeError)
  /// The bytes of these tensors, or somewhat more.
  func tensorBytes() throws(ZonotopeError) -> Int
  /// Takes the card and the tensors of a file, or of its section in a file of several models, and checks all of them.
  init(_ document: ModelDocument) throws(ZonotopeError)

  /// Columns of a raw row.
  var columns: Int { get }
  /// The outputs for raw rows as a table has them.
  func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double]
  /// The outputs for raw sparse rows.
  func predict(_ x: SparseMatrix) throws(ZonotopeError) -> [Double]
  /// The rows of an array as ``predict(_:)`` takes them.
  func rows(of array: NPYArray) throws(ZonotopeError) -> MatrixView
}

/// The part of a card that says which network it is, for its file and for documents.
public struct CardArchitecture: Sendable {
  let members: [JSONMember]

  init(_ members: [JSONMember]) { self.members = members }
}

extension StoredModel {
  /// The card as a JSON document, the architecture of the network first.
  public func cardText(pretty: Bool = true) -> String {
    String(decoding: JSONWriter.encode(cardValue, pretty: pretty), as: UTF8.self)
  }

  var cardValue: JSONValue { trainingCard.json(architecture: architecture) }

  /// The card as a file has it.
  var fileCard: JSONValue { trainingCard.json(architecture: architecture, trainingRows: trainingRows) }

  /// The bytes of the .safetensors file; the same model gives the same bytes.
  public func encode() throws(ZonotopeError) -> [UInt8] {
    var writer = try ModelDocument.writer(card: fileCard, tensorBytes: tensorBytes())
    try addTensors(to: &writer, prefix: "")
    return ModelDocument.encode(&writer)
  }

  /// Writes a model file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) { try AtomicFile.write(encode(), to: path) }

  /// Reads a model file and checks all of it.
  ///
  /// - Throws: ``ZonotopeError/malformedBytes(file:byte:reason:)`` at the first thing wrong,
  ///   ``ZonotopeError/inputOutput(path:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(ModelDocument(FileBytes(path: path, budget: memory)))
  }

  init(bytes: [UInt8], file: String) throws(ZonotopeError) {
    let source = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try FileBytes(bytes, name: file)
    }
    try self.init(ModelDocument(source))
  }

  public func rows(of array: NPYArray) throws(ZonotopeError) -> MatrixView { try array.matrix() }

  /// Some rows at a time with their zeros.
  public func predict(_ x: SparseMatrix) throws(ZonotopeError) -> [Double] {
    var outputs: [Double] = []
    try x.inParts { (rows, _) throws(ZonotopeError) in outputs += try predict(rows) }
    return outputs
  }

  /// The outputs for the rows of a table, whose columns are found by name where the model knows names. Other columns may
  /// be there.
  public func predict(_ table: CSVTable) throws(ZonotopeError) -> [Double] {
    try predict(table.matrix(columns: trainingCard.preprocessing.features))
  }

  /// The outputs for the rows of a file.
  public func predict(_ file: DataFile) throws(ZonotopeError) -> [Double] {
    switch file {
    case .table(let table): try predict(table)
    case .sparse(let rows): try predict(rows.x)
    }
  }

  /// What each output stands for: its class, or its number from 0.
  public var outputNames: [String] { trainingCard.outputNames(network.outputs) }

  /// What the outputs of rows say: the class of each row for a classifier, nil for a regression. With one output, 0
  /// belongs to the second class; with several, the first of the largest decides.
  public func classes(of outputs: [Double]) -> [String]? {
    trainingCard.classes(of: outputs, width: network.outputs)
  }

  /// Refuses raw rows of another width, or with numbers that are not finite.
  func check(_ x: MatrixView, columns: Int) throws(ZonotopeError) {
    guard x.columns == columns else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the model takes \(columns)")
    }
    if let (row, column) = x.firstNonFinite() {
      throw .invalid(place: "x[\(row)][\(column)]", reason: "\(x[row, column]) is not a finite number")
    }
  }
}
