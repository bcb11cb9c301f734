import Testing

@testable import Zonotope

@Suite struct PathModelsTests {
  private func table(_ rows: Int = 40) throws -> CSVTable {
    let data = try PathData.regression(rows)
    var text = "u,v,y,kind\n"
    for k in 0..<rows {
      text += "\(data.x[k, 0]),\(data.x[k, 1]),\(data.y[k, 0]),\(["a", "b", "c"][k % 3])\n"
    }
    return try CSVTable(bytes: Array(text.utf8), file: "t.csv")
  }

  private func training(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan(target: "y")
    (plan.features, plan.patterns, plan.settings.threads) = (["u", "v"], .sampled(10), 1)
    change(&plan)
    return plan
  }

  private func line(_ network: OneDimensionalNetwork) -> LinePlan {
    var plan = LinePlan(target: "y", network: network)
    (plan.feature, plan.settings.threads) = ("u", 1)
    return plan
  }

  private func report(
    _ training: PathPlan.Training? = nil, _ change: (inout PathPlan) throws -> Void = { _ in }
  ) throws -> PathReport {
    var plan = PathPlan(training ?? .twoLayer(self.training()))
    (plan.grid, plan.folds) = (try BetaGrid(ratios: [1, 0.2, 0.05]), 3)
    try change(&plan)
    return try plan.run(on: table())
  }

  private func load(_ bytes: [UInt8]) throws(ZonotopeError) -> PathModels {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try PathModels(ModelDocument(FileBytes(bytes, name: "m.safetensors")))
    }
  }

  @Test func filesHoldEveryKindOfPath() throws {
    let folder = TemporaryFolder(), path = folder("m.safetensors")
    var lagged = line(OneDimensionalNetwork(activation: .relu))
    lagged.lag = 2
    let stairs = OneDimensionalNetwork(activation: .threshold, depth: 3, shape: .rectangular, widths: [20])
    let tokens = training {
      ($0.loss, $0.huberDelta, $0.settings.tolerance) = (.huber, 0.5, 1e-4)
    }
    let kinds: [(PathPlan.Training, folds: Int)] = [
      (.twoLayer(training()), 3), (.twoLayer(training { $0.gated = true }), 0),
      (
        .twoLayer(
          training {
            $0.target = "kind"
            $0.gated = true
          }), 3
      ),
      (.line(lagged), 3), (.line(line(stairs)), 0),
      (
        .tokens(
          TokenPlan(tokens, kind: .mixer, layout: .rows(tokens: 2), gates: .quantiles(count: 3, seed: 1))), 2
      ),
    ]
    for (training, folds) in kinds {
      let report = try report(training) { $0.folds = folds }
      try report.models.save(to: path)
      let loaded = try PathModels(path: path)
      #expect(loaded == report.models)
      #expect(try load(loaded.encode()).encode() == report.models.encode())
      #expect(loaded.models.count == 3 && loaded.models[0].units == 0 && loaded.models[2].units > 0)
      for k in 0..<3 {
        let chosen = try TrainedModel(path: path, choosing: .index(k))
        #expect(chosen == report.models.models[k])
        let outputs = try Predictions(of: chosen, onFile: written(folder)).outputs
        #expect(!outputs.isEmpty && outputs.allSatisfy(\.isFinite))
      }
    }
  }

  private func written(_ folder: TemporaryFolder) throws -> String {
    let path = folder("t.csv"), data = try PathData.regression(5)
    var text = "u,v\n"
    for k in 0..<5 { text += "\(data.x[k, 0]),\(data.x[k, 1])\n" }
    try AtomicFile.write(Array(text.utf8), to: path)
    return path
  }

  @Test func modelsAreFoundByBetaAndByTheRule() throws {
    let models = try report().models, curve = try #require(models.validation)
    let folder = TemporaryFolder(), path = folder("m.safetensors")
    try models.save(to: path)
    #expect(try models.index(of: .beta(models.betas[1] * 1.04)) == 1)
    #expect(try models.index(of: .ratio(0.05)) == 2)
    #expect(try models.index(of: .best) == curve.best)
    #expect(try TrainedModel(path: path) == models.models[try #require(curve.oneStandardError)])
    for choice in [PathChoice.index(3), .index(-1), .ratio(0.1), .beta(0), .beta(.nan)] {
      #expect(throws: ZonotopeError.self) { try models.index(of: choice) }
    }
    let unchosen = try PathModels(models: models.models, validation: nil)
    #expect(throws: ZonotopeError.self) { try unchosen.index(of: .oneStandardError) }
    // A file of one model has no path to choose from, and a path is no model.
    guard case .twoLayer(let single) = models.models[2] else {
      Issue.record("not a network of two layers")
      return
    }
    try single.save(to: folder("s.safetensors"))
    #expect(throws: ZonotopeError.self) {
      try TrainedModel(path: folder("s.safetensors"), choosing: .index(0))
    }
    #expect(throws: ZonotopeError.self) { try PathModels(path: folder("s.safetensors")) }
    #expect(throws: ZonotopeError.self) { try Model(path: path) }
    #expect(throws: ZonotopeError.self) {
      try PathModels(models: models.models.reversed(), validation: curve)
    }
    #expect(throws: ZonotopeError.self) { try PathModels(models: [models.models[0]], validation: curve) }
  }

  @Test func anInterruptedValidationIsKept() throws {
    let models = try report().models, curve = try #require(models.validation)
    var points = curve.points
    points[1].folds = 1
    points[1].loss?.standardError = .infinity
    (points[2].folds, points[2].loss) = (0, nil)
    let cut = try PathModels(
      models: models.models, validation: ValidationCurve(folds: 3, seed: 4, points: points))
    #expect(try load(cut.encode()) == cut)
  }

  @Test func refusesEveryDamage() throws {
    let bytes = try report(nil) { $0.grid = try BetaGrid(ratios: [1, 0.2]) }.models.encode()
    // A stride keeps this short: the code that looks at every byte is that of other files, and tested on them.
    for damage in thinned(Array(stride(from: 0, to: bytes.count, by: 7))) {
      var flipped = bytes
      flipped[damage] ^= 1 << UInt8(damage % 8)
      for copy in [flipped, Array(bytes[..<damage])] {
        guard
          case .malformedBytes(_, let byte, _)? = failure({ () throws(ZonotopeError) in try load(copy) })
        else {
          Issue.record("a file damaged at \(damage) was accepted")
          continue
        }
        #expect(byte >= 0 && byte <= bytes.count)
      }
    }
  }

  /// Sound files whose card does not fit.
  @Test(arguments: [
    ("\"format\":\"zonotope-path\"", "\"format\":\"zonotope-paths\""),
    ("\"folds\":3,\"seed\"", "\"folds\":1,\"seed\""),
    ("\"best\":", "\"best\":1"), ("\"version\":1,\"library\"", "\"version\":2,\"library\""),
    ("\"validation\":", "\"more\":1,\"validation\":"),
    ("\"betaRatio\":1,\"folds\":3", "\"betaRatio\":1,\"folds\":4"),
    ("\"gated\":false", "\"gated\":true"),
  ])
  func refusesCardsThatDoNotFit(part: String, other: String) throws {
    let models = try report().models
    let document = try models.encode().withUnsafeBufferPointer { try ModelDocument(FileBytes($0, name: "m")) }
    var card = String(decoding: JSONWriter.encode(document.card), as: UTF8.self)
    #expect(card.contains(part))
    card.replace(part, with: other, maxReplacements: 1)
    var writer = ModelDocument.writer(card: Array(card.utf8))
    for (k, model) in models.models.enumerated() {
      try model.content.addTensors(to: &writer, prefix: "\(k).")
    }
    let bytes = ModelDocument.encode(&writer)
    guard
      case .malformedBytes(_, let byte, let reason)? = failure({ () throws(ZonotopeError) in try load(bytes) }
      )
    else {
      Issue.record("accepted \(other)")
      return
    }
    #expect(byte >= 8 && byte < bytes.count && !reason.contains("checksum"))
  }

  @Test func tensorsOfNoModelAreRefused() throws {
    let models = try report().models
    for prefix in ["3.", "", "00.", "x."] {
      var writer = ModelDocument.writer(card: Array(models.json(pretty: false).utf8))
      for (k, model) in models.models.enumerated() {
        try model.content.addTensors(to: &writer, prefix: "\(k).")
      }
      try writer.add(prefix + "more", shape: [1], values: [1.0])
      let bytes = ModelDocument.encode(&writer)
      #expect(throws: ZonotopeError.self) { try load(bytes) }
    }
  }
}
