import Comparisons

/// A table of the report. On the command line each is an option, `--products`; without any, all are printed.
enum Section: String, CaseIterable {
  case products, packing, grams, shrink, arrangements, scaling, lines, solves

  var summary: String {
    switch self {
    case .products: "masked products beside BLAS and the peak of a core"
    case .packing: "signs packed into bits beside the plain product"
    case .grams: "Gram matrices of masked maps beside syrk"
    case .shrink: "norms and proximal steps beside a copy of memory"
    case .arrangements: "cells a second beside an enumeration by linear programs"
    case .scaling: "two threads beside one"
    case .lines: "networks on a line and thresholds beside copies of their data"
    case .solves: "cases trained to their certificate"
    }
  }

  static var usage: String {
    allCases.map { section in
      let option = "--\(section.rawValue)"
      return "  \(option)\(String(repeating: " ", count: 16 - option.count))\(section.summary)"
    }.joined(separator: "\n")
  }
}
