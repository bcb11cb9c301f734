import Testing

/// Problem files of layers on tokens that are refused, with what they name.
@Suite struct TokenProblemTests {
  private static let data = #""x": [[[1, 2], [3, 4]], [[0, 1], [1, 0]]], "y": [[[1], [2]], [[0], [1]]]"#

  @Test(arguments: [
    (#""kind": "attention", "activation": "relu""#, "model.activation", "both factors"),
    (#""kind": "mixer", "activation": "relu""#, "model.activation", "2 features"),
    (#""kind": "attention", "activation": "gated""#, "model.gates", "missing"),
    (#""kind": "attention", "activation": "gated", "gates": []"#, "model.gates", "none"),
    (
      #""kind": "attention", "activation": "gated", "gates": [[[1, 2]]]"#, "model.gates[0]",
      "1 x 2, not 2 x 2"
    ),
    (#""kind": "fourier", "blocks": 3"#, "model.blocks", "3 blocks"),
    (#""kind": "simplex-attention", "outputs": "frobenius""#, "model.outputs", "frobenius"),
    (
      #""kind": "simplex-attention", "sequence": true, "gates": {"u": [[1, 0]], "v": [[1, 1]]}"#,
      "model.sequence",
      "no gates"
    ),
    (#""kind": "mixer", "pooled": true"#, "data.y", "not a list of numbers"),
    (#""kind": "mixer", "patterns": "all""#, "model.patterns", "not a key"),
  ])
  func isRefused(model: String, place: String, reason: String) throws {
    let folder = Folder()
    let path = try folder.write(
      "problem.json",
      """
      {"format": "zonotope-problem", "version": 1, "data": {\(Self.data)}, "model": {\(model)},
       "loss": {"kind": "squared"}, "beta": 1}
      """)
    let answer = try Command.run("solve", path)
    #expect(answer.status == 2)
    #expect(answer.errors.contains(place) && answer.errors.contains(reason), "\(answer.errors)")
  }

  @Test func predictionsHaveARowForEveryToken() throws {
    let folder = Folder()
    let path = try folder.write(
      "problem.json",
      """
      {"format": "zonotope-problem", "version": 1, "data": {\(Self.data)}, "model": {"kind": "mixer"},
       "loss": {"kind": "squared"}, "betaRatio": 0.1}
      """)
    let answer = try Command.run("solve", path, "--predictions", folder.path("p.csv"))
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(try folder.text("p.csv").split(separator: "\n").count == 5)
  }
}
