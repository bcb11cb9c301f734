extension ModelCard {
  /// The card as the JSON text of a model file, with what else the network needs besides its tensors.
  func json(trainingRows: UInt64) -> JSONValue {
    .object(
      ModelDocument.header(library: library, architecture: architecture) + [
        JSONMember("loss", loss.json),
        JSONMember("beta", .number(beta)),
        JSONMember("betaMax", .number(betaMax)),
        JSONMember("preprocessing", preprocessing.json),
        JSONMember("certificate", proof.json),
        JSONMember("patterns", patterns.json),
        JSONMember("solver", solver.json),
        JSONMember("training", run?.json ?? .null),
        JSONMember("trainingRows", .string(hexadecimal(trainingRows))),
      ])
  }

  private var architecture: [JSONMember] {
    var members = [
      JSONMember("kind", .string(patches.pooling == nil ? "two-layer" : "convolutional")),
      JSONMember("activation", activation.json),
      JSONMember("gated", .bool(gated)),
      JSONMember("inputBias", .bool(inputBias)),
      JSONMember("outputBias", .bool(outputBias)),
      JSONMember("skip", .bool(skip)),
      JSONMember("outputs", .string(outputNorm.rawValue)),
    ]
    if let pooling = patches.pooling {
      members.append(JSONMember("pooling", .string(pooling)))
      if patches != .circular { members.append(JSONMember("patches", .number(Double(patches.parts)))) }
    }
    return members
  }

  /// The card as a JSON document.
  public func json(pretty: Bool = true) -> String {
    guard case .object(let members) = json(trainingRows: 0) else { return "" }
    let shown = JSONValue.object(members.filter { $0.name != "trainingRows" })
    return String(decoding: JSONWriter.encode(shown, pretty: pretty), as: UTF8.self)
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

extension ModelCard.LossTerm {
  var json: JSONValue {
    let members = [JSONMember("kind", .string(kind)), JSONMember("scale", .number(scale))]
    return .object(members + (delta.map { [JSONMember("delta", .number($0))] } ?? []))
  }
}

extension ModelCard.Preprocessing {
  var json: JSONValue {
    .object([
      JSONMember("standardization", standardization?.json ?? .null),
      JSONMember("features", list(features)),
      JSONMember("target", target.map { .string($0) } ?? .null),
      JSONMember("classes", list(classes)),
    ])
  }

  private func list(_ texts: [String]?) -> JSONValue {
    guard let texts else { return .null }
    return texts.isEmpty ? .numbers([]) : .array(texts.map { .string($0) })
  }
}

extension ModelCard.Proof {
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

extension ModelCard.Patterns {
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

extension ModelCard.Solver {
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

extension ModelCard.Run {
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
