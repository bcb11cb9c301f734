#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds the data that ship with the project.
enum DemoData {
  private static let names = ["diabetes.csv", "breast-cancer.csv"]

  /// In `docs/data` of the current folder, or of one above the executable; the first where there is none, so that the
  /// error names it.
  static func paths() -> [String] {
    let local = names.map { "docs/data/\($0)" }
    if exist(local) { return local }
    var folder = executable()
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      let found = names.map { "\(folder)/docs/data/\($0)" }
      if exist(found) { return found }
    }
    return local
  }

  /// A file's name without folder and ending.
  static func name(of path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.hasSuffix(".csv") && last.count > 4 ? String(last.dropLast(4)) : last
  }

  private static func exist(_ paths: [String]) -> Bool { paths.allSatisfy { access($0, R_OK) == 0 } }

  private static func executable() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
