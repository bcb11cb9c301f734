#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which model of a path.
public enum PathChoice: Sendable, Equatable {
  /// From 0, the largest beta.
  case index(Int)
  /// The nearest beta, or the nearest ratio beta / betaMax, at most 5 % away.
  case beta(Double)
  case ratio(Double)
  /// Of least validation loss.
  case best
  /// By ``ValidationCurve/oneStandardError``.
  case oneStandardError
}

/// The models of a path with their validation: what one file holds.
public struct PathModels: Sendable, Equatable {
  /// From large betas to small ones, as many as there were.
  public let models: [TrainedModel]
  /// Of the models' betas; nil without cross-validation.
  public let validation: ValidationCurve?

  static let format = "zonotope-path"

  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` for no model, betas that rise (all are 0 where betaMax is), or a validation of others.
  public init(models: [TrainedModel], validation: ValidationCurve?) throws(ZonotopeError) {
    guard !models.isEmpty else { throw .invalid(place: "models", reason: "there is none") }
    for k in models.indices.dropFirst() where !(models[k].card.beta <= models[k - 1].card.beta) {
      throw .invalid(
        place: "models[\(k)].beta", reason: "\(models[k].card.beta) is above that of the model before")
    }
    if let validation, validation.points.count != models.count {
      throw .invalid(
        place: "validation.points", reason: "\(validation.points.count) points for \(models.count) models")
    }
    (self.models, self.validation) = (models, validation)
  }

  public var betas: [Double] { models.map(\.card.beta) }
  /// beta / betaMax; 0 where betaMax is.
  public var ratios: [Double] {
    models.map { $0.card.betaMax > 0 ? $0.card.beta / $0.card.betaMax : 0 }
  }

  /// The place of a model.
  ///
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` where there is none.
  public func index(of choice: PathChoice) throws(ZonotopeError) -> Int {
    switch choice {
    case .index(let index):
      guard models.indices.contains(index) else {
        throw .invalid(
          place: "index", reason: "\(index) is not a model of the path, which has 0 to \(models.count - 1)")
      }
      return index
    case .beta(let beta): return try nearest(beta, of: betas, place: "beta")
    case .ratio(let ratio): return try nearest(ratio, of: ratios, place: "betaRatio")
    case .best, .oneStandardError:
      guard let index = choice == .best ? validation?.best : validation?.oneStandardError else {
        throw .invalid(
          place: "path",
          reason:
            "no beta was chosen, as there is no complete cross-validation: give the index of one of its "
            + "\(models.count) models, 0 to \(models.count - 1), or a beta")
      }
      return index
    }
  }

  private func nearest(_ value: Double, of values: [Double], place: String) throws(ZonotopeError) -> Int {
    let distances = values.map { value > 0 && $0 > 0 ? abs(log($0 / value)) : $0 == value ? 0 : .infinity }
    guard let index = distances.indices.min(by: { distances[$0] < distances[$1] }),
      distances[index] <= log(1.05)
    else {
      throw .invalid(
        place: place,
        reason: "no model of the path has \(value), or less than 5 % beside it; they go from \(values[0]) to "
          + "\(values[values.count - 1])")
    }
    return index
  }

  // MARK: File

  /// The bytes of the .safetensors file: the tensors of every model as in a file of its own, `K.` before their names, K
  /// being its index, and in the card the cards of all.
  func encode() throws(ZonotopeError) -> [UInt8] {
    var bytes = 0
    for model in models { bytes += try model.content.tensorBytes() }
    var writer = try ModelDocument.writer(card: document, tensorBytes: bytes)
    for (k, model) in models.enumerated() {
      try model.content.addTensors(to: &writer, prefix: "\(k).")
    }
    return ModelDocument.encode(&writer)
  }

  private var document: JSONValue {
    .object([
      JSONMember("format", .string(Self.format)), JSONMember("version", .number(1)),
      JSONMember("library", .string(libraryVersion)), JSONMember("validation", validation?.json ?? .null),
      JSONMember("models", .array(models.map(\.content.fileCard))),
    ])
  }

  /// The cards and the validation as a JSON document.
  public func json(pretty: Bool = true) -> String {
    String(decoding: JSONWriter.encode(document, pretty: pretty), as: UTF8.self)
  }

  /// Writes the file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) { try AtomicFile.write(encode(), to: path) }

  /// Whether a .safetensors file holds a path.
  public static func isPath(_ path: String, memory: Int = .max) throws(ZonotopeError) -> Bool {
    try ModelDocument(FileBytes(path: path, budget: memory)).format == format
  }

  /// Reads a file and checks all of it.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(ModelDocument(FileBytes(path: path, budget: memory)))
  }

  init(_ document: ModelDocument) throws(ZonotopeError) {
    let read: (cards: [JSONValue], validation: ValidationCurve?)
    do {
      read = try Self.read(document.card)
    } catch {
      throw document.error(document.cardPlace, "the card: \(error)")
    }
    for tensor in document.file.tensors {
      let number = tensor.name.prefix { $0 != "." }
      guard let k = Int(number), "\(k)" == number, read.cards.indices.contains(k) else {
        throw document.error(tensor.place, "the tensor '\(tensor.name)' belongs to no model of the path")
      }
    }
    var models: [TrainedModel] = []
    for (k, card) in read.cards.enumerated() {
      models.append(try TrainedModel(document.section("\(k).", card: card)))
    }
    do {
      try self.init(models: models, validation: read.validation)
    } catch {
      throw document.error(document.cardPlace, "the card: \(error)")
    }
  }

  private static func read(
    _ card: JSONValue
  ) throws(ZonotopeError) -> (cards: [JSONValue], validation: ValidationCurve?) {
    var reader = try JSONObjectReader(card, place: "")
    guard try reader.text("format") == format else {
      throw .invalid(place: "format", reason: "is not \"\(format)\"")
    }
    guard try reader.number("version") == 1 else {
      throw .unsupported(key: "version", reason: "this version reads version 1")
    }
    _ = try reader.requireText("library")
    let validation = try reader.optional("validation") { (value, place) throws(ZonotopeError) in
      try ValidationCurve(JSONObjectReader(value, place: place))
    }
    guard case .array(let cards) = try reader.require("models") else {
      throw .invalid(place: "models", reason: "not a list of cards")
    }
    try reader.finish()
    return (cards, validation)
  }
}
