import Foundation
import Testing

/// Problems on patches, from lists and arrays to model files and predictions.
@Suite struct ConvolutionTests {
  private static let samples = [
    [[1.0, 0], [0, 2], [-1, 1]], [[2, -1], [1, 1], [0, -1]], [[-1, -1], [3, 0], [1, -2]],
    [[0, 1], [-2, 1], [1, 1]],
  ]

  private static let models = [
    #"{"kind": "convolutional"}"#,
    #"{"kind": "convolutional", "activation": "abs", "gated": true, "inputBias": true, "outputBias": true}"#,
    // No direction has the second mask, so that the network is known on the training patches only.
    #"""
    {"kind": "convolutional", "gated": true, "skip": true, "patterns": {"masks":
    [[1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0]]}}
    """#,
    #"{"kind": "convolutional", "pooling": "none", "inputBias": true, "outputBias": true}"#,
    #"{"kind": "convolutional", "pooling": "circular", "activation": "linear"}"#,
  ]

  private static func problem(_ x: String, _ model: String) -> String {
    """
    {"format": "zonotope-problem", "version": 1, "data": {"x": \(x), "y": [1, -1, 2, 0.5]},
    "model": \(model), "loss": {"kind": "squared"}, "beta": 0.05, "solver": {"tolerance": 1e-9}}
    """
  }

  /// An array of doubles in a file.
  private static func array(_ shape: [Int], _ values: [Double], _ folder: Folder, _ name: String) throws
    -> String
  {
    let sizes = shape.map { "\($0), " }.joined()
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(sizes)), }"
    header += String(repeating: " ", count: 117 - header.count) + "\n"
    var bytes = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(header.utf8)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    try bytes.write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  @Test(arguments: models) func modelFilesPredictAsTheyWereTrained(_ model: String) throws {
    let folder = Folder(), isCircular = model.contains("circular")
    let x = isCircular ? Self.samples.map { [$0.flatMap { $0 }] } : Self.samples
    let list = isCircular ? "\(x.map { $0[0] })" : "\(x)"
    let network = folder.path("n.safetensors")
    let answer = try Command.run(
      "solve", folder.write("p.json", Self.problem(list, model)), "--network", network, "--predictions",
      folder.path("p.npy"))
    try #require(answer.status == 0, "\(answer.errors)")
    let result = try object(answer.output)
    #expect(result["status"] as? String == "optimal")
    let objective = try ResultChecks.number(result, "objective")
    #expect(objective > 0.01)
    #expect(try abs(ResultChecks.number(result, "network", "objective") - objective) < 1e-9)
    #expect(try ResultChecks.number(result, "network", "neurons") >= 1)
    // The same from an array, and the model file on the array.
    let shape = isCircular ? [4, 6] : [4, 3, 2]
    let file = try Self.array(shape, x.flatMap { $0.flatMap { $0 } }, folder, "x.npy")
    let again = try Command.run(
      "solve", folder.write("q.json", Self.problem(#"{"npy": "x.npy"}"#, model)))
    #expect(try ResultChecks.number(object(again.output), "objective") == objective)
    let predicted = try Command.run(
      "predict", network, "--data", file, "--output", folder.path("q.npy"))
    try #require(predicted.status == 0, "\(predicted.errors)")
    #expect(
      try Data(contentsOf: folder.url.appendingPathComponent("q.npy"))
        == Data(contentsOf: folder.url.appendingPathComponent("p.npy")))
    let shown = try Command.run("inspect", network)
    #expect(shown.status == 0, "\(shown.errors)")
    let card = try Command.run("inspect", network, "--json")
    let architecture = try #require(object(card.output)["architecture"] as? [String: Any])
    #expect(architecture["kind"] as? String == "convolutional")
    // Patches of another number.
    let others = try Self.array([4, 2, 3], [Double](repeating: 1, count: 24), folder, "o.npy")
    let refused = try Command.run("predict", network, "--data", others)
    #expect(refused.status == 2 && refused.errors.contains("patches"), "\(refused.errors)")
  }

  /// One patch is the row itself.
  @Test func onePatchIsTheDenseNetwork() throws {
    let folder = Folder(), rows = Self.samples.map { $0[0] }
    func solve(_ x: String, _ model: String) throws -> [String: Any] {
      let answer = try Command.run("solve", folder.write("p.json", Self.problem(x, model)))
      return try object(answer.output)
    }
    for more in ["", #", "gated": true"#, #", "activation": "abs", "inputBias": true, "skip": true"#] {
      let dense = try solve("\(rows)", #"{"kind": "two-layer"\#(more)}"#)
      let patch = try solve("\(rows.map { [$0] })", #"{"kind": "convolutional"\#(more)}"#)
      for key in ["objective", "betaMax"] {
        #expect(try ResultChecks.number(dense, key) == ResultChecks.number(patch, key))
      }
    }
  }

  @Test(arguments: [
    (#"{"npy": "x.npy"}"#, [8, 3], "dimensions"), (#"{"npy": "x.npy"}"#, [24], "dimensions"),
    (#"{"npy": "x.npy"}"#, [4, 0, 6], "no data"), (#"{"csv": "x.csv"}"#, [24], "a table"),
  ])
  func arraysOfOtherDimensionsAreMisuse(_ x: String, _ shape: [Int], _ message: String) throws {
    let folder = Folder()
    _ = try Self.array(shape, [Double](repeating: 1, count: shape.reduce(1, *)), folder, "x.npy")
    _ = try folder.write("x.csv", "a,b\n1,2\n3,4\n5,6\n7,8\n")
    let answer = try Command.run(
      "solve", folder.write("p.json", Self.problem(x, #"{"kind": "convolutional", "pooling": "none"}"#)))
    #expect(answer.status == 2)
    #expect(answer.errors.contains("data.x") && answer.errors.contains(message), "\(answer.errors)")
  }

  @Test func placesOfNumbersThatAreNotFiniteNameThePatch() throws {
    let folder = Folder()
    var values = [Double](repeating: 1, count: 24)
    values[3 * 6 + 2 * 2 + 1] = .nan
    _ = try Self.array([4, 3, 2], values, folder, "x.npy")
    let answer = try Command.run(
      "solve", folder.write("p.json", Self.problem(#"{"npy": "x.npy"}"#, #"{"kind": "convolutional"}"#)))
    #expect(answer.status == 2 && answer.errors.contains("data.x[3][2][1]"), "\(answer.errors)")
  }
}
