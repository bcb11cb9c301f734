import Foundation
import Testing

/// A problem text with one thing changed, and what the message must contain.
struct BadProblem: CustomTestStringConvertible, Sendable {
  var data = #"{"x": [[1, 0.5], [-0.3, 1.2]], "y": [1, -1]}"#
  var model = #"{"kind": "two-layer", "patterns": "all"}"#
  var loss = #"{"kind": "squared"}"#
  var beta = #""beta": 0.3"#
  var more = ""
  let message: String

  var text: String {
    """
    {"format": "zonotope-problem", "version": 1, "data": \(data), "model": \(model), "loss": \(loss), \
    \(beta)\(more)}
    """
  }
  var testDescription: String { "\(data) \(model) \(loss) \(beta) \(more)" }

  private static let patches = #"{"x": [[[1, 2], [3, 4]], [[0, 1], [-1, 2]]], "y": [1, 2]}"#

  static let all: [BadProblem] = [
    BadProblem(data: #"{"x": [[1, NaN]], "y": [1]}"#, message: ":1:"),
    BadProblem(data: #"{"x": [[1, 1e999]], "y": [1]}"#, message: ":1:"),
    BadProblem(data: #"{"x": [[1, null]], "y": [1]}"#, message: "data.x[0]"),
    BadProblem(data: #"{"x": [[1, 2], [3]], "y": [1, 2]}"#, message: "data.x[1]"),
    BadProblem(data: #"{"x": [[1, 2], [3, 4]], "y": [1]}"#, message: "data.y"),
    BadProblem(data: #"{"x": [], "y": []}"#, message: "data.x"),
    BadProblem(data: #"{"x": [[], []], "y": [1, 2]}"#, message: "data.x"),
    BadProblem(data: #"{"x": [[1], [2]], "y": [[1, 2], [3]]}"#, message: "data.y[1]"),
    BadProblem(
      data: #"{"x": [[1], [2]], "y": [[1, 2], [3, 4]]}"#,
      model: #"{"kind": "two-layer", "outputs": "nuclear"}"#, message: "gated"),
    BadProblem(data: #"{"x": [[1]], "y": [1], "z": 1}"#, message: "data.z"),
    BadProblem(data: #"{"x": {"csv": "none.csv"}, "y": [1]}"#, message: "none.csv"),
    BadProblem(model: #"{"kind": "parallel"}"#, message: "model.kind"),
    BadProblem(model: #"{"kind": "two-layer", "pooling": "sum"}"#, message: "model.pooling"),
    BadProblem(model: #"{"kind": "convolutional", "pooling": "max"}"#, message: "model.pooling"),
    BadProblem(model: #"{"kind": "convolutional"}"#, message: "data.x[0]: a row of numbers"),
    BadProblem(data: #"{"x": [], "y": []}"#, model: #"{"kind": "convolutional"}"#, message: "data.x"),
    BadProblem(
      data: #"{"x": [[[]], [[]]], "y": [1, 2]}"#, model: #"{"kind": "convolutional"}"#, message: "data.x"),
    BadProblem(
      data: #"{"x": [[[1, 2], [3]], [[1, 2], [3, 4]]], "y": [1, 2]}"#, model: #"{"kind": "convolutional"}"#,
      message: "data.x[0][1]"),
    BadProblem(
      data: #"{"x": [[[1, 2], [3, 4]], [[1, 2]]], "y": [1, 2]}"#, model: #"{"kind": "convolutional"}"#,
      message: "data.x[1]: 1 patches of 2"),
    BadProblem(
      data: #"{"x": [[[1, 2], [3, 4]]], "y": [1, 2]}"#, model: #"{"kind": "convolutional"}"#,
      message: "data.y"),
    BadProblem(data: #"{"x": [[[1, 2]]], "y": [1]}"#, message: "data.x[0]"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "patterns": {"masks": [[1, 0]]}}"#,
      message: "patterns.masks[0]: 2 bits"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "patterns": {"gates": [[1, 0, 2, 1]]}}"#,
      message: "patterns.gates[0]"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "pooling": "none", "activation": "relu"}"#,
      message: "model.activation"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "pooling": "none", "gated": true}"#,
      message: "model.gated"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "pooling": "none", "patterns": {"masks": [[1]]}}"#,
      message: "model.patterns"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "pooling": "none", "skip": true}"#,
      message: "model.skip"),
    BadProblem(
      data: patches, model: #"{"kind": "convolutional", "pooling": "circular"}"#, message: "data.x[0]"),
    BadProblem(
      model: #"{"kind": "convolutional", "pooling": "circular", "inputBias": true}"#,
      message: "model.inputBias"),
    BadProblem(model: #"{"kind": "two-layer", "skip": 1}"#, message: "model.skip"),
    BadProblem(model: #"{"kind": "two-layer", "grow": 1}"#, message: "model.grow"),
    BadProblem(model: #"{"kind": "two-layer", "outputs": "spectral"}"#, message: "model.outputs"),
    BadProblem(model: #"{"kind": "two-layer", "activation": "tanh"}"#, message: "model.activation"),
    BadProblem(
      model: #"{"kind": "two-layer", "activation": {"slopes": [1]}}"#, message: "model.activation.slopes"),
    BadProblem(
      model: #"{"kind": "two-layer", "activation": {"slopes": [0, 0]}}"#, message: "model.activation"),
    BadProblem(model: #"{"kind": "two-layer", "patterns": {"masks": []}}"#, message: "patterns"),
    BadProblem(model: #"{"kind": "two-layer", "patterns": {"masks": [[1]]}}"#, message: "patterns.masks[0]"),
    BadProblem(model: #"{"kind": "two-layer", "patterns": {"masks": [[1, 2]]}}"#, message: "masks[0][1]"),
    BadProblem(model: #"{"kind": "two-layer", "patterns": {"gates": [[1]]}}"#, message: "patterns.gates"),
    BadProblem(
      model: #"{"kind": "two-layer", "patterns": {"sample": {"count": 0, "seed": 1}}}"#,
      message: "sample.count"),
    BadProblem(
      model: #"{"kind": "two-layer", "patterns": {"sample": {"count": 9007199254740000, "seed": 1}}}"#,
      message: "sampl"),
    BadProblem(loss: #"{"kind": "poisson"}"#, message: "loss.kind"),
    BadProblem(loss: #"{"kind": "hinge", "delta": 1}"#, message: "loss.delta"),
    BadProblem(loss: #"{"kind": "huber"}"#, message: "loss.delta"),
    BadProblem(loss: #"{"kind": "huber", "delta": 0}"#, message: "loss.delta"),
    BadProblem(data: #"{"x": [[1], [2]], "y": [0, 1.5]}"#, loss: #"{"kind": "softmax"}"#, message: "y[1]"),
    BadProblem(
      data: #"{"x": [[1], [2]], "y": [0, 2]}"#, loss: #"{"kind": "softmax", "classes": 2}"#,
      message: "y[1]"),
    BadProblem(data: #"{"x": [[1], [2]], "y": [0, 0]}"#, loss: #"{"kind": "softmax"}"#, message: "classes"),
    BadProblem(loss: #"{"kind": "hinge"}"#, more: #", "solver": {"kind": "fista"}"#, message: "fista"),
    BadProblem(loss: #"{"kind": "squared", "scale": 0}"#, message: "loss.scale"),
    BadProblem(
      data: #"{"x": [[1], [2]], "y": [1, 1]}"#, loss: #"{"kind": "logistic"}"#, message: "y: all 2 labels"),
    BadProblem(data: #"{"x": [[1], [2]], "y": [1, 3]}"#, loss: #"{"kind": "logistic"}"#, message: "y[1]"),
    BadProblem(beta: #""beta": -0.5"#, message: "beta"),
    BadProblem(beta: #""betaRatio": -0.5"#, message: "betaRatio"),
    BadProblem(beta: #""beta": 1, "betaRatio": 0.5"#, message: "betaRatio"),
    BadProblem(beta: #""gamma": 1"#, message: "gamma"),
    BadProblem(beta: #""solver": {}"#, message: "beta: is missing"),
    BadProblem(more: #", "extra": 1"#, message: "extra"),
    BadProblem(more: #", "solver": {"kind": "coordinate-descent"}"#, message: "slower than \"fista\""),
    BadProblem(more: #", "solver": {"kind": "simplex"}"#, message: "solver.kind"),
    BadProblem(
      loss: #"{"kind": "hinge"}"#, more: #", "solver": {"kind": "newton"}"#, message: "solver.kind: newton"),
    BadProblem(loss: #"{"kind": "interpolation"}"#, beta: #""betaRatio": 0.1"#, message: "betaRatio"),
    BadProblem(more: #", "solver": {"tolerance": 0}"#, message: "solver.tolerance"),
    BadProblem(more: #", "solver": {"precision": "half"}"#, message: "solver.precision"),
    BadProblem(more: #", "solver": {"memory": 1000}"#, message: "memory"),
  ]
}

@Suite struct BadProblemTests {
  @Test(arguments: BadProblem.all) func isMisuse(_ problem: BadProblem) throws {
    let folder = Folder()
    let answer = try Command.run("solve", folder.write("problem.json", problem.text))
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.errors.hasPrefix("zonotope: "))
    #expect(answer.errors.contains(problem.message), "\(answer.errors)")
  }

  @Test func truncatedProblems() throws {
    let folder = Folder(), text = BadProblem(message: "").text
    for length in stride(from: 0, to: text.count, by: 17) {
      let answer = try Command.run("solve", folder.write("problem.json", String(text.prefix(length))))
      #expect(answer.status == 2)
      #expect(answer.errors.contains("problem.json:1:"))
    }
  }

  @Test func dataFilesAreRead() throws {
    let folder = Folder()
    _ = try folder.write("d.csv", "a,b,y\n1,0.5,up\n-0.3,1.2,down\n")
    let data = #"{"x": {"csv": "d.csv", "columns": ["a", "b"]}, "y": {"csv": "d.csv", "columns": ["y"]}}"#
    let problem = BadProblem(data: data, loss: #"{"kind": "logistic"}"#, message: "")
    let path = try folder.write("problem.json", problem.text)
    let answer = try Command.run(
      "solve", path, "--network", folder.path("n.safetensors"), "--predictions", folder.path("p.csv"))
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(try object(answer.output)["status"] as? String == "optimal")
    #expect(try folder.text("p.csv").hasPrefix("output\n"))
    _ = try folder.write("x.csv", "a,b\n1,0.5\n-0.3,1.2\n")
    let predicted = try Command.run("predict", folder.path("n.safetensors"), "--data", folder.path("x.csv"))
    let outputs = try folder.text("p.csv").split(separator: "\n").dropFirst().map(String.init)
    let rows = predicted.output.split(separator: "\n").dropFirst()
    #expect(rows.map { String($0.split(separator: ",")[1]) } == outputs)
    _ = try folder.write("d.csv", "a,b,y\n1,inf,up\n-0.3,1.2,down\n")
    let bad = try Command.run("solve", path)
    #expect(bad.status == 2 && bad.errors.contains("d.csv:2:3"))
  }
}
