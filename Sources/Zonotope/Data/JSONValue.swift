/// A JSON document in memory.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  /// An array of nothing but numbers, the empty array included.
  case numbers([Double])
  /// Any other array.
  case array([JSONValue])
  /// Members in the order of the document; no name occurs twice.
  case object([JSONMember])

  /// The member of an object with the given name, if this is an object and has one.
  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.equalsInBytes(name) }?.value
  }

  /// A whole number that a double holds without doubt, below 2^53 in size.
  var integer: Int? {
    guard case .number(let value) = self, abs(value) < 0x1p53, value.rounded() == value else { return nil }
    return Int(value)
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a text"
    case .numbers, .array: "a list"
    case .object: "an object"
    }
  }
}

/// A name and its value. `byte` is where the name starts in the document, 0 in one that was never text.
struct JSONMember: Sendable, Equatable {
  let name: String
  let value: JSONValue
  let byte: Int

  init(_ name: String, _ value: JSONValue, byte: Int = 0) {
    self.name = name
    self.value = value
    self.byte = byte
  }

  static func == (a: JSONMember, b: JSONMember) -> Bool {
    a.name.equalsInBytes(b.name) && a.value == b.value
  }
}

/// What is wrong with a document, and at which byte, from 0.
struct JSONFault: Error, Equatable {
  let byte: Int
  let reason: String

  /// The fault as the error of a text file.
  func text(file: String, in bytes: UnsafeBufferPointer<UInt8>) -> ZonotopeError {
    let place = TextChecks.position(of: byte, in: bytes)
    return .malformedText(file: file, line: place.line, column: place.column, reason: reason)
  }

  /// The fault as the error of a binary file in which the document starts at `offset`.
  func bytes(file: String, offset: Int) -> ZonotopeError {
    .malformedBytes(file: file, byte: offset + byte, reason: reason)
  }
}
