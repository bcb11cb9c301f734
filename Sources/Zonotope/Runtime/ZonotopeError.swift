/// Misuse: something that was handed in cannot be worked with. Thrown before any work is done.
///
/// What the mathematics says (optimal, stalled, a limit reached, cancelled) is never an error; it is a
/// ``Status`` in the result.
public enum ZonotopeError: Error, Sendable, Equatable {
  /// An argument or an entry of one has a value that is not allowed. `place` names it, as in `x[3][2]`,
  /// `model.patterns.gates[1]` or `beta`.
  case invalid(place: String, reason: String)
  /// A key or option that this version does not know. `key` is its path.
  case unsupported(key: String, reason: String)
  /// A text file cannot be read. `line` and `column` count from 1.
  case malformedText(file: String, line: Int, column: Int, reason: String)
  /// A binary file cannot be read. `byte` is the offset, from 0, of what is wrong.
  case malformedBytes(file: String, byte: Int, reason: String)
  /// The work would take more memory than the budget allows. Sizes in bytes.
  case memoryBudget(purpose: String, needed: Int, budget: Int)
  /// A product of sizes does not fit the machine's integers.
  case sizeOverflow(place: String)
  /// The system refused memory within the budget. Size in bytes.
  case outOfMemory(bytes: Int)
  /// The operating system refused to read or write.
  case inputOutput(path: String, reason: String)
}

extension ZonotopeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalid(let place, let reason): "\(place): \(reason)"
    case .unsupported(let key, let reason): "\(key): \(reason)"
    case .malformedText(let file, let line, let column, let reason):
      "\(file):\(line):\(column): \(reason)"
    case .malformedBytes(let file, let byte, let reason): "\(file): byte \(byte): \(reason)"
    case .memoryBudget(let purpose, let needed, let budget):
      "\(purpose) needs \(megabytes(needed)) of memory, the budget is \(megabytes(budget))"
    case .sizeOverflow(let place): "\(place): the sizes multiply to more than this machine can address"
    case .outOfMemory(let bytes): "the system has no \(megabytes(bytes)) of memory left"
    case .inputOutput(let path, let reason): "\(path): \(reason)"
    }
  }
}

private func megabytes(_ bytes: Int) -> String {
  // Saturated sizes arrive here too, so nothing may be added before the division.
  bytes < 10_000_000
    ? "\((bytes + 999) / 1000) kB" : "\(bytes / 1_000_000 + (bytes % 1_000_000 == 0 ? 0 : 1)) MB"
}
