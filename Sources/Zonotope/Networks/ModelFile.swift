extension Model {
  /// The tensors `hidden.weight` (m, width), `output.weight` (c, m), `output.bias`
  /// (c); where every gate has a matrix of weights, `hidden.weight` (m, c width) and `output.weight` (1, m); where K patches
  /// have output weights of their own, `output.weight` (c K, m), and K is the width in a circular convolution; with a skip
  /// connection `skip.weight` (c, inputs of a neuron); for gated networks `gates` (m, width), and, where a gate is known on
  /// the training rows only, `masks` (m, patches of all rows) with a row of NaN in `gates`.
  public func addTensors(to writer: inout SafetensorsWriter, prefix: String) throws(ZonotopeError) {
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

  public func tensorBytes() throws(ZonotopeError) -> Int {
    var row = 8 * (network.hiddenWidth + network.outputWeights)
    if case .fixed(let gates) = network.gates {
      row += 8 * network.width
      for case .mask(let mask) in gates { row = max(row, 16 * network.width + 8 + mask.count) }
    }
    return try product(network.neurons.count, row, place: "model") + 8 * network.skip.count
  }

  public init(_ document: ModelDocument) throws(ZonotopeError) {
    let (card, trainingRows) = try document.reading { (value) throws(ZonotopeError) in
      try ModelCard.read(value)
    }
    var tensors = ModelTensors(document)
    network = try tensors.network(of: card, trainingRows: trainingRows)
    self.card = card
    try document.reading { [network] (_) throws(ZonotopeError) in
      try card.training.check(columns: network.features, outputs: network.outputs)
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
