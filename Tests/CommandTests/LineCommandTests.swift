import Foundation
import Testing

@Suite struct LineCommandTests {
  private func table(_ folder: Folder) throws -> String {
    let lines = (0..<60).map { k -> String in
      let x = Double((k * 37) % 60) / 10
      return "\(x),\(k % 2),\(abs(x - 3) + Double(k % 3) / 10)\n"
    }
    return try folder.write("line.csv", "x,other,y\n" + lines.joined())
  }

  @Test func trainsOnOneColumnAndPredictsFromTheFile() throws {
    let folder = Folder(), data = try table(folder), model = folder.path("m.safetensors")
    let trained = try Command.run(
      "train", data, "--target", "y", "--columns", "x", "--model", "one-dimensional", "--depth", "3",
      "--output",
      model, "--predictions", folder.path("p.csv"))
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["all networks of this kind", "optimal", "test R^2", model] {
      #expect(trained.output.contains(text), "\(text)")
    }
    let predicted = try Command.run("predict", model, "--data", data)
    #expect(predicted.status == 0)
    #expect(try predicted.output == folder.text("p.csv"))
    let inspected = try Command.run("inspect", model)
    #expect(inspected.status == 0 && inspected.output.contains("parallel units of 3 layers"))
    let json = try object(
      Command.run(
        "train", data, "--target", "y", "--columns", "x", "--model", "one-dimensional", "--activation",
        "threshold", "--json", "--beta-ratio", "0.05"
      ).output)
    #expect((json["result"] as? [String: Any])?["status"] as? String == "optimal")
  }

  /// A row from the one before it, with a spline beside it.
  @Test func seriesAreTheirOwnFeature() throws {
    let folder = Folder(), lines = (0..<60).map { "\(abs(Double($0 % 14) - 7))\n" }
    let data = try folder.write("series.csv", "level\n" + lines.joined())
    let predictions = folder.path("p.csv")
    let trained = try Command.run(
      "train", data, "--target", "level", "--lag", "14", "--model", "one-dimensional", "--beta-ratio", "1e-6",
      "--predictions", predictions, "--output", folder.path("m.safetensors"))
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    #expect(trained.output.contains("37 rows to train on,") && trained.output.contains("9 for the test"))
    // The model knows what its answers are about.
    let model = folder.path("m.safetensors")
    #expect(try Command.run("inspect", model).output.contains("level, 14 rows earlier"))
    let predicted = try Command.run("predict", model, "--data", data)
    #expect(
      try predicted.output == folder.text("p.csv") && predicted.output.hasPrefix("output 14 rows later\n"))
    let wrong = try Command.run(
      "plot", data, "--target", "level", "--lag", "1", "--model", model, "--svg", folder.path("q.svg"))
    #expect(wrong.status == 2 && wrong.errors.contains("lag"))
    // The series repeats itself after as many rows.
    let values = try folder.text("p.csv").split(separator: "\n").dropFirst().compactMap { Double($0) }
    #expect(
      values.count == 60 && values.enumerated().allSatisfy { abs($1 - abs(Double($0 % 14) - 7)) < 1e-3 })
    let plotted = try Command.run(
      "plot", data, "--target", "level", "--lag", "1", "--spline", "--svg", folder.path("p.svg"))
    #expect(plotted.status == 0 && plotted.errors.isEmpty, "\(plotted.errors)")
    let picture = try folder.text("p.svg")
    #expect(picture.contains("level, 1 row earlier") && picture.contains("smoothing spline"))
    for lag in ["-1", "60"] {
      let refused = try Command.run(
        "train", data, "--target", "level", "--lag", lag, "--model", "one-dimensional")
      #expect(refused.status == 2 && refused.errors.contains("lag"), "\(refused.errors)")
    }
  }

  @Test func plotsTheNetwork() throws {
    let folder = Folder(), data = try table(folder), picture = folder.path("p.svg")
    let plotted = try Command.run("plot", data, "--target", "y", "--column", "x", "--svg", picture)
    #expect(plotted.status == 0 && plotted.errors.isEmpty, "\(plotted.errors)")
    #expect(try folder.text("p.svg").hasPrefix("<svg"))
  }

  @Test func optionsThatDoNotBelongAreRefused() throws {
    let folder = Folder(), data = try table(folder)
    for arguments in [
      ["--depth", "3"], ["--model", "one-dimensional", "--gated"], ["--model", "one-dimensional"],
      ["--model", "one-dimensional", "--columns", "x", "--slope", "0.1"],
      ["--model", "one-dimensional", "--columns", "x", "--activation", "abs", "--depth", "4"],
    ] {
      let answer = try Command.run(["train", data, "--target", "y"] + arguments)
      #expect(answer.status == 2, "\(arguments)")
    }
    let problem = try folder.write(
      "p.json",
      """
      {"format": "zonotope-problem", "version": 1, "data": {"x": [[0], [1]], "y": [0, 1]},
       "model": {"kind": "one-dimensional", "activation": "abs", "slope": 1}, "loss": {"kind": "squared"}, "beta": 1}
      """)
    let answer = try Command.run("solve", problem)
    #expect(answer.status == 2 && answer.errors.contains("model.slope"))
  }
}
