import Foundation
import Testing

/// Files of sparse rows: trained on, predicted, and refused with their place.
@Suite struct SparseCommandTests {
  /// Rows of six columns among so many, a target of two classes each; with zeros written out for a table.
  private static func rows(_ count: Int = 40, columns: Int = 120) -> (sparse: String, table: String) {
    let apart = columns / 6
    var sparse = "", table = "y," + (1...columns).map { "x\($0)" }.joined(separator: ",") + "\n"
    for k in 0..<count {
      let values = (0..<6).map { j in (k * 5 + j * 3) % 7 < 3 ? Double((k * 31 + j * 17) % 19) / 4 - 2 : 0 }
      let label = values[0] + abs(values[1]) > 0.4 ? "+1" : "-1"
      sparse += label
      var wide = [Double](repeating: 0, count: columns)
      for (j, value) in values.enumerated() where value != 0 {
        sparse += " \((j + 1) * apart):\(value)"
        wide[(j + 1) * apart - 1] = value
      }
      sparse += "\n"
      table += label + "," + wide.map { "\($0)" }.joined(separator: ",") + "\n"
    }
    return (sparse, table)
  }

  @Test func trainInspectPredict() throws {
    let folder = Folder(), model = folder.path("m.safetensors")
    let data = try folder.write("rows.svm", Self.rows().sparse)
    let trained = try Command.run(
      "train", data, "--gated", "--loss", "logistic", "--patterns", "8", "--beta-ratio", "0.05", "--output",
      model,
      "--predictions", folder.path("p.csv"))
    #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
    for text in ["divided by the roots of their mean squares", "gated ReLU", "its patterns", "optimal"] {
      #expect(trained.output.contains(text), "\(text)")
    }
    let predicted = try Command.run("predict", model, "--data", data)
    #expect(try predicted.status == 0 && predicted.output == folder.text("p.csv"))
    // The same rows with their zeros.
    let columns = Self.rows().table.split(separator: "\n").map { $0.split(separator: ",").dropFirst() }
    let table = try folder.write("x.csv", columns.map { $0.joined(separator: ",") + "\n" }.joined())
    #expect(try Command.run("predict", model, "--data", table).output == predicted.output)
    // An index beyond the columns of the model.
    let wide = try folder.write("wide.svm", "1 1:2\n1 2:1 999:3\n")
    let refused = try Command.run("predict", model, "--data", wide)
    #expect(refused.status == 2 && refused.errors.contains("wide.svm:2:11"), "\(refused.errors)")
  }

  @Test(arguments: [
    ("+1 1:2\n-1 x\n", ["--gated"], "rows.svm:2:4"),
    ("+1 1:2\n-1 1:1\n", ["--gated", "--target", "y"], "--target"),
    ("+1 1:2 2:1\n-1 1:1\n", ["--model", "one-dimensional"], "2 columns"),
    ("+1 1:2\n-1 99999:1\n", ["--memory", "2000000"], "99999 columns"),
    ("+1 1:2\n+1 1:1\n", ["--gated", "--loss", "logistic", "--test", "0"], "targets: one class only"),
    ("3\n4\n", ["--gated"], "no feature"),
  ])
  func misuse(text: String, arguments: [String], message: String) throws {
    let folder = Folder(), data = try folder.write("rows.svm", text)
    let answer = try Command.run(["train", data, "--beta", "1"] + arguments)
    #expect(answer.status == 2 && answer.errors.contains(message), "\(answer.errors)")
  }

  /// A file without names goes through all commands, and a model with the exact activation through theirs.
  @Test func pathCertifyPrune() throws {
    let folder = Folder(), path = folder.path("p.safetensors"), model = folder.path("m.safetensors")
    let data = try folder.write("rows.svm", Self.rows(24, columns: 60).sparse)
    let followed = try Command.run(
      "path", data, "--gated", "--loss", "logistic", "--patterns", "8", "--ratios", "1,0.3,0.1", "--folds",
      "2",
      "--output", path, "--svg", folder.path("p.svg"))
    #expect(followed.status == 0 && followed.errors.isEmpty, "\(followed.errors)")
    let trained = try Command.run(
      "train", data, "--loss", "logistic", "--patterns", "4", "--beta-ratio", "0.2", "--output", model)
    #expect(
      trained.status == 0 && trained.output.contains("standardised"), "\(trained.errors)\(trained.output)")
    for (file, options) in [(path, ["--index", "2"]), (model, [])] {
      let isGated = file == path
      let certified = try Command.run(["certify", file, "--data", data, "--seconds", "2"] + options)
      #expect(
        isGated
          ? certified.status == 2 && certified.errors.contains("model.gated")
          : certified.status == 0 && certified.output.contains("lower bound"), "\(certified.errors)")
      let pruned = try Command.run(
        ["prune", file, "--data", data, "--output", folder.path("q.safetensors")] + options)
      #expect(pruned.status == 0 && pruned.output.contains("neurons"), "\(pruned.errors)")
    }
    let refused = try Command.run("certify", model, "--data", data, "--target", "y")
    #expect(refused.status == 2 && refused.errors.contains("target"), "\(refused.errors)")
  }

  /// The width of the file is that of a row, not of a token.
  @Test func tokensAndPathsPredictTheFileTheyWereTrainedOn() throws {
    let folder = Folder(), data = try folder.write("rows.svm", Self.rows(30, columns: 12).sparse)
    let model = folder.path("m.safetensors"), outputs = folder.path("p.csv")
    for kind in ["attention", "mixer", "fourier", "simplex-attention"] {
      let trained = try Command.run(
        "train", data, "--model", kind, "--tokens", "4", "--loss", "logistic", "--beta-ratio", "0.2",
        "--output",
        model, "--predictions", outputs)
      #expect(trained.status == 0, "\(trained.errors)")
      let predicted = try Command.run("predict", model, "--data", data)
      #expect(try predicted.status == 0 && predicted.output == folder.text("p.csv"), "\(predicted.errors)")
    }
    let followed = try Command.run(
      "path", data, "--model", "mixer", "--tokens", "4", "--ratios", "1,0.3", "--folds", "0", "--output",
      model)
    #expect(followed.status == 0, "\(followed.errors)")
    #expect(try Command.run("predict", model, "--data", data, "--index", "1").status == 0)
  }

  /// Rows of a problem stay sparse where the model takes them so, and the answer is that of the table.
  @Test func problemsTakeSparseRows() throws {
    let folder = Folder(), rows = Self.rows()
    _ = try folder.write("rows.svm", rows.sparse)
    _ = try folder.write("rows.csv", rows.table)
    let sparse = #""x": {"libsvm": "rows.svm"}, "y": {"libsvm": "rows.svm"}"#
    let names = (1...120).map { "\"x\($0)\"" }.joined(separator: ", ")
    let table = #"""
      "x": {"csv": "rows.csv", "columns": [\#(names)]}, "y": {"csv": "rows.csv", "columns": ["y"]}
      """#
    let objectives = try [sparse, table].map { data in
      let problem = try folder.write(
        "p.json",
        """
        {"format": "zonotope-problem", "version": 1, "data": {\(data)},
         "model": {"kind": "two-layer", "gated": true, "patterns": {"sample": {"count": 8, "seed": 2}}},
         "loss": {"kind": "hinge"}, "betaRatio": 0.1, "solver": {"tolerance": 1e-10}}
        """)
      let answer = try Command.run(
        "solve", problem, "--network", folder.path("n.safetensors"), "--predictions", folder.path("f.csv"))
      #expect(answer.status == 0, "\(answer.errors)")
      return try #require(object(answer.output)["objective"] as? Double)
    }
    #expect(abs(objectives[0] - objectives[1]) <= 1e-9 * objectives[1])
  }
}
