/// Takes the keys of a JSON object one by one and refuses what is left: a key is understood or an error, never
/// ignored.
struct JSONObjectReader {
  /// The path of the object, as in `model.patterns`; empty for the document.
  let place: String
  private var members: [JSONMember]

  init(_ value: JSONValue, place: String) throws(ZonotopeError) {
    guard case .object(let members) = value else {
      throw .invalid(place: place.isEmpty ? "document" : place, reason: "\(value.kind), not an object")
    }
    self.members = members
    self.place = place
  }

  func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  mutating func take(_ key: String) -> JSONValue? {
    guard let index = members.firstIndex(where: { $0.name == key }) else { return nil }
    return members.remove(at: index).value
  }

  mutating func require(_ key: String) throws(ZonotopeError) -> JSONValue {
    guard let value = take(key) else { throw .invalid(place: path(key), reason: "is missing") }
    return value
  }

  mutating func object(_ key: String) throws(ZonotopeError) -> JSONObjectReader? {
    guard let value = take(key) else { return nil }
    return try JSONObjectReader(value, place: path(key))
  }

  mutating func text(_ key: String) throws(ZonotopeError) -> String? {
    guard let value = take(key) else { return nil }
    guard case .string(let text) = value else {
      throw .invalid(place: path(key), reason: "\(value.kind), not a text")
    }
    return text
  }

  mutating func number(_ key: String) throws(ZonotopeError) -> Double? {
    guard let value = take(key) else { return nil }
    guard case .number(let number) = value else {
      throw .invalid(place: path(key), reason: "\(value.kind), not a number")
    }
    return number
  }

  mutating func count(_ key: String) throws(ZonotopeError) -> Int? {
    guard let value = take(key) else { return nil }
    guard case .number = value, let count = value.integer, count >= 0 else {
      throw .invalid(place: path(key), reason: "not a whole number of at least 0")
    }
    return count
  }

  mutating func flag(_ key: String) throws(ZonotopeError) -> Bool? {
    guard let value = take(key) else { return nil }
    guard case .bool(let flag) = value else {
      throw .invalid(place: path(key), reason: "\(value.kind), not true or false")
    }
    return flag
  }

  /// Accepts an option of the format only at its default, which is all this version supports.
  mutating func acceptDefault(_ key: String, _ value: JSONValue) throws(ZonotopeError) {
    guard let given = take(key), given != value else { return }
    let only = String(decoding: JSONWriter.encode(value), as: UTF8.self)
    throw .unsupported(key: path(key), reason: "this version supports \(only) alone")
  }

  /// Refuses the keys that nobody took.
  func finish() throws(ZonotopeError) { try expect([]) }

  /// Refuses the keys that are still there and none of these: a mistyped key is a better message than a missing one.
  func expect(_ keys: [String]) throws(ZonotopeError) {
    guard let first = members.first(where: { !keys.contains($0.name) }) else { return }
    throw .unsupported(key: path(first.name), reason: "is not a key that this version knows")
  }
}
