import Foundation
import Testing

@Suite struct PruneCommandTests {
  @Test func gatesGoAndAnswersOnTheTrainingRowsStay() throws {
    let folder = Folder()
    let data = try folder.write("d.csv", Tables.regression()), model = folder.path("m.safetensors")
    let trained = try Command.run(
      "train", data, "--target", "y", "--gated", "--patterns", "12", "--beta-ratio", "0.1", "--test", "0",
      "--tolerance", "1e-9", "--output", model, "--quiet")
    #expect(trained.status == 0, "\(trained.errors)")
    let plain = folder.path("p.safetensors")
    let pruned = try Command.run("prune", model, "--data", data, "--output", plain, "--ungate")
    #expect(pruned.status == 0 && pruned.output.contains("without gates"), "\(pruned.errors)")
    func answers(_ model: String) throws -> [Double] {
      let table = try Command.run("predict", model, "--data", data)
      #expect(table.status == 0)
      return table.output.split(separator: "\n").dropFirst().compactMap {
        Double($0.split(separator: ",").last ?? "")
      }
    }
    let before = try answers(model), after = try answers(plain)
    #expect(before.count == 40 && after.count == 40)
    for (a, b) in zip(before, after) { #expect(abs(a - b) <= 1e-6) }
    let inspected = try Command.run("inspect", plain)
    #expect(inspected.output.contains("exact ReLU") && inspected.output.contains("stalled"))
    // There are no gates left, and its bound is that of the gated network.
    let again = try Command.run("prune", plain, "--data", data, "--output", model, "--ungate")
    #expect(again.status == 2 && again.errors.contains("model.gated"))
  }

  @Test func otherRowsOrTargetsAreRefusedBeforeAnythingIsWritten() throws {
    let folder = Folder()
    let data = try folder.write("d.csv", Tables.regression()), model = folder.path("m.safetensors")
    let trained = try Command.run(
      "train", data, "--target", "y", "--patterns", "12", "--beta-ratio", "0.1", "--output", model, "--quiet")
    #expect(trained.status == 0, "\(trained.errors)")
    let output = folder.path("p.safetensors")
    #expect(try Command.run("prune", model, "--data", data, "--output", output, "--quiet").status == 0)
    // Scores on other rows are not those of the new network.
    func score(_ model: String) throws -> Any? {
      let card = try JSONSerialization.jsonObject(
        with: Data(Command.run("inspect", model, "--json").output.utf8))
      return ((card as? [String: Any])?["training"] as? [String: Any])?["testScore"]
    }
    #expect(try score(model) is Double && score(output) is NSNull)
    let lines = Tables.regression().split(separator: "\n")
    let doubled = lines.enumerated().map { k, line in
      let fields = line.split(separator: ",")
      return k == 0 ? String(line) : "\(fields[0]),\(fields[1]),\(2 * (Double(fields[2]) ?? 0))"
    }
    for (name, text) in [
      ("fewer.csv", lines.dropLast().joined(separator: "\n") + "\n"),
      ("other.csv", doubled.joined(separator: "\n") + "\n"),
    ] {
      let other = folder.path("other.safetensors")
      let refused = try Command.run("prune", model, "--data", folder.write(name, text), "--output", other)
      #expect(refused.status == 2 && refused.errors.contains("data"), "\(name): \(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: other))
    }
    let wide = try Command.run("prune", model, "--data", data, "--output", output, "--tolerance", "1")
    #expect(wide.status == 2 && wide.errors.contains("tolerance"))
  }
}
