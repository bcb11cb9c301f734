@testable import Zonotope

/// Reads the input as a .safetensors file and as a model of every kind. A changed byte breaks the checksum of a model, so
/// the checksum is also corrected and the file read again: that reaches the card and the tensors.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let file = try? SafetensorsFile(bytes: bytes, file: "fuzz.safetensors") else { return 0 }
  for tensor in file.tensors { _ = try? file.values(of: tensor) }
  let key = "zonotope.checksum"
  if let stored = file.metadata[key], stored.utf8.count == 16, let place = file.metadataPlaces[key] {
    let sum = bytes.withUnsafeBufferPointer { FileChecksum.of($0, blanking: key, namedAt: place) }
    let start = place + key.utf8.count + 4
    if start + 16 <= bytes.count { bytes.replaceSubrange(start..<start + 16, with: hexadecimal(sum).utf8) }
  }
  read(bytes, as: Model.self)
  read(bytes, as: ParallelModel.self)
  read(bytes, as: TokenModel.self)
  return 0
}

/// What is a model can be written and read back.
private func read<Content: StoredModel>(_ bytes: [UInt8], as kind: Content.Type) {
  guard let model = try? Content(bytes: bytes, file: "fuzz.safetensors") else { return }
  guard let text = try? model.encode(), let again = try? Content(bytes: text, file: "again.safetensors")
  else {
    preconditionFailure("a model could not be written and read back")
  }
  precondition(again == model)
}
