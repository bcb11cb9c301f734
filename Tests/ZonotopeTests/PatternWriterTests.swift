import Testing

@testable import Zonotope

private func written(
  _ format: PatternWriter.Format, _ x: MatrixView, cells: Int? = nil
) throws -> (bytes: [UInt8], result: EnumerationResult) {
  var bytes: [UInt8] = [], settings = EnumerationSettings()
  settings.cells = cells
  let result = try Arrangement(of: x).write(format, settings: settings) {
    bytes += $0
    return true
  }
  return (bytes, result)
}

@Suite struct PatternWriterTests {
  @Test func formatsAgree() throws {
    let x = try normalRows(9, 4, seed: 111), set = try Arrangement(of: x).cells(memory: 1 << 24)
    let text = String(decoding: try written(.text, x).bytes, as: UTF8.self)
    #expect(text.split(separator: "\n").map(String.init) == set.texts)
    #expect(text.hasSuffix("\n"))

    let array = try NPYArray(bytes: written(.npy, x).bytes, file: "list.npy")
    #expect(array.shape == [set.count, 9])
    let bits = try array.matrix()
    #expect((0..<set.count).allSatisfy { i in (0..<9).allSatisfy { (bits[i, $0] == 1) == set[i, $0] } })

    let json = try written(.json, x).bytes
    let document = try json.withUnsafeBufferPointer { try JSONScanner.scan($0) }
    #expect(document["patterns"] == .array(set.texts.map { .string($0) }))
    #expect(document["cells"]?.integer == set.count && document["status"]?.text == "complete")
  }

  @Test func aListCutShortSaysSo() throws {
    let x = try normalRows(9, 4, seed: 112)
    let text = try written(.text, x, cells: 10)
    #expect(text.result == EnumerationResult(status: .budget, cells: 10))
    #expect(String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").count == 10)
    let json = try written(.json, x, cells: 10)
    #expect(String(decoding: json.bytes, as: UTF8.self).contains(#""status": "budget""#))
    let npy = try written(.npy, x, cells: 10)
    #expect(npy.result.status == .budget && npy.bytes.isEmpty)
  }

  @Test func aFullDiskEndsTheWork() throws {
    var calls = 0
    let arrangement = try Arrangement(of: normalRows(40, 5, seed: 113))
    let result = try arrangement.write(.text) { _ in
      calls += 1
      return calls < 3
    }
    #expect(calls == 3 && result.status == .cancelled)
  }
}
