/// A model file as its tensors and its card, whose checksum is right; networks of every kind are read from it.
public struct ModelDocument {
  /// Keys under `__metadata__`.
  static let cardKey = "zonotope"
  static let checksumKey = "zonotope.checksum"

  let file: SafetensorsFile
  let name: String
  let card: JSONValue
  /// Where the card is in the file.
  let cardPlace: Int

  init(_ source: FileBytes) throws(ZonotopeError) {
    let file = try SafetensorsFile(source)
    func error(_ byte: Int, _ reason: String) -> ZonotopeError {
      .malformedBytes(file: source.name, byte: byte, reason: reason)
    }
    guard let text = file.metadata[Self.cardKey], let cardPlace = file.metadataPlaces[Self.cardKey] else {
      throw error(8, "no card of a zonotope model in the metadata")
    }
    guard let stored = file.metadata[Self.checksumKey], let place = file.metadataPlaces[Self.checksumKey]
    else { throw error(8, "no checksum in the metadata") }
    if let key = file.metadata.keys.first(where: { $0 != Self.cardKey && $0 != Self.checksumKey }) {
      throw error(file.metadataPlaces[key] ?? 8, "the metadata '\(key)' are not known")
    }
    let computed = source.withBytes { FileChecksum.of($0, blanking: Self.checksumKey, namedAt: place) }
    guard stored == hexadecimal(computed) else {
      throw error(place, "the checksum is not that of the file, which has been damaged")
    }
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try JSONScanner.checkMemory(bytes, name: source.name)
    }
    do throws(JSONFault) {
      card = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONFault) in try JSONScanner.scan(bytes) }
    } catch {
      throw .malformedBytes(
        file: source.name, byte: cardPlace, reason: "the card, at its byte \(error.byte): \(error.reason)")
    }
    (self.file, self.cardPlace, name) = (file, cardPlace, source.name)
  }

  private init(file: SafetensorsFile, name: String, card: JSONValue, cardPlace: Int) {
    (self.file, self.name, self.card, self.cardPlace) = (file, name, card, cardPlace)
  }

  /// A model among several of a file.
  func section(_ prefix: String, card: JSONValue) -> ModelDocument {
    ModelDocument(file: file.section(prefix), name: name, card: card, cardPlace: cardPlace)
  }

  /// What it says it is.
  var format: String? {
    guard case .object(let members) = card else { return nil }
    return members.first { $0.name == "format" }?.value.text
  }

  /// Of its network, as in `two-layer`; nil where the card does not say.
  var kind: String? {
    guard case .object(let members) = card,
      case .object(let architecture)? = members.first(where: { $0.name == "architecture" })?.value
    else { return nil }
    return architecture.first { $0.name == "kind" }?.value.text
  }

  /// Runs what reads the card: its errors name their place in it, here also the file.
  func reading<Result>(
    _ body: (JSONValue) throws(ZonotopeError) -> Result
  ) throws(ZonotopeError) -> Result {
    do {
      return try body(card)
    } catch {
      throw self.error(cardPlace, "the card: \(error)")
    }
  }

  func error(_ byte: Int, _ reason: String) -> ZonotopeError {
    .malformedBytes(file: name, byte: byte, reason: reason)
  }

  /// A file with a card, to which tensors are added.
  ///
  /// - Parameter tensorBytes: of these, for which there has to be memory: flat, as bytes, and in the file made of them.
  static func writer(card: JSONValue, tensorBytes: Int) throws(ZonotopeError) -> SafetensorsWriter {
    let text = JSONWriter.encode(card)
    try Allocation.probe(bytes: product(5, tensorBytes, place: "model") + 8 * text.count)
    return writer(card: text)
  }

  static func writer(card: [UInt8]) -> SafetensorsWriter {
    SafetensorsWriter(metadata: [
      cardKey: String(decoding: card, as: UTF8.self), checksumKey: String(repeating: "0", count: 16),
    ])
  }

  /// The bytes with the checksum.
  static func encode(_ writer: inout SafetensorsWriter) -> [UInt8] {
    writer.metadata[checksumKey] = hexadecimal(FileChecksum.of(writer.encode()))
    return writer.encode()
  }

  /// The members that every card begins with.
  static func header(library: String, architecture: [JSONMember]) -> [JSONMember] {
    [
      JSONMember("format", .string("zonotope-model")),
      JSONMember("version", .number(1)),
      JSONMember("library", .string(library)),
      JSONMember("architecture", .object(architecture)),
    ]
  }

  /// Reads them but for the architecture: the version of the library that wrote the card.
  static func readHeader(_ reader: inout JSONObjectReader) throws(ZonotopeError) -> String {
    guard try reader.text("format") == "zonotope-model" else {
      throw .invalid(place: "format", reason: "is not \"zonotope-model\"")
    }
    guard try reader.number("version") == 1 else {
      throw .unsupported(key: "version", reason: "this version reads version 1")
    }
    return try reader.requireText("library")
  }
}
