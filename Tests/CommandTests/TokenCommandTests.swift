import Foundation
import Testing

/// Networks on tokens from the command: tables of images, their models and pictures.
@Suite struct TokenCommandTests {
  /// Images of 4 x 4 with a bright line or column.
  private static func images(_ rows: Int = 60) -> String {
    let names = (0..<16).map { "p\($0)" }.joined(separator: ",")
    let lines = (0..<rows).map { k -> String in
      let place = k / 2 % 4
      let pixels = (0..<16).map { pixel -> Double in
        let noise = Double((pixel * 7919 + k * 104_729) % 997) / 4000
        return noise + ((k % 2 == 0 ? pixel / 4 : pixel % 4) == place ? 1 : 0)
      }
      return pixels.map { "\($0)" }.joined(separator: ",") + (k % 2 == 0 ? ",line" : ",column")
    }
    return names + ",shape\n" + lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: [
    ["attention", "--gates", "2", "--positions", "coordinates"],
    ["mixer", "--gates", "4", "--thresholds", "gaussian"],
    ["fourier", "--gates", "6"], ["simplex-attention", "--output-norm", "nuclear"],
  ])
  func trainsInspectsPredictsAndDraws(model: [String]) throws {
    let folder = Folder(), data = try folder.write("i.csv", Self.images())
    let file = folder.path("m.safetensors"), picture = folder.path("m.svg")
    let trained = try Command.run(
      [
        "train", data, "--target", "shape", "--image", "4x4", "--patch", "2x2", "--beta-ratio", "0.02",
        "--output", file,
      ]
        + ["--tolerance", "1e-4", "--predictions", folder.path("p.csv"), "--model"] + model)
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["4 patches of 2 x 2", "largest rank", "heads", "relative gap", "logistic", "optimal"] {
      #expect(trained.output.contains(text), "\(text)")
    }
    let inspected = try Command.run("inspect", file)
    #expect(inspected.status == 0 && inspected.output.contains("largest first"))
    let card = try object(Command.run("inspect", file, "--json").output)
    #expect((card["architecture"] as? [String: Any])?["kind"] as? String == model[0])
    let predicted = try Command.run("predict", file, "--data", data)
    #expect(predicted.status == 0)
    #expect(try predicted.output == folder.text("p.csv"))
    #expect(predicted.output.hasPrefix("class,output\n"))
    let drawn = try Command.run("plot", file, "--svg", picture)
    #expect(drawn.status == 0 && drawn.errors.isEmpty, "\(drawn.errors)")
    #expect(try folder.text("m.svg").hasPrefix("<svg"))
  }

  /// Gates of the heads' own, with a file that says how they were found.
  @Test func trainsHeadsWithAReLULocally() throws {
    let folder = Folder(), data = try folder.write("i.csv", Self.images()),
      file = folder.path("m.safetensors")
    let trained = try Command.run([
      "train", data, "--target", "shape", "--image", "4x4", "--patch", "2x2", "--beta-ratio", "0.02",
      "--tolerance", "1e-4", "--model", "mixer", "--gates", "3", "--relu", "--output", file,
      "--predictions", folder.path("p.csv"),
    ])
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["ReLU mixer", "locally, no optimum is proved", "local descent", "all heads"] {
      #expect(trained.output.contains(text), "\(text)")
    }
    #expect(!trained.output.contains("optimal"))
    let inspected = try Command.run("inspect", file)
    #expect(inspected.status == 0 && inspected.output.contains("trained locally"))
    let predicted = try Command.run("predict", file, "--data", data)
    #expect(try predicted.status == 0 && predicted.output == folder.text("p.csv"))
    #expect(try Command.run("plot", file, "--svg", folder.path("m.svg")).status == 0)
    for wrong in [["--model", "mixer"], ["--model", "simplex-attention", "--gates", "2"]] {
      let refused = try Command.run(["train", data, "--target", "shape", "--image", "4x4", "--relu"] + wrong)
      #expect(refused.status != 0 && refused.errors.contains("--relu"))
    }
  }

  @Test func theNetworkOfAProblemPredictsArraysOfTokens() throws {
    let folder = Folder(), file = folder.path("n.safetensors")
    let path = try folder.write(
      "problem.json",
      """
      {"format": "zonotope-problem", "version": 1,
       "data": {"x": [[[1, 2], [3, 4]], [[0, 1], [1, 0]]], "y": [[[1], [2]], [[0], [1]]]},
       "model": {"kind": "attention", "activation": "gated", "gates": [[[1, -2], [0, 1]]]},
       "loss": {"kind": "squared"}, "betaRatio": 0.1}
      """)
    let solved = try Command.run("solve", path, "--network", file, "--predictions", folder.path("p.csv"))
    #expect(solved.status == 0, "\(solved.errors)")
    let rows = try folder.write("x.csv", "a,b\n1,2\n3,4\n0,1\n1,0\n")
    let predicted = try Command.run("predict", file, "--data", rows)
    #expect(predicted.status == 0, "\(predicted.errors)")
    let (a, b) = (predicted.output.split(separator: "\n"), try folder.text("p.csv").split(separator: "\n"))
    #expect(a.count == 5 && a.dropFirst() == b.dropFirst())
    #expect(try Command.run("inspect", file).output.contains("gated attention, 2 tokens"))
  }

  @Test(arguments: [
    (["--model", "attention"], "--image"),
    (["--model", "mixer", "--image", "4x4", "--tokens", "4"], "exclude"),
    (["--model", "mixer", "--image", "4x4", "--patch", "3x2"], "3 x 2"),
    (["--model", "mixer", "--image", "5x4"], "5 x 4"), (["--model", "mixer", "--tokens", "3"], "3 tokens"),
    (["--model", "mixer", "--tokens", "4", "--blocks", "2"], "--model fourier"),
    (["--model", "fourier", "--tokens", "4", "--blocks", "3"], "blocks"),
    (["--model", "fourier", "--tokens", "4", "--gates", "0"], "gates"),
    (["--model", "mixer", "--tokens", "4", "--thresholds", "gaussian"], "--gates"),
    (["--model", "mixer", "--tokens", "4", "--positions", "fourier:3"], "frequencies"),
    (["--model", "mixer", "--tokens", "4", "--gated"], "--gated"),
    (["--tokens", "4"], "--model attention"), (["--delta", "1"], "--loss huber"),
  ])
  func whatDoesNotFitIsRefused(arguments: [String], reason: String) throws {
    let folder = Folder(), data = try folder.write("i.csv", Self.images(20))
    let answer = try Command.run(["train", data, "--target", "shape"] + arguments)
    #expect(answer.status == 2 && answer.errors.contains(reason), "\(answer.errors)")
  }

  @Test func otherModelsAreDrawnWithTheirTable() throws {
    let folder = Folder(), data = try folder.write("r.csv", Tables.regression()),
      file = folder.path("m.safetensors")
    #expect(
      try Command.run(
        "train", data, "--target", "y", "--patterns", "5", "--beta-ratio", "0.3", "--loss", "huber",
        "--delta",
        "0.2", "--output", file
      ).status == 0)
    #expect(try Command.run("inspect", file).output.contains("huber with delta 0.2"))
    let drawn = try Command.run("plot", file, "--svg", folder.path("m.svg"))
    #expect(drawn.status == 2 && drawn.errors.contains("not a network on tokens"))
    #expect(try Command.run("plot", data, "--svg", folder.path("m.svg")).errors.contains("--target"))
  }
}
