import Foundation

/// The command line.
struct Options {
  var folder: String?
  var threads: Int?
  /// Measure this case and print its row as JSON.
  var single: String?
  /// The tables to print; empty for all.
  var sections: Set<Section> = []
  /// Only the grid of masked products.
  var grid = false

  func shows(_ section: Section) -> Bool { sections.isEmpty || sections.contains(section) }

  static let usage = """
    usage: zonotope-cases [--data FOLDER] [--threads N] [--grid] [TABLE ...]
      --data FOLDER   read NAME_X.npy (n, d), NAME_y.npy (n) and NAME_G.npy (d, P) instead of drawing inputs
      --grid          only masked products of 80 shapes beside the better of a dense product and a plain loop
      --threads N     solve with N threads only; without it, with one and with one per processor
    tables, all of them without any:
    \(Section.usage)
    """

  init(_ arguments: ArraySlice<String>) {
    var arguments = arguments
    while let option = arguments.popFirst() {
      if let section = Section.allCases.first(where: { option == "--\($0.rawValue)" }) {
        sections.insert(section)
        continue
      }
      if option == "--grid" {
        grid = true
        continue
      }
      guard let value = arguments.popFirst() else { fail(Self.usage) }
      switch option {
      case "--data": folder = value
      case "--threads":
        guard let number = Int(value), number > 0 else { fail(Self.usage) }
        threads = number
      case "--case": single = value
      default: fail(Self.usage)
      }
    }
  }
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(2)
}
