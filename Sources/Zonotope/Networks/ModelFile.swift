extension Model {
  /// The bytes of the .safetensors file: the tensors `hidden.weight` (m, width), `output.weight` (c, m), `output.bias`
  /// (c); where every gate has a matrix of weights, `hidden.weight` (m, c width) and `output.weight` (1, m); where K patches
  /// have output weights of their own, `output.weight` (c K, m), and K is the width in a circular convolution; with a skip
  /// connection `skip.weight` (c, inputs of a neuron); for gated networks `gates` (m, width), and, where a gate is known on
  /// the training rows only, `masks` (m, patches of all rows) with a row of NaN in `gates`. The same model gives the same
  /// bytes.
  func encode() throws(ZonotopeError) -> [UInt8] {
    let card = JSONWriter.encode(self.card.json(trainingRows: network.trainingRows))
    try probeEncoding(card: card.count)
    var writer = ModelDocument.writer(card: card)
    try addTensors(to: &writer)
    return ModelDocument.encode(&writer)
  }

  /// Adds the tensors of the model.
  ///
  /// - Parameter prefix: of their names.
  func addTensors(to writer: inout SafetensorsWriter, prefix: String = "") throws(ZonotopeError) {
    let (m, width) = (network.neurons.count, network.width)
    let c = network.outputs, heads = network.outputWeights
    try writer.add(
      prefix + "hidden.weight", shape: [m, network.hiddenWidth], values: network.neurons.flatMap(\.weights))
    try writer.add(
      prefix + "output.weight", shape: [heads, m],
      // Without neurons nothing says that there is memory for the heads.
      values: m == 0 ? [] : (0..<heads).flatMap { o in network.neurons.map { $0.outputs[o] } })
    try writer.add(prefix + "output.bias", shape: [c], values: network.biases)
    if !network.skip.isEmpty {
      let features = network.patchFeatures
      try writer.add(
        prefix + "skip.weight", shape: [c, features],
        values: (0..<c).flatMap { o in (0..<features).map { network.skip[$0 * c + o] } })
    }
    if case .fixed(let gates) = network.gates {
      let tensors = ModelGates(gates, width: width)
      try writer.add(prefix + "gates", shape: [m, width], values: tensors.directions)
      if let masks = tensors.masks {
        try writer.add(prefix + "masks", shape: [m, m == 0 ? 0 : masks.count / m], values: masks)
      }
    }
  }

  /// Makes sure that there is memory to encode the model: its tensors, flat and as bytes, and the file made of them.
  func probeEncoding(card: Int) throws(ZonotopeError) {
    var row = 8 * (network.hiddenWidth + network.outputWeights)
    if case .fixed(let gates) = network.gates {
      row += 8 * network.width
      for case .mask(let mask) in gates { row = max(row, 16 * network.width + 8 + mask.count) }
    }
    let tensors = try product(network.neurons.count, row, place: "model") + 8 * network.skip.count
    try Allocation.probe(bytes: product(5, tensors, place: "model") + 8 * card)
  }

  /// Writes a model file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) {
    try AtomicFile.write(encode(), to: path)
  }

  /// Reads a model file and checks all of it.
  ///
  /// - Throws: ``ZonotopeError/malformedBytes(file:byte:reason:)`` at the first thing wrong,
  ///   ``ZonotopeError/inputOutput(path:reason:)``, ``ZonotopeError/memoryBudget(purpose:needed:budget:)``.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(FileBytes(path: path, budget: memory))
  }

  init(bytes: [UInt8], file: String) throws(ZonotopeError) {
    let source = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try FileBytes(bytes, name: file)
    }
    try self.init(source)
  }

  private init(_ source: FileBytes) throws(ZonotopeError) { try self.init(ModelDocument(source)) }

  init(_ document: ModelDocument) throws(ZonotopeError) {
    let file = document.file, cardPlace = document.cardPlace
    func error(_ byte: Int, _ reason: String) -> ZonotopeError { document.error(byte, reason) }
    let card: ModelCard, trainingRows: UInt64
    do {
      (card, trainingRows) = try ModelCard.read(document.card)
    } catch {
      throw document.error(cardPlace, "the card: \(error)")
    }
    network = try ModelTensors(file, name: document.name).network(of: card, trainingRows: trainingRows)
    self.card = card
    let columns = card.preprocessing.standardization?.means.count ?? card.preprocessing.features?.count
    if let columns, columns != network.features {
      throw error(cardPlace, "the card: \(columns) columns, the network has \(network.features) features")
    }
    let outputs = network.outputs
    if let classes = card.preprocessing.classes, classes.count != max(2, outputs) {
      throw error(cardPlace, "the card: \(classes.count) classes for \(outputs) outputs")
    }
    if card.loss.kind == "softmax", outputs == 1 {
      throw error(cardPlace, "the card: a softmax loss, the network has one output")
    }
  }
}

/// The checksum of a file that contains its own checksum, which counts as zeros: FNV-1a of 64 bits.
///
/// Each step is a bijection of the state for a given byte, so a change of any single byte is always seen; others
/// escape with probability 2^-64.
enum FileChecksum {
  static func of(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBufferPointer { of($0, skipping: 0..<0) }
  }

  /// - Parameters:
  ///   - key: the name of the checksum in the header.
  ///   - place: where the name's opening quote is; 16 digits follow the name in quotes.
  static func of(
    _ bytes: UnsafeBufferPointer<UInt8>, blanking key: String, namedAt place: Int
  ) -> UInt64 {
    // "key":"0123456789abcdef"
    let start = place + key.utf8.count + 4
    return of(bytes, skipping: start..<min(bytes.count, start + 16))
  }

  private static func of(_ bytes: UnsafeBufferPointer<UInt8>, skipping range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for k in 0..<bytes.count {
      let byte = range.contains(k) ? UInt8(ascii: "0") : bytes[k]
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    return hash
  }
}

extension Model {
  /// Whether a .safetensors file has the card of this library, and is not another's.
  public static func isModel(path: String) throws(ZonotopeError) -> Bool {
    try SafetensorsFile(path: path).metadata[ModelDocument.cardKey] != nil
  }
}
