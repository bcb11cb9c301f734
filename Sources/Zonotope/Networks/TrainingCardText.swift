extension TrainingCard {
  /// The card as the JSON text of a model file, the architecture first, with a hash of the training rows where the
  /// network has masks on them.
  func json(architecture: CardArchitecture, trainingRows: UInt64? = nil) -> JSONValue {
    .object(
      ModelDocument.header(library: library, architecture: architecture.members) + [
        JSONMember("loss", loss.json),
        JSONMember("beta", .number(beta)),
        JSONMember("betaMax", .number(betaMax)),
        JSONMember("preprocessing", preprocessing.json),
        JSONMember("certificate", proof.json),
        JSONMember("patterns", patterns.json),
        JSONMember("solver", solver.json),
        JSONMember("training", run?.json ?? .null),
      ] + (trainingRows.map { [JSONMember("trainingRows", .string(hexadecimal($0)))] } ?? []))
  }
}

extension Activation {
  var json: JSONValue {
    switch self {
    case .relu: .string("relu")
    case .abs: .string("abs")
    default: .object([JSONMember("slopes", .numbers([on, off]))])
    }
  }
}

extension TrainingCard.LossTerm {
  var json: JSONValue {
    let members = [JSONMember("kind", .string(kind)), JSONMember("scale", .number(scale))]
    return .object(members + (delta.map { [JSONMember("delta", .number($0))] } ?? []))
  }
}

extension TrainingCard.Preprocessing {
  var json: JSONValue {
    .object(
      [
        JSONMember("standardization", standardization?.json ?? .null),
        JSONMember("features", list(features)),
        JSONMember("target", target.map { .string($0) } ?? .null),
        JSONMember("classes", list(classes)),
      ] + (lag > 0 ? [JSONMember("lag", .number(Double(lag)))] : []))
  }

  private func list(_ texts: [String]?) -> JSONValue {
    guard let texts else { return .null }
    return texts.isEmpty ? .numbers([]) : .array(texts.map { .string($0) })
  }
}

extension TrainingCard.Proof {
  var json: JSONValue {
    .object([
      JSONMember("scope", .string(certificate.scope.rawValue)),
      JSONMember("objective", .number(certificate.objective)),
      JSONMember("lowerBound", .number(certificate.lowerBound)),
      JSONMember("relativeGap", .number(certificate.relativeGap)),
      JSONMember("status", .string(status.rawValue)),
    ])
  }
}

extension TrainingCard.Patterns {
  var json: JSONValue {
    .object([
      JSONMember("count", .number(Double(count))),
      JSONMember("active", .number(Double(active))),
      JSONMember("source", .string(source.rawValue)),
      JSONMember("draws", draws.map { .number(Double($0)) } ?? .null),
      JSONMember("seed", seed.map { .number(Double($0)) } ?? .null),
    ])
  }
}

extension TrainingCard.Solver {
  var json: JSONValue {
    .object([
      JSONMember("kind", .string(kind.rawValue)),
      JSONMember("reason", .string(reason)),
      JSONMember("tolerance", .number(tolerance)),
      JSONMember("iterations", .number(Double(iterations))),
      JSONMember("seconds", .number(seconds)),
    ])
  }
}

extension TrainingCard.Run {
  var json: JSONValue {
    .object([
      JSONMember("rows", .number(Double(rows))),
      JSONMember("testRows", .number(Double(testRows))),
      JSONMember("testFraction", .number(testFraction)),
      JSONMember("seed", .number(Double(seed))),
      JSONMember("betaRatio", .number(betaRatio)),
      JSONMember("candidates", .numbers(candidates)),
      JSONMember("holdoutFraction", holdoutFraction.map { .number($0) } ?? .null),
      JSONMember("score", .string(score)),
      JSONMember("trainScore", trainScore.map { .number($0) } ?? .null),
      JSONMember("testScore", testScore.map { .number($0) } ?? .null),
    ])
  }
}

/// 16 hexadecimal digits.
func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The number that 16 lower-case hexadecimal digits are.
func readHexadecimal(_ text: String) -> UInt64? {
  guard text.utf8.count == 16, let value = UInt64(text, radix: 16), hexadecimal(value) == text else {
    return nil
  }
  return value
}
