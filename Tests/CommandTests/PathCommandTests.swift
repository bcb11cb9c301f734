import Foundation
import Testing

@Suite struct PathCommandTests {
  private func table(_ folder: Folder, _ rows: Int = 60) throws -> String {
    var text = "a,b,y,kind\n"
    for k in 0..<rows {
      let a = Double((k * 37) % 61) / 30 - 1, b = Double((k * 17) % 59) / 29 - 1
      text += "\(a),\(b),\(abs(a) + b / 2 + Double(k % 3) / 10),\(a > b ? "up" : "down")\n"
    }
    return try folder.write("t.csv", text)
  }

  @Test func thePathIsPrintedDrawnAndSaved() throws {
    let folder = Folder(), data = try table(folder), models = folder.path("m.safetensors")
    let answer = try Command.run(
      "path", data, "--target", "y", "--columns", "a,b", "--patterns", "20", "--count", "6", "--smallest",
      "0.01", "--folds", "3", "--output", models, "--svg", folder.path("p.svg"))
    #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    for text in ["validation loss", "3 folds", "least validation loss", "one-standard-error rule", models] {
      #expect(answer.output.contains(text), "\(text)")
    }
    #expect(try folder.text("p.svg").hasPrefix("<svg"))
    let lines = answer.output.split(separator: "\n"),
      head = try #require(lines.firstIndex { $0.contains("beta/betaMax") })
    #expect(lines[head + 1].hasPrefix("0 ") && lines[head + 6].hasPrefix("5 "))
    #expect(lines[head + 1...head + 6].filter { $0.hasSuffix("1") }.count >= 1)
    // The model of the rule without a choice, and others by theirs.
    let json = try object(
      Command.run(
        "path", data, "--target", "y", "--columns", "a,b", "--patterns", "20", "--count", "6", "--smallest",
        "0.01", "--folds", "3", "--threads", "2", "--json"
      ).output)
    let validation = try #require(json["validation"] as? [String: Any])
    let chosen = try #require(validation["oneStandardError"] as? Int)
    #expect((json["stages"] as? [Any])?.count == 6)
    let simplest = try Command.run("predict", models, "--data", data)
    let named = try Command.run("predict", models, "--data", data, "--index", "\(chosen)")
    #expect(simplest.status == 0 && simplest.output == named.output)
    let last = try Command.run("predict", models, "--data", data, "--beta-ratio", "0.01")
    let first = try Command.run("predict", models, "--data", data, "--index", "0")
    #expect(last.status == 0 && last.output != first.output)
    let inspected = try Command.run("inspect", models)
    #expect(inspected.status == 0 && inspected.output.contains("beta/betaMax"))
    #expect(try Command.run("inspect", models, "--best").output.contains("certificate"))
    // One of them goes on as any other model.
    let small = folder.path("small.safetensors")
    let pruned = try Command.run("prune", models, "--data", data, "--index", "5", "--output", small)
    #expect(pruned.status == 0, "\(pruned.errors)")
    #expect(try Command.run("certify", small, "--data", data, "--quiet").status == 0)
    let certified = try Command.run("certify", models, "--data", data, "--best", "--quiet")
    #expect(certified.status == 0 && certified.output.contains("lower bound"), "\(certified.errors)")
    let single = try Command.run("certify", small, "--data", data, "--index", "0")
    #expect(single.status == 2 && single.errors.contains("one model"), "\(single.errors)")
  }

  @Test func linesAndClassesHavePathsToo() throws {
    let folder = Folder(), data = try table(folder)
    let line = try Command.run(
      "path", data, "--target", "y", "--columns", "a", "--model", "one-dimensional", "--ratios",
      "0.5,0.1,0.02",
      "--quiet")
    #expect(line.status == 0 && line.output.split(separator: "\n").count == 4, "\(line.errors)")
    let classes = try Command.run(
      "path", data, "--target", "kind", "--columns", "a,b", "--gated", "--patterns", "10", "--ratios",
      "0.5,0.1",
      "--quiet", "--folds", "2")
    #expect(classes.status == 0 && classes.output.contains("accuracy"), "\(classes.errors)")
    let series = try Command.run(
      "path", data, "--target", "y", "--model", "one-dimensional", "--lag", "1", "--loss", "huber", "--delta",
      "0.2", "--ratios", "0.5,0.1", "--folds", "2", "--output", folder.path("m.safetensors"))
    #expect(series.status == 0 && series.output.contains("huber with delta 0.2"), "\(series.errors)")
    let ahead = try Command.run("predict", folder.path("m.safetensors"), "--data", data, "--index", "1")
    #expect(ahead.output.hasPrefix("output 1 row later"), "\(ahead.errors)")
  }

  @Test func tokensHavePathsToo() throws {
    let folder = Folder(), data = try table(folder), models = folder.path("m.safetensors")
    let answer = try Command.run(
      "path", data, "--target", "y", "--columns", "a,b", "--model", "mixer", "--tokens", "2", "--gates", "3",
      "--ratios", "0.5,0.1", "--folds", "2", "--tolerance", "1e-4", "--output", models)
    #expect(answer.status == 0 && answer.output.contains("heads"), "\(answer.errors)")
    let inspected = try Command.run("inspect", models, "--index", "1")
    #expect(inspected.status == 0 && inspected.output.contains("gated mixer"), "\(inspected.errors)")
    #expect(try Command.run("predict", models, "--data", data).status == 0)
  }

  @Test func misuseIsRefused() throws {
    let folder = Folder(), data = try table(folder)
    for arguments in [
      ["--folds", "1"], ["--count", "1"], ["--smallest", "2"], ["--ratios", "a"], ["--ratios", "0.1,0.1"],
      ["--output", "m.txt"], ["--svg", "p.png"], ["--depth", "3"], ["--beta", "1"], ["--folds", "1000"],
      ["--lag", "1"], ["--delta", "1"], ["--tokens", "2"], ["--model", "mixer"],
    ] {
      let answer = try Command.run(
        ["path", data, "--target", "y", "--columns", "a,b", "--patterns", "5"] + arguments)
      #expect(answer.status == 2 && !answer.errors.isEmpty, "\(arguments)")
    }
    let model = folder.path("m.safetensors")
    _ = try Command.run(
      "path", data, "--target", "y", "--columns", "a", "--model", "one-dimensional", "--ratios", "0.5,0.1",
      "--folds",
      "0", "--output", model)
    for arguments in [
      [], ["--index", "2"], ["--best"], ["--beta-ratio", "0.2"], ["--index", "0", "--best"],
    ] {
      #expect(try Command.run(["predict", model, "--data", data] + arguments).status == 2, "\(arguments)")
    }
    #expect(try Command.run("predict", model, "--data", data, "--index", "1").status == 0)
  }
}
