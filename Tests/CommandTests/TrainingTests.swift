import Foundation
import Testing

/// Small tables that a debug build trains on in no time.
enum Tables {
  private static func number(_ k: Int) -> Double { Double((k &* 7919 &+ 13) % 1009) / 504.5 - 1 }

  /// y = |a| + b / 2
  static func regression(_ rows: Int = 40) -> String {
    "a,b,y\n"
      + (0..<rows).map { k in
        let (a, b) = (number(2 * k), number(2 * k + 1))
        return "\(a),\(b),\(abs(a) + b / 2)\n"
      }.joined()
  }

  static func classification(_ rows: Int = 40) -> String {
    "a,b,kind\n"
      + (0..<rows).map { k in
        let (a, b) = (number(3 * k), number(3 * k + 1))
        return "\(a),\(b),\(abs(a) + b / 2 > 0.4 ? "inner" : "outer")\n"
      }.joined()
  }

  static func threeClasses(_ rows: Int = 60) -> String {
    "a,b,kind\n"
      + (0..<rows).map { k in
        let (a, b) = (number(3 * k), number(3 * k + 1))
        return "\(a),\(b),\(a > abs(b) ? "east, far" : b > 0 ? "north" : "south")\n"
          .replacing("east, far", with: "\"east, far\"")
      }.joined()
  }
}

@Suite struct TrainingTests {
  @Test func trainInspectPredict() throws {
    let folder = Folder()
    let data = try folder.write("c.csv", Tables.classification()), model = folder.path("m.safetensors")
    let trained = try Command.run(
      "train", data, "--target", "kind", "--patterns", "20", "--output", model, "--predictions",
      folder.path("p.csv"))
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["objective", "lower bound", "relative gap", "certified over", "logistic", "--seed 0", model]
    {
      #expect(trained.output.contains(text), "\(text)")
    }
    let inspected = try Command.run("inspect", model)
    #expect(inspected.status == 0 && inspected.output.contains("inner is -1, outer is +1"))
    let card = try object(Command.run("inspect", model, "--json").output)
    #expect((card["training"] as? [String: Any])?["rows"] as? Int == 32)
    let predicted = try Command.run("predict", model, "--data", data)
    #expect(predicted.status == 0)
    #expect(try predicted.output == folder.text("p.csv"))
    let toFile = try Command.run("predict", model, "--data", data, "--output", folder.path("q.csv"))
    #expect(toFile.status == 0 && toFile.output.isEmpty)
    #expect(try folder.text("q.csv") == predicted.output)
    let again = try Command.run(
      "train", data, "--target", "kind", "--patterns", "20", "--threads", "1", "--predictions",
      folder.path("r.csv"))
    #expect(again.status == 0)
    #expect(try folder.text("r.csv") == predicted.output)
  }

  @Test func threeClassesHaveAnOutputEach() throws {
    let folder = Folder()
    let data = try folder.write("c.csv", Tables.threeClasses()), model = folder.path("m.safetensors")
    let trained = try Command.run(
      "train", data, "--target", "kind", "--patterns", "20", "--output", model, "--predictions",
      folder.path("p.csv"))
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["softmax", "one output a class: east, far, north, south", "train accuracy", "optimal"] {
      #expect(trained.output.contains(text), "\(text)")
    }
    let inspected = try Command.run("inspect", model)
    #expect(inspected.status == 0 && inspected.output.contains("output biases east, far "))
    let predicted = try Command.run("predict", model, "--data", data)
    #expect(predicted.status == 0)
    #expect(try predicted.output == folder.text("p.csv"))
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 61 && lines[0] == "class,\"output east, far\",output north,output south")
    #expect(
      lines.dropFirst().allSatisfy {
        $0.hasPrefix("\"east, far\",") || $0.hasPrefix("north,") || $0.hasPrefix("south,")
      })
    let refused = try Command.run("train", data, "--target", "kind", "--loss", "logistic")
    #expect(refused.status == 2 && refused.errors.contains("3 classes"))
  }

  /// Of a problem with several outputs.
  @Test func predictionsOfAProblemHaveAColumnAnOutput() throws {
    let folder = Folder()
    let problem = try folder.write(
      "p.json",
      #"{"format": "zonotope-problem", "version": 1, "data": {"x": [[1, 0], [0, 1], [-1, 1]], "y": [0, 1, 2]}, "#
        + #""loss": {"kind": "softmax"}, "model": {"kind": "two-layer", "gated": true, "outputs": "nuclear", "#
        + #""skip": true}, "beta": 0.1}"#)
    let answer = try Command.run(
      "solve", problem, "--quiet", "--predictions", folder.path("p.csv"), "--network",
      folder.path("n.safetensors"))
    #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    let lines = try folder.text("p.csv").split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "output 0,output 1,output 2")
    let inspected = try Command.run("inspect", folder.path("n.safetensors"))
    #expect(inspected.status == 0)
    // Lines may end between words.
    for word in ["skip", "nuclear", "softmax"] { #expect(inspected.output.contains(word)) }
  }

  @Test func jsonIsOneDocument() throws {
    let folder = Folder(), data = try folder.write("r.csv", Tables.regression())
    let answer = try Command.run(
      "train", data, "--target", "y", "--columns", "a", "--patterns", "all", "--beta-ratio", "0.1", "--json",
      "--gated", "--no-input-bias", "--test", "0")
    #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    let document = try object(answer.output)
    #expect((document["result"] as? [String: Any])?["status"] as? String == "optimal")
    let card = try #require(document["card"] as? [String: Any])
    #expect((card["architecture"] as? [String: Any])?["gated"] as? Bool == true)
    #expect(document["baseline"] is [String: Any])
  }

  @Test func outputsNeverReplaceWhatTheCommandReadsOrWrites() throws {
    let folder = Folder(), text = Tables.regression(20)
    let data = try folder.write("data.csv", text)
    let model = data.replacing("data.csv", with: "model.safetensors")
    let target = try #require(text.split(separator: "\n").first?.split(separator: ",").last)
    for options in [
      ["--output", data], ["--predictions", data], ["--output", model, "--predictions", model],
      ["--output", model + ".bin"], ["--predictions", model],
    ] {
      let answer = try Command.run(["train", data, "--target", String(target)] + options)
      #expect(answer.status == 2, "\(options)")
      #expect(answer.errors.contains(options[options.count - 2]), "\(answer.errors)")
    }
    #expect(try String(contentsOfFile: data, encoding: .utf8) == text)
    #expect(!FileManager.default.fileExists(atPath: model))
  }

  @Test func demoOnAnyTwoTables() throws {
    let folder = Folder()
    let first = try folder.write("one.csv", Tables.regression(30))
    let second = try folder.write("two.csv", Tables.classification(30))
    let answer = try Command.run("demo", first, second)
    #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    for text in ["one: ", "two", "ridge", "logistic", "Try next", "predict"] {
      #expect(answer.output.contains(text), "\(text)")
    }
    // So few patterns are enumerated without being asked for: three times in the table, and in what explains it.
    #expect(answer.output.components(separatedBy: "all neurons").count == 5)
    let quiet = try Command.run("demo", first, second, "--quiet")
    #expect(quiet.status == 0 && !quiet.output.contains("Try next"))
  }

  @Test func demoOnASingleFeature() throws {
    let folder = Folder()
    let rows = (0..<20).map { "\($0),\($0 < 10 ? 10 - $0 : $0 - 10)\n" }
    let labels = (0..<20).map { "\($0),\($0 % 7 < 3 ? 1 : 2)\n" }
    let answer = try Command.run(
      "demo", folder.write("one.csv", "x,y\n" + rows.joined()),
      folder.write("two.csv", "x,y\n" + labels.joined()))
    #expect(answer.status == 0, "\(answer.errors)")
  }
}
