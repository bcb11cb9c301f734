import Foundation

/// The command line.
struct Options {
  var folder: String?
  var threads: Int?
  /// Measure this case and print its row as JSON.
  var single: String?
  /// Only the table of masked products.
  var productsOnly = false
  /// Only the grid of masked products.
  var gridOnly = false

  static let usage = """
    usage: zonotope-cases [--data FOLDER] [--threads N] [--products] [--grid]
      --data FOLDER   read NAME_X.npy (n, d), NAME_y.npy (n) and NAME_G.npy (d, P) instead of drawing inputs
      --products      only the table of masked products
      --grid          only masked products of 80 shapes beside the better of a dense product and a plain loop
      --threads N     solve with N threads only; without it, with one and with one per processor
    """

  init(_ arguments: ArraySlice<String>) {
    var arguments = arguments
    while let option = arguments.popFirst() {
      if option == "--products" {
        productsOnly = true
        continue
      }
      if option == "--grid" {
        gridOnly = true
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
