@testable import Zonotope

/// Reads the input as a .safetensors file and as a model. A changed byte breaks the checksum of a model, so the
/// checksum is also corrected and the file read again: that reaches the card and the tensors.
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
  parallel(bytes)
  guard let model = try? Model(bytes: bytes, file: "fuzz.safetensors") else { return 0 }
  guard let text = try? model.encode(), let again = try? Model(bytes: text, file: "again.safetensors") else {
    preconditionFailure("a model could not be written and read back")
  }
  precondition(again == model)
  return 0
}

/// The same for networks of parallel units.
private func parallel(_ bytes: [UInt8]) {
  func read(_ bytes: [UInt8]) -> ParallelModel? {
    try? bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try ParallelModel(ModelDocument(FileBytes(bytes, name: "fuzz.safetensors")))
    }
  }
  guard let model = read(bytes) else { return }
  guard let text = try? model.encode(), read(text) == model else {
    preconditionFailure("a network of parallel units could not be written and read back")
  }
}
